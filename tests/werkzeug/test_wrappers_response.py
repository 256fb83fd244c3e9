"""Responses as WSGI applications and as objects to work on."""

from __future__ import annotations

import io
import json
import typing as t
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from flaskish.werkzeug.datastructures import Headers, WWWAuthenticate
from flaskish.werkzeug.exceptions import RequestedRangeNotSatisfiable
from flaskish.werkzeug.http import COEP, COOP
from flaskish.werkzeug.utils import redirect
from flaskish.werkzeug.wrappers import Request, Response

GET = {"REQUEST_METHOD": "GET"}


def run(response: Response, **environ: t.Any) -> tuple[bytes, str, list[tuple[str, str]]]:
    """Call a response as a WSGI application."""
    started: list[t.Any] = []
    body = response({**GET, **environ}, lambda *args: started.extend(args))  # type: ignore[arg-type]
    try:
        return b"".join(body), started[0], started[1]
    finally:
        if hasattr(body, "close"):
            body.close()


# Methods of others


def _own_headers(self: Response, environ: t.Any) -> Headers:
    return Headers([*self.headers, ("X-Own", "1")])


def _own_answer(self: Response, environ: t.Any) -> t.Any:
    return [b"own"], "299 OWN", [("X-Own", "1")]


#: A method that somebody may replace, what by, and what is sent then.
REPLACEMENTS: list[tuple[str, t.Any, t.Callable[[t.Any], bool]]] = [
    ("get_wsgi_headers", _own_headers, lambda sent: ("X-Own", "1") in sent[2]),
    ("get_app_iter", lambda self, environ: iter([b"own"]), lambda sent: sent[0] == b"own"),
    ("iter_encoded", lambda self: iter([b"own"]), lambda sent: sent[0] == b"own"),
    ("get_wsgi_response", _own_answer, lambda sent: sent[1] == "299 OWN"),
]
replacements = pytest.mark.parametrize(
    ("name", "replacement", "is_own"), REPLACEMENTS, ids=[name for name, *_ in REPLACEMENTS]
)


@replacements
@pytest.mark.parametrize("is_mixin", [False, True])
def test_methods_of_subclasses_are_asked(
    name: str, replacement: t.Any, is_own: t.Any, is_mixin: bool
) -> None:
    mixin = type("Mixin", (), {name: replacement})
    bases = (mixin, Response) if is_mixin else (Response,)
    own_class: t.Any = type("Own", bases, {} if is_mixin else {name: replacement})
    assert is_own(run(own_class("text")))
    assert is_own(run(own_class("text", headers={"X-Other": "1"})))


@replacements
def test_methods_of_instances_are_asked(name: str, replacement: t.Any, is_own: t.Any) -> None:
    response = Response("text")
    setattr(response, name, replacement.__get__(response))
    assert is_own(run(response))


@replacements
def test_methods_put_into_the_class_are_asked(
    monkeypatch: pytest.MonkeyPatch, name: str, replacement: t.Any, is_own: t.Any
) -> None:
    response = Response("text")
    monkeypatch.setattr(Response, name, replacement)
    assert is_own(run(response))


def test_set_data_of_a_subclass_makes_the_body() -> None:
    class OwnResponse(Response):
        def set_data(self, value: bytes | str) -> None:
            assert self.headers["Content-Type"] == "text/plain; charset=utf-8"
            super().set_data(value.upper())

    assert run(OwnResponse("text"))[0] == b"TEXT"


def test_set_data_put_into_the_class_makes_the_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Response, "set_data", lambda self, value: setattr(self, "response", []))
    assert run(Response("text"))[0] == b""


def test_status_and_headers_of_a_subclass_are_sent() -> None:
    class OwnResponse(Response):
        @property
        def status(self) -> t.Any:
            return "299 OWN"

        @status.setter
        def status(self, value: t.Any) -> None:
            raise NotImplementedError

        @property  # type: ignore[override]
        def headers(self) -> Headers:
            return Headers([*self.__dict__["kept"], ("X-Own", "1")])

        @headers.setter
        def headers(self, value: Headers) -> None:
            self.__dict__["kept"] = value

    _, status, headers = run(OwnResponse("text"))
    assert status == "299 OWN"
    assert ("X-Own", "1") in headers


