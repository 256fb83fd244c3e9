"""Sessions: nobody forges one, none is lost in silence, and no answer of one is another's."""

from __future__ import annotations

import asyncio
import types
import zlib
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.sessions.backends.file import SessionStore
from django.core.cache import cache
from django.core.signing import TimestampSigner, b64_encode
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from django.views.decorators.cache import cache_page
from hypothesis import given, settings
from hypothesis import strategies as st

from flaskish import (
    Flask,
    Response,
    make_response,
    redirect,
    render_template_string,
    request,
    session,
    stream_with_context,
)
from flaskish.bridge.views import django_decorator
from flaskish.sessions import MAX_PAYLOAD_SIZE, SecureCookieSessionInterface, SessionTooLarge
from flaskish.testing import FlaskClient
from tests.safety.corpora import PATHOLOGICAL, cuts, mutations, within
from tests.safety.servers import (
    WAYS,
    Answer,
    Ask,
    ask_mounted,
    ask_mounted_asgi,
    ask_wsgi,
)

SALT = "cookie-session.session"
PAGES = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
)
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
STORE = "django.contrib.sessions.middleware.SessionMiddleware"


def make_app(**config: Any) -> Flask:
    app = Flask("sessions", static_folder=None)
    app.config.update(SECRET_KEY="a key", PROPAGATE_EXCEPTIONS=True, **config)

    @app.get("/")
    def index() -> dict[str, Any]:
        return dict(session)

    @app.get("/set")
    def set_value() -> str:
        session["a"] = 1
        return "set"

    return app


def cookie_of(answer: Answer) -> str:
    return (answer.get("Set-Cookie") or "").partition(";")[0]


def signed(
    payload: bytes, key: str = "a key", salt: str = SALT, is_compressed: bool = False
) -> str:
    """Sign a payload as somebody does who has the key, in a version of this to come say."""
    data = zlib.compress(payload) if is_compressed else payload
    text = ("." if is_compressed else "") + b64_encode(data).decode()
    return TimestampSigner(key=key, salt=salt, sep=".", algorithm="sha256").sign(text)


def contents(app: Flask, cookie: str) -> bytes:
    return ask_wsgi(app, HTTP_COOKIE=f"session={cookie}").body.strip()


def test_the_signer_of_these_tests_is_the_real_one() -> None:
    assert contents(make_app(), signed(b'{"a":1}')) == b'{"a":1}'
    assert contents(make_app(), signed(b'{"a":1}', is_compressed=True)) == b'{"a":1}'


@pytest.mark.parametrize(
    ("payload", "is_compressed"),
    [
        (b"[1]", False),
        (b'"text"', False),
        (b"null", False),
        (b"17", False),
        (b'{" t":[1]}', False),
        (b'{" u":5}', False),
        (b'{" d":{}}', False),
        (b'{" b":"\xff"}', False),
        (b'{" b":1}', False),
        (b'{"a":{" u":[]}}', False),
        (b"\x80\x04\x95", False),
        (b"\x00\x02of a format to come", False),
        (b"", False),
        (b"[" * 100_000, False),
        (b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}", False),
        (b"1" * 5_000, False),
        (b'{"a":"' + b"x" * (MAX_PAYLOAD_SIZE + 1) + b'"}', True),
        (b"x" * 50_000_000, True),
    ],
)
def test_a_signed_payload_that_is_no_session_is_an_empty_one(
    payload: bytes, is_compressed: bool
) -> None:
    cookie = signed(payload, is_compressed=is_compressed)
    with within(0.5):
        assert contents(make_app(), cookie) == b"{}"


def test_a_truncated_payload_is_an_empty_session() -> None:
    signer = TimestampSigner(key="a key", salt=SALT, sep=".", algorithm="sha256")
    compressed = zlib.compress(b'{"a":1}')
    for text in ("." + b64_encode(compressed[:-3]).decode(), ".", "..", ".\xff", "=", "a"):
        assert contents(make_app(), signer.sign(text)) == b"{}"


