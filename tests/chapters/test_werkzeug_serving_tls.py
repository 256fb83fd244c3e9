"""Werkzeug's Serving WSGI Applications: SSL, with certificates made for it and with others."""

from __future__ import annotations

import http.client
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from flaskish.werkzeug.serving import (
    BaseWSGIServer,
    generate_adhoc_ssl_context,
    generate_adhoc_ssl_pair,
    is_ssl_error,
    load_ssl_context,
    make_server,
    make_ssl_devcert,
)
from flaskish.werkzeug.wrappers import Request, Response

from ..dev_server import LOCALHOST, get, serve
from ..processes import PATIENCE


@Request.application
def application(request: Request) -> Response:
    return Response(f"{request.scheme} {request.is_secure}")


def get_encrypted(
    server: BaseWSGIServer, context: ssl.SSLContext | None = None, host: str = LOCALHOST
) -> bytes:
    """Ask a server over TLS; without a context whatever its certificate is."""
    context = context or ssl._create_unverified_context()
    connection = http.client.HTTPSConnection(host, server.port, context=context, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate and its key that a client may trust."""
    return make_ssl_devcert(str(tmp_path_factory.mktemp("tls") / "key"), cn="localhost")


def test_certificate_and_key_are_files_with_their_endings(tmp_path: Path) -> None:
    base = str(tmp_path / "key")
    assert make_ssl_devcert(base, host="localhost") == (f"{base}.crt", f"{base}.key")
    assert "BEGIN CERTIFICATE" in (tmp_path / "key.crt").read_text()
    assert "BEGIN RSA PRIVATE KEY" in (tmp_path / "key.key").read_text()


def test_host_is_in_the_name_of_the_certificate(tmp_path: Path) -> None:

    path, _ = make_ssl_devcert(str(tmp_path / "key"), host="example.com")
    certificate = x509.load_pem_x509_certificate(Path(path).read_bytes())
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["example.com"]


def test_name_of_the_certificate_is_the_cn(files: tuple[str, str]) -> None:

    certificate = x509.load_pem_x509_certificate(Path(files[0]).read_bytes())
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert alternatives.value.get_values_for_type(x509.DNSName) == ["localhost", "*.localhost"]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(usage.value) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_pair_of_files_is_served(files: tuple[str, str]) -> None:
    with serve(application, ssl_context=files) as server:
        trusting = ssl.create_default_context(cafile=files[0])
        assert get_encrypted(server, trusting, "localhost") == b"https True"


def test_client_that_does_not_trust_the_certificate_refuses(files: tuple[str, str]) -> None:
    with serve(application, ssl_context=files) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            get_encrypted(server, ssl.create_default_context(), "localhost")
        assert get_encrypted(server) == b"https True"


def test_context_that_was_loaded_by_hand_is_served(files: tuple[str, str]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    with serve(application, ssl_context=context) as server:
        assert server.ssl_context is context
        assert get_encrypted(server) == b"https True"


def test_adhoc_certificate_is_served() -> None:
    with serve(application, ssl_context="adhoc") as server:
        assert get_encrypted(server) == b"https True"


def test_adhoc_certificate_is_another_one_at_each_start() -> None:
    served = []
    for _ in range(2):
        with serve(application, ssl_context="adhoc") as server:
            served.append(ssl.get_server_certificate((LOCALHOST, server.port)))
    assert served[0] != served[1]


def test_adhoc_context_and_pair_can_be_had() -> None:
    assert isinstance(generate_adhoc_ssl_context(), ssl.SSLContext)
    certificate, key = generate_adhoc_ssl_pair("example.com")
    assert certificate.public_key() == key.public_key()


def test_adhoc_certificate_needs_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(TypeError, match="requires the cryptography library"):
        make_server(LOCALHOST, 0, application, ssl_context="adhoc")


def test_server_speaks_https_or_http_but_not_both(files: tuple[str, str]) -> None:
    with serve(application, ssl_context=files) as server:
        with pytest.raises((http.client.HTTPException, OSError)):
            get(server)
        assert get_encrypted(server) == b"https True"


def test_server_without_a_context_does_not_speak_https() -> None:
    with serve(application) as server:
        with pytest.raises(ssl.SSLError):
            get_encrypted(server)
        assert get(server) == (200, b"http False")


@pytest.mark.parametrize("options", [{"threaded": True}, {"processes": 2}], ids=str)
def test_threads_and_processes_speak_https(files: tuple[str, str], options: dict[str, Any]) -> None:
    with serve(application, ssl_context=files, **options) as server:
        assert get_encrypted(server) == b"https True"


def test_address_of_a_server_with_tls_is_https(
    files: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "werkzeug")
    with make_server(LOCALHOST, 0, application, ssl_context=files) as server:
        server.log_startup()
    assert f"Running on https://{LOCALHOST}:{server.port}" in caplog.text


def test_context_is_loaded_from_files(files: tuple[str, str], tmp_path: Path) -> None:
    assert isinstance(load_ssl_context(*files), ssl.SSLContext)
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(Path(path).read_bytes() for path in files))
    assert isinstance(load_ssl_context(str(both)), ssl.SSLContext)


def test_protocol_of_a_context_can_be_chosen(files: tuple[str, str]) -> None:
    assert load_ssl_context(*files).protocol == ssl.PROTOCOL_TLS_SERVER
    with pytest.warns(DeprecationWarning, match="PROTOCOL_TLS"):
        context = load_ssl_context(*files, protocol=ssl.PROTOCOL_TLS)
    assert context.protocol == ssl.PROTOCOL_TLS


def test_errors_of_tls_are_told_from_others() -> None:
    assert is_ssl_error(ssl.SSLError("broken"))
    assert not is_ssl_error(OSError("broken"))
    try:
        raise ssl.SSLError("broken")
    except ssl.SSLError:
        assert is_ssl_error()