def test_close_of_an_instance_is_called() -> None:
    response, closed = Response("text"), []
    response.close = lambda: closed.append(1)  # type: ignore[method-assign]
    run(response)
    assert closed == [1]


@pytest.mark.parametrize(
    "change",
    [
        lambda response: response.headers.add("Content-Length", "9"),
        lambda response: response.headers.remove("Content-Type"),
        lambda response: response.headers.set("X-Name", "v\xe4lue \u2603"),
        lambda response: setattr(response, "headers", {"X-Name": "value"}),
        lambda response: setattr(response, "status", 204),
        lambda response: setattr(response, "response", ["\xe4", b"b"]),
        lambda response: response.response.append("\xe4"),
        lambda response: response.response.clear(),
    ],
)
def test_changes_of_a_finished_response_are_sent(change: t.Callable[[Response], None]) -> None:
    response, slow = Response("text"), Response("text")
    change(response)
    change(slow)
    # Asked method by method, as a subclass would do.
    slow.get_wsgi_headers = slow.get_wsgi_headers  # type: ignore[method-assign]
    assert run(response) == run(slow)


def test_a_response_can_be_sent_several_times() -> None:
    response = Response("text")

    def spoil(status: str, headers: list[tuple[str, str]], *rest: t.Any) -> t.Any:
        headers.clear()

    first = response.__call__({**GET}, spoil)
    assert [*first] == [b"text"]
    assert run(response)[::2] == (
        b"text",
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "4")],
    )


# Making one


def test_text_gets_type_and_length() -> None:
    assert run(Response("Hë")) == (
        "Hë".encode(),
        "200 OK",
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "3")],
    )


@pytest.mark.parametrize("body", [b"ab", bytearray(b"ab"), ["a", "b"], ("a", b"b"), iter("ab")])
def test_kinds_of_bodies(body: t.Any) -> None:
    assert run(Response(body))[0] == b"ab"


@pytest.mark.parametrize("kind", [iter, list, tuple])
@pytest.mark.parametrize(
    "parts",
    [
        *(["a", "b", "c"], [b"a", b"b", b"c"], ["a", b"b", "c"], [b"a", "b", b"c"]),
        *([bytearray(b"a"), "bc"], ["ab", memoryview(b"c")]),
    ],
)
def test_text_and_bytes_may_be_mixed(parts: list[t.Any], kind: t.Callable[[t.Any], t.Any]) -> None:
    assert run(Response(kind(parts)))[0] == b"abc"


@pytest.mark.parametrize(
    "parts", [["a", "\ud800", "b"], [b"a", "\ud800", b"b"], ["a", b"", "\ud800", "b"]]
)
def test_half_of_a_character_does_not_end_a_stream(parts: list[t.Any]) -> None:
    assert run(Response(iter(parts)))[0] == b"a?b"


@pytest.mark.parametrize("error", [AttributeError, UnicodeEncodeError("utf-8", "a", 0, 1, "own")])
@pytest.mark.parametrize("first", ["a", b"a"])
def test_errors_of_a_stream_go_to_the_server(first: t.Any, error: t.Any) -> None:
    def parts() -> t.Iterator[t.Any]:
        yield first
        raise error

    body = Response(parts()).iter_encoded()
    assert next(body) == b"a"
    with pytest.raises(error if isinstance(error, type) else type(error)):
        next(body)


def test_parts_are_taken_when_they_are_wanted() -> None:
    taken: list[int] = []

    def parts() -> t.Iterator[t.Any]:
        for number, part in enumerate(["a", b"b", "c"]):
            taken.append(number)
            yield part

    body = Response(parts()).iter_encoded()
    assert taken == []
    for count in range(1, 4):
        next(body)
        assert taken == [*range(count)]


def test_no_body() -> None:
    assert run(Response())[::2] == (
        b"",
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")],
    )