def test_no_mutation_of_a_cookie_is_a_session_or_an_error() -> None:
    app = make_app()
    good = signed(b'{"a":1}')
    with within(10):
        for cookie in (*cuts(good), *mutations(good, step=2), *PATHOLOGICAL):
            if contents(app, cookie) != b"{}":
                # A cookie is read to the first semicolon and without blanks.
                assert cookie.strip(" \t").partition(";")[0] in (good, f'"{good}"')


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.text(st.characters(max_codepoint=255)))
def test_no_text_is_a_session_or_an_error(text: str) -> None:
    assert contents(make_app(), text) == b"{}"


def test_a_cookie_of_another_name_or_purpose_is_no_session() -> None:
    app = make_app()
    assert contents(app, signed(b'{"a":1}', salt="cookie-session.other")) == b"{}"
    assert contents(app, signed(b'{"a":1}', salt="cookie-session")) == b"{}"
    assert contents(app, signed(b'{"a":1}', key="another key")) == b"{}"


def test_fallback_keys_only_verify() -> None:
    old = cookie_of(ask_wsgi(make_app(SECRET_KEY_FALLBACKS=[]), PATH_INFO="/set"))
    app = make_app(SECRET_KEY_FALLBACKS=["a key"])
    app.config["SECRET_KEY"] = "a new key"
    assert ask_wsgi(app, HTTP_COOKIE=old).body == b'{"a":1}\n'
    renewed = cookie_of(ask_wsgi(app, PATH_INFO="/set", HTTP_COOKIE=old))
    app.config["SECRET_KEY_FALLBACKS"] = None
    assert ask_wsgi(app, HTTP_COOKIE=renewed).body == b'{"a":1}\n'
    assert ask_wsgi(app, HTTP_COOKIE=old).body == b"{}\n"


def test_a_text_is_no_list_of_fallback_keys() -> None:
    """Each of its characters would be a key, which anybody finds."""
    app = make_app(SECRET_KEY_FALLBACKS="old key")
    with pytest.raises(TypeError, match="Put the key into brackets"):
        contents(app, signed(b'{"a":1}', key="o"))


