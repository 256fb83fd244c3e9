"""The cookies of a response as Django's code finds them."""

from __future__ import annotations

import copy
import pickle
import typing as t
from http.cookies import Morsel

import pytest

from flaskish.werkzeug.wrappers import Response
from flaskish.werkzeug.wrappers._cookies import HeaderMorsel, UnreadMorsel

HEADER = 'a="b c"; Path=/x; Max-Age=5; Secure; SameSite=Lax; Partitioned'


@pytest.mark.parametrize(
    "ask",
    [
        lambda morsel: (morsel.key, morsel.value, morsel.coded_value),
        lambda morsel: morsel["path"],
        lambda morsel: "path" in morsel,
        lambda morsel: [*morsel],
        lambda morsel: len(morsel),
        lambda morsel: bool(morsel),
        lambda morsel: dict(morsel),
        lambda morsel: {**morsel},
        lambda morsel: morsel | {"path": "/y"},
        lambda morsel: {"path": "/y"} | morsel,
        lambda morsel: [*morsel.items()],
        lambda morsel: [*morsel.keys()],
        lambda morsel: [*morsel.values()],
        lambda morsel: [*reversed(morsel)],
        lambda morsel: morsel.get("max-age"),
        lambda morsel: morsel.pop("path"),
        lambda morsel: morsel.setdefault("path", "/y"),
        lambda morsel: morsel == HeaderMorsel(HEADER),
        lambda morsel: HeaderMorsel(HEADER) == morsel,
        lambda morsel: morsel != HeaderMorsel("b=2"),
        lambda morsel: repr(morsel),
        lambda morsel: str(morsel),
        lambda morsel: morsel.output(header=""),
        lambda morsel: morsel.output(attrs=["path"]),
        lambda morsel: morsel.js_output(),
        lambda morsel: morsel.isReservedKey("path"),
        lambda morsel: morsel.copy().OutputString(),
        lambda morsel: copy.copy(morsel).OutputString(["path"]),
        lambda morsel: copy.deepcopy(morsel).value,
        lambda morsel: pickle.loads(pickle.dumps(morsel)).OutputString(),
        lambda morsel: hasattr(morsel, "other"),
    ],
)
def test_unread_cookie_answers_as_one_that_was_read(ask: t.Callable[[t.Any], t.Any]) -> None:
    assert ask(UnreadMorsel(HEADER)) == ask(HeaderMorsel(HEADER))


@pytest.mark.parametrize(
    "change",
    [
        lambda morsel: morsel.__setitem__("path", "/y"),
        lambda morsel: morsel.__delitem__("path"),
        lambda morsel: morsel.update({"path": "/y"}),
        lambda morsel: morsel.__ior__({"path": "/y"}),
        lambda morsel: morsel.set("b", "1", "1"),
        lambda morsel: morsel.clear(),
        lambda morsel: morsel.popitem(),
    ],
)
def test_change_of_an_unread_cookie_is_sent(change: t.Callable[[Morsel[str]], None]) -> None:
    unread, read = UnreadMorsel(HEADER), HeaderMorsel(HEADER)
    change(unread)
    change(read)
    assert unread.OutputString() == read.OutputString() != HEADER


def test_no_method_of_a_dict_or_a_cookie_overlooks_that_it_is_unread() -> None:
    harmless = {
        *("OutputString", "coded_value", "fromkeys", "isReservedKey", "key", "output", "value"),
        *("__class_getitem__", "__dict__", "__doc__", "__ge__", "__getattribute__", "__getstate__"),
        *("__gt__", "__hash__", "__init__", "__le__", "__lt__", "__module__", "__ne__", "__new__"),
        *("__setstate__", "__sizeof__", "__str__", "__weakref__"),
    }
    names = {name for name in {*vars(dict), *vars(Morsel)} if name[:1] != "_" or name[:2] == "__"}
    assert names - harmless - vars(UnreadMorsel).keys() == set()


def test_cookies_that_nobody_looks_at_are_written_unread() -> None:
    response = Response("")
    response.headers.add("Set-Cookie", HEADER)
    response.headers.add("Set-Cookie", HEADER)
    morsels = response.cookies.values()
    assert [morsel.output(header="") for morsel in morsels] == [HEADER, HEADER]
    assert {type(morsel) for morsel in morsels} == {UnreadMorsel}
