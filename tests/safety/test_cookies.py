"""Cookies in, by rules of our own; cookies out, each attribute checked."""

from __future__ import annotations

import io
import pickle
from datetime import timedelta
from http.cookies import CookieError, Morsel
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from flaskish import Flask, Response, jsonify, request
from flaskish.bridge.cookies import CookieMiddleware
from flaskish.werkzeug.datastructures import MultiDict
from flaskish.werkzeug.http import dump_cookie, parse_cookie
from tests.safety.corpora import PATHOLOGICAL, cuts, mutations, within
from tests.safety.servers import WAYS, Ask, ask_mounted, ask_mounted_asgi, make_scope

GOOD = 'a=b; c="d\\"e\\101"; __Host-id=1; session=x.y.z; =nameless; flag'


def make_echo() -> Flask:
    app = Flask("echo", static_folder=None)

    @app.get("/")
    def index() -> Response:
        return jsonify(list(request.cookies.items(multi=True)))

    return app


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("a=1; a=2", '[["a","1"],["a","2"]]'),
        ("=1; a=2", '[["a","2"]]'),
        ("a; b=", '[["a",""],["b",""]]'),
        ('a="1; b=2', '[["b","2"]]'),
        ('a="x\\073y"', '[["a","x;y"]]'),
        ("a=b=c", '[["a","b=c"]]'),
        (";;; ;a=1;", '[["a","1"]]'),
        ("a=1]csrftoken=x", '[["a","1]csrftoken=x"]]'),
        ("a=1,b=2", '[["a","1,b=2"]]'),
    ],
)
def test_cookies_are_read_by_one_set_of_rules(way: str, header: str, cookies: str) -> None:
    assert WAYS[way](make_echo(), HTTP_COOKIE=header).body.decode().strip() == cookies


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "blank", ["\xa0", "\x85", "\x0b", "\x0c", "\x1c", "\xe2\x80\x80", "\xe3\x80\x80", "=", '"']
)
def test_no_blank_in_front_forges_a_prefixed_name(way: str, blank: str) -> None:
    app = Flask("forged", static_folder=None)

    @app.get("/")
    def index() -> dict[str, Any]:
        return {"id": request.cookies.get("__Host-id")}

    for header in (f"{blank}__Host-id=evil", f"a=b;{blank}__Host-id=evil"):
        body = WAYS[way](app, HTTP_COOKIE=header).body
        assert body == b'{"id":null}\n', header


def test_no_mutation_of_cookies_is_an_error() -> None:
    with within(5):
        for header in (*cuts(GOOD), *mutations(GOOD)):
            assert isinstance(parse_cookie(header), MultiDict)


@pytest.mark.parametrize("way", WAYS)
def test_no_cookies_take_long(way: str) -> None:
    app = make_echo()
    for header in PATHOLOGICAL:
        with within(0.5):
            assert WAYS[way](app, HTTP_COOKIE=header).status == 200


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.characters(max_codepoint=255)))
def test_no_text_is_an_error(text: str) -> None:
    for name, _ in parse_cookie(text).items(multi=True):
        assert name
        assert not set(name) & set(' \t=";')