class ByTenant(SecureCookieSessionInterface):
    """Has a cookie for each host, and a constructor that knows nothing of ours."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def get_cookie_name(self, app: Flask) -> str:
        return f"{self.prefix}-{request.host}"


def test_a_name_that_depends_on_the_request_is_part_of_the_salt() -> None:
    app = make_app()
    app.session_interface = ByTenant("s")
    cookie = cookie_of(ask_wsgi(app, PATH_INFO="/set", HTTP_HOST="a"))
    assert ask_wsgi(app, HTTP_HOST="a", HTTP_COOKIE=cookie).body == b'{"a":1}\n'
    assert ask_wsgi(app, HTTP_HOST="b", HTTP_COOKIE=cookie.replace("s-a", "s-b")).body == b"{}\n"


def test_names_that_depend_on_the_request_fill_no_memory() -> None:
    app = make_app()
    interface = app.session_interface = ByTenant("s")
    for number in range(300):
        ask_wsgi(app, PATH_INFO="/set", HTTP_HOST=f"h{number}")
    assert len(interface._serializers) <= 100


def test_a_salt_that_is_changed_counts_at_once() -> None:
    app = make_app()
    interface = app.session_interface = SecureCookieSessionInterface()
    assert contents(app, signed(b'{"a":1}')) == b'{"a":1}'
    interface.salt = "another"
    assert contents(app, signed(b'{"a":1}')) == b"{}"


# Nothing is lost in silence


@pytest.mark.parametrize("size", [3_000, 4_500])
def test_a_session_that_browsers_would_drop_is_an_error(
    app: Flask, client: FlaskClient, size: int
) -> None:
    @app.get("/")
    def index() -> str:
        session["a"] = token_urlsafe(size)
        return "set"

    app.config["MAX_COOKIE_SIZE"] = 4093 if size > 4_000 else 2_000
    with pytest.raises(SessionTooLarge, match=r"browsers drop .* Keep less"):
        client.get("/")
    app.config["MAX_COOKIE_SIZE"] = 0
    assert client.get("/").status_code == 200


@pytest.mark.filterwarnings("ignore:The 'sessionid' cookie is too large")
@pytest.mark.parametrize("ask", [ask_mounted, ask_mounted_asgi])
@pytest.mark.parametrize("is_text", [True, False])
def test_a_session_of_a_project_that_is_too_large_for_its_cookie_is_an_error(
    ask: Ask, is_text: bool
) -> None:
    """Django sends it without a word, and the browser forgets the session."""
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    value = token_urlsafe(5_000) if is_text else [token_urlsafe(5_000)]
    app.add_url_rule("/large", "large", lambda: session.update(a=value) or "")
    project = {
        "MIDDLEWARE": [STORE],
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    }
    answer = ask(app, project, PATH_INFO="/large")
    assert answer.status == 500
    assert answer.get("Set-Cookie") is None
    assert ask(app, project, PATH_INFO="/set").get("Set-Cookie") is not None
    app.config["MAX_COOKIE_SIZE"] = 0
    assert ask(app, project, PATH_INFO="/large").status == 200


GUARD = "flaskish.bridge.guard.GuardMiddleware"
MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
IN_COOKIES = {
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
}


def fill_by_django() -> str:
    request.django.session["a"] = token_urlsafe(5_000)  # type: ignore[attr-defined]
    return "filled"


def fill_by_messages() -> str:
    for _ in range(5):
        messages.info(request.django, token_urlsafe(1_000))
    return "filled"


def fill_and_stream() -> Response:
    fill_by_messages()
    return Response(iter(["a", "b"]))


@pytest.mark.filterwarnings("ignore:The 'sessionid' cookie is too large")
@pytest.mark.parametrize("cookie", [None, "sessionid=nonsense"])
@pytest.mark.parametrize("ask", [ask_mounted, ask_mounted_asgi])
@pytest.mark.parametrize("fill", [fill_by_django, fill_by_messages, fill_and_stream])
def test_a_session_that_djangos_side_makes_too_large_is_an_error(
    fill: Callable[[], Any], ask: Ask, cookie: str | None
) -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    closed: list[str] = []

    @app.get("/fill")
    def fill_up() -> Response:
        response = make_response(fill())
        response.call_on_close(lambda: closed.append("once"))
        return response

    project = {**IN_COOKIES, "MIDDLEWARE": [GUARD, STORE, MESSAGES]}
    answer = ask(app, project, PATH_INFO="/fill", HTTP_COOKIE=cookie)
    assert answer.status == 500
    assert answer.get("Set-Cookie") is None
    assert closed == ["once"]
    assert ask(app, project, PATH_INFO="/set").get("Set-Cookie") is not None
    if fill is fill_by_django:
        # The application sees that by itself.
        project["MIDDLEWARE"] = [STORE]
        assert ask(app, project, PATH_INFO="/fill", HTTP_COOKIE=cookie).status == 500


@pytest.mark.filterwarnings("ignore:The 'sessionid' cookie is too large")
@pytest.mark.parametrize("ask", [ask_mounted, ask_mounted_asgi])
def test_the_size_that_an_application_allows_counts_for_its_project(ask: Ask) -> None:
    app = make_app()
    app.config["MAX_COOKIE_SIZE"] = 0
    app.add_url_rule("/fill", "fill", fill_by_django)
    project = {
        **IN_COOKIES,
        "MIDDLEWARE": [GUARD, STORE],
        "SESSION_SAVE_EVERY_REQUEST": True,
    }
    cookie = cookie_of(ask(app, project, PATH_INFO="/fill"))
    assert len(cookie) > 5_000
    assert ask(app, project, PATH_INFO="/", HTTP_COOKIE=cookie).status == 200


def fill_for_django(http_request: HttpRequest) -> HttpResponse:
    http_request.session["a"] = token_urlsafe(int(http_request.GET["size"]))
    return HttpResponse("filled")


def test_a_session_of_djangos_views_is_too_large_only_if_it_is() -> None:
    urls = types.ModuleType("urls_of_a_filler")
    urls.urlpatterns = [path("fill/", fill_for_django)]  # type: ignore[attr-defined]
    project = {**IN_COOKIES, "MIDDLEWARE": [GUARD, STORE], "ROOT_URLCONF": urls}
    with override_settings(**project):
        for size, status in ((100, 200), (2_500, 200), (3_500, 500)):
            answers = [
                Client(raise_request_exception=False).get(f"/fill/?size={size}"),
                asyncio.run(AsyncClient(raise_request_exception=False).get(f"/fill/?size={size}")),  # type: ignore[arg-type]
            ]
            for answer in answers:
                assert answer.status_code == status
                assert bool(answer.cookies) is (status == 200)


def test_a_session_that_is_too_large_is_answered_with_500() -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/large", "large", lambda: session.update(a=[*range(9_999)]) or "")
    answer = ask_wsgi(app, PATH_INFO="/large")
    assert answer.status == 500
    assert answer.get("Set-Cookie") is None


def test_a_session_that_would_not_be_read_again_is_not_written(app: Flask) -> None:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    with pytest.raises(ValueError, match="no more than 1000000 are read again"):
        serializer.dumps({"a": "x" * MAX_PAYLOAD_SIZE})


# Caches


def touching_answers() -> dict[str, Callable[[], Any]]:
    """Return views that touch the session in one way or another."""

    def later() -> Iterator[str]:
        yield str(session.get("a"))

    def streamed() -> Any:
        return Response(stream_with_context(later()))

    def streamed_before() -> Any:
        session.get("a")
        return Response(iter(["a", "b"]))

    def failing() -> Any:
        raise RuntimeError(session.get("a"))

    def forbidden() -> Any:
        session.get("a")
        return "", 403

    def redirected() -> Any:
        session["a"] = 2
        return redirect("/")

    def cleared() -> Any:
        session.clear()
        return ""

    return {view.__name__: view for view in (streamed, streamed_before, failing, forbidden)} | {
        "redirected": redirected,
        "cleared": cleared,
        "asked": lambda: str("a" in session),
        "counted": lambda: str(len(session)),
    }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", touching_answers())
def test_an_answer_varies_by_cookie_if_the_session_was_touched(way: str, name: str) -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/touch", "touch", touching_answers()[name])
    answer = WAYS[way](app, PATH_INFO="/touch", HTTP_COOKIE=f"session={signed(b'{}')}")
    assert "Cookie" in (answer.get("Vary") or "")


def private_answers(kept_by: Callable[..., Any]) -> Flask:
    """Make an application with pages that are one client's, behind a cache."""
    app = make_app()
    visits = count()

    @app.get("/new")
    @kept_by
    def begin() -> str:
        session["visit"] = next(visits)
        return f"page of {session['visit']}"

    @app.get("/read")
    @kept_by
    def read() -> str:
        return f"page of {session.get('a')}, {next(visits)}"

    @app.get("/form")
    @kept_by
    def form() -> str:
        return render_template_string("{{ csrf_token() }}")

    return app