@pytest.mark.parametrize(
    ("kwargs", "content_type"),
    [
        ({"mimetype": "text/html"}, "text/html; charset=utf-8"),
        ({"mimetype": "application/json"}, "application/json"),
        ({"mimetype": "image/svg+xml"}, "image/svg+xml; charset=utf-8"),
        ({"content_type": "text/html"}, "text/html"),
        ({"headers": {"Content-Type": "x/y"}}, "x/y"),
        ({"headers": {"Content-Type": "x/y"}, "mimetype": "text/html"}, "text/html; charset=utf-8"),
        ({"mimetype": ""}, ""),
    ],
)
def test_content_type(kwargs: dict[str, t.Any], content_type: str) -> None:
    assert Response("", **kwargs).headers["Content-Type"] == content_type


def test_line_breaks_in_the_type_are_refused() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="newline"):
            Response("", mimetype="text/x\r\nX-Evil: 1")


def test_class_without_default_type() -> None:
    class OwnResponse(Response):
        default_mimetype = None
        default_status = 201

    response = OwnResponse("a")
    assert response.status == "201 CREATED"
    assert response.content_type is None
    assert response.mimetype is None


def test_headers_object_is_used_as_it_is() -> None:
    headers = Headers({"X-A": "1", "Content-Length": "9"})
    response = Response("a", headers=headers)
    assert response.headers is headers
    assert list(headers) == [
        ("X-A", "1"),
        ("Content-Length", "1"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ]


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        (404, "404 NOT FOUND", 404),
        (HTTPStatus.CREATED, "201 CREATED", 201),
        ("203", "203 NON AUTHORITATIVE INFORMATION", 203),
        ("404 Gone fishing", "404 Gone fishing", 404),
        ("wat", "0 wat", 0),
        (799, "799 UNKNOWN", 799),
        (" 200 ", "200 OK", 200),
    ],
)
def test_status(given: t.Any, status: str, code: int) -> None:
    response = Response("", status=given)
    assert (response.status, response.status_code) == (status, code)
    assert type(response.status_code) is int


def test_empty_status_is_refused() -> None:
    with pytest.raises(ValueError, match="Empty status argument"):
        Response("", status=" ")


def test_repr() -> None:
    assert repr(Response("abc", 404)) == "<Response 3 bytes [404 NOT FOUND]>"
    assert repr(Response(iter("a"))) == "<Response streamed [200 OK]>"
    assert repr(Response({"a"})) == "<Response likely-streamed [200 OK]>"


# The body


def test_data_can_be_replaced() -> None:
    response = Response("a")
    response.data = "äb"
    assert response.get_data(as_text=True) == "äb"
    assert response.content_length == 3


def test_reading_a_stream_makes_it_a_list() -> None:
    response = Response(part for part in ["a", "ä"])
    assert response.is_streamed
    assert not response.is_sequence
    assert response.data == "aä".encode()
    assert response.response == [b"a", "ä".encode()]
    assert response.calculate_content_length() == 3


def test_stream_is_not_read_implicitly_if_forbidden() -> None:
    response = Response(iter("ab"))
    response.implicit_sequence_conversion = False
    with pytest.raises(RuntimeError, match="implicit conversion was disabled"):
        response.get_data()
    assert response.calculate_content_length() is None
    response.make_sequence()
    assert response.get_data() == b"ab"


def test_passthrough_is_not_read() -> None:
    response = Response(iter([b"a"]), direct_passthrough=True)
    with pytest.raises(RuntimeError, match="direct passthrough mode"):
        response.get_data()
    assert response.get_app_iter(GET) is response.response


def test_passthrough_still_calls_close_functions() -> None:
    called = []
    response = Response(iter([b"a"]), direct_passthrough=True)
    response.call_on_close(lambda: called.append(1))
    assert run(response)[0] == b"a"
    assert called == [1]


def test_writing_to_the_stream_appends() -> None:
    response = Response("a")
    assert response.stream.write(b"bc") == 2
    response.stream.writelines([b"d", b"e"])
    assert response.stream.tell() == 5
    assert run(response)[::2] == (
        b"abcde",
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "5")],
    )


def test_closed_stream_refuses_writing() -> None:
    stream = Response().stream
    stream.flush()
    assert not stream.isatty()
    stream.close()
    with pytest.raises(ValueError, match="closed file"):
        stream.write(b"")


