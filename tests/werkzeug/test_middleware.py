"""The WSGI middleware: proxies, several applications, files, and profiles."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.middleware.dispatcher import DispatcherMiddleware
from flaskish.werkzeug.middleware.profiler import ProfilerMiddleware
from flaskish.werkzeug.middleware.proxy_fix import ProxyFix
from flaskish.werkzeug.middleware.shared_data import SharedDataMiddleware
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.wrappers import Request, Response


@Request.application
def show_url(request: Request) -> Response:
    return Response(f"{request.remote_addr} {request.url}")


@Request.application
def show_paths(request: Request) -> Response:
    return Response(f"{request.root_path}|{request.path}")


@Request.application
def nothing(request: Request) -> Response:
    return Response("nothing", 404)


# ProxyFix


def url_behind(headers: dict[str, str], **trusted: int) -> str:
    client = Client(ProxyFix(show_url, **trusted))
    environ = {"REMOTE_ADDR": "10.0.0.1"}
    text: str = client.get("/page", headers=headers, environ_overrides=environ).text
    return text


def test_last_proxy_is_trusted_for_address_and_scheme() -> None:
    headers = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Forwarded-Proto": "https"}
    assert url_behind(headers) == "2.2.2.2 https://localhost/page"


def test_more_proxies_can_be_trusted() -> None:
    headers = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2"}
    assert url_behind(headers, x_for=2) == "1.1.1.1 http://localhost/page"


@pytest.mark.parametrize("trusted", [{"x_for": 0, "x_proto": 0}, {"x_for": 3, "x_proto": 3}])
def test_too_few_or_no_proxies_change_nothing(trusted: dict[str, int]) -> None:
    headers = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Forwarded-Proto": "https"}
    assert url_behind(headers, **trusted) == "10.0.0.1 http://localhost/page"


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ({"X-Forwarded-Host": "example.com"}, "http://example.com/page"),
        ({"X-Forwarded-Host": "example.com:8080"}, "http://example.com:8080/page"),
        ({"X-Forwarded-Port": "8080"}, "http://localhost:8080/page"),
        (
            {"X-Forwarded-Host": "example.com:1", "X-Forwarded-Port": "8080"},
            "http://example.com:8080/page",
        ),
        (
            {"X-Forwarded-Host": "[2001:db8::1]", "X-Forwarded-Port": "8080"},
            "http://[2001:db8::1]:8080/page",
        ),
        ({"X-Forwarded-Prefix": "/app"}, "http://localhost/app/page"),
    ],
)
def test_host_port_and_prefix_are_taken_on_demand(headers: dict[str, str], url: str) -> None:
    assert url_behind(headers, x_host=1, x_port=1, x_prefix=1) == f"10.0.0.1 {url}"
    assert url_behind(headers) == "10.0.0.1 http://localhost/page"


def test_values_before_the_change_are_kept() -> None:
    @Request.application
    def application(request: Request) -> Response:
        return Response(request.environ["werkzeug.proxy_fix.orig"]["REMOTE_ADDR"])

    client = Client(ProxyFix(application))
    environ = {"REMOTE_ADDR": "10.0.0.1"}
    assert client.get("/", headers={"X-Forwarded-For": "a"}, environ_overrides=environ).text == (
        "10.0.0.1"
    )


# DispatcherMiddleware


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api", "/api|/"),
        ("/api/a/b", "/api|/a/b"),
        ("/api/v2/a", "/api/v2|/a"),
        ("/apis", "nothing"),
        ("/", "nothing"),
    ],
)
def test_longest_mounted_path_answers(path: str, expected: str) -> None:
    client = Client(DispatcherMiddleware(nothing, {"/api": show_paths, "/api/v2": show_paths}))
    assert client.get(path).text == expected


# SharedDataMiddleware


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "b.unknown-type").write_text("bytes")
    (tmp_path / "secret.key").write_text("secret")
    return tmp_path


def client_for(exports: Any, **options: Any) -> Client:
    return Client(SharedDataMiddleware(nothing, exports, **options))


def test_file_of_a_folder_is_served(files: Path) -> None:
    with client_for({"/files": str(files)}).get("/files/a.txt") as response:
        assert response.text == "text"
        assert response.content_type == "text/plain; charset=utf-8"
        assert response.content_length == 4


def test_single_file_is_served(files: Path) -> None:
    with client_for([("/one", str(files / "a.txt"))]).get("/one") as response:
        assert response.text == "text"


def test_file_of_a_package_is_served() -> None:
    with client_for({"/pkg": ("flaskish.werkzeug", "middleware")}).get(
        "/pkg/__init__.py"
    ) as response:
        assert response.status_code == 200


@pytest.mark.parametrize("path", ["/files/missing", "/files/", "/files/../a.txt", "/other"])
def test_other_paths_are_the_applications(files: Path, path: str) -> None:
    assert client_for({"/files": str(files)}).get(path).text == "nothing"


def test_known_file_is_not_sent_again(files: Path) -> None:
    client = client_for({"/files": str(files)})
    with client.get("/files/a.txt") as response:
        headers = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/files/a.txt", headers=headers).status_code == 304


def test_files_are_kept_by_browsers_unless_told_otherwise(files: Path) -> None:
    with client_for({"/files": str(files)}, cache_timeout=60).get("/files/a.txt") as response:
        assert response.headers["Cache-Control"] == "max-age=60, public"
    with client_for({"/files": str(files)}, cache=False).get("/files/a.txt") as response:
        assert "Cache-Control" in response.headers
        assert "ETag" not in response.headers


def test_disallowed_file_is_the_applications(files: Path) -> None:
    client = client_for({"/files": str(files)}, disallow="*.key")
    assert client.get("/files/secret.key").text == "nothing"


def test_unknown_type_has_the_fallback(files: Path) -> None:
    client = client_for({"/files": str(files)}, fallback_mimetype="a/b")
    with client.get("/files/b.unknown-type") as response:
        assert response.mimetype == "a/b"


# ProfilerMiddleware


def test_table_is_printed() -> None:
    stream = io.StringIO()
    Client(ProfilerMiddleware(show_paths, stream=stream)).get("/page")
    assert "PATH: '/page'" in stream.getvalue()
    assert "function calls" in stream.getvalue()


def test_file_is_written_with_a_name_of_the_request(tmp_path: Path) -> None:
    middleware = ProfilerMiddleware(show_paths, stream=None, profile_dir=str(tmp_path))
    Client(middleware).get("/a/b")
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == 1
    assert names[0].startswith("GET.a.b.")
    assert names[0].endswith(".prof")


def test_name_may_come_from_a_function(tmp_path: Path) -> None:
    def name(environ: dict[str, Any]) -> str:
        assert environ["werkzeug.profiler"]["elapsed"] >= 0
        return "own.prof"

    middleware = ProfilerMiddleware(
        show_paths, stream=None, profile_dir=str(tmp_path), filename_format=name
    )
    Client(middleware).get("/")
    assert (tmp_path / "own.prof").exists()