@pytest.mark.parametrize("ask", [ask_mounted, ask_mounted_asgi])
@pytest.mark.parametrize("store", [(), (STORE,)], ids=["cookie", "store"])
@pytest.mark.parametrize("kind", ["middleware", "decorator"])
def test_no_cache_gives_a_client_the_page_of_another(
    kind: str, store: tuple[str, ...], ask: Ask
) -> None:
    cache.clear()
    keeps = kind == "decorator"
    app = private_answers(django_decorator(cache_page(60)) if keeps else lambda view: view)
    middleware = [*store, CSRF] if keeps else [PAGES[0], *store, CSRF, PAGES[1]]
    project = {
        "MIDDLEWARE": middleware,
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    }

    def page(path: str, cookie: str | None = None) -> bytes:
        return ask(app, project, PATH_INFO=path, HTTP_COOKIE=cookie).body

    for cookie in (None, "unrelated=1"):
        assert page("/new", cookie) != page("/new", cookie)
        assert page("/form", cookie) != page("/form", cookie)
    assert page("/read", "session=a") != page("/read", "session=b")
    # The caches do work.
    assert page("/read", "session=a") == page("/read", "session=a")


@pytest.mark.parametrize("kind", ["middleware", "decorator"])
@pytest.mark.parametrize(
    ("headers", "first", "second"),
    [
        ({"Vary": "*"}, None, None),
        ({"Cache-Control": "PRIVATE"}, None, None),
        ({"Cache-Control": "max-age=9, No-Store"}, None, None),
        ({"Vary": " * "}, None, None),
        ({"Vary": "Accept , X-User"}, "a", "b"),
        ({"Vary": "x-user"}, "", None),
        ({}, "Basic a", "Basic b"),
    ],
)
def test_no_cache_keeps_what_is_not_to_be_kept(
    headers: dict[str, str], first: str | None, second: str | None, kind: str
) -> None:
    cache.clear()
    app, visits = make_app(), count()

    def show() -> tuple[str, dict[str, str]]:
        return f"{next(visits)}", headers

    keeps = kind == "decorator"
    app.add_url_rule("/page", "page", django_decorator(cache_page(60))(show) if keeps else show)
    project = {"MIDDLEWARE": PAGES} if kind == "middleware" else {}
    name = "HTTP_X_USER" if headers else "HTTP_AUTHORIZATION"
    bodies = [
        ask_mounted(app, project, PATH_INFO="/page", **{name: value}).body
        for value in (first, second)
    ]
    assert bodies == [b"0", b"1"]


