"""What Django reads of a request in a project before any view runs, with our guard in front."""

from __future__ import annotations

import encodings
import io
import pkgutil
import random
import types
from collections.abc import Iterator
from contextlib import contextmanager
from encodings.aliases import aliases
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from gunicorn.http.errors import InvalidChunkSize

from flaskish import Flask, request
from flaskish.bridge.charsets import find_charset
from flaskish.bridge.cookies import CookieMiddleware
from flaskish.bridge.guard import GuardMiddleware, get_asgi_application, get_wsgi_application
from flaskish.werkzeug.datastructures import CharsetAccept
from tests.safety.corpora import within
from tests.safety.servers import ask_asgi, ask_mounted, ask_wsgi
from tests.safety.test_bodies import (
    CHARSETS,
    CSRF_TOKEN,
    FORM,
    MULTIPART,
    PARAMETERS,
    URLENCODED,
    BrokenChunks,
    part,
    post,
)

CSRF = "django.middleware.csrf.CsrfViewMiddleware"
GUARD = "flaskish.bridge.guard.GuardMiddleware"


def django_view(http_request: HttpRequest) -> HttpResponse:
    """Read all that Django makes of a request."""
    seen = [http_request.GET.dict(), http_request.POST.dict(), http_request.COOKIES]
    return HttpResponse(repr(seen), content_type="text/plain")


def make_app() -> Flask:
    app = Flask("guarded", static_folder=None)

    @app.route("/", methods=["GET", "POST"])
    def index() -> dict[str, Any]:
        return {"args": request.args, "form": request.form}

    return app


@contextmanager
def project(*middleware: str) -> Iterator[None]:
    """Have a project with a view of Django's and an application."""
    urls = types.ModuleType("guarded_urls")
    urls.urlpatterns = [path("django/", django_view), path("app/", make_app().urls)]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=middleware):
        yield


PATHS = ("/django/", "/app/")


@pytest.mark.parametrize("url", PATHS)
def test_no_content_type_is_an_error_of_a_guarded_project(url: str) -> None:
    """Django fails on most of these while it makes the request, before any middleware."""
    with project(GUARD, CSRF):
        for ask, application in (
            (ask_wsgi, get_wsgi_application()),
            (ask_asgi, get_asgi_application()),
        ):
            for parameter in (*PARAMETERS, "x*=unknown''%ff", "charset=utf-8"):
                for kind, body in ((MULTIPART, FORM), (URLENCODED, b"a=1"), ("text/plain", b"")):
                    for query in ("a=%ff", "a&" * 2_000):
                        line = post(f"{kind}; {parameter}", body, QUERY_STRING=query, **CSRF_TOKEN)
                        status = ask(application, PATH_INFO=url, **line).status
                        assert status < 500, (parameter, kind, query[:9])


@pytest.mark.parametrize("url", PATHS)
def test_no_charset_of_a_form_is_an_error_behind_the_middleware(url: str) -> None:
    with project(GUARD, CSRF):
        from django.core.wsgi import get_wsgi_application

        application = get_wsgi_application()
        for charset in set(CHARSETS) - {"a\0b"}:
            for kind, body in ((MULTIPART, FORM), (URLENCODED, b"a=1")):
                line = post(f"{kind}; charset={charset}", body, PATH_INFO=url, **CSRF_TOKEN)
                assert ask_wsgi(application, **line).status < 500, (charset, kind)


REFUSED = [
    post(URLENCODED, b"a=1&" * 2_000),
    post(URLENCODED, b"a=1", CONTENT_LENGTH="\xb2"),
    post(URLENCODED, b"a=1", CONTENT_LENGTH="9" * 5_000),
    post(URLENCODED, b"a=1" * 1_000_000),
    post("multipart/form-data", FORM),
]


@pytest.mark.parametrize("line", REFUSED)
def test_form_that_django_does_not_take_is_no_error_of_the_server(line: dict[str, Any]) -> None:
    """Django's page of the error reads the form again, and fails again, outside of its handler."""
    with project(GUARD, CSRF):
        from django.core.wsgi import get_wsgi_application

        answer = ask_wsgi(get_wsgi_application(), **line, **CSRF_TOKEN, PATH_INFO="/app/")
    # Django 6.1 takes a length that is no number for none.
    assert answer.status in ((200, 400) if line["body"] == b"a=1" else (400, 413))


@pytest.mark.parametrize("line", [*REFUSED, post(f"{MULTIPART}; charset=\xff", FORM)])
@pytest.mark.parametrize(
    ("error", "status"), [({"PATH_INFO": "/nowhere"}, 404), ({"HTTP_HOST": "a b"}, 400)]
)
def test_a_page_of_an_error_is_shown_whatever_the_form_is(
    error: dict[str, str], status: int, line: dict[str, Any]
) -> None:
    """Django's page asks for the form for the first time, and fails in the handler of errors."""
    common = "django.middleware.common.CommonMiddleware"
    with project(GUARD, common, CSRF):
        for ask, application in (
            (ask_wsgi, get_wsgi_application()),
            (ask_asgi, get_asgi_application()),
        ):
            asked = {"PATH_INFO": "/django/", **line, **CSRF_TOKEN, **error}
            assert ask(application, **asked).status == status


def chunked(stream: Any, **changes: Any) -> dict[str, Any]:
    """Return a form in chunks, as gunicorn and the development server hand it over."""
    line = post(URLENCODED, b"", **{**CSRF_TOKEN, **changes})
    more = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"}
    return {**line, **more, "wsgi.input_terminated": True, "wsgi.input": stream}


