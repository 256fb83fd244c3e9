"""Certificates for the development server.

Werkzeug: ``werkzeug.serving``. Django: none.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

#: What is missing for certificates of one's own, and the way out.
NO_CRYPTOGRAPHY = (
    "Using ad-hoc certificates requires the cryptography library."
    " Install it with: pip install flaskish[certificates]"
)


def load_context(ssl_context: Any) -> ssl.SSLContext:
    """Return an ``SSLContext`` of what :func:`make_server` takes.

    :param ssl_context: The context itself, a pair of certificate and key file, or ``"adhoc"``.
    """
    if isinstance(ssl_context, tuple):
        return load_ssl_context(*ssl_context)
    if ssl_context == "adhoc":
        return generate_adhoc_ssl_context()
    return ssl_context  # type: ignore[no-any-return]


def load_ssl_context(
    cert_file: str, pkey_file: str | None = None, protocol: int | None = None
) -> ssl.SSLContext:
    """Load a certificate.

    :param cert_file: Path of the certificate.
    :param pkey_file: Path of the key; the certificate's file by default.
    :param protocol: A ``PROTOCOL_`` constant of :mod:`ssl`.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if protocol is None else protocol)
    context.load_cert_chain(cert_file, pkey_file)
    return context


def generate_adhoc_ssl_pair(cn: str | None = None) -> tuple[Any, Any]:
    """Make a certificate that no browser trusts, and its key.

    :param cn: The name it is for.
    :raises TypeError: The package ``cryptography`` is not installed.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
    except ImportError:
        raise TypeError(NO_CRYPTOGRAPHY) from None
    from datetime import datetime, timedelta

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    cn = "*" if cn is None else cn
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Dummy Certificate"),
            x509.NameAttribute(NameOID.COMMON_NAME, cn),
        ]
    )
    # Browsers read the names from here; the common name is for people.
    alternatives = x509.SubjectAlternativeName([x509.DNSName(cn), x509.DNSName(f"*.{cn}")])
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=365))
        .add_extension(usage, critical=False)
        .add_extension(alternatives, critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _write_pair(certificate: Any, key: Any, cert_path: str, key_path: str) -> None:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    with open(cert_path, "wb") as file:
        file.write(certificate.public_bytes(Encoding.PEM))
    with open(key_path, "wb") as file:
        file.write(
            key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        )


def is_ssl_error(error: Exception | None = None) -> bool:
    """Tell whether an error is one of TLS.

    :param error: The error; the active one by default.
    """
    import ssl

    return isinstance(sys.exc_info()[1] if error is None else error, ssl.SSLError)


def make_ssl_devcert(
    base_path: str, host: str | None = None, cn: str | None = None
) -> tuple[str, str]:
    """Make a certificate for development and keep it.

    :param base_path: Path of the files, without ``.crt`` and ``.key``.
    :param host: The host it is for, with its subdomains; the same as ``cn``, which it goes before.
    :param cn: The name it is for.
    :return: The paths of the certificate and its key.
    """
    cert_path, key_path = f"{base_path}.crt", f"{base_path}.key"
    _write_pair(*generate_adhoc_ssl_pair(cn if host is None else host), cert_path, key_path)
    return cert_path, key_path


def generate_adhoc_ssl_context() -> ssl.SSLContext:
    """Make a certificate that no browser trusts, for this run of the server."""
    from tempfile import TemporaryDirectory

    pair = generate_adhoc_ssl_pair()
    with TemporaryDirectory() as folder:
        cert_path, key_path = os.path.join(folder, "crt"), os.path.join(folder, "key")
        _write_pair(*pair, cert_path, key_path)
        return load_ssl_context(cert_path, key_path)
