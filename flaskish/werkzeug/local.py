"""Values that belong to the current thread, task or greenlet, and proxies for them.

Werkzeug: ``werkzeug.local``. Django: ``asgiref.local``, which is slower and not used here.
"""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import partial, update_wrapper
from operator import attrgetter
from typing import Any, Generic, TypeVar

from .. import werkzeug

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_MISSING: Any = object()


def release_local(local: Local | LocalStack[Any]) -> None:
    """Drop what a local holds in the current context.

    :param local: A :class:`Local` or :class:`LocalStack`.
    """
    local.__release_local__()


class Local:
    """A namespace whose attributes belong to the current context.

    :param context_var: The variable that stores the attributes; made if it is not given.
    """

    __slots__ = ("__storage",)

    def __init__(self, context_var: ContextVar[dict[str, Any]] | None = None) -> None:
        if context_var is None:
            context_var = ContextVar(f"flaskish.Local<{id(self)}>.storage")
        object.__setattr__(self, "_Local__storage", context_var)

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self.__storage.get({}).items())

    def __call__(self, name: str, *, unbound_message: str | None = None) -> LocalProxy[Any]:
        """Make a proxy for one attribute."""
        return LocalProxy(self, name, unbound_message=unbound_message)

    def __release_local__(self) -> None:
        self.__storage.set({})

    def __getattr__(self, name: str) -> Any:
        values = self.__storage.get({})
        if name in values:
            return values[name]
        raise AttributeError(name)

    # A changed copy is stored: the dict itself may be shared with the context this one came from.

    def __setattr__(self, name: str, value: Any) -> None:
        self.__storage.set({**self.__storage.get({}), name: value})

    def __delattr__(self, name: str) -> None:
        values = self.__storage.get({})
        if name not in values:
            raise AttributeError(name)
        self.__storage.set({key: value for key, value in values.items() if key != name})


class LocalStack(Generic[T]):
    """A stack that belongs to the current context.

    :param context_var: The variable that stores the stack; made if it is not given.
    """

    __slots__ = ("_storage",)

    def __init__(self, context_var: ContextVar[list[T]] | None = None) -> None:
        if context_var is None:
            context_var = ContextVar(f"flaskish.LocalStack<{id(self)}>.storage")
        self._storage = context_var

    def __release_local__(self) -> None:
        self._storage.set([])

    def push(self, obj: T) -> list[T]:
        """Put an object on top and return the stack."""
        stack = [*self._storage.get([]), obj]
        self._storage.set(stack)
        return stack

    def pop(self) -> T | None:
        """Take the topmost object off and return it, ``None`` if the stack is empty."""
        stack = self._storage.get([])
        if not stack:
            return None
        self._storage.set(stack[:-1])
        return stack[-1]

    @property
    def top(self) -> T | None:
        """The topmost object, ``None`` if the stack is empty."""
        stack = self._storage.get([])
        return stack[-1] if stack else None

    def __call__(
        self, name: str | None = None, *, unbound_message: str | None = None
    ) -> LocalProxy[Any]:
        """Make a proxy for the topmost object, or for an attribute of it."""
        return LocalProxy(self, name, unbound_message=unbound_message)


class LocalManager:
    """Releases locals at the end of a request.

    :param locals: One local or several.
    """

    __slots__ = ("locals",)

    def __init__(
        self, locals: Local | LocalStack[Any] | Iterable[Local | LocalStack[Any]] | None = None
    ) -> None:
        if locals is None:
            self.locals: list[Local | LocalStack[Any]] = []
        elif isinstance(locals, (Local, LocalStack)):
            self.locals = [locals]
        else:
            self.locals = list(locals)

    def cleanup(self) -> None:
        """Release all locals."""
        for local in self.locals:
            release_local(local)

    def make_middleware(self, app: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a WSGI application so that the locals are released after each request.

        :param app: The application.
        """

        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            return werkzeug.wsgi.ClosingIterator(app(environ, start_response), self.cleanup)

        return application

    def middleware(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Like :meth:`make_middleware`, as a decorator."""
        return update_wrapper(self.make_middleware(func), func)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} storages: {len(self.locals)}>"


