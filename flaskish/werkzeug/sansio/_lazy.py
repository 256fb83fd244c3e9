"""Attributes that are computed when they are asked for, and plain attributes from then on.

Werkzeug: ``utils.cached_property``, which is called on each access. Django:
``django.utils.functional.cached_property``.
"""

from __future__ import annotations

import typing as t

__all__ = ["lazy_attribute", "on_demand"]

Value = t.TypeVar("Value")

if t.TYPE_CHECKING:
    # For a type checker these are what they become.
    from .._properties import cached_property as lazy_attribute

    def on_demand(load: t.Callable[[], Value]) -> Value: ...
else:

    class lazy_attribute(t.Generic[Value]):  # noqa: N801  a decorator
        """Compute an attribute with a method, once.

        Python's own takes a lock up to version 3.11, and one attribute of a request is as cheap to
        compute as to lock.

        :param compute: The method.
        """

        def __init__(self, compute: t.Callable[[t.Any], Value]) -> None:
            self.compute = compute
            self.name = compute.__name__
            self.__doc__ = compute.__doc__

        def __get__(self, instance: t.Any, owner: type) -> Value:
            if instance is None:
                return self
            value = self.compute(instance)
            # Not by way of the ``__dict__``, which objects do without until somebody asks for it.
            setattr(instance, self.name, value)
            return value

    class on_demand:  # noqa: N801  stands where its value will
        """An attribute of a class whose module is loaded by whoever first asks for it.

        From then on it is an attribute like any other.

        :param load: Returns the value.
        """

        def __init__(self, load: t.Callable[[], t.Any]) -> None:
            self.load = load

        def __set_name__(self, owner: type, name: str) -> None:
            self.owner, self.name = owner, name

        def __get__(self, instance: object, owner: type) -> t.Any:
            value = self.load()
            # Somebody may have set another one meanwhile.
            if vars(self.owner).get(self.name) is self:
                setattr(self.owner, self.name, value)
            return value