def test_close_closes_body_and_calls_functions() -> None:
    called = []

    class Body:
        def __iter__(self) -> t.Iterator[str]:
            return iter("ab")

        def close(self) -> None:
            called.append("body")

    response = Response(Body())
    assert response.call_on_close(function := lambda: called.append("function")) is function
    assert run(response)[0] == b"ab"
    assert called == ["body", "function"]
    with response:
        pass
    assert called == ["body", "function"] * 2


@pytest.mark.parametrize("failing", [{0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}])
def test_each_is_closed_whatever_fails(failing: set[int]) -> None:
    called: list[int] = []

    def close(number: int) -> None:
        called.append(number)
        if number in failing:
            raise LookupError(number)

    class Body:
        def __iter__(self) -> t.Iterator[str]:
            return iter("a")

        def close(self) -> None:
            close(0)

    response = Response(Body())
    response.call_on_close(lambda: close(1))
    response.call_on_close(lambda: close(2))
    with pytest.raises(LookupError) as caught:
        response.close()
    assert called == [0, 1, 2]
    # The last one, which knows of those before it.
    error: BaseException | None = caught.value
    for number in sorted(failing, reverse=True):
        assert error is not None
        assert error.args == (number,)
        error = error.__context__
    assert error is None


def test_body_that_was_read_is_still_closed() -> None:
    closed = []

    class Body(io.BytesIO):
        def close(self) -> None:
            closed.append(1)
            super().close()

    response = Response(Body(b"a"))
    assert response.data == b"a"
    response.close()
    assert closed


def test_freeze_makes_it_complete() -> None:
    response = Response(iter(["a", "b"]))
    response.freeze()
    assert response.response == [b"a", b"b"]
    assert response.content_length == 2
    assert response.get_etag() == ("da23614e02469a0d7c7bd1bdab5c9c474b1904dc", False)


def test_subclass_may_encode_otherwise() -> None:
    class OwnResponse(Response):
        def iter_encoded(self) -> t.Iterator[bytes]:
            return (part.upper() for part in super().iter_encoded())

    assert run(OwnResponse("a"))[0] == b"A"


def test_async_body_is_sent_over_wsgi() -> None:
    async def parts() -> t.AsyncIterator[str]:
        yield "a"
        yield "b"

    assert run(Response(parts()))[0] == b"ab"  # type: ignore[arg-type]


# WSGI


@pytest.mark.parametrize("status", [100, 204, 304])
def test_statuses_without_a_body(status: int) -> None:
    body, _, headers = run(Response("abc", status))
    assert body == b""
    assert "Content-Length" not in dict(headers)
    assert ("Content-Type" in dict(headers)) == (status != 304)


def test_head_keeps_the_length() -> None:
    body, _, headers = run(Response("abc"), REQUEST_METHOD="HEAD")
    assert body == b""
    assert dict(headers)["Content-Length"] == "3"


def test_length_is_not_set_if_not_wanted() -> None:
    response = Response(["abc"])
    response.automatically_set_content_length = False
    assert "Content-Length" not in dict(run(response)[2])


def test_headers_are_not_changed_by_sending() -> None:
    response = Response(["abc"], headers={"Location": "/ä"})
    headers = dict(run(response)[2])
    assert headers["Location"] == "/%C3%A4"
    assert headers["Content-Length"] == "3"
    assert response.headers["Location"] == "/ä"
    assert response.content_length is None


def test_locations_are_ascii() -> None:
    response = Response("", headers={"Content-Location": "http://☃.net/å"})
    assert response.get_wsgi_headers(GET)["Content-Location"] == "http://xn--n3h.net/%C3%A5"


def test_location_is_made_absolute_if_wanted() -> None:
    response = Response("", headers={"Location": "../x"})
    environ = {
        **GET,
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "h",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a/b/c",
    }
    response.autocorrect_location_header = True
    assert response.get_wsgi_headers(environ)["Location"] == "http://h/a/x"