@pytest.mark.parametrize("middleware", [(CSRF,), (GUARD, CSRF)])
def test_form_in_chunks_is_not_lost_when_middleware_asks_for_it(middleware: Any) -> None:
    line = chunked(io.BytesIO(b"a=1"))
    with project(*middleware):
        answer = ask_mounted(make_app(), {"MIDDLEWARE": middleware}, **line)
    assert answer.body == b'{"args":{},"form":{"a":"1"}}\n'


@pytest.mark.parametrize("guard", ["middleware", "SECURE_DEFAULTS"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (URLENCODED, b"a=1&csrfmiddlewaretoken=" + b"t" * 32),
        (MULTIPART, part("a", b"1") + part("csrfmiddlewaretoken", b"t" * 32) + b"--b--\r\n"),
    ],
)
def test_token_in_a_form_in_chunks_is_seen(kind: str, body: bytes, guard: str) -> None:
    line = chunked(io.BytesIO(body), HTTP_X_CSRFTOKEN=None, CONTENT_TYPE=kind)
    app = make_app()
    if guard == "middleware":
        answer = ask_mounted(app, {"MIDDLEWARE": [GUARD, CSRF]}, **line)
    else:
        app.config.update(SECURE_DEFAULTS=True, SECRET_KEY="k")
        with override_settings(FLASKISH_STANDALONE=True):
            answer = ask_wsgi(app, **line)
    assert b'"a":"1"' in answer.body


def test_form_without_a_body_is_an_empty_one() -> None:
    """gunicorn says of each body that it ends by itself."""
    line = chunked(io.BytesIO(), CONTENT_TYPE=MULTIPART)
    del line["HTTP_TRANSFER_ENCODING"]
    answer = ask_mounted(make_app(), {"MIDDLEWARE": [GUARD, CSRF]}, **line)
    assert answer.status in (200, 400)


@pytest.mark.parametrize("error", [OSError("broken"), InvalidChunkSize(b"zz")])
@pytest.mark.parametrize("middleware", [(CSRF,), (GUARD, CSRF)])
def test_broken_chunks_are_a_bad_request_when_middleware_asks_for_the_form(
    middleware: Any, error: Exception
) -> None:
    line = chunked(BrokenChunks(error))
    assert ask_mounted(make_app(), {"MIDDLEWARE": middleware}, **line).status == 400


@pytest.mark.parametrize(
    ("limit", "stream", "status"),
    [
        (None, io.BytesIO(b"a=1"), 200),
        (2, io.BytesIO(b"a=1"), 413),
        (None, BrokenChunks(InvalidChunkSize(b"zz")), 400),
    ],
)
def test_form_in_chunks_is_checked_by_secure_defaults(
    limit: int | None, stream: Any, status: int
) -> None:
    app = make_app()
    app.config.update(SECURE_DEFAULTS=True, SECRET_KEY="k", MAX_CONTENT_LENGTH=limit)
    with override_settings(FLASKISH_STANDALONE=True):
        assert ask_wsgi(app, **chunked(stream)).status == status


def test_a_charset_for_text_counts_for_djangos_views() -> None:
    line = post("text/plain; charset=latin-1", b"", QUERY_STRING="a=%e4", PATH_INFO="/django/")
    with project(GUARD):
        assert "ä" in ask_wsgi(get_wsgi_application(), **line).body.decode()


def test_guard_keeps_what_a_test_puts_on_a_request() -> None:
    by_hand = HttpRequest()
    by_hand.COOKIES["a"] = "1"
    made = RequestFactory(headers={"Cookie": "b=2; b=3"}).get("/")
    seen = [GuardMiddleware(lambda request: request.COOKIES)(item) for item in (by_hand, made)]
    assert seen == [{"a": "1"}, {"b": "2"}]
    assert CookieMiddleware is GuardMiddleware


def test_guarded_request_stays_as_it_is() -> None:
    http_request = RequestFactory().get("/")
    kinds = [GuardMiddleware(type)(http_request) for _ in range(2)]
    assert kinds[0] is kinds[1]
    assert issubclass(kinds[0], type(RequestFactory().get("/")))


# Charsets


@pytest.mark.filterwarnings("error")
def test_no_bytes_are_an_error_in_a_charset_that_a_client_may_name() -> None:
    names = {*aliases, *(module.name for module in pkgutil.iter_modules(encodings.__path__))}
    some = random.Random(1)
    found = {charset for name in names if (charset := find_charset(name))}
    assert {"utf-8", "iso8859-1", "cp1252", "koi8-u", "shift_jis"} <= found
    for charset in found:
        for _ in range(50):
            some.randbytes(some.randrange(30)).decode(charset, "replace")


def test_names_of_charsets_that_strangers_make_up_are_not_kept() -> None:
    """Python's own look-up remembers each name that it does not know."""
    before = len(encodings._cache)  # type: ignore[attr-defined]
    with project(GUARD):
        application = get_wsgi_application()
        for number in range(50):
            line = post(f"text/plain; charset=made-up-{number}", b"", PATH_INFO="/app/")
            assert ask_wsgi(application, **line).status == 200
            assert "utf-8" not in CharsetAccept([(f"made-up-{number}", 1)])
    assert len(encodings._cache) == before  # type: ignore[attr-defined]


def test_long_name_is_no_charset() -> None:
    with within(0.1):
        assert find_charset("utf-8" + "-" * 1_000_000) is None
