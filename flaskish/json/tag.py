"""Tagged JSON: a value of a type that JSON lacks becomes an object with one key that names it.

Flask: ``flask.json.tag``. Django: session serializers, which lose such types.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from ..werkzeug.http import http_date, parse_date
from . import dumps, loads

#: The levels from which on a value cannot but contain itself.
_MOST_LEVELS = 100_000


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


class _ContainerTag(JSONTag):
    """A type of values that have others in them.

    The serializer goes through these without calling :meth:`to_json`, so that JSON, which strangers
    may nest as deep as they like, needs no more levels of calls than JSON itself.
    """

    __slots__ = ()

    def copy(self, value: Any) -> Any:
        """Return a dict or a list with the same members, whose values are to be replaced."""
        raise NotImplementedError

    def to_json(self, value: Any) -> Any:
        return self.serializer._tag_members(self.copy(value))


class TagDict(_ContainerTag):
    """A dict with one key that looks like a tag: the key is changed, so that it is none."""

    __slots__ = ()
    key = " di"

    def check(self, value: Any) -> bool:
        return (
            isinstance(value, dict)
            and len(value) == 1
            and next(iter(value)) in self.serializer.tags
        )

    def copy(self, value: Any) -> Any:
        ((key, member),) = value.items()
        return {f"{key}__": member}

    def to_python(self, value: Any) -> Any:
        ((key, member),) = value.items()
        return {key.removesuffix("__"): member}


class PassDict(_ContainerTag):
    """Any other dict: its members are gone through."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        return isinstance(value, dict)

    def copy(self, value: Any) -> Any:
        return dict(value.items())

    def tag(self, value: Any) -> Any:
        return self.to_json(value)


class TagTuple(_ContainerTag):
    """A tuple, which JSON would make a list."""

    __slots__ = ()
    key = " t"

    def check(self, value: Any) -> bool:
        return isinstance(value, tuple)

    def copy(self, value: Any) -> Any:
        return list(value)

    def to_python(self, value: Any) -> Any:
        return tuple(value)


class PassList(_ContainerTag):
    """A list: its items are gone through."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        return isinstance(value, list)

    def copy(self, value: Any) -> Any:
        return list(value)

    def tag(self, value: Any) -> Any:
        return self.to_json(value)


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
        tagged, inner = self._open(value)
        if inner is not None:
            self._tag_members(inner)
        return tagged

    def _tag_members(self, container: Any) -> Any:
        """Convert the members of a list or a dict, and all within them, in place.

        :raises RecursionError: It contains itself.
        """
        if type(self).tag is not _own_tag:
            # A method of somebody's, who wants to see each value.
            for place, member in _places(container):
                container[place] = self.tag(member)
            return container
        plain_types = _PLAIN_TYPES if _OWN_TAGS.issuperset(map(type, self.order)) else ()
        path = [(container, iter(_places(container)))]
        while path:
            current, places = path[-1]
            for place, member in places:
                if type(member) in plain_types:
                    continue
                current[place], inner = self._open(member)
                if inner is not None:
                    if len(path) > _MOST_LEVELS:
                        raise RecursionError("The value contains itself.")
                    path.append((inner, iter(_places(inner))))
                    break
            else:
                path.pop()
        return container

    def _open(self, value: Any) -> tuple[Any, Any]:
        """Convert a value; of one that has others in it these are still to be converted.

        :return: The value, and the list or dict of those within it.
        """
        for tag in self.order:
            if tag.check(value):
                if isinstance(tag, _ContainerTag) and type(tag) in _CONTAINER_TAGS:
                    inner = tag.copy(value)
                    return {tag.key: inner} if tag.key else inner, inner
                # Somebody's, or of a value with nothing in it.
                return tag.tag(value), None
        return value, None

    def untag(self, value: dict[str, Any]) -> Any:
        """Convert an object back if its one key is a tag's."""
        if len(value) != 1:
            return value
        ((key, member),) = value.items()
        return self.tags[key].to_python(member) if key in self.tags else value

    def _untag_scan(self, value: Any) -> Any:
        """Convert a value back, from the inside out."""
        if not isinstance(value, (dict, list)):
            return value
        root = [value]
        found: list[tuple[Any, Any, Any]] = [(root, 0, value)]
        for _, _, container in found:
            for place, member in _places(container):
                if isinstance(member, (dict, list)):
                    found.append((container, place, member))
        for outer, place, container in reversed(found):
            if isinstance(container, dict):
                outer[place] = self.untag(container)
        return root[0]

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


_own_tag = TaggedJSONSerializer.tag
_OWN_TAGS = frozenset(TaggedJSONSerializer.default_tags)
_CONTAINER_TAGS = frozenset({TagDict, PassDict, TagTuple, PassList})
#: What none of our tags is for; their subclasses may have ``__html__``.
_PLAIN_TYPES = frozenset({str, int, float, bool, type(None)})


def _places(container: Any) -> Iterable[tuple[Any, Any]]:
    """Iterate over what a list or a dict holds, with the index or the key of each."""
    return container.items() if isinstance(container, dict) else enumerate(container)
