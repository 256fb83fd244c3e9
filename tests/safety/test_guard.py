"""What Django reads of a request in a project before any view runs, with our guard in front."""

from __future__ import annotations

import encodings
import io
import json
import pkgutil
import random
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from encodings.aliases import aliases
from pathlib import Path
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
from flaskish.werkzeug.wrappers._django_request import WholeForm
from tests.safety.corpora import within
from tests.safety.servers import WAYS, Ask, ask_asgi, ask_mounted, ask_wsgi
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
    with project(GUARD, COMMON, CSRF):
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


# Long headers

COMMON = "django.middleware.common.CommonMiddleware"
#: What ``startproject`` and the guides of Django's name, as they say.
MIDDLEWARE = [
    GUARD,
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    COMMON,
    CSRF,
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
#: What a long header begins with, by its name.
LONG = {
    "CONTENT_TYPE": (f"{MULTIPART}", f"{URLENCODED};charset=", 'text/plain; x="'),
    "HTTP_ACCEPT_LANGUAGE": ("", "en"),
    "HTTP_ACCEPT_ENCODING": ("", "gzip"),
    "HTTP_AUTHORIZATION": ("Basic ", "Digest "),
    "HTTP_COOKIE": ("", "sessionid=", "csrftoken=", "messages="),
    "HTTP_HOST": ("", "a", "["),
    "HTTP_IF_MATCH": ("", '"a"'),
    "HTTP_IF_MODIFIED_SINCE": ("", "Sun, "),
    "HTTP_IF_NONE_MATCH": ("", '"a"'),
    "HTTP_ORIGIN": ("http://",),
    "HTTP_RANGE": ("bytes=",),
    "HTTP_REFERER": ("https://localhost/", "http://"),
    "HTTP_USER_AGENT": ("",),
    "HTTP_X_CSRFTOKEN": ("",),
    "PATH_INFO": ("/app/", "/django/"),
    "QUERY_STRING": ("", "a="),
}
UNITS = (
    *(";", ",", '"', "\\", "=", " ", "1", "-", "/", "(", "[", "%", "%ff", "&", "\xff", "\t", "@"),
    *(";a=b", ';a="b"', ';a="\\"', ";a*=utf-8''%ff", ";a*1*=x", "; charset=a", '"a",', 'W/"a",'),
)


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("url", PATHS)
def test_no_long_header_takes_a_guarded_project_long(url: str, name: str) -> None:
    with project(*MIDDLEWARE):
        application = get_wsgi_application()
        for start in LONG[name]:
            for unit in UNITS:
                value = start + unit * (60_000 // len(unit))
                line = {**post(MULTIPART, FORM, **CSRF_TOKEN), "PATH_INFO": url, name: value}
                if not name.startswith("CONTENT"):
                    line["REQUEST_METHOD"] = "GET"
                with within(0.6):
                    assert ask_wsgi(application, **line).status < 500, (start, unit)


# Forms that are cut off


def cut_off(kind: str, length: int, more: dict[str, Any]) -> dict[str, Any]:
    """Return a form of which only so many bytes come."""
    body = FORM if kind == MULTIPART else b"amount=1000"
    return post(kind, body[:length], **CSRF_TOKEN, **more)


@pytest.mark.parametrize("url", PATHS)
@pytest.mark.parametrize("server", ["WSGI", "ASGI", "Django's WSGI"])
def test_a_form_that_is_cut_off_is_a_bad_request(server: str, url: str) -> None:
    """For Django's parser it is a shorter form."""
    with project(GUARD, CSRF):
        from django.core.wsgi import get_wsgi_application as get_djangos

        make: dict[str, tuple[Ask, Callable[[], Any]]] = {
            "WSGI": (ask_wsgi, get_wsgi_application),
            "ASGI": (ask_asgi, get_asgi_application),
            "Django's WSGI": (ask_wsgi, get_djangos),
        }
        ask, make_application = make[server]
        application = make_application()
        statuses = [
            ask(application, PATH_INFO=url, **cut_off(MULTIPART, length, {})).status
            for length in range(1, len(FORM) + 1)
        ]
    # The line break after the last delimiter need not be there.
    whole = len(FORM) - 2
    assert statuses == [400] * (whole - 1) + [200] * 3


@pytest.mark.parametrize("url", PATHS)
@pytest.mark.parametrize("kind", [MULTIPART, URLENCODED])
def test_a_form_that_is_shorter_than_its_length_is_a_bad_request(kind: str, url: str) -> None:
    size = len(FORM if kind == MULTIPART else b"amount=1000")
    with project(GUARD, CSRF):
        application = get_wsgi_application()
        for length in range(size):
            line = cut_off(kind, length, {"CONTENT_LENGTH": str(size)})
            assert ask_wsgi(application, PATH_INFO=url, **line).status == 400, length
        whole = cut_off(kind, size, {})
        assert ask_wsgi(application, PATH_INFO=url, **whole).status == 200


@pytest.mark.parametrize("kind", [MULTIPART, URLENCODED])
def test_an_application_sees_without_the_guard_that_a_form_is_too_short(kind: str) -> None:
    size = len(FORM if kind == MULTIPART else b"amount=1000")
    for length in range(size + 1):
        line = cut_off(kind, length, {"CONTENT_LENGTH": str(size)})
        answer = ask_mounted(make_app(), {"MIDDLEWARE": [CSRF]}, **line)
        assert answer.status == (200 if length == size else 400), length


@pytest.mark.parametrize("size", [1, 7, 100, 64 * 1024])
def test_the_end_of_a_form_is_found_wherever_it_is_read_apart(size: int) -> None:
    body = io.BytesIO(FORM)
    whole = WholeForm(body, "b")
    while whole.read(size):
        pass
    assert not whole.is_cut_off
    # As text of a field it is no end.
    cut = WholeForm(io.BytesIO(FORM.replace(b"value", b"a--b--")[:-9]), "b")
    while cut.read(size):
        pass
    assert cut.is_cut_off


def test_a_file_of_a_form_that_is_cut_off_does_not_stay(tmp_path: Path) -> None:
    handlers = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    more = {"FILE_UPLOAD_HANDLERS": handlers, "FILE_UPLOAD_TEMP_DIR": tmp_path}
    two = part("f", b"x" * 100_000, "; filename=f") * 2 + b"--b--"
    with project(GUARD, CSRF), override_settings(**more):
        application = get_wsgi_application()
        for length in (50_000, 150_000, len(two) - 1):
            for announced in (length, len(two)):
                line = post(MULTIPART, two[:length], CONTENT_LENGTH=str(announced), **CSRF_TOKEN)
                assert ask_wsgi(application, PATH_INFO="/app/", **line).status == 400
                assert list(tmp_path.iterdir()) == []


# A form that was refused


def refuse_often(read: Any) -> list[str]:
    """Read in each of the ways that once gave an empty form, and return what that gave."""
    seen = []

    def note() -> None:
        try:
            seen.append(f"{dict(read())}")
        except Exception as error:
            seen.append(type(error).__name__)

    try:
        raise KeyError("of somebody else")
    except KeyError:
        # The first time, while something else is handled.
        note()
    note()
    try:
        read()
    except Exception:
        note()
    return seen


@pytest.mark.parametrize("line", REFUSED)
def test_a_refused_form_is_refused_on_each_access(line: dict[str, Any]) -> None:
    seen: list[list[str]] = []

    def view(http_request: HttpRequest) -> HttpResponse:
        seen.append(refuse_often(lambda: http_request.POST))
        seen.append(refuse_often(lambda: http_request.FILES))
        return HttpResponse("seen")

    urls = types.ModuleType("urls_of_a_reader")
    urls.urlpatterns = [path("django/", view)]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[GUARD]):
        for ask, application in (
            (ask_wsgi, get_wsgi_application()),
            (ask_asgi, get_asgi_application()),
        ):
            seen.clear()
            assert ask(application, **{"PATH_INFO": "/django/", **line}).status == 200
            assert all(len({*results}) == 1 for results in seen)
            # A length that is no number is taken for none.
            assert seen[0][0] != "{}" or line["body"] == b"a=1"


@pytest.mark.parametrize("limit", ["MAX_CONTENT_LENGTH", "MAX_FORM_PARTS", "MAX_FORM_MEMORY_SIZE"])
@pytest.mark.parametrize("kind", [URLENCODED, MULTIPART])
@pytest.mark.parametrize("way", WAYS)
def test_a_limit_refuses_on_each_access(way: str, kind: str, limit: str) -> None:
    app = Flask("limited", static_folder=None)
    app.config[limit] = 1
    body = b"a=11&b=22" if kind == URLENCODED else part("a", b"11") + part("b", b"22") + b"--b--"

    @app.post("/")
    def index() -> dict[str, Any]:
        return {"seen": refuse_often(lambda: request.form) + refuse_often(lambda: request.files)}

    answer = WAYS[way](app, **post(kind, body))
    assert answer.status == 200
    assert json.loads(answer.body)["seen"] == ["RequestEntityTooLarge"] * 6


@pytest.mark.parametrize("way", ["mounted", "mounted asgi"])
@pytest.mark.parametrize("line", REFUSED[3:])
def test_a_form_that_django_has_refused_is_no_empty_one_for_an_application(
    line: dict[str, Any], way: str
) -> None:
    app = Flask("careless", static_folder=None)

    @app.post("/")
    def index() -> str:
        with suppress(Exception):
            request.django.POST  # noqa: B018
        return f"{len(request.form)} fields"

    answer = WAYS[way](app, {"MIDDLEWARE": [GUARD]}, **line)
    # Nothing was read of what is too large for Django, and Flask's limits are the application's.
    assert answer.status in (400, 413) or answer.body == b"1 fields"


@pytest.mark.parametrize("kind", [URLENCODED, MULTIPART])
@pytest.mark.parametrize("middleware", [(), (GUARD,), (GUARD, CSRF)])
def test_a_client_that_goes_away_is_no_error_of_the_server(middleware: Any, kind: str) -> None:
    line = post(kind, b"", **{**CSRF_TOKEN, "CONTENT_LENGTH": "500"})
    line["wsgi.input"] = BrokenChunks(OSError("gone"))
    assert ask_mounted(make_app(), {"MIDDLEWARE": middleware}, **line).status == 400
    if not middleware:
        assert ask_wsgi(make_app(), **line).status == 400
