"""The cookies of a response as Django wants them, without losing a byte of their headers.

Werkzeug: the ``Set-Cookie`` headers of a response. Django: ``HttpResponse.cookies``.
"""

from __future__ import annotations

import functools
import re
import typing as t
from http.cookies import Morsel, SimpleCookie

from ..sansio.http import parse_cookie

# Python learned the name of this attribute in 3.14.
_UNKNOWN_TO_PYTHON = "partitioned"
#: What would end an attribute, or the header.
_END_RE = re.compile(r"[\x00-\x1f\x7f;]")


class _Latin1Header(str):
    """A header that is Latin-1, whatever those who encode it take it for."""

    def encode(self, encoding: str = "latin-1", errors: str = "strict") -> bytes:
        return super().encode("latin-1", errors)


def _encodable(header: str) -> str:
    # Django's ASGI handler would encode it as ASCII, and fail on a name that is not: it takes the
    # one method of a cookie, or the other, as its release has it.
    return header if header.isascii() else _Latin1Header(header)


class HeaderMorsel(Morsel[str]):
    """A cookie that gives back the header it was made from, until somebody changes it.

    :param header: The value of a ``Set-Cookie`` header.
    """

    # As Python names them.
    _key: str
    _value: str
    _coded_value: str

    def __init__(self, header: str = "") -> None:
        super().__init__()
        self._header = header
        pair, *attributes = header.split(";")
        name, _, coded_value = pair.partition("=")
        decoded = parse_cookie(pair)
        # ``Morsel.set`` refuses names that browsers accept, and values with control characters,
        # which are none as they are sent.
        self._key = name.strip()
        self._value = next(iter(decoded.values()), "")
        self._coded_value = coded_value.strip()
        for attribute in attributes:
            attribute_name, _, value = attribute.strip().partition("=")
            if self.isReservedKey(attribute_name):
                self[attribute_name] = value or True
        self._original = self._state()

    @property
    def name(self) -> str:
        """The name of the cookie, for which an unread one need not be read."""
        return self._header.partition(";")[0].partition("=")[0].strip()

    def _state(self) -> tuple[str, str, str, dict[str, t.Any]]:
        return self.key, self.value, self.coded_value, dict(self)

    def output(self, attrs: t.Any = None, header: str = "Set-Cookie:") -> str:
        text = self.OutputString(attrs)
        return _encodable(f"{header} {text}") if header else text

    def OutputString(self, attrs: t.Any = None) -> str:  # noqa: N802
        if attrs is None and self._state() == self._original:
            return _encodable(self._header)
        text = super().OutputString(attrs)
        if "; partitioned" in self._header.lower() and _UNKNOWN_TO_PYTHON not in self:
            text += "; Partitioned"
        return _encodable(text)

    def __getstate__(self) -> dict[str, t.Any]:
        morsel = self._key, self._value, self._coded_value
        return {"morsel": morsel, "header": self._header, "from": self._original}

    def __setstate__(self, state: dict[str, t.Any]) -> None:
        self._key, self._value, self._coded_value = state["morsel"]
        self._header = state["header"]
        self._original = state["from"]

    def copy(self) -> Morsel[str]:
        morsel: Morsel[str] = type(self)(self._header)
        morsel.update(self)
        return morsel


def _read_first(name: str) -> t.Any:
    method = getattr(HeaderMorsel, name)

    def read_first(self: UnreadMorsel, *args: t.Any) -> t.Any:
        self._read()
        return method(self, *args)

    return functools.update_wrapper(read_first, method)


class UnreadMorsel(HeaderMorsel):
    """A cookie that most have no questions about: Django only writes it.

    Its header is read when somebody wants to know or change more than what is sent.
    """

    def __init__(self, header: str) -> None:
        self._header = header

    def _read(self) -> None:
        # The other way round, each of its steps would begin to read.
        self.__class__ = HeaderMorsel  # type: ignore[assignment]
        HeaderMorsel.__init__(self, self._header)

    def __getattr__(self, name: str) -> t.Any:
        if name not in {"_coded_value", "_key", "_original", "_value"}:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._read()
        return getattr(self, name)

    def OutputString(self, attrs: t.Any = None) -> str:  # noqa: N802
        if attrs is None:
            return _encodable(self._header)
        self._read()
        return self.OutputString(attrs)


for _name in (
    *("__contains__", "__delitem__", "__eq__", "__getitem__", "__ior__", "__iter__", "__len__"),
    *("__or__", "__reduce_ex__", "__repr__", "__reversed__", "__ror__", "__setitem__", "clear"),
    *("copy", "get", "items", "js_output", "keys", "pop", "popitem", "set", "setdefault"),
    *("update", "values"),
):
    setattr(UnreadMorsel, _name, _read_first(_name))


class CookieJar(SimpleCookie):
    """The cookies of one response, by name.

    Two cookies of one name and different paths are two headers, of which a dictionary can show only
    the last; ``values`` returns both, and that is what Django's handlers write.
    """

    _absorbed: tuple[tuple[str, Morsel[str]], ...] = ()

    def absorb(self, headers: t.Iterable[str]) -> None:
        """Take in the values of ``Set-Cookie`` headers."""
        for header in headers:
            morsel = UnreadMorsel(header)
            self._add(morsel.name, morsel)

    def add(self, morsel: Morsel[str]) -> None:
        """Add a cookie, next to those of its name."""
        self._add(morsel.key, morsel)

    def _add(self, name: str, morsel: Morsel[str]) -> None:
        self._absorbed += ((name, morsel),)
        # Assigning the usual way would take the morsel for a value.
        dict.__setitem__(self, name, morsel)

    def values(self) -> t.Any:
        """Return the cookies, none of whose attributes ends before its value."""
        if not self:
            return ()
        shown = dict(self._absorbed)
        # A name that was deleted or assigned since takes all its headers along.
        kept = [morsel for name, morsel in self._absorbed if self.get(name) is shown[name]]
        others = [morsel for name, morsel in self.items() if shown.get(name) is not morsel]
        for morsel in kept + others:
            if type(morsel) is not UnreadMorsel:
                _quote_attributes(morsel)
        return kept + others


def _quote_attributes(morsel: Morsel[str]) -> None:
    """Write as in a URL what would end an attribute, which Python's cookies take as it is."""
    for name, value in [*morsel.items()]:
        if isinstance(value, str) and _END_RE.search(value):
            morsel[name] = _END_RE.sub(lambda match: f"%{ord(match[0]):02X}", value)
