"""Werkzeug's Request: the class, the parts of the URL, and the headers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flaskish.werkzeug.datastructures import (
    Accept,
    Authorization,
    CharsetAccept,
    CombinedMultiDict,
    EnvironHeaders,
    ETags,
    HeaderSet,
    IfRange,
    ImmutableDict,
    ImmutableList,
    ImmutableMultiDict,
    LanguageAccept,
    MIMEAccept,
    MultiDict,
    Range,
    RequestCacheControl,
)
from flaskish.werkzeug.exceptions import (
    SecurityError,
)
from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.user_agent import UserAgent
from flaskish.werkzeug.wrappers import Request


def with_header(name: str, value: str) -> Request:
    return Request.from_values(headers={name: value})


# The class


def test_environ_of_the_server_is_kept() -> None:
    environ = create_environ("/page")
    assert Request(environ).environ is environ


def test_request_puts_itself_into_the_environ() -> None:
    environ = create_environ()
    request = Request(environ)
    assert environ["werkzeug.request"] is request


def test_request_leaves_the_environ_alone_if_told_so() -> None:
    environ = create_environ()
    Request(environ, populate_request=False)
    assert "werkzeug.request" not in environ


@pytest.mark.parametrize(
    ("name", "storage"),
    [
        ("args", ImmutableMultiDict),
        ("form", ImmutableMultiDict),
        ("files", ImmutableMultiDict),
        ("cookies", ImmutableMultiDict),
        ("values", CombinedMultiDict),
        ("headers", EnvironHeaders),
        ("access_route", ImmutableList),
    ],
)
def test_values_are_of_immutable_classes(name: str, storage: type) -> None:
    assert isinstance(getattr(Request.from_values(), name), storage)


def test_storage_class_of_parameters_is_for_args_and_form() -> None:
    class OrderedRequest(Request):
        parameter_storage_class = ImmutableDict  # type: ignore[assignment]

    request = OrderedRequest.from_values("/?a=1&a=2", method="POST", data={"b": "3"})
    assert type(request.args) is type(request.form) is ImmutableDict
    assert request.args["a"] == "2"


def test_storage_class_may_be_mutable() -> None:
    class MutableRequest(Request):
        parameter_storage_class = MultiDict[str, Any]

    request = MutableRequest.from_values("/?a=1")
    request.args["a"] = "2"
    assert request.args["a"] == "2"


def test_storage_class_of_dicts_is_for_cookies() -> None:
    class MutableRequest(Request):
        dict_storage_class = MultiDict[str, Any]

    request = MutableRequest.from_values(headers={"Cookie": "a=1"})
    assert isinstance(request.cookies, MultiDict)
    request.cookies["b"] = "2"


def test_storage_class_of_lists_is_for_the_access_route() -> None:
    class MutableRequest(Request):
        list_storage_class = list

    request = MutableRequest.from_values(headers={"X-Forwarded-For": "1.1.1.1"})
    assert type(request.access_route) is list


def test_trusted_hosts_reject_others() -> None:
    class TrustingRequest(Request):
        trusted_hosts = ["example.com", ".example.org"]

    for host in ("example.com", "example.org", "a.example.org"):
        assert TrustingRequest.from_values(base_url=f"http://{host}").host == host
    with pytest.raises(SecurityError):
        _ = TrustingRequest.from_values(base_url="http://evil.example").host


def test_all_hosts_are_trusted_by_default() -> None:
    assert Request.trusted_hosts is None
    assert Request.from_values(base_url="http://any.example").host == "any.example"


# Parts of the URL


def test_method_is_in_upper_case() -> None:
    assert Request.from_values(method="post").method == "POST"


def test_scheme_is_the_one_of_the_url() -> None:
    assert Request.from_values(base_url="https://example.com").scheme == "https"


@pytest.mark.parametrize(
    ("environ", "server"),
    [
        ({"SERVER_NAME": "example.com", "SERVER_PORT": "5000"}, ("example.com", 5000)),
        ({"SERVER_NAME": "unix:/run/app.sock", "SERVER_PORT": ""}, ("unix:/run/app.sock", None)),
    ],
)
def test_server_is_an_address_or_a_socket(environ: dict[str, str], server: Any) -> None:
    request = Request({**create_environ(), **environ})
    assert request.server == server


def test_server_may_be_unknown() -> None:
    environ = create_environ()
    del environ["SERVER_NAME"]
    assert Request(environ).server is None


def test_urls_have_the_parts_that_are_documented() -> None:
    request = Request.from_values("/page?q=1", base_url="https://example.com:8080/app/")
    assert request.path == "/page"
    assert request.full_path == "/page?q=1"
    assert request.root_path == request.script_root == "/app"
    assert request.query_string == b"q=1"
    assert request.host == "example.com:8080"
    assert request.host_url == "https://example.com:8080/"
    assert request.root_url == request.url_root == "https://example.com:8080/app/"
    assert request.base_url == "https://example.com:8080/app/page"
    assert request.url == "https://example.com:8080/app/page?q=1"


def test_full_path_ends_in_a_question_mark_without_a_query() -> None:
    assert Request.from_values("/page").full_path == "/page?"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com:80", "example.com"),
        ("https://example.com:443", "example.com"),
        ("http://example.com:443", "example.com:443"),
    ],
)
def test_host_has_the_port_if_it_is_not_the_standard_one(url: str, host: str) -> None:
    assert Request.from_values(base_url=url).host == host


@pytest.mark.parametrize(
    ("scheme", "expected"), [("http", False), ("https", True), ("ws", False), ("wss", True)]
)
def test_https_and_wss_are_secure(scheme: str, expected: bool) -> None:
    request = Request({**create_environ(), "wsgi.url_scheme": scheme})
    assert request.is_secure is expected


def test_invalid_bytes_of_a_query_stay_encoded() -> None:
    assert Request.from_values(query_string="a=%ff").args["a"] == "%FF"


def test_values_of_a_get_request_have_no_form() -> None:
    options: Any = {"query_string": "a=1", "data": {"b": "2"}}
    assert list(Request.from_values(method="GET", **options).values) == ["a"]
    assert sorted(Request.from_values(method="POST", **options).values) == ["a", "b"]


# Headers


HEADERS = [
    ("Content-Encoding", "gzip", "content_encoding", "gzip"),
    ("Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ==", "content_md5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
    ("Referer", "http://example.com/", "referrer", "http://example.com/"),
    ("Origin", "http://example.com", "origin", "http://example.com"),
    ("Max-Forwards", "10", "max_forwards", 10),
    ("Date", "Sun, 06 Nov 1994 08:49:37 GMT", "date", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
    ("Access-Control-Request-Method", "PUT", "access_control_request_method", "PUT"),
]


@pytest.mark.parametrize(("header", "value", "name", "expected"), HEADERS)
def test_header_is_an_attribute(header: str, value: str, name: str, expected: Any) -> None:
    assert getattr(with_header(header, value), name) == expected


@pytest.mark.parametrize("name", [name for _, _, name, _ in HEADERS])
def test_header_that_was_not_sent_is_none(name: str) -> None:
    assert getattr(Request.from_values(), name) is None


@pytest.mark.parametrize("name", ["date", "max_forwards", "content_length"])
def test_header_that_cannot_be_parsed_is_none(name: str) -> None:
    request = with_header(name.replace("_", "-"), "nonsense")
    assert not getattr(request, name)


def test_pragma_is_a_set() -> None:
    pragma = with_header("Pragma", "no-cache, a=b").pragma
    assert isinstance(pragma, HeaderSet)
    assert "No-Cache" in pragma


def test_headers_of_a_preflight_request_are_a_set() -> None:
    request = with_header("Access-Control-Request-Headers", "X-A, X-B")
    assert isinstance(request.access_control_request_headers, HeaderSet)
    assert list(request.access_control_request_headers) == ["X-A", "X-B"]


@pytest.mark.parametrize(
    ("header", "name", "cls", "best"),
    [
        ("Accept", "accept_mimetypes", MIMEAccept, "text/html"),
        ("Accept-Charset", "accept_charsets", CharsetAccept, "utf-8"),
        ("Accept-Encoding", "accept_encodings", Accept, "gzip"),
        ("Accept-Language", "accept_languages", LanguageAccept, "de-AT"),
    ],
)
def test_accept_headers_have_classes(header: str, name: str, cls: type, best: str) -> None:
    accept = getattr(with_header(header, f"other/other;q=0.5, {best}"), name)
    assert type(accept) is cls
    assert accept.best == best


def test_cache_control_has_the_directives_of_requests() -> None:
    cache_control = with_header("Cache-Control", "max-age=60, no-store").cache_control
    assert isinstance(cache_control, RequestCacheControl)
    assert (cache_control.max_age, cache_control.no_store) == (60, True)
    with pytest.raises((TypeError, AttributeError)):
        cache_control.max_age = 1


@pytest.mark.parametrize(
    ("header", "name"), [("If-Match", "if_match"), ("If-None-Match", "if_none_match")]
)
def test_etags_of_a_condition(header: str, name: str) -> None:
    etags = getattr(with_header(header, '"a", W/"b"'), name)
    assert isinstance(etags, ETags)
    assert etags.contains("a")
    assert etags.contains_weak("b")
    assert not getattr(Request.from_values(), name)


@pytest.mark.parametrize("name", ["if_modified_since", "if_unmodified_since"])
def test_date_of_a_condition_knows_its_time_zone(name: str) -> None:
    request = with_header(name.replace("_", "-"), "Sun, 06 Nov 1994 08:49:37 GMT")
    assert getattr(request, name) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert getattr(Request.from_values(), name) is None


def test_range_and_its_condition_are_parsed() -> None:
    headers = {"Range": "bytes=0-9", "If-Range": "Sun, 06 Nov 1994 08:49:37 GMT"}
    request = Request.from_values(headers=headers)
    assert isinstance(request.range, Range)
    assert request.range.ranges == [(0, 10)]
    assert isinstance(request.if_range, IfRange)
    assert request.if_range.date == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


def test_request_without_a_range_has_none() -> None:
    assert Request.from_values().range is None
    assert Request.from_values().if_range.to_header() == ""


def test_authorization_is_parsed() -> None:
    authorization = Request.from_values(auth=("ada", "secret")).authorization
    assert isinstance(authorization, Authorization)
    assert (authorization.type, authorization.username) == ("basic", "ada")
    assert authorization.password == "secret"


def test_authorization_may_be_a_token() -> None:
    authorization = with_header("Authorization", "Bearer abc").authorization
    assert authorization is not None
    assert (authorization.type, authorization.token) == ("bearer", "abc")


def test_authorization_is_none_without_a_header() -> None:
    assert Request.from_values().authorization is None


def test_access_route_goes_from_the_client_to_the_last_proxy() -> None:
    request = Request.from_values(
        headers={"X-Forwarded-For": "192.168.1.2, 192.168.1.1"},
        environ_overrides={"REMOTE_ADDR": "192.168.1.3"},
    )
    assert request.access_route == ["192.168.1.2", "192.168.1.1"]
    assert request.remote_addr == "192.168.1.3"


def test_access_route_is_the_address_without_a_proxy() -> None:
    request = Request.from_values(environ_overrides={"REMOTE_ADDR": "192.168.1.3"})
    assert request.access_route == ["192.168.1.3"]


def test_user_agent_is_not_parsed() -> None:
    agent = with_header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)").user_agent
    assert agent.string == "Mozilla/5.0 (X11; Linux x86_64)"
    assert (agent.platform, agent.browser, agent.version, agent.language) == (None,) * 4


def test_class_of_the_user_agent_may_parse() -> None:
    class ParsedAgent(UserAgent):
        @property
        def browser(self) -> str:  # type: ignore[override]
            return self.string.partition("/")[0].lower()

    class ParsingRequest(Request):
        user_agent_class = ParsedAgent

    request = ParsingRequest.from_values(headers={"User-Agent": "Firefox/1"})
    assert request.user_agent.browser == "firefox"


@pytest.mark.parametrize(
    ("content_type", "mimetype", "params"),
    [
        ("text/HTML; charset=utf-8", "text/html", {"charset": "utf-8"}),
        ("application/json", "application/json", {}),
        ("", "", {}),
    ],
)
def test_mimetype_has_no_parameters(
    content_type: str, mimetype: str, params: dict[str, str]
) -> None:
    request = with_header("Content-Type", content_type)
    assert request.mimetype == mimetype
    assert request.mimetype_params == params
    assert (request.content_type or "") == content_type


@pytest.mark.parametrize(
    ("variable", "name", "value"),
    [
        ("REMOTE_USER", "remote_user", "ada"),
        ("wsgi.multithread", "is_multithread", True),
        ("wsgi.multiprocess", "is_multiprocess", True),
        ("wsgi.run_once", "is_run_once", True),
    ],
)
def test_variable_of_the_server_is_an_attribute(variable: str, name: str, value: Any) -> None:
    assert getattr(Request({**create_environ(), variable: value}), name) == value
