"""The ``Set-Cookie`` header.

Werkzeug: ``dump_cookie``. Django: ``HttpResponse.set_cookie``, ``http.cookies``.
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from ._dates import http_date

_plain_re = re.compile(r"[\w!#$%&'()*+\-./:<=>?@\[\]^`{|}~]*", re.ASCII)
_unsafe_re = re.compile(rb'[\x00-\x1f",;\\\x7f-\xff]')
#: What would end a header or an attribute of a cookie, or makes browsers drop the cookie.
_forbidden_re = re.compile(r"[\x00-\x08\x0a-\x1f\x7f;]")
#: Prefixes of names, in lower case, and what browsers ask of a cookie that has one; longest first.
_PREFIXES: tuple[tuple[str, frozenset[str]], ...] = (
    ("__host-http-", frozenset({"secure", "httponly", "path='/'", "no domain"})),
    ("__host-", frozenset({"secure", "path='/'", "no domain"})),
    ("__http-", frozenset({"secure", "httponly"})),
    ("__secure-", frozenset({"secure"})),
)


def dump_cookie(
    key: str,
    value: str = "",
    max_age: timedelta | int | None = None,
    expires: str | datetime | int | float | None = None,
    path: str | None = "/",
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    sync_expires: bool = True,
    max_size: int = 4093,
    samesite: str | None = None,
    partitioned: bool = False,
) -> str:
    """Write a ``Set-Cookie`` header.

    :param key: The name.
    :param value: The value.
    :param max_age: How long the cookie lives, in seconds.
    :param expires: When it expires.
    :param path: The path it is for.
    :param domain: The domain it is for, with all below it.
    :param secure: Whether it is for HTTPS only.
    :param httponly: Whether scripts may not read it.
    :param sync_expires: Whether ``max_age`` also sets ``expires``.
    :param max_size: The size from which on there is a warning, in bytes; 0 for none.
    :param samesite: ``Strict``, ``Lax`` or ``None``.
    :param partitioned: Whether each embedding site has its own; makes it secure.
    :raises ValueError: ``samesite`` is something else; the name, the domain or ``expires`` has a
        character that would end them; or the name has a prefix, such as ``__Host-``, and the cookie
        lacks what browsers ask of such a one.
    """
    if isinstance(max_age, timedelta):
        max_age = int(max_age.total_seconds())
    elif max_age is not None:
        max_age = int(max_age)
    if expires is not None:
        expires = expires if isinstance(expires, str) else http_date(expires)
    elif max_age is not None and sync_expires:
        expires = http_date(datetime.now(UTC).timestamp() + max_age)
    for what, text in (("name", key), ("domain", domain), ("expires", expires)):
        if text and _forbidden_re.search(text):
            raise ValueError(f"The cookie's {what} {text!r} has a character that would end it.")
    if not key or "=" in key:
        raise ValueError(f"{key!r} is no name of a cookie: it is empty or has an equals sign.")
    if key[:2] == "__":
        _check_prefix(key, secure or partitioned, httponly, path, domain)

    # WSGI wants the bytes of other names as Latin-1.
    name = key if key.isascii() else key.encode(errors="replace").decode("latin1")
    value = _cookie_value(value)
    header = f"{name}={value}"
    if domain is not None:
        header += f"; Domain={_cookie_domain(domain)}"
    if expires is not None:
        header += f"; Expires={expires}"
    if max_age is not None:
        header += f"; Max-Age={max_age}"
    if secure or partitioned:
        header += "; Secure"
    if httponly:
        header += "; HttpOnly"
    if path is not None:
        header += f"; Path={_cookie_path(path)}"
    if samesite is not None:
        header += f"; SameSite={_cookie_samesite(samesite)}"
    if partitioned:
        header += "; Partitioned"
    if max_size and len(header) > max_size:
        _warn_of_size(key, value, header, max_size)
    return header


def _check_prefix(
    key: str, is_secure: bool, is_httponly: bool, path: str | None, domain: str | None
) -> None:
    """Check what a prefix of the name promises; browsers drop a cookie that does not keep it.

    :raises ValueError: A promise is broken.
    """
    kept = {
        "secure": is_secure,
        "httponly": is_httponly,
        "path='/'": path == "/",
        "no domain": not domain,
    }
    for prefix, wanted in _PREFIXES:
        if key.lower().startswith(prefix):
            missing = sorted(condition for condition in wanted if not kept[condition])
            if missing:
                raise ValueError(
                    f"Browsers drop the cookie {key!r}, whose prefix asks for {', '.join(missing)}."
                    " Set it so, or give it another name."
                )
            return


def _cookie_value(value: str) -> str:
    """Write the value, quoted and escaped if it has to be."""
    if _plain_re.fullmatch(value):
        return value
    escaped = _unsafe_re.sub(_escape_cookie_byte, value.encode(errors="replace")).decode("ascii")
    return f'"{escaped}"'


def _escape_cookie_byte(match: re.Match[bytes]) -> bytes:
    byte = match[0]
    return b"\\" + byte if byte in b'"\\' else b"\\%03o" % byte[0]


def _cookie_domain(domain: str) -> str:
    if not domain:
        return domain
    return domain.partition(":")[0].lstrip(".").encode("idna").decode("ascii")


def _cookie_path(path: str) -> str:
    return path if path == "/" else quote(path, safe="%!$&'()*+,/:=@", errors="replace")


def _cookie_samesite(samesite: str) -> str:
    samesite = samesite.title()
    if samesite not in {"Strict", "Lax", "None"}:
        raise ValueError("SameSite must be 'Strict', 'Lax', or 'None'.")
    return samesite


def _warn_of_size(key: str, value: str, header: str, max_size: int) -> None:
    warnings.warn(
        f"The '{key}' cookie is too large: the value was {len(value)} bytes but the header"
        f" required {len(header) - len(value)} extra bytes. The final size was"
        f" {len(header)} bytes but the limit is {max_size} bytes. Browsers may silently ignore"
        " cookies larger than this.",
        stacklevel=3,
    )
