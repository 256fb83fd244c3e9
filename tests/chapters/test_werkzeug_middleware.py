"""Werkzeug's Middleware, and its page on proxies: each option and what it promises."""

from __future__ import annotations

import io
import pstats
from pathlib import Path
from typing import Any

import pytest

from flaskish.werkzeug.exceptions import NotFound
from flaskish.werkzeug.middleware.dispatcher import DispatcherMiddleware
from flaskish.werkzeug.middleware.profiler import ProfilerMiddleware
from flaskish.werkzeug.middleware.proxy_fix import ProxyFix
from flaskish.werkzeug.middleware.shared_data import SharedDataMiddleware
from flaskish.werkzeug.test import Client
from flaskish.werkzeug.wrappers import Request, Response


@Request.application
def application(request: Request) -> Response:
    return Response(f"{request.script_root} {request.path}")


# ProxyFix

VARIABLES = (
    "REMOTE_ADDR",
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "SCRIPT_NAME",
)


def fixed(headers: dict[str, str], **trusted: int) -> dict[str, Any]:
    """Return the environ that an application behind proxies sees."""
    seen: dict[str, Any] = {}

    def inner(environ: Any, start_response: Any) -> Any:
        seen.update(environ)
        return Response()(environ, start_response)

    client = Client(ProxyFix(inner, **trusted))
    client.get("/", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})
    return seen


@pytest.mark.parametrize(
    ("trusted", "headers", "changed"),
    [
        ({"x_for": 1}, {"X-Forwarded-For": "1.1.1.1"}, {"REMOTE_ADDR": "1.1.1.1"}),
        ({"x_proto": 1}, {"X-Forwarded-Proto": "https"}, {"wsgi.url_scheme": "https"}),
        (
            {"x_host": 1},
            {"X-Forwarded-Host": "example.com:8080"},
            {
                "HTTP_HOST": "example.com:8080",
                "SERVER_NAME": "example.com",
                "SERVER_PORT": "8080",
            },
        ),
        (
            {"x_port": 1},
            {"X-Forwarded-Port": "8080"},
            {"HTTP_HOST": "localhost:8080", "SERVER_PORT": "8080"},
        ),
        ({"x_prefix": 1}, {"X-Forwarded-Prefix": "/app"}, {"SCRIPT_NAME": "/app"}),
    ],
)
def test_trusted_header_changes_its_variables(
    trusted: dict[str, int], headers: dict[str, str], changed: dict[str, str]
) -> None:
    untrusted = {"x_for": 0, "x_proto": 0}
    before, after = fixed({}, **untrusted), fixed(headers, **{**untrusted, **trusted})
    differing = {name: after[name] for name in VARIABLES if after[name] != before[name]}
    assert differing == changed


@pytest.mark.parametrize(("count", "address"), [(0, "10.0.0.1"), (1, "3.3.3.3"), (2, "2.2.2.2")])
def test_number_of_proxies_says_which_value_counts(count: int, address: str) -> None:
    headers = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2, 3.3.3.3"}
    assert fixed(headers, x_for=count)["REMOTE_ADDR"] == address


def test_fewer_values_than_proxies_are_not_trusted() -> None:
    assert fixed({"X-Forwarded-For": "1.1.1.1"}, x_for=2)["REMOTE_ADDR"] == "10.0.0.1"


def test_address_and_scheme_are_trusted_by_default() -> None:
    headers = {
        "X-Forwarded-For": "1.1.1.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
    }
    environ = fixed(headers)
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == ("1.1.1.1", "https")
    assert (environ["HTTP_HOST"], environ["SCRIPT_NAME"]) == ("localhost", "")


def test_original_values_are_kept() -> None:
    original = fixed({"X-Forwarded-For": "1.1.1.1"})["werkzeug.proxy_fix.orig"]
    assert original["REMOTE_ADDR"] == "10.0.0.1"
    assert original["wsgi.url_scheme"] == "http"
    assert original["HTTP_HOST"] == "localhost"


# DispatcherMiddleware


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", " /"),
        ("/shop", "/shop /"),
        ("/shop/a/b", "/shop /a/b"),
        ("/shop/admin/c", "/shop/admin /c"),
        ("/shopping", " /shopping"),
    ],
)
def test_request_goes_to_the_application_of_its_path(path: str, answer: str) -> None:
    dispatcher = DispatcherMiddleware(
        application, {"/shop": application, "/shop/admin": application}
    )
    assert Client(dispatcher).get(path).text == answer


# SharedDataMiddleware


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "secret.key").write_text("secret")
    (tmp_path / "unknown.xyz-type").write_text("?")
    return tmp_path


