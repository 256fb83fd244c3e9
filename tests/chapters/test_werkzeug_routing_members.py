"""Werkzeug's URL Routing: each option and method of maps, rules, adapters and factories."""

from __future__ import annotations

from typing import Any

import pytest

from flaskish.werkzeug.datastructures import MultiDict
from flaskish.werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from flaskish.werkzeug.routing import (
    AnyConverter,
    BaseConverter,
    BuildError,
    EndpointPrefix,
    FloatConverter,
    IntegerConverter,
    Map,
    PathConverter,
    RequestRedirect,
    Rule,
    RuleFactory,
    RuleTemplate,
    Subdomain,
    Submount,
    UnicodeConverter,
    UUIDConverter,
    ValidationError,
)
from flaskish.werkzeug.test import Client, create_environ
from flaskish.werkzeug.wrappers import Request, Response
from flaskish.werkzeug.wsgi import responder


def downloads(**options: Any) -> Map:
    rules = [
        Rule("/", endpoint="index"),
        Rule("/downloads/", endpoint="downloads/index"),
        Rule("/downloads/<int:id>", endpoint="downloads/show"),
    ]
    return Map(rules, **options)


# Map


def test_rule_is_added_and_listed() -> None:
    rules = downloads()
    added = Rule("/added", endpoint="added")
    rules.add(added)
    assert added in list(rules.iter_rules())
    assert [rule.rule for rule in rules.iter_rules("downloads/show")] == ["/downloads/<int:id>"]
    with pytest.raises(KeyError):
        rules.iter_rules("missing")


def test_rule_of_a_map_is_not_added_to_another() -> None:
    rule = next(downloads().iter_rules())
    with pytest.raises(RuntimeError, match="already bound"):
        Map([rule])
    assert [copied.rule for copied in Map([rule.empty()]).iter_rules()] == [rule.rule]


def test_map_knows_what_an_endpoint_expects() -> None:
    rules = downloads()
    assert rules.is_endpoint_expecting("downloads/show", "id")
    assert not rules.is_endpoint_expecting("downloads/show", "id", "language")
    assert not rules.is_endpoint_expecting("index", "id")


def test_converters_of_one_map_are_its_own() -> None:
    class Two(BaseConverter):
        regex = "[a-z]{2}"

    rules = Map([Rule("/<two:code>", endpoint="code")], converters={"two": Two})
    assert rules.bind("localhost").match("/de") == ("code", {"code": "de"})
    with pytest.raises(NotFound):
        rules.bind("localhost").match("/deu")
    assert "two" in rules.converters
    assert "two" not in Map.default_converters


@pytest.mark.parametrize(
    ("options", "path", "expected"),
    [
        ({}, "/downloads", "http://localhost/downloads/"),
        ({"strict_slashes": False}, "/downloads", "downloads/index"),
        ({}, "/downloads//42", "http://localhost/downloads/42"),
        ({"merge_slashes": False}, "/downloads//42", None),
    ],
)
def test_slashes_are_an_option_of_the_map(
    options: dict[str, Any], path: str, expected: str | None
) -> None:
    try:
        result: Any = downloads(**options).bind("localhost").match(path)[0]
    except RequestRedirect as redirect:
        result = redirect.new_url
    except NotFound:
        result = None
    assert result == expected


def test_slashes_are_an_option_of_a_rule() -> None:
    rules = Map(
        [
            Rule("/loose/", endpoint="loose", strict_slashes=False),
            Rule("/kept/<path:rest>", endpoint="kept", merge_slashes=False),
        ]
    )
    adapter = rules.bind("localhost")
    assert adapter.match("/loose") == ("loose", {})
    assert adapter.match("/kept/a//b") == ("kept", {"rest": "a//b"})
    with pytest.raises(NotFound):
        adapter.match("//kept//a")


def test_parameters_are_sorted_if_wanted() -> None:
    values = {"b": "1", "a": "2", "c": "0"}
    for options, query in [
        ({}, "b=1&a=2&c=0"),
        ({"sort_parameters": True}, "a=2&b=1&c=0"),
        ({"sort_parameters": True, "sort_key": lambda item: item[1]}, "c=0&b=1&a=2"),
    ]:
        assert downloads(**options).bind("localhost").build("index", values) == f"/?{query}"


