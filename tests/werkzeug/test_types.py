"""What a type checker sees, as with Werkzeug. ``make check`` asks; here the same lines only run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

from flaskish.werkzeug.datastructures import (
    Authorization,
    CallbackDict,
    CombinedMultiDict,
    ContentRange,
    FileStorage,
    Headers,
    ImmutableMultiDict,
    MIMEAccept,
    MultiDict,
    RequestCacheControl,
    ResponseCacheControl,
)
from flaskish.werkzeug.http import (
    parse_accept_header,
    parse_cache_control_header,
    parse_cookie,
    unquote_etag,
)
from flaskish.werkzeug.wrappers import Request, Response


def test_type_of_a_value_is_that_of_its_default_and_converter() -> None:
    args = Request.from_values("/?page=1").args
    assert_type(args["page"], str)
    assert_type(args.get("page"), str | None)
    assert_type(args.get("page", "1"), str)
    assert_type(args.get("page", type=int), int | None)
    assert_type(args.get("page", 1, type=int), int)
    assert_type(args.getlist("page"), list[str])
    assert_type(args.getlist("page", type=int), list[int])
    assert_type(args.to_dict(), dict[str, str])
    assert_type(args.to_dict(flat=False), dict[str, list[str]])
    assert_type(args.copy(), MultiDict[str, str])


def test_types_of_other_values_of_a_request() -> None:
    request = Request.from_values(headers={"X-Number": "1"})
    assert_type(request.values.get("page", type=int), int | None)
    assert_type(request.cookies.get("a"), str | None)
    assert_type(request.files.get("a"), FileStorage | None)
    assert_type(request.headers["X-Number"], str)
    assert_type(request.headers.get("X-Number", 1, type=int), int)
    assert_type(request.authorization, Authorization | None)
    assert_type(request.cache_control.max_age, int | None)
    assert_type(request.get_data(as_text=True), str)


def test_types_of_the_headers_of_a_response() -> None:
    response = Response("text", headers={"Content-Length": "4", "Location": "/"})
    assert_type(response.headers.pop("X-A", None), str | None)
    assert_type(response.headers[0], tuple[str, str])
    assert_type(response.content_length, int)
    assert_type(response.location, str)
    assert_type(response.last_modified, datetime | None)
    assert_type(response.content_range, ContentRange)
    assert_type(response.content_range.start, int | None)
    assert_type(response.content_security_policy.img_src, str | None)
    assert_type(response.headers.copy(), Headers)


def test_types_of_a_dict_are_those_of_its_contents() -> None:
    values = MultiDict([("a", 1), ("b", 2)])
    assert_type(values, MultiDict[str, int])
    assert_type(values.pop("a"), int)
    assert_type(values.pop("a", None), int | None)
    assert_type(values | {"b": 3}, MultiDict[str, int])
    assert_type(ImmutableMultiDict([("a", 1)]), ImmutableMultiDict[str, int])
    assert_type(CombinedMultiDict([values]), CombinedMultiDict[str, int])
    assert_type(CallbackDict({"a": 1}), CallbackDict[str, int])


def test_types_of_parsed_headers_are_those_of_the_class_given() -> None:
    assert_type(parse_accept_header("a/b", MIMEAccept), MIMEAccept)
    assert_type(parse_cache_control_header("no-store"), RequestCacheControl)
    control = parse_cache_control_header("no-store", cls=ResponseCacheControl)
    assert_type(control, ResponseCacheControl)
    assert_type(control.no_store, bool)
    assert_type(parse_cookie("a=b"), MultiDict[str, str])
    assert_type(unquote_etag('"a"'), tuple[str, bool])
