"""Building: the URL of an endpoint, and what is said if there is none."""

from __future__ import annotations

from typing import Any

import pytest

from flaskish.werkzeug.datastructures import MultiDict
from flaskish.werkzeug.routing import (
    BaseConverter,
    BuildError,
    Map,
    MapAdapter,
    Rule,
    ValidationError,
)


def bind(*rules: Rule, script_name: str = "/", **options: Any) -> MapAdapter:
    return Map(rules, **options).bind("shop.test", script_name)


@pytest.mark.parametrize(
    ("rule", "values", "url"),
    [
        ("/", {}, "/"),
        ("/user/<name>", {"name": "ann"}, "/user/ann"),
        ("/user/<name>", {"name": "a b/é?"}, "/user/a%20b/%C3%A9%3F"),
        ("/<int:year>-<int:month>/", {"year": 2024, "month": "11"}, "/2024-11/"),
        ("/<int(fixed_digits=3):n>", {"n": 7}, "/007"),
        ("/<float:n>", {"n": 2}, "/2.0"),
        ("/<any(a, b):x>", {"x": "b"}, "/b"),
        ("/<path:name>", {"name": "a/b c"}, "/a/b%20c"),
        ("/é/<class>", {"class": "x"}, "/%C3%A9/x"),
        ("/a//b", {}, "/a/b"),
    ],
)
def test_values_fill_in_the_variables(rule: str, values: dict[str, Any], url: str) -> None:
    assert bind(Rule(rule, endpoint="x")).build("x", values) == url


def test_further_values_become_the_query() -> None:
    adapter = bind(Rule("/<a>", endpoint="x"))
    assert adapter.build("x", {"a": 1, "q": "é &", "n": [1, 2], "z": None}) == (
        "/1?q=%C3%A9+%26&n=1&n=2"
    )
    assert adapter.build("x", {"a": 1, "q": 2}, append_unknown=False) == "/1"
    assert adapter.build("x", {"a": 1, "q": []}) == "/1"


def test_values_of_a_multi_dict_are_all_kept() -> None:
    adapter = bind(Rule("/<a>", endpoint="x"))
    values: MultiDict[str, str] = MultiDict([("a", "1"), ("q", "2"), ("q", "3")])
    assert adapter.build("x", values) == "/1?q=2&q=3"


def test_query_can_be_sorted() -> None:
    adapter = bind(Rule("/", endpoint="x"), sort_parameters=True)
    assert adapter.build("x", {"b": 2, "a": 1}) == "/?a=1&b=2"
    adapter = bind(Rule("/", endpoint="x"), sort_parameters=True, sort_key=lambda item: -item[1])
    assert adapter.build("x", {"a": 1, "b": 2}) == "/?b=2&a=1"


def test_rule_with_most_variables_that_fit_is_taken() -> None:
    adapter = bind(
        Rule("/", endpoint="x"),
        Rule("/<a>", endpoint="x"),
        Rule("/<a>/<b>", endpoint="x"),
    )
    assert adapter.build("x") == "/"
    assert adapter.build("x", {"a": 1}) == "/1"
    assert adapter.build("x", {"b": 1}) == "/?b=1"
    assert adapter.build("x", {"a": 1, "b": 2}) == "/1/2"


def test_default_picks_the_rule_without_the_variable() -> None:
    adapter = bind(
        Rule("/all/", defaults={"page": 1}, endpoint="all"),
        Rule("/all/<int:page>", endpoint="all"),
    )
    assert adapter.build("all", {"page": 1}) == "/all/"
    assert adapter.build("all", {"page": 2}) == "/all/2"
    assert adapter.build("all") == "/all/"


def test_default_of_a_variable_in_the_path_is_filled_in() -> None:
    adapter = bind(Rule("/<lang>/<a>", defaults={"lang": "e n"}, endpoint="x"))
    assert adapter.build("x", {"a": 1}) == "/e%20n/1"


def test_method_picks_among_the_rules() -> None:
    adapter = bind(
        Rule("/", methods=["GET"], endpoint="x"),
        Rule("/put", methods=["PUT"], endpoint="x"),
        Rule("/post", methods=["POST"], endpoint="y"),
    )
    assert adapter.build("x") == "/"
    assert adapter.build("x", method="PUT") == "/put"
    assert adapter.build("y") == "/post"
    with pytest.raises(BuildError):
        adapter.build("y", method="GET")