def test_a_prolonged_session_varies_by_cookie() -> None:
    app = make_app()
    app.add_url_rule("/plain", "plain", lambda: "plain")
    cookie = signed(b'{"_permanent":true}')
    answer = ask_wsgi(app, PATH_INFO="/plain", HTTP_COOKIE=f"session={cookie}")
    assert answer.get("Set-Cookie") is not None
    assert answer.get("Vary") == "Cookie"


def test_an_answer_varies_by_cookie_also_if_a_hook_fails_on_the_error_page() -> None:
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/fail", "fail", lambda: 1 / session.get("a", 0))

    @app.errorhandler(500)
    def show(error: Exception) -> tuple[str, int]:
        return f"{session.get('a')}", 500

    @app.after_request
    def fail(response: Response) -> Response:
        raise RuntimeError("A hook fails.")

    answer = ask_wsgi(app, PATH_INFO="/fail")
    assert answer.status == 500
    assert answer.get("Vary") == "Cookie"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_without_the_session_is_anybodys(way: str) -> None:
    app = make_app()
    app.add_url_rule("/plain", "plain", lambda: "plain")
    assert WAYS[way](app, PATH_INFO="/plain").get("Vary") is None


def test_a_refused_answer_keeps_the_vary_that_a_view_has_set() -> None:
    app = make_app()
    app.add_url_rule("/own", "own", lambda: (str(session.get("a")), {"Vary": "Accept"}))
    assert ask_wsgi(app, PATH_INFO="/own").get("Vary") == "Accept, Cookie"


def test_a_key_of_a_stranger_fills_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Django keeps the folder that it was asked to use first.
    monkeypatch.setattr(SessionStore, "_storage_path", str(tmp_path), raising=False)
    app = make_app()
    project = {
        "SESSION_ENGINE": "django.contrib.sessions.backends.file",
        "SESSION_FILE_PATH": str(tmp_path),
        "MIDDLEWARE": ["django.contrib.sessions.middleware.SessionMiddleware"],
    }
    for number in range(5):
        cookie = f"sessionid={'k' * 31}{number}"
        assert ask_mounted(app, project, HTTP_COOKIE=cookie).body == b"{}\n"
    assert not list(tmp_path.iterdir())
    ask_mounted(app, project, PATH_INFO="/set")
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("way", ["clear", "logout", "forget"])
def test_a_session_that_ends_fills_no_store(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionStore, "_storage_path", str(tmp_path), raising=False)
    app = make_app()

    @app.get("/end")
    def end() -> str:
        if way == "clear":
            session.clear()
        elif way == "logout":
            request.session.flush()  # type: ignore[attr-defined]
        else:
            session["a"] = 1
            del session["a"]
        return "ended"

    project = {
        "SESSION_ENGINE": "django.contrib.sessions.backends.file",
        "MIDDLEWARE": ["django.contrib.sessions.middleware.SessionMiddleware"],
    }
    for cookie in (None, f"sessionid={'k' * 32}"):
        for _ in range(3):
            assert ask_mounted(app, project, PATH_INFO="/end", HTTP_COOKIE=cookie).status == 200
    assert not list(tmp_path.iterdir())
