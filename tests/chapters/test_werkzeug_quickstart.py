"""Werkzeug's Quickstart and API Levels: the environ, a request, its headers, a response."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markupsafe import escape

from flaskish.werkzeug.datastructures import FileStorage, HeaderSet
from flaskish.werkzeug.formparser import parse_form_data
from flaskish.werkzeug.test import Client, create_environ
from flaskish.werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "de-at,en-us;q=0.8,en;q=0.5",
    "Accept-Encoding": "gzip,deflate",
    "Accept-Charset": "ISO-8859-1,utf-8;q=0.7,*;q=0.7",
    "If-Modified-Since": "Fri, 20 Feb 2009 10:10:25 GMT",
    "If-None-Match": '"e51c9-1e5d-46356dc86c640"',
    "Cache-Control": "max-age=0",
}


def test_environ_is_made_of_a_path_and_a_base_url() -> None:
    environ = create_environ("/foo", "http://localhost:8080/")
    assert environ["PATH_INFO"] == "/foo"
    assert environ["SCRIPT_NAME"] == ""
    assert environ["SERVER_NAME"] == "localhost"
    assert environ["SERVER_PORT"] == "8080"


def test_request_reads_the_environ() -> None:
    request = Request(create_environ("/foo", "http://localhost:8080/"))
    assert (request.path, request.script_root) == ("/foo", "")
    assert (request.host, request.url) == ("localhost:8080", "http://localhost:8080/foo")
    assert request.method == "GET"


def test_request_is_made_of_values() -> None:
    data = b"name=this+is+encoded+form+data&another_key=another+one"
    request = Request.from_values(
        query_string="foo=bar&blah=blafasel",
        content_length=len(data),
        input_stream=BytesIO(data),
        content_type="application/x-www-form-urlencoded",
        method="POST",
    )
    assert request.method == "POST"
    assert request.args.to_dict() == {"foo": "bar", "blah": "blafasel"}
    assert request.form["name"] == "this is encoded form data"
    assert request.headers["content-LENGTH"] == "54"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_uploaded_file_is_stored(tmp_path: Path) -> None:
    upload = {"my_file": (BytesIO(b"contents"), "the file.txt")}
    with Request.from_values(method="POST", data=upload) as request:
        file = request.files.get("my_file")
        assert isinstance(file, FileStorage)
        file.save(tmp_path / "the_file.txt")
    assert (tmp_path / "the_file.txt").read_bytes() == b"contents"
    assert request.files.get("other") is None


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda r: r.accept_mimetypes.best, "text/html"),
        (lambda r: "application/xhtml+xml" in r.accept_mimetypes, True),
        (lambda r: r.accept_mimetypes["application/json"], 0.8),
        (lambda r: r.accept_languages.best, "de-at"),
        (lambda r: list(r.accept_languages.values()), ["de-at", "en-us", "en"]),
        (lambda r: "de_AT" in r.accept_languages, True),
        (lambda r: "gzip" in r.accept_encodings, True),
        (lambda r: r.accept_charsets.best, "ISO-8859-1"),
        (lambda r: "utf-8" in r.accept_charsets, True),
        (lambda r: "UTF8" in r.accept_charsets, True),
        (lambda r: r.if_modified_since, datetime(2009, 2, 20, 10, 10, 25, tzinfo=UTC)),
        (lambda r: repr(r.if_none_match), "<ETags '\"e51c9-1e5d-46356dc86c640\"'>"),
        (lambda r: "e51c9-1e5d-46356dc86c640" in r.if_none_match, True),
        (lambda r: r.cache_control.to_header(), "max-age=0"),
        (lambda r: r.cache_control.max_age, 0),
    ],
)
def test_header_of_a_browser_is_parsed(read: Callable[[Request], Any], expected: Any) -> None:
    assert read(Request(create_environ(headers=BROWSER))) == expected


def test_status_and_code_of_a_response_follow_each_other() -> None:
    response = Response("Hello World!")
    assert response.status == "200 OK"
    response.status = "404 Not Found"
    assert response.status_code == 404
    response.status_code = 400
    assert response.status == "400 BAD REQUEST"


def test_common_headers_of_a_response_are_attributes() -> None:
    response = Response("Hello World!")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert (response.data, response.content_length) == (b"Hello World!", 12)
    response.date = datetime(2009, 2, 20, 17, 42, 51, tzinfo=UTC)
    assert response.headers["Date"] == "Fri, 20 Feb 2009 17:42:51 GMT"


@pytest.mark.parametrize("weak", [False, True])
def test_etag_of_a_response_is_weak_or_strong(weak: bool) -> None:
    response = Response()
    response.set_etag("12345-abcd", weak=weak)
    assert response.headers["etag"] == 'W/"12345-abcd"'[0 if weak else 2 :]
    assert response.get_etag() == ("12345-abcd", weak)


def test_header_with_several_values_works_in_both_directions() -> None:
    response = Response()
    response.content_language.add("en-us")
    response.content_language.add("en")
    assert response.headers["Content-Language"] == "en-us, en"
    response.headers["Content-Language"] = "de-AT, de"
    assert repr(response.content_language) == repr(HeaderSet(["de-AT", "de"]))


def test_each_cookie_is_a_header() -> None:
    response = Response()
    response.set_cookie("name", "value")
    assert response.headers["Set-Cookie"] == "name=value; Path=/"
    response.set_cookie("name2", "value2")
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies == ["name=value; Path=/", "name2=value2; Path=/"]


def test_conditional_response_has_neither_body_nor_entity_headers() -> None:
    response = Response("Hello World!")
    response.set_etag("e51c9-1e5d-46356dc86c640")
    response.date = datetime(2009, 2, 20, tzinfo=UTC)
    response.make_conditional(Request(create_environ(headers=BROWSER)))
    answer = Client(response).get("/", headers=BROWSER)
    assert (answer.status_code, answer.data) == (304, b"")
    assert "Content-Type" not in answer.headers
    assert answer.date == response.date


def test_values_with_invalid_syntax_are_discarded() -> None:
    headers = {"If-Modified-Since": "yesterday", "Range": "rows", "Authorization": "Basic !"}
    request = Request(create_environ(headers=headers))
    assert request.if_modified_since is None
    assert request.range is None
    assert request.authorization is None


def test_valid_ones_of_a_list_of_values_are_returned() -> None:
    request = Request(create_environ(headers={"Accept-Language": "de;q=high, en;q=0.5"}))
    assert list(request.accept_languages.values()) == ["en"]


@Request.application
def greet_by_wrappers(request: Request) -> Response:
    greeting = f"<h1>Hello {escape(request.form['name'])}!</h1>" if request.form else ""
    return Response(f"<title>Greeter</title>{greeting}", mimetype="text/html")


def greet_by_functions(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    form = parse_form_data(environ)[1]
    greeting = f"<h1>Hello {escape(form['name'])}!</h1>" if form else ""
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [f"<title>Greeter</title>{greeting}".encode()]


@pytest.mark.parametrize("application", [greet_by_wrappers, greet_by_functions])
def test_wrappers_and_functions_do_the_same(application: Any) -> None:
    client = Client(application)
    assert client.get("/").text == "<title>Greeter</title>"
    answer = client.post("/", data={"name": "<Jörg>"})
    assert answer.text == "<title>Greeter</title><h1>Hello &lt;Jörg&gt;!</h1>"
    assert answer.content_type == "text/html; charset=utf-8"
