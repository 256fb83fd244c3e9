"""Tagged JSON: a value of a type that JSON lacks becomes an object with one key that names it.

Flask: ``flask.json.tag``. Django: session serializers, which lose such types.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from ..werkzeug.http import http_date, parse_date
from . import dumps, loads


class JSONTag:
    """One type of value.

    :param serializer: The serializer that the tag is registered with.
    """

    __slots__ = ("serializer",)

    #: The name of the tag; without one the value is only gone through, not marked.
    key: str = ""

    def __init__(self, serializer: TaggedJSONSerializer) -> None:
        self.serializer = serializer

    def check(self, value: Any) -> bool:
        """Tell whether a value is of this type."""
        raise NotImplementedError

    def to_json(self, value: Any) -> Any:
        """Convert a value to what JSON has a type for."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        """Convert a value back."""
        raise NotImplementedError

    def tag(self, value: Any) -> Any:
        """Convert a value and mark it."""
        return {self.key: self.to_json(value)}


class TagDict(JSONTag):
    """A dict with one key that looks like a tag: the key is changed, so that it is none."""

    __slots__ = ()
    key = " di"

    def check(self, value: Any) -> bool:
        return (
            isinstance(value, dict)
            and len(value) == 1
            and next(iter(value)) in self.serializer.tags
        )

    def to_json(self, value: Any) -> Any:
        ((key, member),) = value.items()
        return {f"{key}__": self.serializer.tag(member)}

    def to_python(self, value: Any) -> Any:
        ((key, member),) = value.items()
        return {key.removesuffix("__"): member}


class PassDict(JSONTag):
    """Any other dict: its members are gone through."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        return isinstance(value, dict)

    def to_json(self, value: Any) -> Any:
        return {key: self.serializer.tag(member) for key, member in value.items()}

    tag = to_json


class TagTuple(JSONTag):
    """A tuple, which JSON would make a list."""

    __slots__ = ()
    key = " t"

    def check(self, value: Any) -> bool:
        return isinstance(value, tuple)

    def to_json(self, value: Any) -> Any:
        return [self.serializer.tag(item) for item in value]

    def to_python(self, value: Any) -> Any:
        return tuple(value)


class PassList(JSONTag):
    """A list: its items are gone through."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        return isinstance(value, list)

    def to_json(self, value: Any) -> Any:
        return [self.serializer.tag(item) for item in value]

    tag = to_json


class TagBytes(JSONTag):
    """Bytes, in base 64."""

    __slots__ = ()
    key = " b"

    def check(self, value: Any) -> bool:
        return isinstance(value, bytes)

    def to_json(self, value: Any) -> Any:
        return b64encode(value).decode("ascii")

    def to_python(self, value: Any) -> Any:
        return b64decode(value)


class TagMarkup(JSONTag):
    """Anything with ``__html__``; it comes back as ``Markup``."""

    __slots__ = ()
    key = " m"

    def check(self, value: Any) -> bool:
        return callable(getattr(value, "__html__", None))

    def to_json(self, value: Any) -> Any:
        return str(value.__html__())

    def to_python(self, value: Any) -> Any:
        return Markup(value)


class TagUUID(JSONTag):
    """A UUID, by its hexadecimal digits."""

    __slots__ = ()
    key = " u"

    def check(self, value: Any) -> bool:
        return isinstance(value, UUID)

    def to_json(self, value: Any) -> Any:
        return value.hex

    def to_python(self, value: Any) -> Any:
        return UUID(value)


class TagDateTime(JSONTag):
    """A time, as HTTP writes it: in UTC, without fractions of a second."""

    __slots__ = ()
    key = " d"

    def check(self, value: Any) -> bool:
        return isinstance(value, datetime)

    def to_json(self, value: Any) -> Any:
        return http_date(value)

    def to_python(self, value: Any) -> Any:
        return parse_date(value)


class TaggedJSONSerializer:
    """Serializes values, marking those of types that JSON lacks."""

    __slots__ = ("order", "tags")

    #: The tags of a new serializer, in the order they are tried.
    default_tags = [
        TagDict,
        PassDict,
        TagTuple,
        PassList,
        TagBytes,
        TagMarkup,
        TagUUID,
        TagDateTime,
    ]

    def __init__(self) -> None:
        self.tags: dict[str, JSONTag] = {}
        self.order: list[JSONTag] = []
        for tag_class in self.default_tags:
            self.register(tag_class)

    def register(
        self, tag_class: type[JSONTag], force: bool = False, index: int | None = None
    ) -> None:
        """Add a type.

        :param tag_class: The tag.
        :param force: Whether it may replace one of the same name.
        :param index: Its place in the order the tags are tried; the last by default.
        :raises KeyError: The name is taken.
        """
        tag = tag_class(self)
        if tag.key:
            if tag.key in self.tags and not force:
                raise KeyError(f"Tag '{tag.key}' is already registered.")
            self.tags[tag.key] = tag
        self.order.insert(len(self.order) if index is None else index, tag)

    def tag(self, value: Any) -> Any:
        """Convert a value, and all within it, to what JSON has types for."""
        for tag in self.order:
            if tag.check(value):
                return tag.tag(value)
        return value

    def untag(self, value: dict[str, Any]) -> Any:
        """Convert an object back if its one key is a tag's."""
        if len(value) != 1:
            return value
        ((key, member),) = value.items()
        return self.tags[key].to_python(member) if key in self.tags else value

    def _untag_scan(self, value: Any) -> Any:
        """Convert a value back, from the inside out."""
        if isinstance(value, dict):
            return self.untag({key: self._untag_scan(member) for key, member in value.items()})
        if isinstance(value, list):
            return [self._untag_scan(item) for item in value]
        return value

    def dumps(self, value: Any) -> str:
        """Serialize a value.

        :param value: The value.
        """
        return dumps(self.tag(value), separators=(",", ":"))

    def loads(self, value: str) -> Any:
        """Parse a text.

        :param value: The text.
        """
        return self._untag_scan(loads(value))
