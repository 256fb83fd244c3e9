"""JSON by way of the current application's provider.

Flask: JSON Support. Django: ``JsonResponse``, which has no provider to replace.
"""

from __future__ import annotations

import json as _json
from typing import IO, TYPE_CHECKING, Any

from .._on_demand import load_on_demand
from ..globals import current_app, get_app_context
from .provider import _default

if TYPE_CHECKING:
    from ..wrappers import Response


def dumps(obj: Any, **kwargs: Any) -> str:
    """Serialize an object.

    :param obj: The object.
    :param kwargs: What the provider's ``dumps`` takes.
    """
    context = get_app_context()
    if context is not None:
        return context.app.json.dumps(obj, **kwargs)
    kwargs.setdefault("default", _default)
    return _json.dumps(obj, **kwargs)


def dump(obj: Any, fp: IO[str], **kwargs: Any) -> None:
    """Serialize an object into a file.

    :param obj: The object.
    :param fp: The file, open for text.
    :param kwargs: What the provider's ``dumps`` takes.
    """
    context = get_app_context()
    if context is not None:
        context.app.json.dump(obj, fp, **kwargs)
        return
    kwargs.setdefault("default", _default)
    _json.dump(obj, fp, **kwargs)


def loads(s: str | bytes, **kwargs: Any) -> Any:
    """Parse a text.

    :param s: The text.
    :param kwargs: What the provider's ``loads`` takes.
    """
    context = get_app_context()
    if context is not None:
        return context.app.json.loads(s, **kwargs)
    return _json.loads(s, **kwargs)


def load(fp: IO[Any], **kwargs: Any) -> Any:
    """Parse a file.

    :param fp: The file, open for text or bytes.
    :param kwargs: What the provider's ``loads`` takes.
    """
    context = get_app_context()
    if context is not None:
        return context.app.json.load(fp, **kwargs)
    return _json.load(fp, **kwargs)


def jsonify(*args: Any, **kwargs: Any) -> Response:
    """Make a JSON response.

    :param args: One value, or several that make a list.
    :param kwargs: The members of an object.
    :raises TypeError: Both were given.
    """
    return current_app.json.response(*args, **kwargs)


def __getattr__(name: str) -> Any:
    # As after ``import flask``; the first session loads the module.
    return load_on_demand(__name__, {"tag": "tag"}, name)