class _Forward:
    """Answers one special attribute of a proxy with that of the current object.

    :param function: Called with the object and the arguments; without it the object's own method
        or attribute answers.
    :param fallback: Called with the proxy, while there is no object, for a method.
    :param value: Called with the proxy, while there is no object, for an attribute.
    :param is_attribute: Whether it is a plain attribute rather than a method.
    """

    __slots__ = ("fallback", "function", "is_attribute", "name", "value")

    def __init__(
        self,
        function: Callable[..., Any] | None = None,
        fallback: Callable[..., Any] | None = None,
        value: Callable[..., Any] | None = None,
        is_attribute: bool = False,
    ) -> None:
        self.function = function
        self.fallback = fallback
        self.value = value
        self.is_attribute = is_attribute

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, proxy: LocalProxy[Any] | None, owner: type | None = None) -> Any:
        if proxy is None:
            return self
        try:
            current = proxy._get_current_object()
        except RuntimeError:
            if self.value is not None:
                return self.value(proxy)
            if self.fallback is not None:
                return partial(self.fallback, proxy)
            raise
        if self.function is not None:
            return partial(self.function, current)
        return getattr(current, self.name)

    def __call__(self, proxy: LocalProxy[Any], *args: Any, **kwargs: Any) -> Any:
        """Work when looked up on the class, as ``type(proxy).__repr__(proxy)`` does."""
        return self.__get__(proxy, type(proxy))(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<forward {self.name}>"


class _ForwardInPlace(_Forward):
    """Answers ``+=`` and its kin: the object changes, the name stays bound to the proxy."""

    __slots__ = ()

    def __get__(self, proxy: LocalProxy[Any] | None, owner: type | None = None) -> Any:
        if proxy is None:
            return self
        operation = super().__get__(proxy, owner)

        def change(other: Any) -> LocalProxy[Any]:
            operation(other)
            return proxy

        return change


class _ForwardDoc(_Forward):
    """Answers ``__doc__``: of the class with its own docstring, of a proxy with the object's.

    :param doc: The docstring of the class.
    """

    __slots__ = ("doc",)

    def __init__(self, doc: str | None) -> None:
        super().__init__(value=lambda proxy: doc, is_attribute=True)
        self.doc = doc

    def __get__(self, proxy: LocalProxy[Any] | None, owner: type | None = None) -> Any:
        return self.doc if proxy is None else super().__get__(proxy, owner)


def _reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda current, other: operation(other, current)


def _unbound_repr(proxy: Any) -> str:
    return f"<{type(proxy).__name__} unbound>"


def _identity(value: Any) -> Any:
    return value


class LocalProxy(Generic[T]):
    """A proxy for the object that is current wherever it is used.

    ``current_user = LocalProxy(get_current_user)`` then behaves as what the function returns.

    :param local: Where the object comes from: a :class:`Local` (with ``name``), a
        :class:`LocalStack`, a ``ContextVar``, or a function.
    :param name: The attribute to stand for, rather than the object itself.
    :param unbound_message: The text of the error while there is no object.
    :raises TypeError: ``local`` is none of these, or a :class:`Local` came without a name.
    """

    __slots__ = ("__wrapped", "_get_current_object")

    #: Django's templates call what can be called, as any proxy can, and show nothing if it fails.
    do_not_call_in_templates = True

    def __init__(
        self,
        local: ContextVar[Any] | Local | LocalStack[Any] | Callable[[], Any],
        name: str | None = None,
        *,
        unbound_message: str | None = None,
    ) -> None:
        message = "object is not bound" if unbound_message is None else unbound_message
        object.__setattr__(self, "_LocalProxy__wrapped", local)
        object.__setattr__(self, "_get_current_object", _make_getter(local, name, message))

    __doc__ = _ForwardDoc(__doc__)
    __wrapped__ = _Forward(value=lambda proxy: proxy._LocalProxy__wrapped, is_attribute=True)
    __repr__ = _Forward(repr, fallback=_unbound_repr)
    __str__ = _Forward(str)
    __bytes__ = _Forward(bytes)
    __format__ = _Forward()
    __lt__ = _Forward(operator.lt)
    __le__ = _Forward(operator.le)
    __eq__ = _Forward(operator.eq)
    __ne__ = _Forward(operator.ne)
    __gt__ = _Forward(operator.gt)
    __ge__ = _Forward(operator.ge)
    __hash__ = _Forward(hash)
    __bool__ = _Forward(bool, fallback=lambda proxy: False)
    __setattr__ = _Forward(setattr)
    __delattr__ = _Forward(delattr)
    __dir__ = _Forward(dir, fallback=lambda proxy: [])
    __class__ = _Forward(value=type, is_attribute=True)
    __instancecheck__ = _Forward(lambda current, instance: isinstance(instance, current))
    __subclasscheck__ = _Forward(lambda current, subclass: issubclass(subclass, current))
    __call__ = _Forward(lambda current, *args, **kwargs: current(*args, **kwargs))
    __len__ = _Forward(len)
    __length_hint__ = _Forward(operator.length_hint)
    __getitem__ = _Forward(operator.getitem)
    __setitem__ = _Forward(operator.setitem)
    __delitem__ = _Forward(operator.delitem)
    __iter__ = _Forward(iter)
    __next__ = _Forward(next)
    __reversed__ = _Forward(reversed)
    __contains__ = _Forward(operator.contains)
    __add__ = _Forward(operator.add)
    __sub__ = _Forward(operator.sub)
    __mul__ = _Forward(operator.mul)
    __matmul__ = _Forward(operator.matmul)
    __truediv__ = _Forward(operator.truediv)
    __floordiv__ = _Forward(operator.floordiv)
    __mod__ = _Forward(operator.mod)
    __divmod__ = _Forward(divmod)
    __pow__ = _Forward(pow)
    __lshift__ = _Forward(operator.lshift)
    __rshift__ = _Forward(operator.rshift)
    __and__ = _Forward(operator.and_)
    __xor__ = _Forward(operator.xor)
    __or__ = _Forward(operator.or_)
    __radd__ = _Forward(_reflected(operator.add))
    __rsub__ = _Forward(_reflected(operator.sub))
    __rmul__ = _Forward(_reflected(operator.mul))
    __rmatmul__ = _Forward(_reflected(operator.matmul))
    __rtruediv__ = _Forward(_reflected(operator.truediv))
    __rfloordiv__ = _Forward(_reflected(operator.floordiv))
    __rmod__ = _Forward(_reflected(operator.mod))
    __rdivmod__ = _Forward(_reflected(divmod))
    __rpow__ = _Forward(_reflected(pow))
    __rlshift__ = _Forward(_reflected(operator.lshift))
    __rrshift__ = _Forward(_reflected(operator.rshift))
    __rand__ = _Forward(_reflected(operator.and_))
    __rxor__ = _Forward(_reflected(operator.xor))
    __ror__ = _Forward(_reflected(operator.or_))
    __iadd__ = _ForwardInPlace(operator.iadd)
    __isub__ = _ForwardInPlace(operator.isub)
    __imul__ = _ForwardInPlace(operator.imul)
    __imatmul__ = _ForwardInPlace(operator.imatmul)
    __itruediv__ = _ForwardInPlace(operator.itruediv)
    __ifloordiv__ = _ForwardInPlace(operator.ifloordiv)
    __imod__ = _ForwardInPlace(operator.imod)
    __ipow__ = _ForwardInPlace(operator.ipow)
    __ilshift__ = _ForwardInPlace(operator.ilshift)
    __irshift__ = _ForwardInPlace(operator.irshift)
    __iand__ = _ForwardInPlace(operator.iand)
    __ixor__ = _ForwardInPlace(operator.ixor)
    __ior__ = _ForwardInPlace(operator.ior)
    __neg__ = _Forward(operator.neg)
    __pos__ = _Forward(operator.pos)
    __abs__ = _Forward(abs)
    __invert__ = _Forward(operator.invert)
    __complex__ = _Forward(complex)
    __int__ = _Forward(int)
    __float__ = _Forward(float)
    __index__ = _Forward(operator.index)
    __round__ = _Forward(round)
    __trunc__ = _Forward(math.trunc)
    __floor__ = _Forward(math.floor)
    __ceil__ = _Forward(math.ceil)
    __enter__ = _Forward()
    __exit__ = _Forward()
    __await__ = _Forward()
    __aiter__ = _Forward()
    __anext__ = _Forward()
    __aenter__ = _Forward()
    __aexit__ = _Forward()
    __copy__ = _Forward(copy.copy)
    __deepcopy__ = _Forward(copy.deepcopy)

    def __getattr__(self, name: str) -> Any:
        # Only reached for names that the proxy does not have: the quick way for all plain ones.
        return getattr(self._get_current_object(), name)


def _make_getter(local: Any, name: str | None, message: str) -> Callable[[], Any]:
    """Return the function that gives the current object, or raises ``RuntimeError``."""
    get_name = _identity if name is None else attrgetter(name)

    if isinstance(local, Local):
        if name is None:
            raise TypeError("'name' is required when proxying a 'Local' object.")

        def get_from_local() -> Any:
            try:
                return get_name(local)
            except AttributeError:
                raise RuntimeError(message) from None

        return get_from_local

    if isinstance(local, LocalStack):

        def get_from_stack() -> Any:
            top = local.top
            if top is None:
                raise RuntimeError(message)
            return get_name(top)

        return get_from_stack

    if isinstance(local, ContextVar):

        def get_from_variable() -> Any:
            value = local.get(_MISSING)
            if value is _MISSING:
                raise RuntimeError(message)
            return get_name(value)

        return get_from_variable

    if callable(local):
        if name is None:
            plain: Callable[[], Any] = local
            return plain
        return lambda: get_name(local())

    raise TypeError(f"Don't know how to proxy '{type(local)}'.")