def test_default_subdomain_is_for_rules_without_one() -> None:
    rules = Map([Rule("/", endpoint="index")], default_subdomain="www")
    assert rules.bind("example.com", subdomain="www").match("/") == ("index", {})
    assert rules.bind("example.com").match("/") == ("index", {})
    with pytest.raises(NotFound):
        rules.bind("example.com", subdomain="other").match("/")


# Binding


def test_map_is_bound_by_hand() -> None:
    adapter = downloads().bind(
        "example.com",
        script_name="/app",
        url_scheme="https",
        default_method="POST",
        path_info="/downloads/42",
        query_args={"a": "1"},
    )
    assert adapter.match() == ("downloads/show", {"id": 42})
    assert (adapter.server_name, adapter.script_name) == ("example.com", "/app/")
    assert (adapter.url_scheme, adapter.default_method) == ("https", "POST")
    with pytest.raises(RequestRedirect) as caught:
        adapter.match("/downloads")
    assert caught.value.new_url == "https://example.com/app/downloads/?a=1"
    assert caught.value.code == 308


def test_map_is_bound_to_an_environ_or_a_request() -> None:
    environ = create_environ("/downloads/42?a=1", "http://example.com:8080/app")
    for given in (environ, Request(environ)):
        adapter = downloads().bind_to_environ(given)
        assert adapter.match() == ("downloads/show", {"id": 42})
        assert adapter.build("index", force_external=True) == "http://example.com:8080/app/"


@pytest.mark.parametrize(
    ("host", "server_name", "subdomain"),
    [
        ("example.com", "example.com", ""),
        ("api.example.com", "example.com", "api"),
        ("v1.api.example.com", "example.com", "v1.api"),
        ("example.com:80", "example.com", ""),
    ],
)
def test_subdomain_is_calculated(host: str, server_name: str, subdomain: str) -> None:
    environ = create_environ("/", f"http://{host}")
    adapter = Map([Rule("/", subdomain="<name>", endpoint="x")]).bind_to_environ(
        environ, server_name=server_name
    )
    assert adapter.subdomain == subdomain


# Matching


def test_match_gives_the_rule_if_wanted() -> None:
    rule, values = downloads().bind("localhost").match("/downloads/42", return_rule=True)
    assert isinstance(rule, Rule)
    assert (rule.endpoint, values) == ("downloads/show", {"id": 42})


def test_path_is_tested_and_its_methods_listed() -> None:
    rules = Map(
        [
            Rule("/a", endpoint="read", methods=["GET"]),
            Rule("/a", endpoint="write", methods=["post"]),
        ]
    )
    adapter = rules.bind("localhost", path_info="/a")
    assert adapter.test("/a")
    assert not adapter.test("/b")
    assert not adapter.test("/a", "PUT")
    assert sorted(adapter.allowed_methods()) == ["GET", "HEAD", "POST"]
    assert adapter.allowed_methods("/b") == []
    with pytest.raises(MethodNotAllowed) as caught:
        adapter.match(method="PUT")
    assert sorted(caught.value.valid_methods or ()) == ["GET", "HEAD", "POST"]


@pytest.mark.parametrize("query", ["a=%C3%A4", {"a": "ä"}])
def test_query_of_a_redirect_is_text_or_a_dict(query: Any) -> None:
    with pytest.raises(RequestRedirect) as caught:
        downloads().bind("localhost").match("/downloads", query_args=query)
    assert caught.value.new_url.startswith("http://localhost/downloads/?a=")


def test_redirect_and_errors_are_responses() -> None:
    adapter = downloads().bind("localhost")
    for path, code in [("/downloads", 308), ("/missing", 404)]:
        with pytest.raises(HTTPException) as caught:
            adapter.match(path)
        assert caught.value.get_response().status_code == code


def test_endpoint_may_be_anything() -> None:
    def view() -> None: ...

    for endpoint in (view, 42, ("a", 1)):
        assert Map([Rule("/", endpoint=endpoint)]).bind("localhost").match("/")[0] == endpoint


# Building


def test_values_are_put_into_the_url() -> None:
    adapter = downloads().bind("example.com", "/app")
    assert adapter.build("downloads/show", {"id": 42}) == "/app/downloads/42"
    assert adapter.build("downloads/index", {}) == "/app/downloads/"
    assert adapter.build("index", {"q": "My Search"}) == "/app/?q=My+Search"
    assert adapter.build("index", {"q": None}) == "/app/"


