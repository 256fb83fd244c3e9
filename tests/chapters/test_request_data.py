"""API: Incoming Request Data, Response Objects: each documented attribute, alone and mounted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from io import BytesIO
from typing import Any

import pytest

from flaskish import Flask, Response, request, session
from flaskish.werkzeug.datastructures import ContentRange, WWWAuthenticate
from flaskish.werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from ..both_ways import Asker

HEADERS = {
    "Accept": "text/html;q=0.8, application/json",
    "Accept-Charset": "utf-8, latin1;q=0.5",
    "Accept-Encoding": "gzip, br;q=0.1",
    "Accept-Language": "de-AT, en;q=0.5",
    "Access-Control-Request-Headers": "X-A, X-B",
    "Access-Control-Request-Method": "PUT",
    "Authorization": "Basic bmFtZTpwYXNz",
    "Cache-Control": "no-cache, max-age=0",
    "Content-Encoding": "gzip",
    "Content-MD5": "abc",
    "Cookie": "a=1; b=2; a=3",
    "Date": "Fri, 02 Jan 2026 03:04:05 GMT",
    "If-Match": '"a", W/"b"',
    "If-Modified-Since": "Fri, 02 Jan 2026 03:04:05 GMT",
    "If-None-Match": "*",
    "If-Range": '"tag"',
    "If-Unmodified-Since": "Fri, 02 Jan 2026 03:04:05 GMT",
    "Max-Forwards": "7",
    "Origin": "http://example.com",
    "Pragma": "no-cache",
    "Range": "bytes=0-4",
    "Referer": "http://example.com/from",
    "User-Agent": "Own/1.0",
    "X-Forwarded-For": "192.0.2.1, 192.0.2.2",
}
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda: request.accept_charsets.best, "utf-8"),
        (lambda: request.accept_encodings.quality("br"), 0.1),
        (lambda: request.accept_languages.best_match(["en", "de"]), "en"),
        (lambda: request.accept_mimetypes.best, "application/json"),
        (lambda: list(request.access_control_request_headers or ()), ["X-A", "X-B"]),
        (lambda: request.access_control_request_method, "PUT"),
        (lambda: request.access_route, ["192.0.2.1", "192.0.2.2"]),
        (lambda: request.args.getlist("a"), ["1", "2"]),
        (lambda: request.authorization and request.authorization.username, "name"),
        (lambda: request.base_url, "http://localhost{prefix}/a%20path/ä"),
        (lambda: request.blueprints, []),
        (lambda: (request.cache_control.no_cache, request.cache_control.max_age), (True, 0)),
        (lambda: request.content_encoding, "gzip"),
        (lambda: request.content_length, 9),
        (lambda: request.content_md5, "abc"),
        (lambda: request.content_type, "text/x; charset=utf-8"),
        (lambda: request.cookies.getlist("a"), ["1", "3"]),
        (lambda: request.data, b"some data"),
        (lambda: request.date, AT),
        (lambda: request.endpoint, "index"),
        (lambda: request.files, {}),
        (lambda: request.form, {}),
        (lambda: request.full_path, "/a path/ä?a=1&a=2&b=%C3%A4"),
        (lambda: request.get_data(as_text=True), "some data"),
        (lambda: request.host, "localhost"),
        (lambda: request.host_url, "http://localhost/"),
        (lambda: request.if_match.contains("a"), True),
        (lambda: request.if_modified_since, AT),
        (lambda: request.if_none_match.star_tag, True),
        (lambda: request.if_range.etag, "tag"),
        (lambda: request.if_unmodified_since, AT),
        (lambda: request.is_json, False),
        (lambda: request.is_secure, False),
        (lambda: request.max_forwards, 7),
        (lambda: request.method, "POST"),
        (lambda: request.mimetype, "text/x"),
        (lambda: request.mimetype_params, {"charset": "utf-8"}),
        (lambda: request.origin, "http://example.com"),
        (lambda: request.path, "/a path/ä"),
        (lambda: list(request.pragma), ["no-cache"]),
        (lambda: request.query_string, b"a=1&a=2&b=%C3%A4"),
        (lambda: request.range and request.range.ranges, [(0, 5)]),
        (lambda: request.referrer, "http://example.com/from"),
        (lambda: request.remote_addr, "127.0.0.1"),
        (lambda: request.remote_user, None),
        (lambda: request.root_path, "{prefix}"),
        (lambda: request.root_url, "http://localhost{prefix}/"),
        (lambda: request.scheme, "http"),
        (lambda: request.script_root, "{prefix}"),
        (lambda: request.server, ("localhost", 80)),
        (lambda: request.stream.read(4), b"some"),
        (lambda: request.trusted_hosts, None),
        (lambda: request.url, "http://localhost{prefix}/a%20path/ä?a=1&a=2&b=ä"),
        (lambda: request.url_root, "http://localhost{prefix}/"),
        (lambda: str(request.url_rule), "/<path:name>"),
        (lambda: request.user_agent.string, "Own/1.0"),
        (lambda: request.values.getlist("a"), ["1", "2"]),
        (lambda: request.view_args, {"name": "a path/ä"}),
        (lambda: request.want_form_data_parsed, True),
        (lambda: request.headers["x-forwarded-for"], "192.0.2.1, 192.0.2.2"),
        (lambda: request.get_json(silent=True), None),
    ],
)
def test_attribute_of_the_request(
    app: Flask, ask: Asker, read: Callable[[], Any], expected: Any
) -> None:
    seen: list[Any] = []

    @app.post("/<path:name>")
    def index(name: str) -> str:
        seen.append(read())
        return ""

    ask.client = Client(ask.wsgi_app, use_cookies=False)
    response = ask(
        "/a path/ä",
        "POST",
        query_string="a=1&a=2&b=%C3%A4",
        data=b"some data",
        content_type="text/x; charset=utf-8",
        headers=HEADERS,
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    assert response.status_code == 200
    if isinstance(expected, str):
        expected = expected.replace("{prefix}", ask.prefix)
    assert seen == [expected]


def changed(change: Callable[[Response], object]) -> Callable[[], Response]:
    """A view that changes a response."""

    def view() -> Response:
        response = Response("some text")
        change(response)
        return response

    return view


def assign(**attributes: Any) -> Callable[[Response], object]:
    def change(response: Response) -> None:
        for name, value in attributes.items():
            setattr(response, name, value)

    return change


def basic() -> WWWAuthenticate:
    return WWWAuthenticate("basic", {"realm": "a"})


@pytest.mark.parametrize(
    ("change", "header", "value"),
    [
        (assign(accept_ranges="bytes"), "Accept-Ranges", "bytes"),
        (assign(access_control_allow_credentials=True), "Access-Control-Allow-Credentials", "true"),
        (assign(access_control_allow_headers=["X-A"]), "Access-Control-Allow-Headers", "X-A"),
        (assign(access_control_allow_methods=["PUT"]), "Access-Control-Allow-Methods", "PUT"),
        (assign(access_control_allow_origin="*"), "Access-Control-Allow-Origin", "*"),
        (assign(access_control_expose_headers=["X-A"]), "Access-Control-Expose-Headers", "X-A"),
        (assign(access_control_max_age=7), "Access-Control-Max-Age", "7"),
        (lambda response: response.add_etag(), "ETag", f'"{sha1(b"some text").hexdigest()}"'),
        (assign(age=timedelta(minutes=1)), "Age", "60"),
        (lambda response: response.allow.add("GET"), "Allow", "GET"),
        (
            lambda response: setattr(response.cache_control, "max_age", 7),
            "Cache-Control",
            "max-age=7",
        ),
        (assign(content_encoding="br"), "Content-Encoding", "br"),
        (lambda response: response.content_language.add("de"), "Content-Language", "de"),
        (assign(content_location="/a"), "Content-Location", "/a"),
        (assign(content_md5="abc"), "Content-MD5", "abc"),
        (assign(content_range=ContentRange("bytes", 0, 9, 20)), "Content-Range", "bytes 0-8/20"),
        (
            lambda response: setattr(response.content_security_policy, "default_src", "'self'"),
            "Content-Security-Policy",
            "default-src 'self'",
        ),
        (assign(content_type="text/x"), "Content-Type", "text/x"),
        (assign(date=AT), "Date", "Fri, 02 Jan 2026 03:04:05 GMT"),
        (assign(expires=AT), "Expires", "Fri, 02 Jan 2026 03:04:05 GMT"),
        (assign(last_modified=AT), "Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT"),
        (assign(location="/there"), "Location", "/there"),
        (assign(mimetype="text/plain"), "Content-Type", "text/plain; charset=utf-8"),
        (assign(retry_after=7), "Retry-After", "7"),
        (lambda response: response.set_etag("tag", weak=True), "ETag", 'W/"tag"'),
        (lambda response: response.vary.add("Cookie"), "Vary", "Cookie"),
        (assign(www_authenticate=basic()), "WWW-Authenticate", "Basic realm=a"),
        (assign(data="other"), "Content-Length", "5"),
        (lambda response: response.set_data(b"longer text"), "Content-Length", "11"),
        (
            lambda response: response.delete_cookie("a"),
            "Set-Cookie",
            "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/",
        ),
    ],
)
def test_attribute_of_the_response(
    app: Flask, ask: Asker, change: Callable[[Response], object], header: str, value: str
) -> None:
    app.add_url_rule("/", "index", changed(change))
    assert ask("/").headers[header] == value


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (assign(status_code=418), "418 I'M A TEAPOT"),
        (assign(status="418 Tea"), "418 Tea"),
        (assign(status=404), "404 NOT FOUND"),
    ],
)
def test_status_of_the_response(
    app: Flask, ask: Asker, change: Callable[[Response], object], status: str
) -> None:
    app.add_url_rule("/", "index", changed(change))
    assert ask("/").status.upper() == status.upper()


def test_answer_without_content_has_no_length(app: Flask, ask: Asker) -> None:
    app.add_url_rule("/", "index", lambda: ("", 204))
    response = ask("/")
    assert response.status_code == 204
    assert "Content-Length" not in response.headers


def test_function_is_called_once_the_response_is_closed(app: Flask, ask: Asker) -> None:
    events: list[str] = []

    def generate() -> Iterator[str]:
        yield "a"
        events.append("body")

    @app.get("/")
    def index() -> Response:
        response = Response(generate())
        response.call_on_close(lambda: events.append("closed"))
        return response

    assert ask("/").text == "a"
    assert events == ["body", "closed"]


def test_response_answers_conditions_and_ranges(app: Flask, ask: Asker) -> None:
    @app.get("/")
    def index() -> Any:
        response = Response("0123456789")
        response.set_etag("tag")
        return response.make_conditional(request, accept_ranges=True, complete_length=10)

    assert ask("/", headers={"If-None-Match": '"tag"'}).status_code == 304
    response = ask("/", headers={"Range": "bytes=2-4"})
    assert (response.status_code, response.text) == (206, "234")
    assert response.headers["Content-Range"] == "bytes 2-4/10"
    assert ask("/", headers={"Range": "bytes=20-"}).status_code == 416


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ({}, b""),
        ({"CONTENT_LENGTH": "3"}, b"abc"),
        ({"CONTENT_LENGTH": "x"}, b""),
        ({"CONTENT_LENGTH": "3", "HTTP_TRANSFER_ENCODING": "chunked"}, b""),
        ({"wsgi.input_terminated": True}, b"abcdef"),
        ({"wsgi.input_terminated": True, "CONTENT_LENGTH": "x"}, b"abcdef"),
        ({"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}, b"abcdef"),
    ],
    ids=str,
)
def test_body_ends_where_its_length_or_the_server_says(
    app: Flask, ask: Asker, said: dict[str, Any], body: bytes
) -> None:
    app.add_url_rule("/", "index", lambda: request.get_data(), methods=["POST"])
    environ = EnvironBuilder(f"{ask.prefix}/", method="POST").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ.update(said, **{"wsgi.input": BytesIO(b"abcdef")})
    answer, status, _ = run_wsgi_app(ask.wsgi_app, environ)
    assert (status, b"".join(answer)) == ("200 OK", body)


def test_session_knows_whether_it_was_changed(app: Flask, ask: Asker) -> None:
    @app.get("/")
    def index() -> dict[str, bool]:
        before = session.modified
        session["a"] = 1
        return {"before": before, "after": session.modified, "permanent": session.permanent}

    assert ask("/").json == {"before": False, "after": True, "permanent": False}
