"""Several variables in one part: the groups of a regex, without the time that one can take."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Sequence

import pytest

from flaskish.werkzeug.routing import Map, Rule
from flaskish.werkzeug.routing._linear import LinearPattern, Step, Words, steps_of_regex

REGEXES = [
    "[^/]{1,}",
    "[^/]{2}",
    "[^/]{0,3}",
    "[0-9]+",
    "-?[0-9]+",
    r"[0-9]+\.[0-9]+",
    "[^/].*?",
    r"\w+",
    "[a-c]*?",
    "a??",
    "a{1,2}b{,3}",
    "[]a]+",
    "[a-c]{2,}?",
]
LITERALS = ["a", "-", "ab", ".", "/"]


@pytest.mark.parametrize("seed", range(300))
def test_groups_are_those_of_the_regex(seed: int) -> None:
    chance = random.Random(seed)
    parts: list[tuple[Sequence[Step], bool]] = []
    regex = ""
    for piece in chance.choices([*REGEXES, *LITERALS], k=chance.randint(1, 5)):
        steps = None if piece in LITERALS else steps_of_regex(piece)
        if steps is None:
            parts.append(((Words((piece,)),), False))
            regex += re.escape(piece)
        else:
            parts.append((steps, True))
            regex += f"({piece})"
    pattern = LinearPattern(parts)
    for _ in range(30):
        text = "".join(chance.choices("aab-1./\né", k=chance.randint(0, 12)))
        found = re.fullmatch(regex, text)
        assert pattern.match(text) == (None if found is None else [*found.groups()])


@pytest.mark.parametrize("text", ["", "a", "b", "ab", "aa", "aab", "abb", "abab", "c"])
def test_first_word_that_will_do_is_taken(text: str) -> None:
    words = ("a", "ab", "", "b")
    pattern = LinearPattern([((Words(words),), True), ((Words(words),), True)])
    found = re.fullmatch("(a|ab||b)(a|ab||b)", text)
    assert pattern.match(text) == (None if found is None else [*found.groups()])


@pytest.mark.parametrize("regex", ["(a)", "a|b", "^a", r"a\b", "(?i)a", "a{", r"\x41", "a*+", "["])
def test_other_regexes_are_left_to_re(regex: str) -> None:
    assert steps_of_regex(regex) is None


@pytest.mark.parametrize(
    "rule",
    ["/<a>-<b>-<c>.html", "/<path:a>/<path:b>/<path:c>/end", "/<a>-<path:b>-<int:c>!"],
)
def test_hostile_path_is_refused_quickly(rule: str) -> None:
    adapter = Map([Rule(rule, endpoint="x")]).bind("shop.test")
    start = time.process_time()
    for filling in ("-", "a-", "1-", "a/"):
        assert not adapter.test("/" + filling * 10_000)
        assert not adapter.test("/" + filling * 10_000 + "x.htm")
    assert time.process_time() - start < 2


def test_long_and_short_texts_match_alike() -> None:
    adapter = Map([Rule("/<a>-<b>.<any(html, htm):c>", endpoint="x")]).bind("shop.test")
    assert adapter.match("/p-q-r.html")[1] == {"a": "p-q", "b": "r", "c": "html"}
    long = "p" * 200
    assert adapter.match(f"/{long}-q-r.html")[1] == {"a": f"{long}-q", "b": "r", "c": "html"}
