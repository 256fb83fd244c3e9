"""URLs in ASCII and in Unicode.

Werkzeug: ``werkzeug.urls``. Django: ``django.utils.encoding``'s functions of the same names.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit, urlunsplit

from . import _internal  # noqa: F401  registers the error handler used below
from .datastructures import iter_multi_items


def _make_unquote_part(name: str, chars: str) -> Callable[[str], str]:
    """Make a function that unquotes all but some characters, which mean something quoted.

    :param name: The part of the URL it is for.
    :param chars: The characters that stay quoted.
    """
    codes = "|".join(f"{ord(char):02X}" for char in sorted(chars))

    @cache
    def kept_re() -> re.Pattern[str]:
        # By the first URL that is shown, because compiling is slow.
        return re.compile(f"((?:%(?:{codes}))+)", re.IGNORECASE)

    def unquote_part(value: str) -> str:
        # Every other piece is a run of quoted characters that stay as they are.
        pieces = kept_re().split(value)
        pieces[::2] = [unquote(piece, "utf-8", "werkzeug.url_quote") for piece in pieces[::2]]
        return "".join(pieces)

    unquote_part.__name__ = f"_unquote_{name}"
    return unquote_part


# Control characters, blanks and the percent sign itself.
_always_unsafe = "".join(map(chr, (*range(0x21), 0x25, 0x7F)))
_unquote_fragment = _make_unquote_part("fragment", _always_unsafe)
_unquote_query = _make_unquote_part("query", _always_unsafe + "&=+#")
_unquote_path = _make_unquote_part("path", _always_unsafe + "/?#")
_unquote_user = _make_unquote_part("user", _always_unsafe + ":@/?#")


def uri_to_iri(uri: str) -> str:
    """Convert a URL in ASCII to one that shows its characters as far as that is unambiguous.

    :param uri: The URL.
    """
    parts = urlsplit(uri)
    host = _decode_idna(parts.hostname) if parts.hostname else ""
    return urlunsplit(
        (
            parts.scheme,
            _join_netloc(parts, host, _unquote_user),
            _unquote_path(parts.path),
            _unquote_query(parts.query),
            _unquote_fragment(parts.fragment),
        )
    )


#: A path with nothing to quote, as most are that an application redirects to.
is_plain_path = re.compile(
    r"/(?!/)[\w.~\-%!$&'()*+,/:;=@]*(?:\?[\w.~\-%!$&'()*+,/:;=?@]+)?", re.ASCII
).fullmatch


def iri_to_uri(iri: str) -> str:
    """Convert a URL with any characters to ASCII.

    :param iri: The URL.
    """
    if is_plain_path(iri):
        return iri
    parts = urlsplit(iri)
    host = parts.hostname.encode("idna").decode("ascii") if parts.hostname else ""
    return urlunsplit(
        (
            parts.scheme,
            _join_netloc(parts, host, lambda user: quote(user, safe="%!$&'()*+,;=")),
            quote(parts.path, safe="%!$&'()*+,/:;=@"),
            quote(parts.query, safe="%!$&'()*+,/:;=?@"),
            quote(parts.fragment, safe="%!#$&'()*+,/:;=?@"),
        )
    )


def _join_netloc(parts: SplitResult, host: str, convert_user: Callable[[str], str]) -> str:
    netloc = f"[{host}]" if ":" in host else host
    if parts.port is not None:
        netloc = f"{netloc}:{parts.port}"
    if parts.username is not None:
        user = convert_user(parts.username)
        if parts.password is not None:
            user = f"{user}:{convert_user(parts.password)}"
        netloc = f"{user}@{netloc}"
    return netloc


# Without this ``urlunsplit`` would take the slashes from ``itms-services://``.
if "itms-services" not in urllib.parse.uses_netloc:
    urllib.parse.uses_netloc.append("itms-services")


def _decode_idna(domain: str) -> str:
    """Decode each label of a domain that can be."""
    try:
        data = domain.encode("ascii")
    except UnicodeEncodeError:
        return domain
    try:
        return data.decode("idna")
    except UnicodeError:
        return ".".join(map(_decode_label, data.split(b".")))


def _decode_label(label: bytes) -> str:
    try:
        return label.decode("idna")
    except UnicodeError:
        return label.decode("ascii")


def _urlencode(query: Any) -> str:
    """Write a query; values that are ``None`` are left out."""
    items = [(key, value) for key, value in iter_multi_items(query) if value is not None]
    return urlencode(items, safe="!$'()*,/:;?@", errors="replace")