def test_refused_value_moves_on_to_the_next_rule() -> None:
    class Even(BaseConverter):
        def to_url(self, value: Any) -> str:
            if value % 2:
                raise ValidationError()
            return str(value)

    adapter = bind(
        Rule("/even/<even:n>", endpoint="x"),
        Rule("/any/<n>", endpoint="x"),
        converters={"even": Even},
    )
    assert adapter.build("x", {"n": 2}) == "/even/2"
    assert adapter.build("x", {"n": 3}) == "/any/3"


def test_words_are_checked() -> None:
    with pytest.raises(ValueError, match=r"^'c' is not one of 'a', 'b'$"):
        bind(Rule("/<any(b, a):x>", endpoint="x")).build("x", {"x": "c"})


def test_external_urls() -> None:
    adapter = bind(Rule("/a", endpoint="x"), script_name="/app")
    assert adapter.build("x") == "/app/a"
    assert adapter.build("x", force_external=True) == "http://shop.test/app/a"
    assert adapter.build("x", force_external=True, url_scheme="https") == (
        "https://shop.test/app/a"
    )
    assert adapter.build("x", force_external=True, url_scheme="") == "//shop.test/app/a"


def test_other_subdomain_makes_the_url_absolute() -> None:
    adapter = bind(Rule("/", endpoint="x"), Rule("/", subdomain="<user>", endpoint="user"))
    assert adapter.build("x") == "/"
    assert adapter.build("user", {"user": "ann"}) == "http://ann.shop.test/"


def test_rule_of_this_host_comes_first() -> None:
    adapter = bind(
        Rule("/other", host="other.test", endpoint="x"),
        Rule("/this", host="shop.test", endpoint="x"),
        Rule("/", host="other.test", endpoint="y"),
        host_matching=True,
    )
    assert adapter.build("x") == "/this"
    assert adapter.build("y") == "http://other.test/"


@pytest.mark.parametrize(("bound", "scheme"), [("http", "ws"), ("https", "wss"), ("wss", "wss")])
def test_websocket_urls_have_their_scheme(bound: str, scheme: str) -> None:
    url_map = Map([Rule("/ws", endpoint="ws", websocket=True), Rule("/", endpoint="page")])
    adapter = url_map.bind("shop.test", url_scheme=bound)
    assert adapter.build("ws") == f"{scheme}://shop.test/ws"
    page = adapter.build("page", force_external=True)
    assert page == f"{scheme.replace('ws', 'http')}://shop.test/"


@pytest.mark.parametrize(
    ("endpoint", "values", "method", "message"),
    [
        (
            "user.shwo",
            {},
            None,
            "Could not build url for endpoint 'user.shwo'. Did you mean 'user.show' instead?",
        ),
        (
            "user.show",
            {"x": 1},
            None,
            "Could not build url for endpoint 'user.show' with values ['x']. Did you forget to"
            " specify values ['id']?",
        ),
        (
            "user.save",
            {"id": 1},
            "GET",
            "Could not build url for endpoint 'user.save' ('GET') with values ['id']. Did you mean"
            " to use methods ['POST']?",
        ),
    ],
)
def test_error_says_what_comes_closest(
    endpoint: str, values: dict[str, Any], method: str | None, message: str
) -> None:
    adapter = bind(
        Rule("/user/<id>", endpoint="user.show"),
        Rule("/user/<id>/save", endpoint="user.save", methods=["POST"]),
    )
    with pytest.raises(BuildError) as caught:
        adapter.build(endpoint, values, method)
    assert str(caught.value) == message
    assert caught.value.suggested is not None


def test_error_without_any_rules() -> None:
    with pytest.raises(BuildError) as caught:
        bind().build("x")
    assert str(caught.value) == "Could not build url for endpoint 'x'."
    assert isinstance(caught.value, LookupError)


def test_error_keeps_the_values_as_they_were() -> None:
    values = {"name": "ann"}
    with pytest.raises(BuildError) as caught:
        bind(Rule("/", endpoint="index")).build("user", values)
    values["name"] = "ben"
    assert caught.value.values == {"name": "ann"}