def test_location_of_a_stream_is_made_absolute_if_wanted() -> None:
    class Absolute(Response):
        autocorrect_location_header = True

        def __init__(self, response: t.Any, *args: t.Any, **kwargs: t.Any) -> None:
            super().__init__(iter([response]), *args, **kwargs)

    response = redirect("/x", Response=Absolute)
    headers = run(response, **{"wsgi.url_scheme": "http", "HTTP_HOST": "h"})[2]
    assert dict(headers)["Location"] == "http://h/x"


def test_stream_that_became_a_list_has_a_length() -> None:
    response = Response(iter("ab"))
    assert run(response)[2] == [("Content-Type", "text/plain; charset=utf-8")]
    response.response = ["c", "de"]
    assert dict(run(response)[2])["Content-Length"] == "3"
    response.make_sequence()
    response.automatically_set_content_length = False
    assert run(response)[2] == [("Content-Type", "text/plain; charset=utf-8")]


@pytest.mark.parametrize("status", [100, 204, 304])
def test_stream_of_a_status_without_a_body(status: int) -> None:
    response = Response(iter("ab"))
    response.status_code = status
    body, _, headers = run(response)
    assert body == b""
    assert ("Content-Type" in dict(headers)) == (status != 304)


def test_subclass_may_add_headers_with_the_status() -> None:
    class OwnResponse(Response):
        @property
        def status(self) -> str:
            return super().status

        @status.setter
        def status(self, value: t.Any) -> None:
            Response.status.fset(self, value)  # type: ignore[attr-defined]
            self.headers["X-Status"] = str(self.status_code)

    response = OwnResponse("made", 201)
    sent = response.get_wsgi_response(GET)[2]
    assert sent == [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Status", "201"),
        ("Content-Length", "4"),
    ]


def test_subclass_may_change_the_headers() -> None:
    class OwnResponse(Response):
        def get_wsgi_headers(self, environ: t.Any) -> Headers:
            headers = super().get_wsgi_headers(environ)
            headers["X-Own"] = "1"
            return headers

    assert ("X-Own", "1") in run(OwnResponse("a"))[2]


def test_body_iterator_can_be_advanced_by_hand() -> None:
    body = Response(["a", "b"]).get_app_iter(GET)
    assert next(t.cast("t.Iterator[bytes]", body)) == b"a"
    assert list(body) == [b"b"]


def test_from_app_and_force_type() -> None:
    class OwnResponse(Response):
        pass

    def application(environ: t.Any, start_response: t.Any) -> list[bytes]:
        start_response("201 CREATED", [("X-A", "1")])
        return [b"a"]

    response = OwnResponse.from_app(application, GET)
    assert (type(response), response.status, response.data) == (OwnResponse, "201 CREATED", b"a")
    assert OwnResponse.force_type(application, GET).headers["X-A"] == "1"
    with pytest.raises(TypeError, match="without an environ"):
        OwnResponse.force_type(application)
    plain = Response("a")
    assert OwnResponse.force_type(plain) is plain
    assert type(plain) is OwnResponse


# Conditional and range requests


def test_matching_etag_is_304() -> None:
    response = Response("abc")
    response.add_etag()
    environ = {**GET, "HTTP_IF_NONE_MATCH": response.headers["ETag"]}
    assert response.make_conditional(environ) is response
    assert response.status_code == 304
    assert "Date" in response.headers


def test_request_will_do_for_an_environ() -> None:
    response = Response("abc")
    response.set_etag("x", weak=True)
    request = Request({**GET, "HTTP_IF_NONE_MATCH": 'W/"x"'})
    assert response.make_conditional(request).status_code == 304


def test_failed_precondition_is_412() -> None:
    response = Response("abc")
    response.set_etag("x")
    response.make_conditional({**GET, "HTTP_IF_MATCH": '"y"'})
    assert response.status_code == 412


def test_unmodified_since_is_304() -> None:
    response = Response("abc")
    response.last_modified = datetime(2020, 1, 1, tzinfo=UTC)
    response.make_conditional({**GET, "HTTP_IF_MODIFIED_SINCE": "Wed, 01 Jan 2020 00:00:00 GMT"})
    assert response.status_code == 304


