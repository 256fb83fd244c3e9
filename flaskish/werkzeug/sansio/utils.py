"""Hosts, URLs and lengths, from plain values.

Werkzeug: ``werkzeug.sansio.utils``. Django: ``HttpRequest.get_host``, ``ALLOWED_HOSTS``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv6Address
from urllib.parse import quote

from ... import werkzeug
from .._internal import _plain_int
from ..exceptions import SecurityError

#: A name or an IPv4 address, or an IPv6 address in brackets; then maybe a port.
_host_re = re.compile(
    r"([a-z0-9.-]++|\[[a-f0-9]*+:[a-f0-9.:]++\])(?::([1-9][0-9]{0,4}))?",
    re.ASCII | re.IGNORECASE,
)
_SAFE_IN_PATH = "!$&'()*+,/:;=@%"
_SAFE_IN_QUERY = "!$&'()*+,/:;=?@%"


def host_is_trusted(hostname: str | None, trusted_list: Collection[str] | None = None) -> bool:
    """Tell whether a host is well formed, and one of those that are trusted.

    :param hostname: The host, maybe with a port.
    :param trusted_list: The hosts; one that starts with a dot stands for all below it as well.
        Without a list all well-formed hosts are trusted.
    """
    match = _host_re.fullmatch(hostname or "")
    if match is None:
        return False
    name, port = match.groups()
    if port and int(port) > 65535:
        return False
    if name[0] == "[" and not _is_ipv6_address(name[1:-1]):
        return False
    if not trusted_list:
        return True
    if isinstance(trusted_list, str):
        trusted_list = [trusted_list]
    for trusted in trusted_list:
        try:
            wanted = _without_port(trusted.removeprefix(".")).encode("idna").decode("ascii")
        except UnicodeError:
            return False
        if name == wanted or (trusted[:1] == "." and name.endswith(f".{wanted}")):
            return True
    return False


def _without_port(host: str) -> str:
    address, bracket, _ = host.partition("]")
    return f"{address}]" if bracket else host.partition(":")[0]


def _is_ipv6_address(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def get_host(
    scheme: str,
    host_header: str | None,
    server: tuple[str, int | None] | None = None,
    trusted_hosts: Collection[str] | None = None,
) -> str:
    """Return the host of a request, without the port if it is the usual one.

    :param scheme: ``http``, ``https``, ``ws`` or ``wss``.
    :param host_header: The ``Host`` header.
    :param server: Address and port of the server, for want of the header.
    :param trusted_hosts: The hosts that are trusted; all by default.
    :return: The host; empty if it is malformed.
    :raises SecurityError: The host is not one of those that are trusted.
    """
    if host_header is not None:
        host = host_header
    elif server is not None and server[1] is not None:
        name = server[0]
        if ":" in name and name[0] != "[":
            name = f"[{name}]"
        host = f"{name}:{server[1]}"
    else:
        return ""
    if scheme in {"http", "ws"}:
        host = host.removesuffix(":80")
    elif scheme in {"https", "wss"}:
        host = host.removesuffix(":443")
    if host_is_trusted(host, trusted_hosts):
        return host
    if trusted_hosts:
        raise SecurityError(f"Host {host!r} is not trusted.")
    return ""


def get_current_url(
    scheme: str,
    host: str,
    root_path: str | None = None,
    path: str | None = None,
    query_string: bytes | None = None,
) -> str:
    """Put a URL together, as an IRI.

    :param scheme: The scheme.
    :param host: The host.
    :param root_path: The path the application is mounted at.
    :param path: The path within the application.
    :param query_string: The query.
    """
    url = f"{scheme}://{host}"
    if root_path is None:
        return werkzeug.urls.uri_to_iri(f"{url}/")
    if root_path and root_path[0] != "/":
        # It would become part of the host.
        url += "/"
    url += f"{quote(root_path.rstrip('/'), safe=_SAFE_IN_PATH)}/"
    if path is None:
        return werkzeug.urls.uri_to_iri(url)
    url += quote(path.lstrip("/"), safe=_SAFE_IN_PATH)
    if query_string:
        url += f"?{quote(query_string, safe=_SAFE_IN_QUERY)}"
    return werkzeug.urls.uri_to_iri(url)


def get_content_length(
    http_content_length: str | None = None, http_transfer_encoding: str | None = None
) -> int | None:
    """Return the length of the body.

    :param http_content_length: The ``Content-Length`` header.
    :param http_transfer_encoding: The ``Transfer-Encoding`` header.
    :return: The length in bytes, 0 for nonsense; ``None`` if it is not known.
    """
    if http_content_length is None or (
        http_transfer_encoding is not None
        and "chunked" in werkzeug.http.parse_set_header(http_transfer_encoding)
    ):
        return None
    try:
        return max(0, _plain_int(http_content_length))
    except ValueError:
        return 0
