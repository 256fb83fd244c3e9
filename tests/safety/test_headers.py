"""Headers in: any garbage has its meaning or is a 400. Headers out: one is never two."""

from __future__ import annotations

import encodings
import time
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from flaskish import Flask, Response, redirect, request, send_file, session
from flaskish.testing import FlaskClient
from flaskish.werkzeug.datastructures import Headers
from tests.safety.corpora import PATHOLOGICAL, cuts, mutations, within
from tests.safety.probe import make_probe
from tests.safety.servers import WAYS, ask_asgi, ask_wsgi

#: Good values by header, which mutations make bad.
GOOD = {
    "HTTP_ACCEPT": "text/html;q=0.8;level=1, */*;q=0.1",
    "HTTP_ACCEPT_CHARSET": "utf-8, latin1;q=0.3, *",
    "HTTP_ACCEPT_ENCODING": "gzip;q=1.0, *;q=0",
    "HTTP_ACCEPT_LANGUAGE": "de-AT, en;q=0.5",
    "HTTP_AUTHORIZATION": 'Digest username="a", nonce=b, uri="/"',
    "HTTP_CACHE_CONTROL": 'max-age=10, no-cache="x"',
    "HTTP_DATE": "Fri, 31 Dec 9999 23:59:59 -0100",
    "HTTP_IF_MATCH": '"abc", W/"x"',
    "HTTP_IF_MODIFIED_SINCE": "Sun, 06 Nov 1994 08:49:37 GMT",
    "HTTP_IF_NONE_MATCH": 'W/"abc", *',
    "HTTP_IF_UNMODIFIED_SINCE": "Sunday, 06-Nov-94 08:49:37 GMT",
    "HTTP_IF_RANGE": 'W/"a tag"',
    "HTTP_MAX_FORWARDS": "10",
    "HTTP_ORIGIN": "https://example.org",
    "HTTP_PRAGMA": "no-cache",
    "HTTP_RANGE": "bytes=0-9, -5",
    "HTTP_TRANSFER_ENCODING": "gzip, chunked",
    "HTTP_X_FORWARDED_FOR": '192.0.2.1, "[::1]"',
    "CONTENT_TYPE": "multipart/form-data; boundary=abc; x*=utf-8''%e2",
    "CONTENT_LENGTH": "10",
}
POST = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "10", "body": b"0123456789"}


def request_with(name: str, value: str) -> dict[str, Any]:
    """Return the request that a header of this name means something for."""
    if name == "CONTENT_TYPE":
        return {**POST, name: value}
    if name == "HTTP_IF_RANGE":
        return {"HTTP_RANGE": "bytes=0-3", name: value}
    return {name: value}


@pytest.mark.parametrize("name", GOOD)
def test_no_mutation_of_a_header_is_an_error_of_the_server(name: str) -> None:
    app = make_probe()
    good = GOOD[name]
    with within(10):
        for value in (*cuts(good), *mutations(good, step=3)):
            assert ask_wsgi(app, **request_with(name, value)).status < 500


@pytest.mark.parametrize("name", GOOD)
def test_no_header_takes_long(name: str) -> None:
    app = make_probe()
    for value in PATHOLOGICAL:
        with within(0.5):
            assert ask_wsgi(app, **request_with(name, value)).status < 500


#: What a header may repeat, and the text in front of it.
REPEATED = {
    "HTTP_ACCEPT": ("", "a/b,", "a/b;q=0.5,", 'a/b;c="d,e",', '"a",', ";q=0,", ",", "-"),
    "HTTP_ACCEPT_CHARSET": ("", "utf-8,", "a;q=1,", "-"),
    "HTTP_ACCEPT_ENCODING": ("", "gzip,", "*,"),
    "HTTP_ACCEPT_LANGUAGE": ("", "de,", "de-AT;q=0.3,", "-", "_"),
    "HTTP_AUTHORIZATION": ("Digest ", "a=b,", 'a="b",', 'a="', "=", "a*=utf-8''%ff,", "\\"),
    "HTTP_CACHE_CONTROL": ("", "a,", "a=b,", 'a="b",', 'a="', "\\", '"'),
    "HTTP_COOKIE": ("", "a;", "a=b;", '"', "\\", 'a="\\101";', "="),
    "HTTP_IF_MATCH": ("", '"a",', 'W/"a",', "a,", ",", '"', " "),
    "HTTP_IF_NONE_MATCH": ("", '"a",', 'W/"a",', "a,", ",", '"', "W/"),
    "HTTP_IF_RANGE": ("", '"', "W/", "1 ", "Sun, "),
    "HTTP_IF_MODIFIED_SINCE": ("", "1", "Sun, ", " ", "(", "1:"),
    "HTTP_RANGE": ("bytes=", "0-0,", "-5,", "5-,", "1", " ", ","),
    "HTTP_TRANSFER_ENCODING": ("", "gzip,", '"', ","),
    "HTTP_X_FORWARDED_FOR": ("", "192.0.2.1,", '"a",', ",", '"'),
    "HTTP_HOST": ("", "a.", "a", "[", ":", "1"),
    "CONTENT_TYPE": ("multipart/form-data", ";a=b", ';a="b"', ";a*0=b", ";a*=utf-8''%ff", ";", " "),
}