@pytest.mark.parametrize("values", [{"q": ["a", "b"]}, MultiDict([("q", "a"), ("q", "b")])])
def test_several_values_are_several_parameters(values: Any) -> None:
    assert downloads().bind("localhost").build("index", values) == "/?q=a&q=b"


def test_unknown_values_are_dropped_if_wanted() -> None:
    adapter = downloads().bind("localhost")
    assert adapter.build("index", {"q": "a"}, append_unknown=False) == "/"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "/"),
        ({"force_external": True}, "http://example.com/"),
        ({"force_external": True, "url_scheme": "https"}, "https://example.com/"),
        ({"force_external": True, "url_scheme": ""}, "//example.com/"),
    ],
)
def test_built_url_may_be_absolute(options: dict[str, Any], expected: str) -> None:
    assert downloads().bind("example.com").build("index", **options) == expected


def test_url_of_another_subdomain_is_absolute() -> None:
    rules = Map([Rule("/", endpoint="a", subdomain="a"), Rule("/b", endpoint="b", subdomain="b")])
    adapter = rules.bind("example.com", subdomain="a")
    assert adapter.build("a") == "/"
    assert adapter.build("b") == "http://b.example.com/b"


def test_method_chooses_between_rules() -> None:
    rules = Map(
        [
            Rule("/read", endpoint="x", methods=["GET"]),
            Rule("/write", endpoint="x", methods=["POST"]),
        ]
    )
    adapter = rules.bind("localhost")
    assert adapter.build("x", method="POST") == "/write"
    assert adapter.build("x", method="GET") == "/read"


def test_url_that_cannot_be_built_is_an_error_that_suggests() -> None:
    adapter = downloads().bind("localhost")
    with pytest.raises(BuildError, match="Did you forget to specify values"):
        adapter.build("downloads/show")
    with pytest.raises(BuildError) as caught:
        adapter.build("download/show", {"id": 1})
    assert isinstance(caught.value, LookupError)
    assert caught.value.suggested is not None
    assert caught.value.suggested.endpoint == "downloads/show"
    assert (caught.value.endpoint, caught.value.values) == ("download/show", {"id": 1})


def test_defaults_need_not_be_given() -> None:
    rules = Map(
        [
            Rule("/all/", defaults={"page": 1}, endpoint="all"),
            Rule("/all/page/<int:page>", endpoint="all"),
        ]
    )
    adapter = rules.bind("localhost")
    assert adapter.build("all") == adapter.build("all", {"page": 1}) == "/all/"
    assert adapter.build("all", {"page": 2}) == "/all/page/2"
    assert adapter.match("/all/") == ("all", {"page": 1})


# Dispatching