def test_other_methods_are_not_conditional() -> None:
    response = Response("abc")
    response.set_etag("x")
    response.make_conditional({"REQUEST_METHOD": "POST", "HTTP_IF_NONE_MATCH": '"x"'})
    assert response.status_code == 200
    assert "Date" not in response.headers


@pytest.mark.parametrize(
    ("wanted", "body", "content_range"),
    [
        ("bytes=0-4", b"Hello", "bytes 0-4/11"),
        ("bytes=6-", b"World", "bytes 6-10/11"),
        ("bytes=-3", b"rld", "bytes 8-10/11"),
        ("bytes=6-999", b"World", "bytes 6-10/11"),
    ],
)
def test_ranges(wanted: str, body: bytes, content_range: str) -> None:
    response = Response(iter([b"Hello ", b"World"]))
    response.make_conditional({**GET, "HTTP_RANGE": wanted}, True, 11)
    assert response.status_code == 206
    assert response.headers["Content-Range"] == content_range
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.content_length == len(body)
    assert response.data == body


@pytest.mark.parametrize(
    "wanted",
    ["bytes=20-", "bytes=-", "bytes=5-3", "nonsense", "bytes=0-1,3-4", "lines=0-1", "bytes=-0"],
)
def test_unsatisfiable_ranges(wanted: str) -> None:
    with pytest.raises(RequestedRangeNotSatisfiable) as error:
        Response("Hello World").make_conditional({**GET, "HTTP_RANGE": wanted}, True, 11)
    assert error.value.length == 11


@pytest.mark.parametrize("length", [None, 0])
def test_ranges_need_a_length(length: int | None) -> None:
    response = Response("abc")
    response.make_conditional({**GET, "HTTP_RANGE": "bytes=0-0"}, True, length)
    assert response.status_code == 200
    assert response.accept_ranges == "bytes"


def test_ranges_of_changed_content_are_not_cut() -> None:
    response = Response("abc")
    response.set_etag("new")
    environ = {**GET, "HTTP_RANGE": "bytes=0-0", "HTTP_IF_RANGE": '"old"'}
    response.make_conditional(environ, "bytes", 3)
    assert response.status_code == 200
    environ["HTTP_IF_RANGE"] = '"new"'
    response.make_conditional(environ, "bytes", 3)
    assert response.status_code == 206


# Header attributes


def test_header_sets_write_back() -> None:
    response = Response("")
    response.vary.add("Cookie")
    response.vary.add("Accept")
    assert response.headers["Vary"] == "Cookie, Accept"
    response.vary.clear()
    assert "Vary" not in response.headers
    response.allow = ["GET", "PUT"]
    assert response.headers["Allow"] == "GET, PUT"
    response.content_language = "de"
    assert "de" in response.content_language
    response.allow = None
    assert "Allow" not in response.headers


def test_cache_control_writes_back() -> None:
    response = Response("")
    response.cache_control.public = True
    response.cache_control.max_age = 60
    assert response.headers["Cache-Control"] == "public, max-age=60"
    del response.cache_control.max_age
    del response.cache_control.public
    assert "Cache-Control" not in response.headers


