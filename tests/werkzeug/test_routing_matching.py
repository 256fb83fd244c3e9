"""Matching: which rule a URL belongs to, and when it redirects instead."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from flaskish.werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from flaskish.werkzeug.routing import (
    BaseConverter,
    Map,
    MapAdapter,
    RequestRedirect,
    Rule,
    ValidationError,
    WebsocketMismatch,
)


def bind(*rules: str | Rule, **options: Any) -> MapAdapter:
    """Bind a map of rules, the endpoints of which are their paths unless they have one."""
    made = [Rule(rule, endpoint=rule) if isinstance(rule, str) else rule for rule in rules]
    return Map(made, **options).bind("shop.test")


def redirect_of(adapter: MapAdapter, path: str, **options: Any) -> str:
    with pytest.raises(RequestRedirect) as caught:
        adapter.match(path, **options)
    return caught.value.new_url


@pytest.mark.parametrize(
    ("path", "endpoint", "values"),
    [
        ("/", "/", {}),
        ("/about", "/about", {}),
        ("/user/ann", "/user/<name>", {"name": "ann"}),
        ("/user/7", "/user/<int:id>", {"id": 7}),
        ("/user/me", "/user/me", {}),
        ("/files/a/b.txt", "/files/<path:name>", {"name": "a/b.txt"}),
        ("/files/a/b/edit", "/files/<path:name>/edit", {"name": "a/b"}),
        ("/v1.25", "/v<int:major>.<int:minor>", {"major": 1, "minor": 25}),
        ("/price/2.50", "/price/<float:price>", {"price": 2.5}),
        ("/price/-3", "/price/<int(signed=True):price>", {"price": -3}),
        ("/é", "/é", {}),
    ],
)
def test_most_specific_rule_wins(path: str, endpoint: str, values: dict[str, Any]) -> None:
    adapter = bind(
        "/files/<path:name>",
        "/files/<path:name>/edit",
        "/user/<name>",
        "/user/<int:id>",
        "/user/me",
        "/v<int:major>.<int:minor>",
        "/price/<int(signed=True):price>",
        "/price/<float:price>",
        "/about",
        "/é",
        "/",
    )
    assert adapter.match(path) == (endpoint, values)


def test_search_comes_back_from_a_dead_end() -> None:
    adapter = bind("/a/<x>/c", "/<x>/b/d", "/<path:rest>")
    assert adapter.match("/a/b/c") == ("/a/<x>/c", {"x": "b"})
    assert adapter.match("/a/b/d") == ("/<x>/b/d", {"x": "a"})
    assert adapter.match("/a/b/e") == ("/<path:rest>", {"rest": "a/b/e"})


def test_any_and_string_go_by_order_of_registration() -> None:
    assert bind("/<any(a, b):x>", "/<x>").match("/a")[0] == "/<any(a, b):x>"
    assert bind("/<x>", "/<any(a, b):x>").match("/a")[0] == "/<x>"


def test_value_that_converter_refuses_is_not_found() -> None:
    """No other rule is tried."""
    with pytest.raises(NotFound):
        bind("/<int(max=5):id>", "/<name>").match("/9")


def test_custom_converter_gives_its_value() -> None:
    class ListConverter(BaseConverter):
        def to_python(self, value: str) -> list[str]:
            if value == "none":
                raise ValidationError()
            return value.split("+")

    adapter = bind("/<list:names>", converters={"list": ListConverter})
    assert adapter.match("/a+b")[1] == {"names": ["a", "b"]}
    with pytest.raises(NotFound):
        adapter.match("/none")


def test_regex_with_slash_takes_several_parts() -> None:
    class Pair(BaseConverter):
        regex = r"(\w+)/(\w+)"

    adapter = bind("/<pair:both>/end", converters={"pair": Pair})
    assert adapter.match("/a/b/end")[1] == {"both": "a/b"}
    assert not adapter.test("/a/end")


def test_malformed_regex_fails_at_registration() -> None:
    class Broken(BaseConverter):
        regex = "(a"

    with pytest.raises(Exception, match="unterminated subpattern"):
        Map([Rule("/<broken:x>")], converters={"broken": Broken})


@pytest.mark.parametrize("path", ["/٣", "/x/٣.٣"])
def test_only_ascii_digits_are_digits(path: str) -> None:
    assert not bind("/<int:id>", "/x/<float:price>").test(path)


@pytest.mark.parametrize(
    ("rule", "path", "matches"),
    [
        ("/<string(length=2):x>", "/ab", True),
        ("/<string(length=2):x>", "/abc", False),
        ("/<string(minlength=2, maxlength=3):x>", "/abc", True),
        ("/<string(minlength=2, maxlength=3):x>", "/a", False),
        ("/<int(fixed_digits=3):x>", "/007", True),
        ("/<int(fixed_digits=3):x>", "/7", False),
        ("/<int:x>", "/-7", False),
        ("/<float:x>", "/7", False),
        ("/<float(signed=True):x>", "/-7.0", True),
        ('/<any("a-b", c):x>', "/a-b", True),
        ('/<any("a-b", c):x>', "/d", False),
        ("/<uuid:x>", "/a8098c1a-f86e-11da-bd1a-00112444be1e", True),
        ("/<uuid:x>", "/a8098c1a", False),
        ("/<path:x>", "//a", True),
        ("/<path:x>", "/a\nb", False),
        ("/<x>", "/a\nb", True),
        ("/.<int:x>", "/a2", False),
    ],
)
def test_converter_arguments_limit_what_matches(rule: str, path: str, matches: bool) -> None:
    assert bind(rule).test(path) is matches


def test_missing_slash_redirects() -> None:
    adapter = bind("/folder/", "/user/<name>/", "/tree/<path:path>/")
    assert redirect_of(adapter, "/folder") == "http://shop.test/folder/"
    assert redirect_of(adapter, "/user/é") == "http://shop.test/user/%C3%A9/"
    assert redirect_of(adapter, "/tree/a/b") == "http://shop.test/tree/a/b/"
    assert adapter.match("/tree/a/b/")[1] == {"path": "a/b"}


def test_extra_slash_is_not_found() -> None:
    with pytest.raises(NotFound):
        bind("/leaf").match("/leaf/")


def test_lenient_rule_takes_path_with_and_without_slash() -> None:
    adapter = bind("/leaf", "/folder/", strict_slashes=False)
    for path in ("/leaf", "/leaf/", "/folder", "/folder/"):
        assert adapter.match(path)[0] in path + "/"


def test_leading_slashes_are_ignored_and_inner_ones_redirect() -> None:
    adapter = bind("/a/b", "/files/<path:name>")
    assert adapter.match("//a/b")[0] == "/a/b"
    assert redirect_of(adapter, "/a///b") == "http://shop.test/a/b"
    assert adapter.match("/files/x//y")[1] == {"name": "x//y"}


def test_slashes_are_not_merged_on_request() -> None:
    with pytest.raises(NotFound):
        bind("/a/b", merge_slashes=False).match("/a//b")
    assert bind(Rule("/a//b", endpoint="x", merge_slashes=False)).match("/a//b")[0] == "x"


def test_merge_slashes_can_be_changed_on_the_map() -> None:
    url_map = Map([Rule("/a/b")])
    assert url_map.merge_slashes
    url_map.merge_slashes = False
    assert not url_map.bind("shop.test").test("/a//b")


def test_empty_path_redirects_to_root() -> None:
    assert redirect_of(bind("/"), "") == "http://shop.test/"


def test_redirect_keeps_script_name_and_query() -> None:
    adapter = Map([Rule("/a/", endpoint="a")]).bind("shop.test", "/app", query_args={"q": "1"})
    assert redirect_of(adapter, "/a") == "http://shop.test/app/a/?q=1"
    assert redirect_of(adapter, "/a", query_args="x=y") == "http://shop.test/app/a/?x=y"


def test_value_of_a_default_redirects_to_the_rule_that_has_it() -> None:
    rules = [
        Rule("/all/", defaults={"page": 1}, endpoint="all"),
        Rule("/all/page/<int:page>", endpoint="all"),
    ]
    adapter = bind(*rules)
    assert adapter.match("/all/") == ("all", {"page": 1})
    assert redirect_of(adapter, "/all/page/1") == "http://shop.test/all/"
    assert adapter.match("/all/page/2") == ("all", {"page": 2})
    adapter.map.redirect_defaults = False
    assert adapter.match("/all/page/1") == ("all", {"page": 1})


def test_method_is_checked_before_redirecting_for_defaults() -> None:
    adapter = bind(
        Rule("/all/", defaults={"page": 1}, endpoint="all", methods=["GET"]),
        Rule("/all/<int:page>", endpoint="all", methods=["GET"]),
    )
    with pytest.raises(MethodNotAllowed):
        adapter.match("/all/1", "POST")


def test_alias_redirects_to_the_canonical_rule() -> None:
    adapter = bind(
        Rule("/index.html", endpoint="index", alias=True),
        Rule("/", endpoint="index"),
        Rule("/users/<int:id>.html", endpoint="user", alias=True),
        Rule("/users/<int:id>", endpoint="user"),
    )
    assert redirect_of(adapter, "/index.html") == "http://shop.test/"
    assert redirect_of(adapter, "/users/3.html", query_args="a=b") == (
        "http://shop.test/users/3?a=b"
    )


def test_redirect_to_fills_in_values_and_drops_the_query() -> None:
    adapter = bind(
        Rule("/old/<int:id>", redirect_to="new/<id>"),
        Rule("/older/<id>", redirect_to=lambda adapter, id: f"/top/{id}"),
    )
    assert redirect_of(adapter, "/old/7", query_args="a=b") == "http://shop.test/new/7"
    assert redirect_of(adapter, "/older/x") == "http://shop.test/top/x"


def test_build_only_rule_never_matches() -> None:
    assert not bind(Rule("/static/<name>", endpoint="static", build_only=True)).test("/static/x")


def test_wrong_method_is_refused_with_those_allowed() -> None:
    adapter = bind(
        Rule("/a", endpoint="get", methods=["GET"]),
        Rule("/a", endpoint="put", methods=["PUT"]),
    )
    assert adapter.match("/a", "put")[0] == "put"
    with pytest.raises(MethodNotAllowed) as caught:
        adapter.match("/a", "POST")
    assert set(caught.value.valid_methods or ()) == {"GET", "HEAD", "PUT"}
    assert set(adapter.allowed_methods("/a")) == {"GET", "HEAD", "PUT"}
    assert list(adapter.allowed_methods("/b")) == []


def test_websocket_rules_match_websocket_requests_only() -> None:
    url_map = Map([Rule("/ws", endpoint="socket", websocket=True), Rule("/", endpoint="page")])
    http = url_map.bind("shop.test")
    socket = url_map.bind("shop.test", url_scheme="wss")
    assert socket.match("/ws")[0] == "socket"
    assert http.match("/ws", websocket=True)[0] == "socket"
    for adapter, path in ((http, "/ws"), (socket, "/")):
        with pytest.raises(WebsocketMismatch):
            adapter.match(path)


def test_rules_on_subdomains() -> None:
    url_map = Map(
        [
            Rule("/", endpoint="www"),
            Rule("/", subdomain="api", endpoint="api"),
            Rule("/", subdomain="<user>", endpoint="user"),
        ],
        default_subdomain="www",
    )
    assert url_map.bind("shop.test").match("/")[0] == "www"
    assert url_map.bind("shop.test", subdomain="api").match("/")[0] == "api"
    assert url_map.bind("shop.test", subdomain="ann").match("/") == ("user", {"user": "ann"})


def test_rules_on_hosts() -> None:
    url_map = Map(
        [
            Rule("/", host="www.<domain>", endpoint="www"),
            Rule("/", host="shop.test", endpoint="shop"),
        ],
        host_matching=True,
    )
    assert url_map.bind("shop.test").match("/")[0] == "shop"
    assert url_map.bind("www.other.test").match("/") == ("www", {"domain": "other.test"})
    with pytest.raises(NotFound):
        url_map.bind("other.test").match("/")
    with pytest.raises(RuntimeError, match="host matching enabled"):
        url_map.bind("shop.test", subdomain="x")


def test_rule_is_returned_on_request() -> None:
    rule = Rule("/<name>", endpoint="x")
    found, values = bind(rule).match("/a", return_rule=True)
    assert found is rule
    assert values == {"name": "a"}


def test_dispatch_calls_the_view_and_returns_redirects() -> None:
    def view(endpoint: str, values: Mapping[str, Any]) -> Any:
        return endpoint

    adapter = bind("/a", "/b/")
    endpoint: Any = adapter.dispatch(view, "/a")
    assert endpoint == "/a"
    assert isinstance(adapter.dispatch(view, "/b"), RequestRedirect)
    assert isinstance(adapter.dispatch(view, "/x", catch_http_exceptions=True), NotFound)
    with pytest.raises(NotFound):
        adapter.dispatch(view, "/x")


def test_redirect_is_a_308_response() -> None:
    response = RequestRedirect("http://shop.test/a/").get_response({})
    assert response.status_code == 308
    assert response.headers["Location"] == "http://shop.test/a/"


def test_rules_added_after_matching_are_found() -> None:
    adapter = bind("/<name>")
    assert adapter.match("/new")[0] == "/<name>"
    adapter.map.add(Rule("/new", endpoint="new"))
    assert adapter.match("/new")[0] == "new"


def test_many_variable_parts_with_different_beginnings_keep_their_order() -> None:
    rules = [f"/{letter}<int:id>" for letter in "abcdefghijkl"]
    adapter = bind("/<name>", *rules, "/ab<name>")
    assert adapter.match("/c5") == ("/c<int:id>", {"id": 5})
    assert adapter.match("/abc") == ("/ab<name>", {"name": "c"})
    assert adapter.match("/zz") == ("/<name>", {"name": "zz"})


class TestFastMatch:
    """``Map.fast_match`` answers where ``match`` would, or says that it does not know."""

    @pytest.mark.parametrize(
        ("path", "method"),
        [
            ("/", "GET"),
            ("/user/7", "GET"),
            ("/files/a/b", "POST"),
            ("/tree/a/b/", "GET"),
            ("/only", "POST"),
            ("/all/", "GET"),
            ("/all/2", "GET"),
        ],
    )
    def test_answer_is_that_of_the_adapter(self, path: str, method: str) -> None:
        url_map = self.make_map()
        rule, values = url_map.bind("shop.test").match(path, method, return_rule=True)
        found = url_map.fast_match(path, method)
        assert found
        assert found[0] is rule
        assert found[1] == values

    @pytest.mark.parametrize(
        ("path", "method"),
        [
            ("/only", "GET"),
            ("/only", "post"),
            ("/tree/a", "GET"),
            ("//user/7", "GET"),
            ("/user//7", "GET"),
            ("", "GET"),
            ("/all/1", "GET"),
            ("/old", "GET"),
            ("/alias", "GET"),
            ("/socket", "GET"),
            ("/small/9", "GET"),
        ],
    )
    def test_everything_else_is_for_the_adapter(self, path: str, method: str) -> None:
        assert self.make_map().fast_match(path, method) is None

    @pytest.mark.parametrize("path", ["/missing", "/user", "/user/x", "/files"])
    def test_path_without_a_rule_is_not_found_at_once(self, path: str) -> None:
        assert self.make_map().fast_match(path, "GET") == ()

    def test_slash_too_many_behind_a_rule_that_ends_in_one_is_for_the_adapter(self) -> None:
        assert Map([Rule("/a/"), Rule("/a/b")]).fast_match("/a//b", "GET") is None

    @pytest.mark.parametrize("seed", range(60))
    def test_no_rule_is_found_where_the_adapter_finds_none(self, seed: int) -> None:
        chance = random.Random(seed)
        texts = ["a", "b", "<x>", "<int:x>", "<path:x>"]
        url_map = Map([], strict_slashes=chance.random() < 0.5)
        for number in range(chance.randint(1, 6)):
            first, second = chance.choice(texts), chance.choice([*texts[:2], ""])
            rule = chance.choice([f"/{second}", f"/{second}/{first}", f"/{second}/{first}/"])
            is_websocket = chance.random() < 0.2
            methods = None if is_websocket else [chance.choice(["GET", "POST"])]
            rule = rule.replace("//", "/")
            url_map.add(Rule(rule, endpoint=str(number), methods=methods, websocket=is_websocket))
        adapter = url_map.bind("shop.test")
        for _ in range(40):
            path = "/" + "/".join(chance.choices(["a", "b", "c", "7", ""], k=chance.randint(1, 4)))
            found = url_map.fast_match(path, "GET")
            expected: Any
            try:
                expected = adapter.match(path, "GET", return_rule=True)
            except NotFound:
                expected = ()
            except HTTPException:
                expected = None
            assert found in (None, expected)

    def test_other_subdomains_and_hosts_are_for_the_adapter(self) -> None:
        assert Map([Rule("/"), Rule("/", subdomain="a")]).fast_match("/", "GET") is None
        assert Map([Rule("/"), Rule("/", subdomain="<a>")]).fast_match("/", "GET") is None
        assert Map([Rule("/", host="a.test")], host_matching=True).fast_match("/", "GET") is None

    def test_rule_that_was_refreshed_redirects(self) -> None:
        rule = Rule("/", endpoint="index")
        url_map = Map([rule])
        assert url_map.fast_match("/", "GET") == (rule, {})
        rule.redirect_to = "elsewhere"
        rule.refresh()
        assert url_map.fast_match("/", "GET") is None

    def test_refreshed_rule_leads_to_the_better_url_of_its_endpoint_as_before(self) -> None:
        rule = Rule("/all/<int:page>", endpoint="all")
        url_map = Map([Rule("/all/", endpoint="all", defaults={"page": 1}), rule])
        assert url_map.fast_match("/all/1", "GET") is None
        rule.refresh()
        assert url_map.fast_match("/all/1", "GET") is None
        assert url_map.fast_match("/all/2", "GET") == (rule, {"page": 2})

    @pytest.mark.parametrize("path", ["/user/new", "/user/7", "/user/ann", "/user/a/b/", "/team"])
    def test_last_part_with_variables_does_not_hide_what_else_there_is(self, path: str) -> None:
        url_map = Map(
            [
                Rule("/user/new", methods=["POST"]),
                Rule("/user/<int:id>", methods=["POST"]),
                Rule("/user/<name>", methods=["GET"]),
                Rule("/user/<path:rest>/"),
                Rule("/<any(team, group):kind>"),
            ]
        )
        found = url_map.bind("shop.test").match(path, "GET", return_rule=True)
        assert url_map.fast_match(path, "GET") == found

    def test_any_method_will_do_for_a_path(self) -> None:
        found = self.make_map().fast_match("/only", None)
        assert found
        assert found[0].endpoint == "only"

    @staticmethod
    def make_map() -> Map:
        return Map(
            [
                Rule("/", endpoint="index"),
                Rule("/user/<int:id>", endpoint="user", methods=["GET"]),
                Rule("/files/<path:name>", endpoint="files"),
                Rule("/tree/<path:name>/", endpoint="tree"),
                Rule("/only", endpoint="only", methods=["POST"]),
                Rule("/all/", endpoint="all", defaults={"page": 1}),
                Rule("/all/<int:page>", endpoint="all"),
                Rule("/old", endpoint="old", redirect_to="new"),
                Rule("/alias", endpoint="index", alias=True),
                Rule("/socket", endpoint="socket", websocket=True),
                Rule("/small/<int(max=5):id>", endpoint="small"),
            ]
        )


def test_unmatched_paths_raise_http_exceptions() -> None:
    with pytest.raises(HTTPException) as caught:
        bind("/").match("/x")
    assert caught.value.code == 404
