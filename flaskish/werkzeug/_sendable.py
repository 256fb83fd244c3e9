"""Header values and locations as a server can send them: in bytes, whatever text they were.

Werkzeug: ``iri_to_uri`` for locations, nothing for other headers. Django: ``HttpResponse`` encodes
what Latin-1 cannot as RFC 2047 says.
"""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

from .. import werkzeug

#: Headers whose value is a URL.
LOCATIONS = frozenset({"location", "content-location"})


def sendable_location(location: str) -> str:
    """Return a URL in ASCII.

    :param location: The URL; one that makes no sense is quoted as it is.
    """
    try:
        return werkzeug.urls.iri_to_uri(location)
    except ValueError:
        # A host that cannot be one, in a URL that a client sent: no browser follows it.
        text = location.encode(errors="surrogatepass").decode(errors="replace")
        return quote(text, safe="%!#$&'()*+,/:;=?@[]~")


def sendable_value(value: str) -> str:
    """Return a value that Latin-1 can encode.

    :param value: The value; other characters than those of Latin-1 make it an encoded word.
    """
    if value.isascii():
        return value
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return f"=?utf-8?b?{b64encode(value.encode(errors='replace')).decode('ascii')}?="
    return value


def sendable_header(name: str, value: str) -> tuple[str, str]:
    """Return a header as a server can send it.

    :param name: The name.
    :param value: The value.
    """
    if name.lower() in LOCATIONS:
        return name, sendable_location(value)
    return name, sendable_value(value)
