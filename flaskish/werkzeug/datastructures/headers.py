"""Headers: an ordered list of names and values, looked up whatever their case.

Werkzeug: ``werkzeug.datastructures.Headers``. Django: ``ResponseHeaders``, ``HttpHeaders``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NoReturn, Self, TypeVar, overload

from ... import werkzeug
from .._internal import _missing, _token_chars
from ..exceptions import BadRequestKeyError
from .mixins import ImmutableHeadersMixin
from .structures import MultiDict, iter_multi_items

T = TypeVar("T")
D = TypeVar("D")

_NOT_HEADERS = frozenset(("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"))
_WITHOUT_PREFIX = frozenset(("CONTENT_TYPE", "CONTENT_LENGTH"))
#: Forbidden in a header, in which some servers send them, others answer 500 or hang up.
_control_re = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Headers:
    """Headers, of which several may have one name.

    :param defaults: The first headers: headers, a mapping (a list, tuple or set counts as several
        values), or an iterable of pairs.
    """

    def __init__(self, defaults: Any = None) -> None:
        self._list: list[tuple[str, str]] = []
        if defaults is not None:
            self.extend(defaults)

    @overload
    def __getitem__(self, key: str) -> str: ...
    @overload
    def __getitem__(self, key: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, key: slice) -> Self: ...
    def __getitem__(self, key: str | int | slice) -> str | tuple[str, str] | Self:
        if isinstance(key, str):
            return self._get_key(key)
        if isinstance(key, int):
            return self._list[key]
        return self.__class__(self._list[key])

    def _find(self, key: str) -> str | None:
        wanted = key.lower()
        length = len(wanted)
        for name, value in self._list:
            # Most names differ in this, so that they need not be lowered.
            if len(name) == length and name.lower() == wanted:
                return value
        return None

    def _get_key(self, key: str) -> str:
        value = self._find(key)
        if value is None:
            raise BadRequestKeyError(key)
        return value

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return _lowered(self._list) == _lowered(other._list)

    __hash__ = None  # type: ignore[assignment]

    @overload
    def get(self, key: str, default: None = None, type: None = None) -> str | None: ...
    @overload
    def get(self, key: str, default: D, type: None = None) -> str | D: ...
    @overload
    def get(self, key: str, default: None = None, *, type: Callable[[str], T]) -> T | None: ...
    @overload
    def get(self, key: str, default: D, type: Callable[[str], T]) -> T | D: ...
    def get(self, key: str, default: Any = None, type: Callable[[str], Any] | None = None) -> Any:
        """Return the first value of a header.

        :param key: The name.
        :param default: What to return if it is missing or cannot be converted.
        :param type: Converts the value; raises ``ValueError`` if it cannot.
        """
        value = self._find(key)
        if value is None:
            return default
        if type is None:
            return value
        try:
            return type(value)
        except ValueError:
            return default

    @overload
    def getlist(self, key: str, type: None = None) -> list[str]: ...
    @overload
    def getlist(self, key: str, type: Callable[[str], T]) -> list[T]: ...
    def getlist(self, key: str, type: Callable[[str], Any] | None = None) -> list[Any]:
        """Return all values of a header.

        :param key: The name.
        :param type: Converts the values; those it cannot convert are left out.
        """
        values = self._values_of(key.lower())
        if type is None:
            return values
        converted = []
        for value in values:
            try:
                converted.append(type(value))
            except ValueError:
                continue
        return converted

    def _values_of(self, wanted: str) -> list[str]:
        length = len(wanted)
        return [value for name, value in self if len(name) == length and name.lower() == wanted]

    def get_all(self, name: str) -> list[str]:
        """Return all values of a header, as ``wsgiref.headers`` does."""
        return self.getlist(name)

    def items(self, lower: bool = False) -> Iterator[tuple[str, str]]:
        """Iterate over pairs of name and value.

        :param lower: Whether the names are given in lower case.
        """
        for name, value in self:
            yield (name.lower() if lower else name), value

    def keys(self, lower: bool = False) -> Iterator[str]:
        """Iterate over the names.

        :param lower: Whether they are given in lower case.
        """
        for name, _ in self.items(lower):
            yield name

    def values(self) -> Iterator[str]:
        """Iterate over the values."""
        for _, value in self.items():
            yield value

    def extend(self, arg: Any = None, /, **kwargs: Any) -> None:
        """Add headers; those that are there stay.

        :param arg: Headers, a mapping, or an iterable of pairs.
        """
        if arg is not None:
            for name, value in iter_multi_items(arg):
                self.add(name, value)
        if kwargs:
            self.extend(kwargs)

    def __delitem__(self, key: Any) -> None:
        if isinstance(key, str):
            self.remove(key)
        else:
            del self._list[key]

    def remove(self, key: str) -> None:
        """Remove all headers of a name."""
        wanted = key.lower()
        self._list[:] = [item for item in self._list if item[0].lower() != wanted]

    @overload
    def pop(self, key: int | None = None) -> tuple[str, str]: ...
    @overload
    def pop(self, key: str) -> str: ...
    @overload
    def pop(self, key: str, default: D) -> str | D: ...
    def pop(self, key: str | int | None = None, default: Any = _missing) -> Any:
        """Remove headers and return what was there.

        :param key: A name: all its headers go, the first value is returned. A place, or nothing
            for the last one: the pair is returned.
        :param default: What to return if there is no such name.
        :raises BadRequestKeyError: There is no such name, and no default.
        """
        if key is None:
            return self._list.pop()
        if isinstance(key, int):
            return self._list.pop(key)
        try:
            value = self._get_key(key)
        except KeyError:
            if default is _missing:
                raise
            return default
        self.remove(key)
        return value

    def popitem(self) -> tuple[str, str]:
        """Remove the last header and return it."""
        return self._list.pop()

    def __contains__(self, key: str) -> bool:
        return self._find(key) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._list)

    def __len__(self) -> int:
        return len(self._list)

    def add(self, key: str, value: Any, /, **kwargs: Any) -> None:
        """Add a header; those of the same name stay.

        :param key: The name.
        :param value: The value.
        :param kwargs: Parameters of the value; ``_`` stands for ``-``.
        :raises ValueError: The name or the value has a line break, or a NUL.
        """
        self._list.append((_checked_name(key), _value_text(value, kwargs)))

    def add_header(self, key: str, value: Any, /, **kwargs: Any) -> None:
        """Add a header, as ``wsgiref.headers`` does."""
        self.add(key, value, **kwargs)

    def clear(self) -> None:
        """Remove all headers."""
        self._list.clear()

    def set(self, key: str, value: Any, /, **kwargs: Any) -> None:
        """Replace all headers of a name by one, at the place of the first.

        :param key: The name.
        :param value: The value.
        :param kwargs: Parameters of the value; ``_`` stands for ``-``.
        :raises ValueError: The name or the value has a line break, or a NUL.
        """
        key = _checked_name(key)
        text = _value_text(value, kwargs)
        headers = self._list
        wanted = key.lower()
        length = len(wanted)
        place = 0
        for name, _ in headers:
            if len(name) == length and name.lower() == wanted:
                break
            place += 1
        else:
            headers.append((key, text))
            return
        headers[place] = key, text
        for later in range(len(headers) - 1, place, -1):
            if headers[later][0].lower() == wanted:
                del headers[later]

    def setlist(self, key: str, values: Iterable[Any]) -> None:
        """Replace all headers of a name.

        :param key: The name.
        :param values: The values; none removes the headers.
        """
        values = list(values)
        if not values:
            self.remove(key)
            return
        self.set(key, values[0])
        for value in values[1:]:
            self.add(key, value)

    def setdefault(self, key: str, default: Any) -> str:
        """Return the first value of a header, set to ``default`` first if there is none."""
        value = self._find(key)
        if value is None:
            key = _checked_name(key)
            value = _value_text(default)
            self._list.append((key, value))
        return value

    def setlistdefault(self, key: str, default: Iterable[Any]) -> list[str]:
        """Return all values of a header, set to ``default`` first if there are none."""
        if key not in self:
            self.setlist(key, default)
        return self.getlist(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, str):
            self.set(key, value)
        elif isinstance(key, int):
            self._list[key] = _checked_name(value[0]), _value_text(value[1])
        else:
            self._list[key] = [(_checked_name(name), _value_text(text)) for name, text in value]

    def update(self, arg: Any = None, /, **kwargs: Any) -> None:
        """Replace headers by those of another source.

        :param arg: Headers, a mapping (a list, tuple or set counts as several values), or an
            iterable of pairs.
        """
        if isinstance(arg, (Headers, MultiDict)):
            for name in list(arg.keys()):
                self.setlist(name, arg.getlist(name))
        elif isinstance(arg, Mapping):
            self._update_from_items(arg.items())
        elif arg is not None:
            for name, value in arg:
                self.set(name, value)
        self._update_from_items(kwargs.items())

    def _update_from_items(self, items: Iterable[tuple[str, Any]]) -> None:
        for name, value in items:
            if isinstance(value, (list, tuple, set)):
                self.setlist(name, value)
            else:
                self.set(name, value)

    def __or__(self, other: Mapping[str, Any]) -> Self:
        if not isinstance(other, Mapping):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __ior__(self, other: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Self:
        if not isinstance(other, (Mapping, Iterable)):
            return NotImplemented
        self.update(other)
        return self

    def to_wsgi_list(self) -> list[tuple[str, str]]:
        """Return the headers as WSGI takes them."""
        return [*self._list]

    def copy(self) -> Self:
        """Return a copy."""
        return self.__class__(self._list)

    def __copy__(self) -> Any:
        return self.copy()

    def __str__(self) -> str:
        lines = [f"{name}: {value}" for name, value in self.to_wsgi_list()]
        return "\r\n".join([*lines, "\r\n"])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


def _lowered(headers: list[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(name.lower(), value) for name, value in headers}


def _value_text(value: Any, parameters: dict[str, Any] | None = None) -> str:
    """Return a value as it is sent; a line break in it would start another header.

    Differs from Flask: a control character in the value of a header is written as in a URL, `%01`.
    A CR, LF or NUL is refused. Some servers answer 500 or hang up when they are to send one, or a
    blank around a value, which is no part of it.
    """
    if parameters:
        value = werkzeug.http.dump_options_header(
            value, {name.replace("_", "-"): text for name, text in parameters.items()}
        )
    text = value if isinstance(value, str) else str(value)
    # No printable character is one of those that are refused.
    if text.isprintable():
        return text.strip()
    if "\n" in text or "\r" in text:
        raise ValueError("Header values must not contain newline characters.")
    if "\0" in text:
        raise ValueError(f"Header values must not contain NUL characters, as {text!r} does.")
    return _control_re.sub(lambda match: f"%{ord(match[0]):02X}", text.strip(" \t"))


@lru_cache(maxsize=512)
def _checked_name(name: str) -> str:
    """Return a name that cannot end before its value. Programs write few, many times each.

    :raises ValueError: It can, or no server could send it.
    """
    if not (name and _token_chars.issuperset(name)):
        raise ValueError(
            f"{name!r} is no header name: these are ASCII, without blanks, line breaks or colons."
        )
    return name


def _environ_key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in _WITHOUT_PREFIX else f"HTTP_{key}"


class EnvironHeaders(ImmutableHeadersMixin, Headers):
    """The headers of a WSGI environ; read from it whenever they are asked for.

    :param environ: The environ.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__()
        self.environ = environ

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EnvironHeaders):
            return NotImplemented
        return self.environ is other.environ

    __hash__ = None

    def __getitem__(self, key: Any) -> Any:
        return self._get_key(key)

    def _find(self, key: str) -> str | None:
        return self.environ.get(_environ_key(key)) if isinstance(key, str) else None

    def _get_key(self, key: str) -> str:
        if not isinstance(key, str):
            raise BadRequestKeyError(key)
        return self.environ[_environ_key(key)]  # type: ignore[no-any-return]

    def to_wsgi_list(self) -> list[tuple[str, str]]:
        return list(self)

    def _values_of(self, wanted: str) -> list[str]:
        name = wanted.upper().replace("-", "_")
        if "_" in wanted or name in _WITHOUT_PREFIX:
            return super()._values_of(wanted)
        # An environ has one value to a name, and the others need not be looked at.
        value = self.environ.get(f"HTTP_{name}")
        return [] if value is None else [value]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for key, value in self.environ.items():
            if key.startswith("HTTP_"):
                if key not in _NOT_HEADERS:
                    yield key[5:].replace("_", "-").title(), value
            elif key in _WITHOUT_PREFIX and value:
                yield key.replace("_", "-").title(), value

    def copy(self) -> NoReturn:
        raise TypeError(f"cannot create {type(self).__name__!r} copies")

    def __or__(self, other: Any) -> NoReturn:
        raise TypeError(f"cannot create {type(self).__name__!r} copies")
