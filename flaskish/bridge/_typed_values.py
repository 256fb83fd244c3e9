"""Values of types that JSON lacks, in a store that keeps JSON.

Flask: tagged JSON, by which a session keeps tuples, datetimes, UUIDs, bytes and ``Markup``. Django:
``SESSION_SERIALIZER``.

Django's side must be able to read what Flask's side wrote, and a tagged value is of no use to it.
So a key holds what JSON has for the value: a tuple is a list, a datetime a text in ISO 8601. The
tagged text lies beside it, under a key of our own, and counts as long as the two belong together;
once Django's side writes the key, its value is what both sides read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from markupsafe import Markup

from ..werkzeug._dates import parse_date

if TYPE_CHECKING:
    from ..json.tag import TaggedJSONSerializer

_PLAIN_TYPES = frozenset({str, int, float, bool, type(None)})

#: The levels of lists and dicts that JSON is sure to have, wherever it is read.
_MOST_LEVELS = 300

#: How Django's side sees a value whose tagged form is no good to read.
_READABLE_FORMS: dict[str, Callable[[Any], Any]] = {
    " d": lambda text: _to_iso(text),
    " u": lambda digits: str(UUID(digits)),
}


def _to_iso(text: str) -> str:
    moment = parse_date(text)
    return text if moment is None else moment.isoformat()


def is_plain(value: Any) -> bool:
    """Tell whether JSON has types for a value and all within it, and levels enough.

    :param value: The value.
    """
    if type(value) in _PLAIN_TYPES:
        return True
    containers: list[Any] = [value]
    for _ in range(_MOST_LEVELS):
        # By identity: one may be in several places, even within itself.
        inner: dict[int, Any] = {}
        for container in containers:
            kind = type(container)
            if kind is not list and kind is not dict:
                return False
            for member in container.values() if kind is dict else container:
                if type(member) not in _PLAIN_TYPES:
                    inner[id(member)] = member
        if not inner:
            return True
        containers = [*inner.values()]
    return False


def to_django_value(text: str, serializer: TaggedJSONSerializer) -> Any:
    """Return what Django's side reads in place of a value.

    :param text: The value in tagged JSON.
    :param serializer: Knows the tags.
    """
    # Objects are converted from the inside out, by as few calls as there can be.
    return json.loads(text, object_hook=partial(_without_tag, serializer.tags))


def _without_tag(tags: dict[str, Any], value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    ((key, member),) = value.items()
    if key not in tags or not key:
        return value
    if key == " di":
        # An object that only looks like a tag.
        return {name.removesuffix("__"): item for name, item in member.items()}
    return _READABLE_FORMS.get(key, _as_it_is)(member)


def _as_it_is(value: Any) -> Any:
    return value


@cache
def keeps_types(serializer_class: type[Any]) -> bool:
    """Tell whether a session serializer stores such values by itself, as one with pickle does.

    :param serializer_class: The class that ``SESSION_SERIALIZER`` names.
    """
    sample = [(1,), datetime(2000, 1, 1), UUID(int=1), b"\xff", Markup("<i>")]
    try:
        kept = serializer_class().loads(serializer_class().dumps({"sample": sample}))["sample"]
    except Exception:
        # Whatever it raises, it cannot store them.
        return False
    return bool(kept == sample) and list(map(type, kept)) == list(map(type, sample))
