"""Attributes that keep what they computed, or that are kept in headers and environs.

Werkzeug: ``werkzeug.utils``. Django: ``django.utils.functional.cached_property``.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Generic, Self, TypeVar, overload

from ._internal import _missing

T = TypeVar("T")


class cached_property(property, Generic[T]):  # noqa: N801 - Werkzeug's name.
    """A property whose value is kept: until it is set or deleted, or for good.

    Differs from Django's: it is a data descriptor, so that subclasses of ``property`` see it.

    :param fget: Computes the value.
    :param name: The name under which it is kept; the function's by default.
    :param doc: The documentation; the function's by default.
    """

    def __init__(
        self, fget: Callable[[Any], T], name: str | None = None, doc: str | None = None
    ) -> None:
        super().__init__(fget, doc=doc)
        self.__name__ = name or fget.__name__
        #: Where an object without a ``__dict__`` keeps the value.
        self.slot_name = f"_cache_{self.__name__}"
        self.__module__ = fget.__module__

    def __set_name__(self, owner: type, name: str) -> None:
        # Since Python 3.13 a property is renamed after its attribute; this one has its own name.
        pass

    @overload
    def __get__(self, obj: None, type: type | None = None) -> cached_property[T]: ...

    @overload
    def __get__(self, obj: object, type: type | None = None) -> T: ...

    def __get__(self, obj: object | None, type: type | None = None) -> Any:
        if obj is None:
            return self
        try:
            values = obj.__dict__
        except AttributeError:
            value = getattr(obj, self.slot_name, _missing)
            if value is _missing:
                value = self.fget(obj)  # type: ignore[misc]
                setattr(obj, self.slot_name, value)
            return value
        value = values.get(self.__name__, _missing)
        if value is _missing:
            value = values[self.__name__] = self.fget(obj)  # type: ignore[misc]
        return value

    def __set__(self, obj: object, value: Any) -> None:
        if hasattr(obj, "__dict__"):
            obj.__dict__[self.__name__] = value
        else:
            setattr(obj, self.slot_name, value)

    def __delete__(self, obj: object) -> None:
        if hasattr(obj, "__dict__"):
            del obj.__dict__[self.__name__]
        else:
            setattr(obj, self.slot_name, _missing)


class _MappingProperty(Generic[T]):
    """A property that is kept as text in a mapping of its object.

    :param name: The key.
    :param default: The value if the key is missing, or the text makes no sense.
    :param load_func: Converts the text; raises ``ValueError`` or ``TypeError`` for nonsense.
    :param dump_func: Converts a value to text.
    :param read_only: Whether setting it is an error.
    :param doc: The documentation.
    """

    read_only = False

    def __init__(
        self,
        name: str,
        default: T | None = None,
        load_func: Callable[[str], T] | None = None,
        dump_func: Callable[[T], str] | None = None,
        read_only: bool | None = None,
        doc: str | None = None,
    ) -> None:
        self.name = name
        self.default = default
        self.load_func = load_func
        self.dump_func = dump_func
        if read_only is not None:
            self.read_only = read_only
        self.__doc__ = doc

    def lookup(self, obj: Any) -> MutableMapping[str, Any]:
        """Return the mapping of an object."""
        raise NotImplementedError

    # Werkzeug's types leave out that an attribute is None without its header; so do ours, lest
    # programs that pass a type checker there fail it here.
    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...
    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        mapping = self.lookup(instance)
        if self.name not in mapping:
            return self.default
        value = mapping[self.name]
        if self.load_func is None:
            return value
        try:
            return self.load_func(value)
        except (TypeError, ValueError):
            return self.default

    def __set__(self, instance: Any, value: Any) -> None:
        self._check_writable()
        text = value if self.dump_func is None else self.dump_func(value)
        self.lookup(instance)[self.name] = text

    def __delete__(self, instance: Any) -> None:
        self._check_writable()
        self.lookup(instance).pop(self.name, None)

    def _check_writable(self) -> None:
        if self.read_only:
            raise AttributeError("read only property")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class environ_property(_MappingProperty[T]):  # noqa: N801 - Werkzeug's name.
    """A property that is kept in the request's WSGI environ."""

    read_only = True

    def lookup(self, obj: Any) -> MutableMapping[str, Any]:
        return obj.environ  # type: ignore[no-any-return]


class header_property(_MappingProperty[T]):  # noqa: N801 - Werkzeug's name.
    """A property that is kept in a header."""

    def lookup(self, obj: Any) -> MutableMapping[str, Any]:
        return obj.headers  # type: ignore[no-any-return]