@pytest.mark.parametrize("way", ["wsgi", "asgi"])
def test_the_middleware_of_a_standalone_application_reads_cookies_by_the_same_rules(
    way: str,
) -> None:
    app = Flask("behind", static_folder=None)

    @app.get("/")
    def index() -> dict[str, Any]:
        return dict(request.django.COOKIES)

    bomb = '="' + '\\"' * 30_000
    ask = WAYS[way]
    with override_settings(MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"]), within(0.5):
        body = ask(app, HTTP_COOKIE=f"\xa0__Host-a=1; b=2; b=3; {bomb}").body
    assert body == b'{"b":"2","\\u00a0__Host-a":"1"}\n'.replace(b"\\u00a0", b"\\ufffd")
    assert ask(app, HTTP_COOKIE="a=1; a=2").body == b'{"a":"1"}\n'


@pytest.mark.parametrize("ask", [ask_mounted, ask_mounted_asgi])
def test_a_middleware_reads_the_cookies_of_a_project_by_the_same_rules(ask: Ask) -> None:
    app = Flask("behind", static_folder=None)

    @app.get("/")
    def index() -> dict[str, Any]:
        return dict(request.django.COOKIES)

    middleware = (
        "flaskish.bridge.cookies.CookieMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    )
    bomb = '="' + '\\"' * 30_000
    with override_settings(MIDDLEWARE=middleware), within(1):
        body = ask(app, HTTP_COOKIE=f"\xe2\x80\x80__Host-a=1; b=2; b=3; {bomb}").body
    assert b'"__Host-a"' not in body
    assert b'"b":"2"' in body


def test_split_cookies_of_a_project_are_joined() -> None:
    """HTTP/2 allows it, and Django puts a comma between them."""
    scope = make_scope()
    scope["headers"] += [(b"cookie", b"a=1"), (b"cookie", b"b=2")]
    http_request = ASGIRequest(scope, io.BytesIO())
    assert CookieMiddleware(lambda request: request.COOKIES)(http_request) == {"a": "1", "b": "2"}


# Out


@pytest.mark.parametrize("char", "\r\n\0;\x1f\x7f")
@pytest.mark.parametrize("attribute", ["key", "domain", "expires"])
def test_an_attribute_that_would_end_is_refused(attribute: str, char: str) -> None:
    attributes: dict[str, Any] = {"key": "a", attribute: f"a{char}b"}
    with pytest.raises(ValueError, match="would end it"):
        dump_cookie(**attributes)


@pytest.mark.parametrize("char", "\r\n\0;\x1b\x1f\x7f\xe4")
def test_a_path_and_a_value_are_encoded(char: str) -> None:
    header = dump_cookie("a", f"b{char}c", path=f"/d{char}e")
    assert header.count(";") == 1
    assert char not in header.replace("; Path", "")


@pytest.mark.parametrize("name", ["", "=", "=__Host-a", "a=b"])
def test_a_name_that_reads_as_another_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a cookie"):
        dump_cookie(name, "x")


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_is_not_ascii_is_sent_as_utf8(way: str) -> None:
    app = Flask("named", static_folder=None)

    @app.get("/")
    def index() -> Response:
        response = Response()
        response.set_cookie("ä", "b")
        return response

    assert WAYS[way](app).getlist("Set-Cookie") == ["\xc3\xa4=b; Path=/"]


def test_samesite_is_one_of_three_words() -> None:
    with pytest.raises(ValueError, match="SameSite"):
        dump_cookie("a", samesite="Lax; Domain=evil")


def test_an_age_is_a_number() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        dump_cookie("a", max_age="1; Domain=evil", expires=0)  # type: ignore[arg-type]
    assert "Max-Age=60;" in dump_cookie("a", max_age=timedelta(minutes=1))


@pytest.mark.parametrize(
    ("name", "attributes", "missing"),
    [
        ("__Secure-a", {}, "secure"),
        ("__Host-a", {}, "secure"),
        ("__HOST-a", {}, "secure"),
        ("__Host-a", {"secure": True, "path": "/a"}, "path='/'"),
        ("__Host-a", {"secure": True, "path": None}, "path='/'"),
        ("__Host-a", {"secure": True, "domain": "example.org"}, "no domain"),
        ("__Http-a", {"secure": True}, "httponly"),
        ("__Host-Http-a", {"secure": True}, "httponly"),
    ],
)
def test_a_prefix_promises_something(name: str, attributes: dict[str, Any], missing: str) -> None:
    with pytest.raises(ValueError, match=f"asks for {missing}"):
        dump_cookie(name, **attributes)


@pytest.mark.parametrize("name", ["__Secure-a", "__Host-a", "__Http-a", "__Host-Http-a", "__a"])
def test_a_prefix_whose_promise_is_kept_is_sent(name: str) -> None:
    assert dump_cookie(name, secure=True, httponly=True).startswith(f"{name}=;")


def test_a_partitioned_cookie_is_secure() -> None:
    assert "; Secure" in dump_cookie("a", partitioned=True)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_in_a_cookie_splits_its_header(
    name: str, value: str, path: str, domain: str
) -> None:
    try:
        header = dump_cookie(name, value, path=path, domain=domain)
    except ValueError:
        return
    assert header.count("; ") == 2
    assert not set(header) & set("\r\n\0")
    header.encode("latin-1")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_what_is_written_is_read_again(value: str) -> None:
    pair = dump_cookie("a", value).partition("; ")[0]
    assert parse_cookie(pair)["a"] == value.encode(errors="replace").decode()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("attribute", ["path", "domain"])
def test_attributes_set_as_django_does_end_neither_cookie_nor_header(
    way: str, attribute: str
) -> None:
    """Python's cookies, which Django hands out, take any text for an attribute."""
    app = Flask("morsels", static_folder=None)

    @app.get("/")
    def index() -> Response:
        response = Response("a")
        response.set_cookie("kept", "1")
        response.cookies["made"] = "1"
        for name in ("made", "kept"):
            morsel = response.cookies[name]
            assert name in morsel.OutputString([])
            # Newer Pythons refuse some of it where it is set the usual way.
            dict.__setitem__(morsel, attribute, "/a\r\nX-A: b; Secure\0")
        return response

    cookies = WAYS[way](app).getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert f"; {attribute}=/a%0d%0ax-a: b%3b secure%00" in cookie.lower()


@pytest.mark.parametrize("way", WAYS)
def test_value_that_newer_pythons_refuse_is_read_and_kept(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is sent it has no control characters."""

    def refuse(morsel: Any, state: Any) -> None:
        raise CookieError("Control characters are not allowed in cookies.")

    monkeypatch.setattr(Morsel, "__setstate__", refuse)
    app = Flask("strict", static_folder=None)
    seen = []

    @app.get("/")
    def index() -> Response:
        response = Response("a")
        response.set_cookie("a", "\x01\t")
        copied = pickle.loads(pickle.dumps(response.cookies["a"]))
        seen.extend([response.cookies["a"].value, copied.value, copied.OutputString()])
        return response

    assert WAYS[way](app).getlist("Set-Cookie") == [r'a="\001\011"; Path=/']
    assert seen == ["\x01\t", "\x01\t", r'a="\001\011"; Path=/']