def test_dates_and_numbers() -> None:
    response = Response("")
    response.date = 0
    response.expires = datetime(2020, 1, 1, tzinfo=UTC)
    response.age = timedelta(minutes=1)
    response.content_length = 5
    assert response.headers["Date"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert response.headers["Expires"] == "Wed, 01 Jan 2020 00:00:00 GMT"
    assert response.headers["Age"] == "60"
    assert response.age == timedelta(minutes=1)
    response.headers["Content-Length"] = "x"
    assert response.content_length is None


def test_retry_after_takes_seconds_and_dates() -> None:
    response = Response("")
    response.retry_after = 60
    assert response.headers["Retry-After"] == "60"
    assert response.retry_after is not None
    assert response.retry_after > datetime.now(UTC)
    response.retry_after = datetime(2020, 1, 1, tzinfo=UTC)
    assert response.headers["Retry-After"] == "Wed, 01 Jan 2020 00:00:00 GMT"
    assert response.retry_after == datetime(2020, 1, 1, tzinfo=UTC)
    response.retry_after = None
    assert response.retry_after is None


def test_mimetype_and_its_parameters() -> None:
    response = Response("")
    response.mimetype = "text/html"
    assert response.mimetype_params == {"charset": "utf-8"}
    response.mimetype_params["x"] = "1"
    assert response.content_type == "text/html; charset=utf-8; x=1"


def test_content_range_writes_back() -> None:
    response = Response("")
    assert response.content_range.units is None
    response.content_range.set(0, 5, 10)
    assert response.headers["Content-Range"] == "bytes 0-4/10"
    response.content_range.unset()
    assert "Content-Range" not in response.headers
    response.content_range = "bytes 0-1/2"
    assert response.content_range.stop == 2
    response.content_range = None
    assert "Content-Range" not in response.headers


def test_www_authenticate() -> None:
    response = Response("")
    response.www_authenticate.realm = "x"
    assert response.headers["WWW-Authenticate"] == "Basic realm=x"
    challenge = WWWAuthenticate("digest", {"nonce": "n"})
    response.www_authenticate = challenge
    challenge.parameters["nonce"] = "m"
    assert response.headers["WWW-Authenticate"] == 'Digest nonce="m"'
    response.www_authenticate = [WWWAuthenticate("basic", {"realm": "a"}), challenge]
    assert response.headers.getlist("WWW-Authenticate") == ["Basic realm=a", 'Digest nonce="m"']
    del response.www_authenticate
    assert "WWW-Authenticate" not in response.headers


def test_content_security_policy() -> None:
    response = Response("")
    response.content_security_policy.default_src = "'self'"
    assert response.headers["Content-Security-Policy"] == "default-src 'self'"
    response.content_security_policy = "img-src *"
    assert response.content_security_policy.img_src == "*"
    response.content_security_policy = None
    assert "Content-Security-Policy" not in response.headers
    response.content_security_policy_report_only.script_src = "x"
    assert ("Content-Security-policy-report-only", "script-src x") in list(response.headers)


def test_cross_origin_policies() -> None:
    response = Response("")
    assert response.cross_origin_opener_policy is COOP.UNSAFE_NONE
    response.cross_origin_opener_policy = COOP.SAME_ORIGIN
    response.cross_origin_embedder_policy = COEP.REQUIRE_CORP
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.cross_origin_embedder_policy is COEP.REQUIRE_CORP


def test_cors_headers() -> None:
    response = Response("")
    assert not response.access_control_allow_credentials
    response.access_control_allow_credentials = True
    response.access_control_allow_headers = ["X-A", "X-B"]
    response.access_control_allow_origin = "*"
    response.access_control_max_age = 60
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert response.headers["Access-Control-Allow-Headers"] == "X-A, X-B"
    assert "x-b" in response.access_control_allow_headers
    assert response.access_control_max_age == 60
    response.access_control_allow_credentials = None
    assert "Access-Control-Allow-Credentials" not in response.headers


# Cookies and JSON


def test_set_and_delete_cookies() -> None:
    response = Response("")
    response.set_cookie("a", "1", expires=0, domain=".example.org:80", secure=True, httponly=True)
    response.delete_cookie("b", path="/x")
    assert response.headers.getlist("Set-Cookie") == [
        "a=1; Domain=example.org; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; Path=/",
        "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/x",
    ]


def test_partitioned_cookie_is_secure() -> None:
    response = Response("")
    response.set_cookie("a", "1", partitioned=True)
    assert response.headers["Set-Cookie"] == "a=1; Secure; Path=/; Partitioned"


def test_large_cookie_warns() -> None:
    with pytest.warns(UserWarning, match="cookie is too large"):
        Response("").set_cookie("a", "x" * 5000)


def test_json() -> None:
    response = Response(json.dumps({"a": 1}), mimetype="application/problem+json")
    assert response.is_json
    assert response.json == response.get_json() == {"a": 1}
    assert Response("{}").json is None
    assert Response("{}").get_json(force=True) == {}


def test_broken_json() -> None:
    response = Response("{", mimetype="application/json")
    assert response.get_json(silent=True) is None
    with pytest.raises(ValueError, match="Expecting"):
        _ = response.json
