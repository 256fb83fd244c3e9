"""Converters: what a variable of a rule may look like, and its value in Python.

Werkzeug: ``werkzeug.routing.converters``. Django: path converters, ``django.urls.converters``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from uuid import UUID

    from .map import Map

#: What stays as it is in a path; https://url.spec.whatwg.org/#url-path-segment-string.
SAFE_IN_PATH = "!$&'()*+,/:;=@"

_needs_no_quoting = re.compile(r"[A-Za-z0-9_.\-~!$&'()*+,/:;=@]*").fullmatch


def quote_path(text: str) -> str:
    """Percent-encode what must not stand in a path."""
    # Asking first is several times faster than quoting, and nearly always enough.
    return text if _needs_no_quoting(text) else quote(text, safe=SAFE_IN_PATH, errors="replace")


class ValidationError(ValueError):
    """Raised by a converter that does not take a value: matching ends in a 404, building moves on
    to the next rule.
    """


class BaseConverter:
    """Base of all converters: any text without a slash, unchanged.

    Subclasses set ``regex`` and override ``to_python`` and ``to_url``. ``part_isolating`` tells
    that a value never contains a slash; it is derived from a regex set on the class.

    :param map: The map that the rule belongs to.
    """

    regex = "[^/]+"
    weight = 100
    part_isolating = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "regex" in cls.__dict__ and "part_isolating" not in cls.__dict__:
            cls.part_isolating = "/" not in cls.regex

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        self.map = map

    def to_python(self, value: str) -> Any:
        """Convert the text found in a URL.

        :raises ValidationError: There is no such value.
        """
        return value

    def to_url(self, value: Any) -> str:
        """Convert a value to the text that stands in the URL, percent-encoded."""
        return quote_path(str(value))


class UnicodeConverter(BaseConverter):
    """Any text without a slash: ``string``, and what a variable without a converter gets.

    :param map: The map that the rule belongs to.
    :param minlength: The least number of characters.
    :param maxlength: The greatest number of characters.
    :param length: The exact number of characters.
    """

    def __init__(
        self,
        map: Map,
        minlength: int = 1,
        maxlength: int | None = None,
        length: int | None = None,
    ) -> None:
        super().__init__(map)
        if length is not None:
            repeat = str(int(length))
        else:
            repeat = f"{int(minlength)},{'' if maxlength is None else int(maxlength)}"
        self.regex = f"[^/]{{{repeat}}}"


class AnyConverter(BaseConverter):
    """One of several words: ``any(about, help, "foo,bar")``.

    :param map: The map that the rule belongs to.
    :param items: The words.
    """

    def __init__(self, map: Map, *items: str) -> None:
        super().__init__(map)
        self.items = set(items)
        self.regex = self._own_regex = f"(?:{'|'.join([re.escape(item) for item in items])})"
        self._words = items or ("",)

    @property
    def words(self) -> tuple[str, ...] | None:
        """The words in their order; ``None`` if a subclass has set another regex."""
        return self._words if self.regex == self._own_regex else None

    def to_url(self, value: Any) -> str:
        if value in self.items:
            return str(value)
        words = ", ".join(f"'{item}'" for item in sorted(self.items))
        raise ValueError(f"'{value}' is not one of {words}")


class PathConverter(BaseConverter):
    """Any text that does not begin with a slash: ``path``.

    :param map: The map that the rule belongs to.
    """

    regex = "[^/].*?"
    weight = 200
    part_isolating = False


class NumberConverter(BaseConverter):
    """What ``int`` and ``float`` have in common.

    :param map: The map that the rule belongs to.
    :param fixed_digits: The exact number of characters in the URL; 0 for any.
    :param min: The least value.
    :param max: The greatest value.
    :param signed: Whether a minus sign may stand in front.
    """

    weight = 50
    num_convert: Callable[[Any], Any] = int

    def __init__(
        self,
        map: Map,
        fixed_digits: int = 0,
        min: int | None = None,
        max: int | None = None,
        signed: bool = False,
    ) -> None:
        for name, limit in (("fixed_digits", fixed_digits), ("min", min), ("max", max)):
            # A word in the rule. It would fail with the first request.
            if isinstance(limit, str):
                raise ValueError(f"{name!r} is {limit!r}. It has to be a number.")
        if signed:
            self.regex = self.signed_regex
        super().__init__(map)
        self.fixed_digits = fixed_digits
        self.min = min
        self.max = max
        self.signed = signed

    def to_python(self, value: str) -> Any:
        if self.fixed_digits and len(value) != self.fixed_digits:
            raise ValidationError()
        try:
            number = self.num_convert(value)
        except ValueError as error:
            # More digits than Python is willing to convert.
            raise ValidationError() from error
        if self.min is not None and number < self.min:
            raise ValidationError()
        if self.max is not None and number > self.max:
            raise ValidationError()
        return number

    def to_url(self, value: Any) -> str:
        text = str(self.num_convert(value))
        return text.zfill(self.fixed_digits) if self.fixed_digits else text

    @property
    def signed_regex(self) -> str:
        """The regex with an optional minus sign in front."""
        return f"-?{self.regex}"


class IntegerConverter(NumberConverter):
    """A whole number, by default without a sign: ``int``. See :class:`NumberConverter`."""

    # Differs from Flask: only the digits 0 to 9 are digits, as in Django; with the digits of other
    # scripts a page would have many URLs.
    regex = "[0-9]+"


class FloatConverter(NumberConverter):
    """A number with a decimal point, by default without a sign: ``float``.

    :param map: The map that the rule belongs to.
    :param min: The least value.
    :param max: The greatest value.
    :param signed: Whether a minus sign may stand in front.
    """

    regex = r"[0-9]+\.[0-9]+"
    num_convert = float

    def __init__(
        self,
        map: Map,
        min: float | None = None,
        max: float | None = None,
        signed: bool = False,
    ) -> None:
        super().__init__(map, min=min, max=max, signed=signed)  # type: ignore[arg-type]


class UUIDConverter(BaseConverter):
    """A UUID in its usual form, with hyphens: ``uuid``.

    :param map: The map that the rule belongs to.
    """

    regex = "-".join(f"[A-Fa-f0-9]{{{length}}}" for length in (8, 4, 4, 4, 12))

    def to_python(self, value: str) -> UUID:
        # Loaded here: few applications have such URLs.
        from uuid import UUID

        return UUID(value)

    def to_url(self, value: UUID) -> str:
        return str(value)


#: The converters that every map knows, by the name they have in rules.
DEFAULT_CONVERTERS: Mapping[str, type[BaseConverter]] = {
    "default": UnicodeConverter,
    "string": UnicodeConverter,
    "any": AnyConverter,
    "path": PathConverter,
    "int": IntegerConverter,
    "float": FloatConverter,
    "uuid": UUIDConverter,
}
