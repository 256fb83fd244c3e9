"""Refuses hosts that no server should have let through.

Flask: ``TRUSTED_HOSTS``. Django: ``ALLOWED_HOSTS``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .bridge.settings import read_setting
from .werkzeug.exceptions import BadHost
from .werkzeug.sansio.utils import host_is_trusted

if TYPE_CHECKING:
    from .werkzeug.wrappers import Request


def check_host(request: Request) -> None:
    """Check the host of a request.

    :param request: The request.
    :raises SecurityError: The host is not one of ``TRUSTED_HOSTS``, or, mounted, not one of
        ``ALLOWED_HOSTS``.
    :raises BadHost: The header is malformed.
    """
    check_host_header(request, request._read_header("HTTP_HOST"))


def check_host_header(request: Request, header: str | None) -> None:
    """Check the host of a request whose header has been read.

    Differs from Flask: a ``Host`` header that is malformed, or empty, is a bad request, rather than
    an unknown host or an error of the server.

    :param request: The request.
    :param header: What it has as ``Host``.
    :raises SecurityError: See :func:`check_host`.
    :raises BadHost: See :func:`check_host`.
    """
    if request.trusted_hosts or (
        request._is_mounted and not is_plainly_allowed(request, request.django.META)
    ):
        # Asking for it checks it.
        request.host  # noqa: B018
    if header is None or _is_well_formed(header):
        return
    # A context that was made by hand, of a path alone, has no host: that is not the same as an
    # empty one, with which a server would still know its own name.
    if header or request.environ.get("SERVER_NAME"):
        raise BadHost


def is_plainly_allowed(request: Request, meta: dict[str, Any]) -> bool:
    """Tell whether the host of a mounted request may be asked for, as far as that is simple.

    :param request: The request.
    :param meta: What Django has of it.
    :return: Whether it is well-formed, ``ALLOWED_HOSTS`` has it, and nothing else decides.
    """
    host = meta.get("HTTP_HOST")
    return (
        host is not None
        # A setting may prefer this one.
        and "HTTP_X_FORWARDED_HOST" not in meta
        and not request.trusted_hosts
        and _is_among(host, tuple(read_setting("ALLOWED_HOSTS")))
    )


@lru_cache(maxsize=256)
def _is_among(host: str, allowed: tuple[str, ...]) -> bool:
    # A module of Django's that is loaded by whoever has one of its requests.
    from django.http.request import split_domain_port, validate_host

    domain = split_domain_port(host)[0]
    return bool(domain) and validate_host(domain, allowed) and _is_well_formed(host)


@lru_cache(maxsize=256)
def _is_well_formed(host: str) -> bool:
    """Tell whether a header names a host. A server is asked for few hosts, many times each."""
    if not host.isascii():
        if max(host) <= "\xff":
            # Bytes, which WSGI passes as Latin-1; names are sent in ASCII.
            return False
        try:
            # A test client sends international names as they are written.
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return False
    # Names with underscores are in use in private networks.
    if not host_is_trusted(host.replace("_", "-")):
        return False
    if host.startswith("["):
        return True
    name = host.partition(":")[0]
    labels = name.removesuffix(".").lower().split(".")
    return len(name) <= 254 and all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    if not 1 <= len(label) <= 63:
        return False
    return not label.startswith("xn--") or _is_international(label.removeprefix("xn--"))


def _is_international(encoded: str) -> bool:
    """Tell whether the rest of an ``xn--`` label stands for something that a name can have."""
    try:
        decoded = encoded.encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return False
    return not decoded.isascii() and decoded.isprintable()
