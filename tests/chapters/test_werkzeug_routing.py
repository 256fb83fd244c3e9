"""Werkzeug's URL Routing: each example of the chapter and of the classes it shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from flaskish.werkzeug.exceptions import MethodNotAllowed, NotFound
from flaskish.werkzeug.routing import (
    BaseConverter,
    BuildError,
    EndpointPrefix,
    Map,
    MapAdapter,
    RequestRedirect,
    Rule,
    RuleTemplate,
    Subdomain,
    Submount,
    ValidationError,
    WebsocketMismatch,
)
from flaskish.werkzeug.test import Client, create_environ
from flaskish.werkzeug.wrappers import Request, Response
from flaskish.werkzeug.wsgi import responder


def bound(*rules: Any, server_name: str = "example.com", **options: Any) -> MapAdapter:
    return Map(rules, **options).bind(server_name)


def redirect_of(adapter: MapAdapter, path: str, **values: Any) -> str:
    with pytest.raises(RequestRedirect) as caught:
        adapter.match(path, **values)
    return caught.value.new_url


BLOG = [
    ("/", "blog/index"),
    ("/<int:year>/", "blog/archive"),
    ("/<int:year>/<int:month>/", "blog/archive"),
    ("/<int:year>/<int:month>/<int:day>/", "blog/archive"),
    ("/<int:year>/<int:month>/<int:day>/<slug>", "blog/show_post"),
    ("/about", "blog/about_me"),
    ("/feeds/", "blog/feeds"),
    ("/feeds/<feed_name>.rss", "blog/show_feed"),
]


@pytest.mark.parametrize(
    ("path", "endpoint", "values"),
    [
        ("/", "blog/index", {}),
        ("/2026/", "blog/archive", {"year": 2026}),
        ("/2026/11/", "blog/archive", {"year": 2026, "month": 11}),
        ("/2026/11/2/", "blog/archive", {"year": 2026, "month": 11, "day": 2}),
        ("/2026/11/2/x", "blog/show_post", {"year": 2026, "month": 11, "day": 2, "slug": "x"}),
        ("/about", "blog/about_me", {}),
        ("/feeds/", "blog/feeds", {}),
        ("/feeds/news.rss", "blog/show_feed", {"feed_name": "news"}),
    ],
)
def test_rules_of_the_blog_match_and_build(
    path: str, endpoint: str, values: dict[str, Any]
) -> None:
    adapter = bound(*(Rule(rule, endpoint=name) for rule, name in BLOG))
    assert adapter.match(path) == (endpoint, values)
    assert adapter.build(endpoint, values) == path


@pytest.mark.parametrize("path", ["/about/", "/feeds/news", "/x/", "/2026/x/"])
def test_other_paths_of_the_blog_are_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        bound(*(Rule(rule, endpoint=name) for rule, name in BLOG)).match(path)


def test_match_has_a_path_and_a_method() -> None:
    urls = Map(
        [
            Rule("/", endpoint="index"),
            Rule("/downloads/", endpoint="downloads/index"),
            Rule("/downloads/<int:id>", endpoint="downloads/show"),
        ]
    ).bind("example.com", "/")
    assert urls.match("/", "GET") == ("index", {})
    assert urls.match("/downloads/42") == ("downloads/show", {"id": 42})
    assert redirect_of(urls, "/downloads") == "http://example.com/downloads/"
    with pytest.raises(NotFound, match="404 Not Found"):
        urls.match("/missing")


def test_branch_is_found_without_its_slash_if_not_strict() -> None:
    assert bound(Rule("/a/", endpoint="a"), strict_slashes=False).match("/a") == ("a", {})
    assert bound(Rule("/a/", endpoint="a", strict_slashes=False)).match("/a") == ("a", {})


def test_slashes_are_merged_outside_of_variables() -> None:
    adapter = bound(Rule("/a//b/<path:rest>", endpoint="a"))
    assert redirect_of(adapter, "/a///b/c") == "http://example.com/a/b/c"
    assert adapter.match("/a/b/c//d") == ("a", {"rest": "c//d"})
    assert adapter.build("a", {"rest": "c//d"}) == "/a/b/c//d"


def test_slashes_are_kept_on_demand() -> None:
    adapter = bound(Rule("/a//b", endpoint="a"), merge_slashes=False)
    assert adapter.match("/a//b") == ("a", {})
    with pytest.raises(NotFound):
        adapter.match("/a/b")


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/a/b", "static"),
        ("/a/7", "int"),
        ("/a/x", "string"),
        ("/a/x/y", "path"),
        ("/a/x.txt", "text"),
        ("/a/long-x", "longer"),
    ],
)
@pytest.mark.parametrize("step", [1, -1])
def test_more_specific_rule_has_priority_in_any_order(path: str, endpoint: str, step: int) -> None:
    rules = [
        Rule("/a/b", endpoint="static"),
        Rule("/a/<int:n>", endpoint="int"),
        Rule("/a/<x>", endpoint="string"),
        Rule("/a/<path:x>", endpoint="path"),
        Rule("/a/<x>.txt", endpoint="text"),
        Rule("/a/l<x>", endpoint="shorter"),
        Rule("/a/long-<x>", endpoint="longer"),
    ]
    assert bound(*rules[::step]).match(path)[0] == endpoint


def test_earlier_rule_has_priority_among_equals() -> None:
    adapter = bound(Rule("/<a>", endpoint="first"), Rule("/<b>", endpoint="second"))
    assert adapter.match("/x") == ("first", {"a": "x"})


def test_static_domain_has_priority_over_a_variable_one() -> None:
    rules = [
        Rule("/", subdomain="<user>", endpoint="user"),
        Rule("/", subdomain="www", endpoint="www"),
    ]
    urls = Map(rules)
    assert urls.bind("example.com", subdomain="www").match("/") == ("www", {})
    assert urls.bind("example.com", subdomain="ann").match("/") == ("user", {"user": "ann"})


IDENTIFIER = UUID("a8098c1a-f86e-11da-bd1a-00112444be1e")


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        ("<x>", "page", "page"),
        ("<string(length=2):x>", "de", "de"),
        ("<string(minlength=2, maxlength=3):x>", "deu", "deu"),
        ("<path:x>", "a/b", "a/b"),
        ('<any(about, help, class, "foo,bar"):x>', "about", "about"),
        ('<any(about, help, class, "foo,bar"):x>', "foo,bar", "foo,bar"),
        ("<int:x>", "42", 42),
        ("<int(signed=True):x>", "-42", -42),
        ("<int(fixed_digits=4):x>", "0001", 1),
        ("<int(min=1, max=3):x>", "3", 3),
        ("<float:x>", "0.5", 0.5),
        ("<float(signed=True):x>", "-0.5", -0.5),
        ("<uuid:x>", str(IDENTIFIER), IDENTIFIER),
    ],
)
def test_converter_reads_and_writes(rule: str, text: str, value: Any) -> None:
    adapter = bound(Rule(f"/{rule}", endpoint="x"))
    assert adapter.match(f"/{text}") == ("x", {"x": value})
    assert adapter.build("x", {"x": value}) == f"/{text}"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("<x>", "a/b"),
        ("<string(length=2):x>", "deu"),
        ("<string(minlength=2, maxlength=3):x>", "d"),
        ("<any(about, help):x>", "other"),
        ("<int:x>", "-42"),
        ("<int:x>", "1.5"),
        ("<int(fixed_digits=4):x>", "1"),
        ("<int(min=1, max=3):x>", "4"),
        ("<float:x>", "1"),
        ("<float:x>", "-0.5"),
        ("<float(max=1):x>", "1.5"),
        ("<uuid:x>", "a8098c1a"),
    ],
)
def test_converter_refuses(rule: str, text: str) -> None:
    assert not bound(Rule(f"/{rule}", endpoint="x")).test(f"/{text}")


def test_value_of_any_is_validated_when_building() -> None:
    with pytest.raises(ValueError, match="'other' is not one of"):
        bound(Rule("/<any(about, help):x>", endpoint="x")).build("x", {"x": "other"})


def test_path_of_a_wiki_may_be_followed_by_more() -> None:
    rules = [Rule("/<path:page>", endpoint="show"), Rule("/<path:page>/edit", endpoint="edit")]
    adapter = bound(*rules)
    assert adapter.match("/a/b/edit") == ("edit", {"page": "a/b"})
    assert adapter.match("/a/b") == ("show", {"page": "a/b"})


class BooleanConverter(BaseConverter):
    regex = r"(?:yes|no|maybe)"

    def __init__(self, url_map: Map, maybe: bool = False) -> None:
        super().__init__(url_map)
        self.maybe = maybe

    def to_python(self, value: str) -> bool:
        if value == "maybe" and not self.maybe:
            raise ValidationError
        return value != "no"

    def to_url(self, value: bool) -> str:
        return {True: "yes", False: "no"}[value]


def voting() -> MapAdapter:
    return bound(
        Rule("/vote/<bool:werkzeug_rocks>", endpoint="vote"),
        Rule("/guess/<bool(maybe=True):foo>", endpoint="guess"),
        converters={"bool": BooleanConverter},
    )


def test_converter_of_ones_own_takes_arguments() -> None:
    assert voting().match("/vote/no") == ("vote", {"werkzeug_rocks": False})
    assert voting().match("/guess/maybe") == ("guess", {"foo": True})
    assert not voting().test("/vote/maybe")
    assert voting().build("vote", {"werkzeug_rocks": True}) == "/vote/yes"


def test_converter_that_matches_slashes_says_so() -> None:
    class PairConverter(BaseConverter):
        regex = r"\w+/\w+"
        part_isolating = False

    adapter = bound(Rule("/<pair:p>/x", endpoint="x"), converters={"pair": PairConverter})
    assert adapter.match("/a/b/x") == ("x", {"p": "a/b"})


def test_default_converter_can_be_changed() -> None:
    converters = {"default": Map.default_converters["int"]}
    assert bound(Rule("/<n>", endpoint="n"), converters=converters).match("/7") == ("n", {"n": 7})


def test_converter_added_later_counts_for_later_rules() -> None:
    urls = Map([Rule("/", endpoint="index")])
    urls.converters["bool"] = BooleanConverter
    urls.add(Rule("/<bool:b>", endpoint="b"))
    assert urls.bind("example.com").match("/yes") == ("b", {"b": True})
    assert "bool" not in Map().converters


def test_whole_hosts_are_matched_and_may_have_variables() -> None:
    urls = Map(
        [
            Rule("/", endpoint="www_index", host="www.example.com"),
            Rule("/", endpoint="user_index", host="<user>.example.com"),
        ],
        host_matching=True,
    )
    www = urls.bind("www.example.com")
    assert www.match("/") == ("www_index", {})
    assert urls.bind("ann.example.com").match("/") == ("user_index", {"user": "ann"})
    assert www.build("user_index", {"user": "ann"}) == "http://ann.example.com/"
    assert www.build("www_index") == "/"


def test_websocket_rule_matches_its_schemes_only() -> None:
    urls = Map([Rule("/ws", endpoint="comm", websocket=True), Rule("/", endpoint="index")])
    adapter = urls.bind("example.org", path_info="/ws", url_scheme="ws")
    assert adapter.match() == ("comm", {})
    assert adapter.build("comm") == "ws://example.org/ws"
    assert urls.bind("example.org", url_scheme="https").build("comm") == "wss://example.org/ws"
    with pytest.raises(WebsocketMismatch, match="400 Bad Request"):
        urls.bind("example.org").match("/ws")
    with pytest.raises(WebsocketMismatch):
        adapter.match("/")


def test_default_redirects_to_the_shorter_url() -> None:
    rules = [
        Rule("/all/", defaults={"page": 1}, endpoint="all"),
        Rule("/all/page/<int:page>", endpoint="all"),
    ]
    adapter = Map(rules).bind("example.com")
    assert redirect_of(adapter, "/all/page/1") == "http://example.com/all/"
    assert adapter.match("/all/") == ("all", {"page": 1})
    assert adapter.build("all", {"page": 1}) == "/all/"
    assert adapter.build("all", {"page": 2}) == "/all/page/2"


def test_default_only_builds_without_redirects() -> None:
    adapter = bound(
        Rule("/all/", defaults={"page": 1}, endpoint="all"),
        Rule("/all/page/<int:page>", endpoint="all"),
        redirect_defaults=False,
    )
    assert adapter.match("/all/page/1") == ("all", {"page": 1})
    assert adapter.build("all", {"page": 1}) == "/all/"


def test_rules_of_subdomains_match_there_only() -> None:
    urls = Map(
        [
            Rule("/", subdomain="<username>", endpoint="user/homepage"),
            Rule("/about", endpoint="about"),
        ]
    )
    assert urls.bind("example.com", subdomain="ann").match("/")[1] == {"username": "ann"}
    assert not urls.bind("example.com", subdomain="ann").test("/about")
    assert urls.bind("example.com").test("/about")


def test_methods_are_distinguished() -> None:
    adapter = bound(
        Rule("/a", endpoint="read", methods=["GET"]), Rule("/a", endpoint="w", methods=["POST"])
    )
    assert adapter.match("/a", "HEAD") == ("read", {})
    assert adapter.match("/a", "POST") == ("w", {})
    assert sorted(adapter.allowed_methods("/a")) == ["GET", "HEAD", "POST"]
    with pytest.raises(MethodNotAllowed):
        adapter.match("/a", "PUT")


def test_rule_for_building_never_matches() -> None:
    adapter = bound(Rule("/x.css", endpoint="css", subdomain="static", build_only=True))
    assert adapter.build("css") == "http://static.example.com/x.css"
    assert not adapter.test("/x.css")


def test_rule_redirects_by_a_template_or_a_function() -> None:
    def with_slug(adapter: MapAdapter, id: int) -> str:
        return f"foo/slug-{id}"

    urls = Map(
        [
            Rule("/foo/<slug>", endpoint="foo"),
            Rule("/some/old/url/<slug>", redirect_to="foo/<slug>"),
            Rule("/other/old/url/<int:id>", redirect_to=with_slug),
            Rule("/away", redirect_to="/root"),
        ]
    )
    adapter = urls.bind("example.com", "/app")
    assert redirect_of(adapter, "/some/old/url/x") == "http://example.com/app/foo/x"
    assert redirect_of(adapter, "/other/old/url/7") == "http://example.com/app/foo/slug-7"
    assert redirect_of(adapter, "/away") == "http://example.com/root"


def test_alias_redirects_to_its_rule() -> None:
    adapter = bound(
        Rule("/users/", endpoint="users"), Rule("/users.html", endpoint="users", alias=True)
    )
    assert redirect_of(adapter, "/users.html") == "http://example.com/users/"
    assert adapter.build("users") == "/users/"


def test_encoded_line_break_does_not_end_the_match() -> None:
    assert not bound(Rule("/a", endpoint="a")).test("/a\n")
    assert bound(Rule("/<x>", endpoint="a")).match("/a\nb") == ("a", {"x": "a\nb"})


def test_query_is_kept_by_redirects() -> None:
    adapter = bound(Rule("/a/", endpoint="a"))
    assert redirect_of(adapter, "/a", query_args="b=1&c=2") == "http://example.com/a/?b=1&c=2"
    assert redirect_of(adapter, "/a", query_args={"b": "ä"}) == "http://example.com/a/?b=%C3%A4"


def test_rule_itself_is_returned_on_demand() -> None:
    rule = Rule("/<x>", endpoint="a")
    assert bound(rule).match("/b", return_rule=True) == (rule, {"x": "b"})


def test_building_is_relative_unless_asked_for_more() -> None:
    adapter = bound(Rule("/downloads/<int:id>", endpoint="show"))
    assert adapter.build("show", {"id": 42}) == "/downloads/42"
    assert adapter.build("show", {"id": 42}, force_external=True).startswith("http://example.com")
    full = adapter.build("show", {"id": 42}, force_external=True, url_scheme="https")
    assert full == "https://example.com/downloads/42"
    assert adapter.build("show", {"id": 42, "q": "ä b"}) == "/downloads/42?q=%C3%A4+b"
    assert adapter.build("show", {"id": 42, "q": 1}, append_unknown=False) == "/downloads/42"
    with pytest.raises(BuildError):
        adapter.build("show")


def test_application_dispatches_and_answers_errors() -> None:
    url_map = Map([Rule("/", endpoint="index")])

    @responder
    def application(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        urls = url_map.bind_to_environ(environ)
        return urls.dispatch(
            lambda endpoint, values: Response(f"{endpoint} {request.method}"),
            catch_http_exceptions=True,
        )

    assert Client(application).get("/").text == "index GET"
    assert Client(application).get("/missing").status_code == 404


def test_subdomain_is_what_comes_before_the_server_name() -> None:
    environ = create_environ("/", "http://staging.dev.example.com/")
    adapter = Map().bind_to_environ(environ, server_name="example.com")
    assert adapter.subdomain == "staging.dev"


def test_host_that_does_not_fit_the_server_name_is_warned_of() -> None:
    environ = create_environ("/", "http://example.org/")
    with pytest.warns(UserWarning, match=r"example\.org"):
        adapter = Map().bind_to_environ(environ, server_name="example.com")
    assert adapter.subdomain == "<invalid>"


def test_endpoint_is_asked_whether_it_expects_a_language() -> None:
    urls = Map([Rule("/<lang>/", endpoint="index"), Rule("/about", endpoint="about")])
    assert urls.is_endpoint_expecting("index", "lang")
    assert not urls.is_endpoint_expecting("about", "lang")


def test_unbound_copy_of_a_rule_goes_into_another_map() -> None:
    rule = Rule("/a", endpoint="a")
    Map([rule])
    assert Map([rule.empty()]).bind("example.com").match("/a") == ("a", {})


def test_rules_are_mounted_below_a_path_and_a_prefix() -> None:
    blog = [Rule("/", endpoint="index"), Rule("/entry/<entry_slug>", endpoint="show")]
    adapter = bound(EndpointPrefix("blog/", [Submount("/blog", blog)]))
    assert adapter.match("/blog/entry/x") == ("blog/show", {"entry_slug": "x"})
    assert adapter.match("/blog/") == ("blog/index", {})


def test_language_is_a_subdomain_of_two_letters() -> None:
    urls = Map(
        [
            Rule("/", endpoint="#select_language"),
            Subdomain("<string(length=2):lang>", [Rule("/about", endpoint="about")]),
        ]
    )
    assert urls.bind("example.com").match("/") == ("#select_language", {})
    assert urls.bind("example.com", subdomain="de").match("/about") == ("about", {"lang": "de"})
    assert not urls.bind("example.com", subdomain="deu").test("/about")


def test_template_of_rules_is_filled_for_each_resource() -> None:
    resource = RuleTemplate(
        [Rule("/$name/", endpoint="$name.list"), Rule("/$name/<int:id>", endpoint="$name.show")]
    )
    adapter = bound(resource(name="user"), resource(name="page"))
    assert adapter.match("/user/3") == ("user.show", {"id": 3})
    assert adapter.match("/page/") == ("page.list", {})
