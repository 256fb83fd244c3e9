"""How deep values are nested, for what keeps them as JSON, which has its limit in the interpreter.

Flask: none; a session that nests too deep is a ``RecursionError``. Django: the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

#: The levels that are read wherever that is.
SURELY_READ = 300
#: The levels at which counting ends: the value contains itself.
_MOST_LEVELS = 10_000
#: The calls that a reader may be away from where the writer was.
_FRAMES_OF_A_READER = 100


class SessionTooDeep(ValueError):
    """A session has more lists and dicts in one another than JSON can have.

    :param contents: What it holds; the deepest value is named.
    """

    def __init__(self, contents: Mapping[Any, Any]) -> None:
        levels, key = max(
            ((count_levels(value), key) for key, value in contents.items()),
            key=lambda pair: pair[0],
        )
        number = f"{levels} levels" if levels < _MOST_LEVELS else "itself, or too many levels"
        super().__init__(
            f"session[{key!r}] has {number} of lists and dicts in it, and no session of so"
            " many can be read again. Keep it flat, or keep what a client sent as the text it sent."
        )


def count_levels(value: Any) -> int:
    """Return how many lists, tuples and dicts are in one another.

    :param value: The outermost one.
    """
    levels, level = 0, {0: value}
    while levels < _MOST_LEVELS:
        # By identity, because a value may be in several places.
        containers = [item for item in level.values() if isinstance(item, (dict, list, tuple))]
        if not containers:
            break
        level = {id(item): item for container in containers for item in members_of(container)}
        levels += 1
    return levels


def members_of(container: Any) -> Iterable[Any]:
    """Return what is in a list, a tuple or a dict.

    :param container: It.
    """
    return container.values() if isinstance(container, dict) else container


def require_readable(text: str, read: Callable[[str], Any]) -> None:
    """Read a text as somebody else may have to, further down in calls than its writer.

    :param text: The text, JSON or the like.
    :param read: Reads it.
    :raises RecursionError: It would not be read.
    """
    if text.count("[") + text.count("{") > SURELY_READ:
        _call_deep_down(_FRAMES_OF_A_READER, read, text)


def _call_deep_down(frames: int, read: Callable[[str], Any], text: str) -> None:
    if frames:
        _call_deep_down(frames - 1, read, text)
    else:
        read(text)