@pytest.mark.parametrize("name", REPEATED)
def test_the_time_for_a_header_grows_as_its_length(name: str) -> None:
    """Four times as long takes about four times as long, and would take sixteen if squared."""
    app = make_probe()
    start, *units = REPEATED[name]

    def took(value: str) -> float:
        began = time.process_time()
        assert ask_wsgi(app, **request_with(name, value)).status < 500
        return time.process_time() - began

    for unit in units:
        short, long = (start + unit * (size // len(unit)) for size in (15_000, 60_000))
        # What is over in no time may take twice that for any reason.
        most = 9 * max(min(took(short) for _ in range(3)), 0.01)
        assert any(took(long) < most for _ in range(5)), unit


# Django refuses to make a request of a content type with a NUL in its charset.
@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"CONTENT_TYPE"}))
@pytest.mark.parametrize("way", sorted(WAYS.keys() - {"wsgi"}))
def test_garbage_in_headers_is_no_error_otherwise_either(way: str, name: str) -> None:
    app = make_probe()
    with within(10):
        for value in (*PATHOLOGICAL[1::2], *mutations(GOOD[name], step=23)):
            assert WAYS[way](app, **request_with(name, value)).status < 500


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.text(st.characters(max_codepoint=255))))
def test_no_set_of_headers_is_an_error_of_the_server(headers: dict[str, str]) -> None:
    with within(2):
        assert ask_wsgi(make_probe(), **headers).status < 500


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("HTTP_RANGE", "bytes=0-3", 206),
        ("HTTP_RANGE", "bytes=\xb2-3", 416),
        ("HTTP_RANGE", "bytes=-0", 416),
        ("HTTP_RANGE", "bytes=99999999999999999999-", 416),
        ("HTTP_IF_NONE_MATCH", 'W/"a tag"', 304),
        ("HTTP_IF_NONE_MATCH", '"a \xa0tag"', 200),
        ("HTTP_IF_MODIFIED_SINCE", "Fri, 31 Dec 9999 23:59:59 -0100", 304),
        ("HTTP_IF_MODIFIED_SINCE", "Mon, 01 Jan 0001 00:00:00 +0100", 200),
        ("HTTP_IF_MODIFIED_SINCE", "Sun, 06 Nov 99999 08:49:37 GMT", 200),
    ],
)
def test_conditions_and_ranges_have_their_defined_meaning(
    way: str, header: str, value: str, status: int
) -> None:
    assert WAYS[way](make_probe(), **{header: value}).status == status


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "moment", ["Fri, 31 Dec 9999 23:59:59 -0100", "Mon, 01 Jan 0001 00:00:00 +0100"]
)
def test_a_date_that_utc_does_not_have_can_be_looked_at(way: str, moment: str) -> None:
    for header in ("HTTP_DATE", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"):
        assert WAYS[way](make_probe(), **{header: moment}).status in (200, 304)
    ranged = WAYS[way](make_probe(), HTTP_IF_RANGE=moment, HTTP_RANGE="bytes=0-3")
    assert ranged.status == 200


def test_charsets_that_a_client_thinks_of_are_not_remembered() -> None:
    app = make_probe()
    remembered = len(encodings._cache)
    for names in (range(3_000), ["utf" + mark * 9 + "8" for mark in "-_.!#$%&*+^`|~"]):
        header = ",".join(f"made-up-{name}" for name in names)
        assert ask_wsgi(app, HTTP_ACCEPT_CHARSET=header).status == 200
    assert len(encodings._cache) < remembered + 10


def test_a_range_is_not_given_for_an_if_range_that_is_no_tag(
    app: Flask, client: FlaskClient
) -> None:
    @app.get("/")
    def index() -> Response:
        response = Response("0123456789")
        response.set_etag("tag")
        request.if_range.to_header()
        return response.make_conditional(request, accept_ranges=True, complete_length=10)

    for value, status in [('"tag"', 206), ('"ta"g"', 200), ('"', 200), ("", 200)]:
        answer = client.get("/", headers={"Range": "bytes=0-3", "If-Range": value})
        assert answer.status_code == status, value


@pytest.mark.parametrize(
    ("header", "user"),
    [
        ("Basic dXNlcjpww6R3", "user"),
        ("Basic w7xzZXI6", "üser"),
        ("Basic /zr/", None),
        ("Basic d\xc3\xbc", None),
        ("Basic", ""),
        ("Basic ====", None),
    ],
)
def test_basic_credentials_are_utf8_or_none(
    app: Flask, client: FlaskClient, header: str, user: str | None
) -> None:
    @app.get("/")
    def index() -> dict[str, Any]:
        return {"user": request.authorization and request.authorization.username}

    answer = ask_wsgi(app, HTTP_AUTHORIZATION=header)
    assert answer.status == 200
    assert client.get("/", headers={"Authorization": header}).get_json() == {"user": user}


def ask_with_headers(app: Flask, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Ask an application through ASGI with further headers, of which several may have one name."""

    async def with_headers(scope: dict[str, Any], receive: Any, send: Any) -> None:
        scope["headers"] += headers
        await app.asgi_app(scope, receive, send)

    return ask_asgi(with_headers).body


def test_a_header_with_underscores_is_not_taken_for_one_with_hyphens() -> None:
    app = Flask("spoofed", static_folder=None)
    app.add_url_rule("/", "index", lambda: str(request.headers.get("X-Forwarded-User")))
    assert ask_with_headers(app, [(b"x_forwarded_user", b"evil")]) == b"None"


def test_many_headers_of_one_name_take_no_product_of_time() -> None:
    app = Flask("repeated", static_folder=None)
    app.add_url_rule("/", "index", lambda: str(len(request.headers["X-A"])))
    with within(1):
        # Some servers for ASGI have no limit.
        assert ask_with_headers(app, [(b"x-a", b"1")] * 200_000) == b"399999"


# Out

LINE_ENDS = ("\r\n", "\r", "\n", "\0")


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize(
    "write",
    [
        lambda text: Headers([("X-A", text)]),
        lambda text: Headers([(text, "a")]),
        lambda text: Headers({"X-A": [text]}),
        lambda text: Headers().set("X-A", "a", filename=text),
        lambda text: Headers().add(text, "a"),
        lambda text: Headers([("A", "b")]).__setitem__(0, ("A", text)),
        lambda text: Headers([("A", "b")]).__setitem__(slice(0, 1), [(text, "a")]),
        lambda text: Headers().setdefault(text, "a"),
        lambda text: Headers().update({text: "a"}),
        lambda text: Headers().update([("A", text)]),
        lambda text: Response("a", headers={"X-A": text}),
        lambda text: Response("a", mimetype=f"text/{text}"),
        lambda text: Response("a", content_type=text),
        lambda text: Response("a", status=f"200 a{text}b"),
        lambda text: setattr(Response("a"), "status", f"200 a{text}b"),
        lambda text: setattr(Response("a"), "reason_phrase", f"a{text}b"),
        lambda text: setattr(Response("a"), "location", text),
        lambda text: Response("a").set_etag(text),
        lambda text: Response("a").vary.add(text),
        lambda text: setattr(Response("a").cache_control, "no_cache", text),
        redirect,
    ],
)
def test_what_would_end_a_header_is_refused(write: Callable[[str], object], end: str) -> None:
    with pytest.raises(ValueError, match=r"newline|NUL|line break|control"):
        write(f"a{end}Set-Cookie: b=c")


@pytest.mark.parametrize("name", ["", " ", "a b", "a:b", "a\tb", "Set-Cookie: a=b; c", "\x7f", "ä"])
def test_a_name_that_no_header_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no header name"):
        Response("a").headers[name] = "a"


@pytest.mark.parametrize("end", LINE_ENDS)
def test_a_download_name_that_would_end_its_header_is_refused(app: Flask, end: str) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match=r"newline|NUL"):
        send_file(BytesIO(b"a"), download_name=f"a{end}b.txt")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", [b"%0d%0aSet-Cookie:a=b", b"%00", b"%0a"])
def test_a_redirect_to_where_a_client_wants_is_no_way_to_end_a_header(way: str, end: bytes) -> None:
    app = Flask("redirecting")

    @app.get("/")
    def index() -> Any:
        return redirect(request.args["next"])

    answer = WAYS[way](app, QUERY_STRING=f"next=/a{end.decode()}")
    assert answer.status == 400
    assert answer.get("Set-Cookie") is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("target", "sent"),
    [
        ("/ä☃", "/%C3%A4%E2%98%83"),
        ("http://bücher.example/ü?ä#ö", "http://xn--bcher-kva.example/%C3%BC?%C3%A4#%C3%B6"),
        ("http://[", "http://["),
        ("http://a:port/", "http://a:port/"),
        ("//" + "ä" * 64, "//" + "%C3%A4" * 64),
        ("http://..ä", "http://..%C3%A4"),
        ("/\ud800", "/" + "%EF%BF%BD" * 3),
        ("//[\ud800", "//[" + "%EF%BF%BD" * 3),
    ],
)
def test_a_redirect_is_sent_in_ascii(way: str, target: str, sent: str) -> None:
    app = Flask("redirecting")

    @app.get("/")
    def index() -> Any:
        return redirect(target)

    assert WAYS[way](app).get("Location") == sent


@pytest.mark.parametrize("way", WAYS)
def test_other_characters_than_latin1_are_an_encoded_word(way: str) -> None:
    app = Flask("worded")

    @app.get("/")
    def index() -> Any:
        return "", {"X-A": "é", "X-B": "☃", "X-C": "\ud800"}

    answer = WAYS[way](app)
    assert answer.get("X-A") == "é"
    assert answer.get("X-B") == "=?utf-8?b?4piD?="
    assert answer.get("X-C") == "=?utf-8?b?Pw==?="


@pytest.mark.parametrize("way", WAYS)
def test_a_stream_has_a_length_once_it_is_a_list(way: str) -> None:
    app = Flask("listed")

    @app.get("/")
    def index() -> Any:
        return iter(["a", b"b"])

    @app.after_request
    def replace(response: Response) -> Response:
        if "list" in request.args:
            response.response = ["abc", "de"]
        return response

    answer = WAYS[way](app)
    assert (answer.body, answer.get("Content-Length")) == (b"ab", None)
    answer = WAYS[way](app, QUERY_STRING="list")
    assert (answer.body, answer.get("Content-Length")) == (b"abcde", "5")


@pytest.mark.parametrize("way", WAYS)
def test_a_download_name_is_encoded_as_rfc_5987_says(way: str) -> None:
    app = Flask("downloads")

    @app.get("/")
    def index() -> Any:
        return send_file(BytesIO(b"a"), download_name='ä"☃;.txt', as_attachment=True)

    disposition = WAYS[way](app).get("Content-Disposition")
    assert disposition == (
        'attachment; filename="a\\";.txt"; filename*=UTF-8\'\'%C3%A4%22%E2%98%83%3B.txt'
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("X-A", "{}", "%01%1B%7F"),
        ("Location", "/{}", "/%01%1B%7F"),
        ("Content-Type", "text/{}", "text/%01%1B%7F"),
        ("ETag", '"{}"', '"%01%1B%7F\t"'),
        ("X-A", "é{}", "é%01%1B%7F"),
    ],
)
def test_a_control_character_that_a_client_thinks_of_is_written_as_in_a_url(
    way: str, name: str, value: str, sent: str
) -> None:
    app = Flask("echoing", static_folder=None)

    @app.get("/")
    def index() -> Any:
        response = Response("a")
        response.headers[name] = value.format(request.args["name"])
        return response

    @app.after_request
    def echo(response: Response) -> Response:
        response.headers["X-Request-ID"] = request.args["name"]
        return response

    answer = WAYS[way](app, QUERY_STRING="name=%01%1b%7f%09")
    assert answer.status == 200
    assert answer.get(name) == sent
    assert answer.get("X-Request-ID") == "%01%1B%7F"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("blanks", [" ", "\t", " \t "])
def test_blanks_around_a_value_are_not_sent(way: str, blanks: str) -> None:
    """uvicorn with h11 hangs up."""
    app = Flask("blanks", static_folder=None)
    headers = {"X-A": f"{blanks}a b{blanks}", "X-B": f"{blanks}\xa0a{blanks}", "X-C": blanks}
    app.add_url_rule("/", "index", lambda: ("", headers))

    answer = WAYS[way](app)
    assert [answer.get(name) for name in headers] == ["a b", "\xa0a", ""]


@pytest.mark.parametrize("way", WAYS)
def test_a_control_character_in_a_response_of_djangos_is_written_as_in_a_url(way: str) -> None:
    app = Flask("djangos", static_folder=None)

    @app.get("/")
    def index() -> Any:
        return HttpResponse("a", content_type="a/b\x01", headers={"X-A": "a\x7f"})

    answer = WAYS[way](app)
    assert [answer.get(name) for name in ("Content-Type", "X-A")] == ["a/b%01", "a%7F"]


def test_control_characters_of_a_download_name_are_encoded(app: Flask) -> None:
    """Some servers answer a header that has one with an error."""
    with app.test_request_context():
        response = send_file(BytesIO(b"a"), download_name="a\x01\tb\x7f.txt")
    disposition = response.headers["Content-Disposition"]
    assert disposition == "inline; filename=ab.txt; filename*=UTF-8''a%01%09b%7F.txt"


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.text(), st.text())
def test_no_text_in_a_header_splits_it_or_stops_the_server(way: str, name: str, value: str) -> None:
    app = Flask("texts")
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/")
    def index() -> Any:
        response = Response("a")
        try:
            response.headers[f"X{name}"] = value
        except ValueError:
            return "refused"
        response.location = value
        return response

    assert WAYS[way](app).status == 200


def test_a_date_that_no_header_can_have_is_refused(app: Flask) -> None:
    response = Response("a")
    response.expires = datetime.max
    assert response.headers["Expires"] == "Fri, 31 Dec 9999 23:59:59 GMT"
    with pytest.raises(ValueError, match="not a date"):
        response.expires = 1e30  # type: ignore[assignment]


@pytest.mark.parametrize("way", WAYS)
def test_headers_of_a_subclass_may_depend_on_all_of_the_environment(way: str) -> None:
    class Located(Response):
        def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
            headers = super().get_wsgi_headers(environ)
            headers["X-At"] = f"{environ['wsgi.url_scheme']} {environ['PATH_INFO']}"
            return headers

    app = Flask(__name__, static_folder=None)
    app.response_class = Located
    app.add_url_rule("/page", "page", lambda: "text")
    assert WAYS[way](app, PATH_INFO="/page").get("X-At") == "http /page"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["view", "async view", "hook"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "a\nb"},
        {"X-A\r\nX-B": "b"},
        {"": "b"},
        [("X-A", "a\0")],
        {"X-A": ["a", "b\rc"]},
        [("X-A",)],
        5,
    ],
)
def test_what_cannot_be_headers_is_an_error_of_the_application(
    way: str, place: str, headers: Any
) -> None:
    """In place of ``response.headers``, too: alone and in a project its handler answers."""
    app = Flask("app", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    errors: list[str] = []
    torn_down: list[Any] = []
    app.teardown_request(torn_down.append)

    def replace_headers(response: Response) -> Response:
        response.headers = headers
        return response

    @app.get("/")
    def index() -> Response:
        return Response("x") if place == "hook" else replace_headers(Response("x"))

    @app.get("/async")
    async def async_index() -> Response:
        return replace_headers(Response("x"))

    if place == "hook":
        app.after_request(replace_headers)

    @app.errorhandler(500)
    def fail(error: Any) -> tuple[str, int]:
        errors.append(type(error.original_exception).__name__)
        return "<b>failed</b>", 500

    answer = WAYS[way](app, PATH_INFO="/async" if place == "async view" else "/")
    assert (answer.status, answer.body) == (500, b"<b>failed</b>")
    assert errors in (["ValueError"], ["TypeError"])
    assert [type(error).__name__ for error in torn_down] == errors
    assert answer.get("X-A") is answer.get("X-B") is None
    # What a hook refused once more is no page of HTML.
    kind = "text/plain" if place == "hook" else "text/html"
    assert answer.get("Content-Type") == f"{kind}; charset=utf-8"


@pytest.mark.parametrize("way", WAYS)
def test_a_session_is_saved_beside_headers_that_are_a_dict(way: str) -> None:
    app = Flask("app", static_folder=None)
    app.config["SECRET_KEY"] = "a key"

    @app.get("/")
    def index() -> Response:
        session["seen"] = True
        response = Response("x")
        response.headers = {"X-A": "a"}  # type: ignore[assignment]
        return response

    answer = WAYS[way](app)
    assert (answer.status, answer.get("X-A"), answer.get("Vary")) == (200, "a", "Cookie")
    assert "session" in (answer.get("Set-Cookie") or "")
