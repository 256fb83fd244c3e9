"""Routing: whole segments, ASCII digits, and no path that takes long to match."""

from __future__ import annotations

import pytest

from flaskish import Flask
from flaskish.werkzeug.exceptions import HTTPException
from flaskish.werkzeug.routing import BaseConverter, Map, Rule
from tests.safety.corpora import PATHOLOGICAL, within
from tests.safety.servers import WAYS


def is_matched(rule: str, path: str) -> bool:
    """Tell whether a rule matches a path as it is."""
    try:
        Map([Rule(rule, endpoint="e")]).bind("localhost").match(path)
    except HTTPException:
        return False
    return True


@pytest.mark.parametrize(
    "path",
    ["٣", "²", "①", "1\n", "\n1", "1 ", "+1", "1_0", "0x1", "-1", "1.0", "1/2", "9" * 5_000, ""],
)
def test_an_int_is_ascii_digits_from_end_to_end(path: str) -> None:
    assert not is_matched("/<int:number>", f"/{path}")


@pytest.mark.parametrize(
    "path", ["1.٣", "1", ".1", "1.", "1.0\n", "1e3", "nan", "inf", "1.0.0", "1,0", "1.0 "]
)
def test_a_float_is_ascii_digits_from_end_to_end(path: str) -> None:
    assert not is_matched("/<float:number>", f"/{path}")


@pytest.mark.parametrize(
    "rule", ["/<string:a>", "/<any(a,b):a>", "/<uuid:a>", "/<string(length=2):a>", "/x<a>"]
)
@pytest.mark.parametrize("end", ["\n", "/", "\r", "\0"])
def test_a_converter_takes_a_whole_segment(rule: str, end: str) -> None:
    good = {
        "/<string:a>": "",
        "/<any(a,b):a>": "a",
        "/<uuid:a>": "12345678-1234-5678-1234-567812345678",
        "/<string(length=2):a>": "ab",
        "/x<a>": "",
    }[rule]
    # Any text is a string, but a slash ends it.
    assert not is_matched(rule, f"/{good}{end}") or (end != "/" and "string:" in rule)


SHAPES = (
    "/<a>-<b>-<c>",
    "/<a>.<b>.<c>.<d>",
    "/<int:a>-<int:b>-<int:c>",
    "/<path:a>/<path:b>/<path:c>",
    "/<path:a>-<path:b>-<path:c>/x",
    "/<any(a,aa,aaa):x><any(a,aa,aaa):y><any(a,aa,aaa):z>-",
    "/<string(maxlength=30):a><string(maxlength=30):b><string(maxlength=30):c>!",
    "/<float:a><float:b><float:c>",
    "/<path:a>/end",
)


@pytest.mark.parametrize("rule", SHAPES)
@pytest.mark.parametrize("text", ["-", "a-", "1-", "/", "a/", "a", "1.", "1", ".", "\n", "-/"])
def test_no_path_takes_more_than_linear_time(rule: str, text: str) -> None:
    adapter = Map([Rule(rule, endpoint="e")], merge_slashes=False).bind("localhost")
    path = "/" + text * (30_000 // len(text))
    for tail in ("", "?", "\n"):
        with within(0.5):
            try:
                adapter.match(path + tail)
            except HTTPException:
                continue


@pytest.mark.parametrize("text", ["//", "/a//", "/./", "/a"])
def test_no_number_of_slashes_takes_long(text: str) -> None:
    rules = [Rule("/a/<path:p>/", endpoint="p"), Rule("/<a>/<b>/<c>/", endpoint="c")]
    adapter = Map(rules).bind("localhost")
    with within(0.5):
        try:
            adapter.match(text * 20_000)
        except HTTPException:
            return


def test_many_rules_that_nearly_fit_take_no_product_of_time() -> None:
    rules = [Rule(f"/<a>/<b>/<c>/<d>/{number}", endpoint=str(number)) for number in range(300)]
    rules += [Rule(f"/<int:a>/<b>/<int:c>/x{number}", endpoint="x") for number in range(300)]
    adapter = Map(rules).bind("localhost")
    with within(0.5):
        for _ in range(100):
            assert not adapter.test("/1/1/1/1/1/1")


class Slow(BaseConverter):
    """A regex of an application's own that backtracks exponentially."""

    regex = "(?:a+)+b"


def test_a_converter_of_an_application_is_its_own_affair() -> None:
    map = Map([Rule("/<slow:a>", endpoint="e")], converters={"slow": Slow})
    with within(0.5):
        assert not map.bind("localhost").test(f"/{'a' * 12}")


@pytest.mark.parametrize("way", WAYS)
def test_no_path_takes_long_in_an_application(way: str) -> None:
    app = Flask("slow", static_folder=None)
    for number, rule in enumerate(SHAPES):
        app.add_url_rule(f"/{number}{rule}", str(number), lambda **values: "found")
    for number in range(len(SHAPES)):
        for text in PATHOLOGICAL[number % 3 :: 3]:
            with within(0.5):
                answer = WAYS[way](app, PATH_INFO=f"/{number}/{text[:30_000]}")
            assert answer.status in (200, 308, 404)
