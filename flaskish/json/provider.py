"""The JSON provider: how an application serializes and parses.

Flask: ``flask.json.provider``. Django: ``DjangoJSONEncoder``.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

from ..werkzeug._dates import http_date

if TYPE_CHECKING:
    from ..sansio.app import App
    from ..wrappers import Response


class JSONProvider:
    """The base of providers: a subclass needs ``dumps`` and ``loads``.

    :param app: The application.
    """

    def __init__(self, app: App) -> None:
        # The application holds its provider, and is to be freed all the same.
        self._app: App = weakref.proxy(app)

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Serialize an object.

        :param obj: The object.
        :param kwargs: Options of the library used.
        """
        raise NotImplementedError

    def dump(self, obj: Any, fp: IO[str], **kwargs: Any) -> None:
        """Serialize an object into a file open for text."""
        fp.write(self.dumps(obj, **kwargs))

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse a text.

        :param s: The text.
        :param kwargs: Options of the library used.
        """
        raise NotImplementedError

    def load(self, fp: IO[Any], **kwargs: Any) -> Any:
        """Parse a file open for text or bytes."""
        return self.loads(fp.read(), **kwargs)

    def _prepare_response_obj(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if args and kwargs:
            raise TypeError("app.json.response() takes either args or kwargs, not both")
        if len(args) == 1:
            return args[0]
        return args or kwargs or None

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Make a response.

        :param args: One value, or several that make a list.
        :param kwargs: The members of an object.
        :raises TypeError: Both were given.
        """
        body = self.dumps(self._prepare_response_obj(args, kwargs))
        return self._app.response_class(body, mimetype="application/json")


def _default(o: Any) -> Any:
    """Serialize what JSON has no type for."""
    # Loaded by values of these types, which few answers have.
    from dataclasses import asdict, is_dataclass
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

    from django.utils.functional import Promise

    if isinstance(o, date):
        return http_date(o)
    if isinstance(o, (Decimal, UUID)):
        return str(o)
    if is_dataclass(o) and not isinstance(o, type):
        return asdict(o)
    if hasattr(o, "__html__"):
        return str(o.__html__())
    if isinstance(o, Promise):
        # A lazy text of Django's, such as a translation.
        return str(o)
    raise TypeError(f"Object of type {type(o).__name__} is not JSON serializable")


#: What most bodies begin with; Python asks at length how they are encoded.
_BRACKETS = (b"{", b"[")


class DefaultJSONProvider(JSONProvider):
    """Python's ``json``, and dates, decimals, UUIDs, dataclasses and markup besides.

    :param app: The application.
    """

    #: Called with each object that JSON has no type for.
    default: Callable[[Any], Any] = staticmethod(_default)
    #: Whether other characters than ASCII are escaped.
    ensure_ascii = True
    #: Whether keys are sorted, so that equal objects have equal texts.
    sort_keys = True
    #: Whether answers go without blanks; ``None`` means outside debug mode.
    compact: bool | None = None
    mimetype = "application/json"

    def __init__(self, app: App) -> None:
        super().__init__(app)
        # An encoder depends on nothing but the options that it was made with.
        self._encoder = lru_cache(maxsize=16, typed=True)(json.JSONEncoder)

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        kwargs.setdefault("default", self.default)
        kwargs.setdefault("ensure_ascii", self.ensure_ascii)
        kwargs.setdefault("sort_keys", self.sort_keys)
        try:
            encoder = self._encoder(**kwargs)
        except TypeError:
            # An option without a hash, or the one that names another class of encoders.
            return json.dumps(obj, **kwargs)
        return encoder.encode(obj)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        if isinstance(s, bytes) and s[:1] in _BRACKETS and s[1:2] > b"\0":
            # In any other encoding a zero, or a mark, would be among the first two bytes.
            s = s.decode("utf-8", "surrogatepass")
        return json.loads(s, **kwargs)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        value = self._prepare_response_obj(args, kwargs)
        is_compact = not self._app.debug if self.compact is None else self.compact
        body = (
            self.dumps(value, separators=(",", ":")) if is_compact else self.dumps(value, indent=2)
        )
        return self._app.response_class(f"{body}\n", mimetype=self.mimetype)
