"""Where the development server listens.

Werkzeug: ``werkzeug.serving``. Django: none.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any


def select_address_family(host: str, port: int) -> socket.AddressFamily:
    """Return the kind of address.

    :param host: The address, or ``unix://`` and a path.
    :param port: The port.
    """
    if host.startswith("unix://"):
        return socket.AF_UNIX
    if ":" in host and hasattr(socket, "AF_INET6"):
        return socket.AF_INET6
    return socket.AF_INET


def get_sockaddr(host: str, port: int, family: socket.AddressFamily) -> Any:
    """Return an address as sockets take it.

    :param host: The address, or ``unix://`` and a path.
    :param port: The port.
    :param family: The kind of address.
    """
    if family == getattr(socket, "AF_UNIX", None):
        return os.path.abspath(host.partition("://")[2])
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, socket.SOL_TCP)
    except socket.gaierror:
        return host, port
    return found[0][4]


def get_interface_ip(family: socket.AddressFamily) -> str:
    """Return an address of this machine that others may reach, else the loopback address.

    :param family: The kind of address.
    """
    # Nothing is sent: connecting such a socket only chooses the way.
    is_ipv6 = family == getattr(socket, "AF_INET6", None)
    target = "fd31:f903:5ab5:1::1" if is_ipv6 else "10.253.155.219"
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target, 58162))
        except OSError:
            return "::1" if is_ipv6 else "127.0.0.1"
        return str(probe.getsockname()[0])


def remove_stale_socket(path: str) -> None:
    if os.path.exists(path):
        os.unlink(path)


def explain_bind_error(error: OSError, port: int) -> None:
    """Say why the server cannot listen, and what to do about a port in use."""
    import errno

    print(error.strerror, file=sys.stderr)
    if error.errno == errno.EADDRINUSE:
        print(
            f"Port {port} is in use by another program. Either identify and stop that program, or"
            " start the server with a different port.",
            file=sys.stderr,
        )
