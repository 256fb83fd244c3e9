"""Regular expressions: none of the package's takes more than linear time, whatever the text."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from types import BuiltinMethodType
from typing import Any

import pytest

import flaskish
from flaskish.werkzeug.sansio.multipart import MultipartDecoder

SIZE = 6_000
CHARS = "a0\"'\\*;,= \t/%[]:.-_~<>(\r\n\0\xff"
PAIRS = (
    '\\"',
    '"\\',
    "a=",
    "a,",
    "a;",
    "; ",
    ",,",
    "%4",
    "a ",
    "0,",
    "0-",
    "\r\n",
    "<a",
    "a:",
    "--",
)
PREFIXES = ("", '"', "a=", "[", "/", "W/", "<")
#: Patterns that go through a text which no client sends, or stop where they fail.
SCANNING_BUT = ("routing.adapter._variable", "_header_values._list_part_re")


def patterns() -> Iterator[tuple[str, re.Pattern[Any], bool]]:
    """Find the patterns of the package, by name, and whether they are tried at each place."""
    for module in pkgutil.walk_packages(flaskish.__path__, "flaskish."):
        # The alias changes what other names mean, and the other one runs.
        if module.name.rpartition(".")[2] in ("as_flask", "__main__"):
            continue
        loaded = importlib.import_module(module.name)
        for name, value in vars(loaded).items():
            # Not by ``isinstance``, which asks a proxy for what it stands for.
            pattern = value.__self__ if type(value) is BuiltinMethodType else value
            if type(pattern) is re.Pattern:
                source = inspect.getsource(loaded)
                scans = re.search(rf"\b{name}\.(search|sub|split|find\w+)\(", source) is not None
                full_name = f"{module.name}.{name}"
                yield full_name, pattern, scans and not full_name.endswith(SCANNING_BUT)
    for name, value in vars(MultipartDecoder(b"b" * 30)).items():
        if isinstance(value, re.Pattern):
            yield f"MultipartDecoder.{name}", value, True


PATTERNS = {name: (pattern, scans) for name, pattern, scans in patterns()}


def least_time(function: Callable[[Any], object], text: Any) -> float:
    """Return the time it takes, the least of three if it is not little."""
    least = 1.0
    for _ in range(3):
        started = time.process_time()
        function(text)
        least = min(least, time.process_time() - started)
        if least < 0.01:
            break
    return least


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 25


@pytest.mark.parametrize("name", PATTERNS)
def test_no_text_takes_a_pattern_long(name: str) -> None:
    pattern, scans = PATTERNS[name]
    functions = [pattern.match, pattern.fullmatch, *([pattern.findall] if scans else [])]
    for prefix, unit in product(PREFIXES, (*CHARS, *PAIRS)):
        text: Any = prefix + unit * (SIZE // len(unit)) + "\x01"
        if isinstance(pattern.pattern, bytes):
            text = text.encode("latin-1")
        for function in functions:
            # Quadratic time would be a tenth of a second, and more.
            assert least_time(function, text) < 0.05, (prefix, unit)