def get(app: Any, path: str, **options: Any) -> Response:
    with Client(app).get(path, **options) as response:
        response.get_data()
        return response


@pytest.mark.parametrize("exports", [dict, lambda exports: list(exports.items())])
def test_folder_is_shared(folder: Path, exports: Any) -> None:
    app = SharedDataMiddleware(application, exports({"/shared": str(folder)}))
    response = get(app, "/shared/a.txt")
    assert response.get_data() == b"a"
    assert response.content_type == "text/plain; charset=utf-8"
    assert get(app, "/shared/missing").get_data() == b" /shared/missing"
    assert get(app, "/other").get_data() == b" /other"


def test_folder_may_be_shared_at_the_root(folder: Path) -> None:
    app = SharedDataMiddleware(application, {"/": str(folder)})
    assert get(app, "/a.txt").get_data() == b"a"
    assert get(app, "/page").get_data() == b" /page"


def test_single_file_is_shared(folder: Path) -> None:
    app = SharedDataMiddleware(application, {"/favicon": str(folder / "a.txt")})
    assert get(app, "/favicon").get_data() == b"a"


def test_files_of_a_package_are_shared() -> None:
    app = SharedDataMiddleware(NotFound(), {"/code": ("json", ".")})
    assert b"JSONDecoder" in get(app, "/code/decoder.py").get_data()
    assert get(app, "/code/missing.py").status_code == 404


def test_disallowed_files_are_not_shared(folder: Path) -> None:
    app = SharedDataMiddleware(NotFound(), {"/": str(folder)}, disallow="*.key")
    assert get(app, "/secret.key").status_code == 404
    assert get(app, "/a.txt").status_code == 200


def test_subclass_decides_what_is_allowed(folder: Path) -> None:
    class OwnMiddleware(SharedDataMiddleware):
        def is_allowed(self, filename: str) -> bool:
            return filename.endswith(".txt")

    app = OwnMiddleware(NotFound(), {"/": str(folder)})
    assert get(app, "/secret.key").status_code == 404
    assert get(app, "/a.txt").status_code == 200


def test_shared_files_are_cached(folder: Path) -> None:
    app = SharedDataMiddleware(application, {"/": str(folder)}, cache_timeout=60)
    response = get(app, "/a.txt")
    assert response.cache_control.to_header() in {"max-age=60, public", "public, max-age=60"}
    assert response.expires is not None
    headers = {"If-None-Match": response.headers["ETag"]}
    assert get(app, "/a.txt", headers=headers).status_code == 304


def test_shared_files_are_not_cached_if_not_wanted(folder: Path) -> None:
    response = get(SharedDataMiddleware(application, {"/": str(folder)}, cache=False), "/a.txt")
    assert response.cache_control.max_age is None
    assert not {"Expires", "ETag"} & set(response.headers.keys())


def test_unknown_type_has_a_fallback(folder: Path) -> None:
    exports = {"/": str(folder)}
    for options, expected in [
        ({}, "application/octet-stream"),
        ({"fallback_mimetype": "text/x"}, "text/x; charset=utf-8"),
    ]:
        app = SharedDataMiddleware(application, exports, **options)  # type: ignore[arg-type]
        assert get(app, "/unknown.xyz-type").content_type == expected


# ProfilerMiddleware


def test_statistics_are_written_to_a_stream() -> None:
    stream = io.StringIO()
    app = ProfilerMiddleware(application, stream, sort_by=["cumulative"], restrictions=[3])
    assert Client(app).get("/page").text == " /page"
    assert "PATH: '/page'" in stream.getvalue()
    assert "Ordered by: cumulative time" in stream.getvalue()
    assert "due to restriction <3>" in stream.getvalue()


def test_profile_is_a_file_named_after_the_request(tmp_path: Path) -> None:
    app = ProfilerMiddleware(application, None, profile_dir=str(tmp_path))
    Client(app).post("/a/b")
    Client(app).get("/")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[0].startswith("GET.root.")
    assert names[1].startswith("POST.a.b.")
    assert pstats.Stats(str(tmp_path / names[0])).total_calls > 0  # type: ignore[attr-defined]


def test_name_of_a_profile_may_be_chosen(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []

    def name(environ: dict[str, Any]) -> str:
        seen.append(environ["werkzeug.profiler"])
        return "own"

    for filename_format in ("{method}-{elapsed:.0f}-{time:.0f}", name):
        app = ProfilerMiddleware(
            application, None, profile_dir=str(tmp_path), filename_format=filename_format
        )
        Client(app).get("/")
    assert set(seen[0]) == {"elapsed", "time"}
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[0].startswith("GET-")
    assert names[1] == "own"
