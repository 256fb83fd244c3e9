"""Refuses hosts that no server should have let through.

Flask: ``TRUSTED_HOSTS``. Django: ``ALLOWED_HOSTS``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .werkzeug.exceptions import BadHost

if TYPE_CHECKING:
    from .werkzeug.wrappers import Request


def check_host(request: Request) -> None:
    """Check the host of a request.

    Differs from Flask: a ``Host`` header with blanks, control characters or what no international
    name can have is a bad request, rather than an unknown host.

    :param request: The request.
    :raises SecurityError: The host is not one of ``TRUSTED_HOSTS``, or, mounted, not one of
        ``ALLOWED_HOSTS``.
    :raises BadHost: The header is garbage.
    """
    if request._is_mounted or request.trusted_hosts:
        # Asking for it checks it.
        request.host  # noqa: B018
    header = request.environ.get("HTTP_HOST")
    if header and not _can_be_a_name(header):
        raise BadHost


@lru_cache(maxsize=256)
def _can_be_a_name(host: str) -> bool:
    """Tell whether a header is no garbage. A server is asked for few hosts, many times each."""
    if not host.isprintable() or " " in host:
        return False
    try:
        host.encode("idna")
    except UnicodeError:
        # An empty label is no name either, but not garbage: "example..org", ".".
        return host.isascii()
    return True