def test_dispatching_calls_the_view() -> None:
    rules = downloads()
    views = {"index": lambda request: Response(f"{request.path} index")}

    @responder
    def application(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        adapter = rules.bind_to_environ(environ)
        return adapter.dispatch(lambda e, v: views[e](request, **v), catch_http_exceptions=True)

    client = Client(application)
    assert client.get("/").text == "/ index"
    assert client.get("/missing").status_code == 404
    assert client.get("/downloads").status_code == 308


def test_dispatching_lets_errors_out_by_default() -> None:
    adapter = downloads().bind("localhost")
    with pytest.raises(NotFound):
        adapter.dispatch(lambda endpoint, values: Response(endpoint), "/missing")


# Factories


def rules_of(*factories: RuleFactory) -> list[tuple[Any, str, Any]]:
    return sorted(
        (rule.subdomain, rule.rule, rule.endpoint) for rule in Map(factories).iter_rules()
    )


def test_factories_change_their_rules() -> None:
    rule = Rule("/entry/<slug>", endpoint="show")
    assert rules_of(Subdomain("kb", [rule])) == [("kb", "/entry/<slug>", "show")]
    assert rules_of(Submount("/blog", [rule])) == [("", "/blog/entry/<slug>", "show")]
    assert rules_of(EndpointPrefix("blog/", [rule])) == [("", "/entry/<slug>", "blog/show")]
    nested = Subdomain("kb", [Submount("/blog", [EndpointPrefix("blog/", [rule])])])
    assert rules_of(nested) == [("kb", "/blog/entry/<slug>", "blog/show")]


def test_template_fills_in_strings() -> None:
    resource = RuleTemplate(
        [
            Rule("/$name/", endpoint="$name.list"),
            Rule("/$name/<id>", endpoint="$name.show", defaults={"kind": "$name"}),
        ]
    )
    rules = Map([resource(name="user"), resource(name="page")])
    adapter = rules.bind("localhost")
    assert adapter.match("/user/") == ("user.list", {})
    assert adapter.match("/page/7") == ("page.show", {"kind": "page", "id": "7"})


def test_factory_of_ones_own_makes_rules() -> None:
    class Pages(RuleFactory):
        def get_rules(self, map: Map) -> Any:
            yield Rule("/a", endpoint="a")
            yield Rule("/b", endpoint="b")

    assert [rule for _, rule, _ in rules_of(Pages())] == ["/a", "/b"]
    with pytest.raises(NotImplementedError):
        Map([RuleFactory()])


def test_copy_of_a_rule_takes_the_arguments_of_its_class() -> None:
    class OwnRule(Rule):
        def __init__(self, string: str, *, note: str, **options: Any) -> None:
            super().__init__(string, **options)
            self.note = note

        def get_empty_kwargs(self) -> Any:
            return {**super().get_empty_kwargs(), "note": self.note}

    rule = OwnRule("/", note="ours", endpoint="x", methods=["GET"])
    copied = rule.empty()
    assert isinstance(copied, OwnRule)
    assert (copied.note, copied.endpoint, copied.methods) == ("ours", "x", {"GET", "HEAD"})


# Converters


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("/<x>", {"/ab": "ab"}, ["/", "/a/b"]),
        ("/<string(length=2):x>", {"/de": "de"}, ["/d", "/deu"]),
        ("/<string(minlength=2, maxlength=3):x>", {"/ab": "ab", "/abc": "abc"}, ["/a", "/abcd"]),
        ("/<path:x>", {"/a/b": "a/b"}, ["/"]),
        ("/<any(about, help):x>", {"/help": "help"}, ["/other"]),
        ("/<int:x>", {"/042": 42}, ["/-1", "/a", "/1.5"]),
        ("/<int(fixed_digits=3):x>", {"/042": 42}, ["/42", "/0042"]),
        ("/<int(min=2, max=3):x>", {"/2": 2, "/3": 3}, ["/1", "/4"]),
        ("/<int(signed=True):x>", {"/-1": -1}, ["/--1"]),
        ("/<float:x>", {"/1.5": 1.5}, ["/1", "/-1.5", "/.5"]),
        ("/<float(signed=True, max=2):x>", {"/-1.5": -1.5}, ["/2.5"]),
    ],
)
def test_converter_accepts_and_refuses(rule: str, good: dict[str, Any], bad: list[str]) -> None:
    adapter = Map([Rule(rule, endpoint="x")]).bind("localhost")
    for path, value in good.items():
        assert adapter.match(path) == ("x", {"x": value})
    for path in bad:
        with pytest.raises(NotFound):
            adapter.match(path)


def test_built_in_converters_are_extended() -> None:
    class Hex(IntegerConverter):
        regex = "[0-9a-f]+"
        num_convert = staticmethod(lambda value: int(value, 16))  # type: ignore[assignment]

        def to_url(self, value: Any) -> str:
            return f"{value:x}"

    class Upper(UnicodeConverter):
        def to_python(self, value: str) -> str:
            return value.upper()

    converters: Any = {"hex": Hex, "upper": Upper}
    rules = Map([Rule("/<hex:x>/<upper:y>", endpoint="x")], converters=converters)
    adapter = rules.bind("localhost")
    assert adapter.match("/ff/a") == ("x", {"x": 255, "y": "A"})
    assert adapter.build("x", {"x": 255, "y": "b"}) == "/ff/b"


def test_names_of_converters_have_their_classes() -> None:
    assert Map.default_converters == {
        "default": UnicodeConverter,
        "string": UnicodeConverter,
        "any": AnyConverter,
        "path": PathConverter,
        "int": IntegerConverter,
        "float": FloatConverter,
        "uuid": UUIDConverter,
    }


def test_errors_of_a_converter() -> None:
    class Picky(BaseConverter):
        def to_python(self, value: str) -> str:
            if value == "invalid":
                raise ValidationError
            raise ZeroDivisionError

        def to_url(self, value: Any) -> str:
            raise ZeroDivisionError

    adapter = Map([Rule("/<p:x>", endpoint="x")], converters={"p": Picky}).bind("localhost")
    with pytest.raises(NotFound):
        adapter.match("/invalid")
    with pytest.raises(ZeroDivisionError):
        adapter.match("/broken")
