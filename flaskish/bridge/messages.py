"""Flashed messages in a project: the queue of Django's messages, with categories for levels.

Flask: Message Flashing. Django: ``django.contrib.messages``, ``MessageMiddleware``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from django.contrib.messages.storage.base import BaseStorage, Message

    from ..wrappers import Request

#: Categories of Flask users that are no names of Django's, and the names of their levels.
_LEVEL_NAMES = {"message": "info", "danger": "error", "critical": "error"}
#: The last of the extra tags of a message whose other ones are a category. It is a class name in
#: Django's templates, as all tags are.
_FLASHED = "flashed"
#: The same for a message that is more than a text, and is kept as tagged JSON.
_FLASHED_VALUE = "flashed-value"


def find_storage(request: Request) -> BaseStorage | None:
    """Return the queue of a request's messages; ``None`` where no middleware made one.

    :param request: The current request.
    """
    # Middleware had a request of Django's; to make one now would be work for nothing.
    http_request = request.__dict__.get("django")
    return getattr(http_request, "_messages", None)


def add_to_storage(storage: BaseStorage, message: Any, category: str) -> None:
    """Queue a message.

    A category that is the tag of a level, the project's own ``MESSAGE_TAGS`` included, is that
    level. Another one is kept beside the level it comes nearest to, usually ``INFO``.

    Differs from Flask: in a project a message below the project's ``MESSAGE_LEVEL`` is dropped, as
    are empty ones; by default these are those of the category ``debug``.

    :param storage: The queue.
    :param message: A text, safe or lazy ones included, or another value that JSON can hold.
    :param category: The category.
    """
    level, level_tag = _find_level(category)
    text = _to_text(message)
    if text is None:
        text = _to_tagged_json(message)
        extra_tags = f"{category} {_FLASHED_VALUE}"
    else:
        extra_tags = "" if category == level_tag else f"{category} {_FLASHED}"
    storage.add(level, text, extra_tags)


def _find_level(category: str) -> tuple[int, str]:
    """Return the level for a category, and the level's tag."""
    from django.contrib.messages.constants import DEFAULT_LEVELS, INFO
    from django.contrib.messages.utils import get_level_tags

    tags: dict[int, str] = get_level_tags()
    for level, tag in tags.items():
        if tag == category:
            return level, tag
    level = DEFAULT_LEVELS.get(_LEVEL_NAMES.get(category, category).upper(), INFO)
    return level, tags.get(level, "")


def _to_text(message: Any) -> str | None:
    """Return a message as Django keeps it; ``None`` if it is no text."""
    from django.utils.functional import Promise
    from django.utils.safestring import mark_safe

    if hasattr(message, "__html__"):
        return mark_safe(str(message.__html__()))
    if isinstance(message, (str, Promise)):
        return str(message)
    return None


def _to_tagged_json(message: Any) -> str:
    # Loaded for the rare message that is no text.
    from .._nesting import SessionTooDeep, require_readable
    from ..sessions import session_json_serializer

    try:
        text: str = session_json_serializer.dumps(message)
        require_readable(text, session_json_serializer.loads)
    except RecursionError:
        raise SessionTooDeep({"_flashes": message}) from None
    return text


def from_django_message(django_message: Message) -> tuple[str, Any]:
    """Return the category and the text of a message, whichever side queued it.

    :param django_message: The message.
    """
    text: Any = django_message.message
    if hasattr(text, "__html__"):
        text = Markup(text.__html__())
    category, _, mark = (django_message.extra_tags or "").rpartition(" ")
    if mark == _FLASHED:
        return category, text
    if mark == _FLASHED_VALUE:
        # Loaded for the rare message that is no text.
        from ..sessions import session_json_serializer

        return category, session_json_serializer.loads(text)
    return django_message.level_tag or "message", str(text) if not isinstance(text, str) else text
