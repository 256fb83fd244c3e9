"""The application context and the request context: what is current, and for how long.

Flask: The Application Context, The Request Context. Django: none; ``HttpRequest`` is passed along.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, update_wrapper
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ._hosts import check_host_header
from ._steps import is_async, is_event_loop_running
from .globals import (
    get_app_context,
    get_request_context,
    set_app_context,
    set_request_context,
)
from .signals import appcontext_popped, appcontext_pushed
from .werkzeug.exceptions import HTTPException, NotFound
from .werkzeug.sansio._lazy import lazy_attribute
from .werkzeug.wrappers import Request as RequestBase

if TYPE_CHECKING:
    from . import typing as ft
    from .app import Flask
    from .sessions import SessionMixin
    from .werkzeug.routing import MapAdapter, Rule
    from .werkzeug.routing.map import FastMatch
    from .wrappers import Request

    #: An app context, and the error to tell its teardown functions and those of its request.
    _Postponed = tuple["AppContext | None", BaseException | None]

F = TypeVar("F", bound=Callable[..., Any])

_sentinel: Any = object()
_own_request_init = RequestBase.__init__

#: The key of an environ under which a test client asks for the contexts of its request.
PRESERVE_KEY = "werkzeug.debug.preserve_context"


class _AppCtxGlobals:
    """The plain namespace behind ``g``.

    ``app.app_ctx_globals_class`` names the class to use in its place.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self.__dict__[name]
        except KeyError:
            raise AttributeError(name) from None

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute, or ``default`` if it is not set.

        :param name: Name of the attribute.
        :param default: What to return instead.
        """
        return self.__dict__.get(name, default)

    def pop(self, name: str, default: Any = _sentinel) -> Any:
        """Remove an attribute and return its value.

        :param name: Name of the attribute.
        :param default: What to return if it is not set.
        :raises KeyError: It is not set and there is no default.
        """
        if default is _sentinel:
            return self.__dict__.pop(name)
        return self.__dict__.pop(name, default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """Return an attribute, set to ``default`` first if it is not set.

        :param name: Name of the attribute.
        :param default: The value to set.
        """
        return self.__dict__.setdefault(name, default)

    def __contains__(self, item: str) -> bool:
        return item in self.__dict__

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __repr__(self) -> str:
        context = get_app_context()
        if context is not None:
            return f"<flask.g of '{context.app.name}'>"
        return object.__repr__(self)


def after_this_request(f: ft.AfterRequestCallable[Any]) -> ft.AfterRequestCallable[Any]:
    """Register a function to run on the response of the current request only.

    :param f: Takes the response and returns it or another one.
    :return: The function, so that this works as a decorator.
    :raises RuntimeError: No request is active.
    """
    context = get_request_context()
    if context is None:
        raise RuntimeError(
            "'after_this_request' can only be used when a request"
            " context is active, such as in a view function."
        )
    context._after_request_functions.append(f)
    return f


def copy_current_request_context(f: F) -> F:
    """Make a function run in a copy of the current request context, for example in a greenlet.

    The copy shares the request and the session. ``g`` is another one in a new thread.

    :param f: The function to wrap. An async one is awaited where an event loop runs, in a task say,
        and works like a sync one in a thread.
    :return: The wrapper; calling it pushes the copied context.
    :raises RuntimeError: No request is active.
    """
    original = get_request_context()
    if original is None:
        raise RuntimeError(
            "'copy_current_request_context' can only be used when a"
            " request context is active, such as in a view function."
        )
    copied = original.copy()

    # A copy for each call: several of them may be under way at once.
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if is_async(f) and is_event_loop_running():
            return await_it(*args, **kwargs)
        with copied.copy() as context:
            return context.app.ensure_sync(f)(*args, **kwargs)

    async def await_it(*args: Any, **kwargs: Any) -> Any:
        async with copied.copy():
            return await f(*args, **kwargs)

    return update_wrapper(wrapper, f)  # type: ignore[return-value]


def has_request_context() -> bool:
    """Tell whether a request is active, so that ``request`` and ``session`` can be used."""
    return get_request_context() is not None


def has_app_context() -> bool:
    """Tell whether an application is active, so that ``current_app`` and ``g`` can be used."""
    return get_app_context() is not None


class WrongContextPopped(AssertionError):
    """Contexts are popped in another order than the reverse of their pushes.

    :param current: The context that was current.
    :param popped: The context that was popped.
    """

    def __init__(self, current: object, popped: AppContext | RequestContext) -> None:
        kind = "app" if isinstance(popped, AppContext) else "request"
        super().__init__(f"Popped wrong {kind} context. ({current!r} instead of {popped!r})")


class NotPushed(LookupError):
    """A context is popped once more than it was pushed.

    :param context: The context.
    """

    def __init__(self, context: AppContext | RequestContext) -> None:
        super().__init__(f"{context!r} cannot be popped: push it before, or use a 'with' block.")


class _ContextManager:
    """Contexts in ``with`` blocks, and in ``async with`` blocks on an event loop.

    The latter wait for async signal receivers and teardown functions, which the former cannot do
    while the loop runs.
    """

    app: Flask
    #: What the last push found, and at the end of it the same of the pushes before; else empty.
    _pushes: tuple[Any, ...]

    def push(self) -> None:
        raise NotImplementedError

    def pop(self, exc: BaseException | None = _sentinel) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.push()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.pop(exc_value)

    async def __aenter__(self) -> Self:
        # Loaded where there is an event loop only.
        from ._event_loop import drive
        from ._request_steps import push_steps

        await drive(push_steps(self))  # type: ignore[arg-type]
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        from ._event_loop import drive
        from ._request_steps import pop_steps

        await drive(pop_steps(self, exc_value))  # type: ignore[arg-type]


class AppContext(_ContextManager):
    """What belongs to the application while a request or a command runs: ``current_app`` and ``g``.

    :param app: The application.
    """

    #: The adapter, once it was asked for.
    _url_adapter: MapAdapter | None = _sentinel

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._pushes = ()

    @lazy_attribute
    def g(self) -> _AppCtxGlobals:
        """The namespace of whoever works in this context."""
        return self.app.app_ctx_globals_class()

    @property
    def url_adapter(self) -> MapAdapter | None:
        """The adapter that builds URLs outside a request, ``None`` without ``SERVER_NAME``."""
        if self._url_adapter is _sentinel:
            self._url_adapter = self.app.create_url_adapter(None)
        return self._url_adapter

    @url_adapter.setter
    def url_adapter(self, adapter: MapAdapter | None) -> None:
        self._url_adapter = adapter

    def push(self) -> None:
        """Make this context the current one."""
        self._enter()
        if appcontext_pushed.receivers:
            self._announce_start()

    def _announce_start(self) -> None:
        appcontext_pushed.send(self.app, _async_wrapper=self.app.ensure_sync)

    def _enter(self) -> None:
        """Make this context the current one; nobody has been told of that."""
        self._pushes = (get_app_context(), self._pushes)
        set_app_context(self)

    def pop(self, exc: BaseException | None = _sentinel) -> None:
        """Make the context before this one current again; the last pop runs the teardown functions.

        :param exc: The error that ended the work, for the teardown functions.
        """
        if not self._pushes:
            raise NotPushed(self)
        try:
            if not self._pushes[1]:
                self.app.do_teardown_appcontext(sys.exc_info()[1] if exc is _sentinel else exc)
        finally:
            self._leave()
        if appcontext_popped.receivers:
            self._announce_end()

    def _leave(self) -> None:
        current = get_app_context()
        outer, self._pushes = self._pushes
        set_app_context(outer)
        if current is not self:
            raise WrongContextPopped(current, self)

    def _tear_down(self, exc: BaseException | None) -> None:
        """Run the teardown functions of a context that has been left before."""
        self.app.do_teardown_appcontext(exc)
        if appcontext_popped.receivers:
            self._announce_end()

    def _announce_end(self) -> None:
        appcontext_popped.send(self.app, _async_wrapper=self.app.ensure_sync)


class RequestContext(_ContextManager):
    """What belongs to one request: ``request``, ``session``, and what runs after it.

    :param app: The application that answers.
    :param environ: The WSGI environ; only used to make the request if none is given.
    :param request: The request.
    :param session: The session, if it has been opened already.
    """

    #: Whether a Django view of a project called the application.
    is_mounted = False
    #: What ended the request, if it was an error that no handler took.
    error: BaseException | None
    #: Whether an error answered, by its handler or by itself.
    has_failed = False
    #: Whether the error has been logged, so that the status of the answer need not be.
    is_error_logged = False
    #: The rule and its values, where they are known without the path.
    found: tuple[Rule, dict[str, Any]] | None
    #: Whether the response has been made, so that only what ends the request is to come.
    is_answered = False
    #: What async context processors gave, by function, or the error that they raised.
    awaited_processors: dict[Callable[..., Any], Any] | None = None
    #: What was flashed by the request before this one, once it was asked for.
    flashes: list[tuple[str, str]] | None = None
    #: The streams that still need this context when it is popped for the last time.
    _keepers: int
    #: The adapter, once it was asked for.
    _url_adapter: MapAdapter | None
    #: The session, once it is open.
    _opened_session: SessionMixin | None
    #: The app context to tear down along with this one, and the error to tell the functions.
    _postponed_teardown: _Postponed | None = None

    def __init__(
        self,
        app: Flask,
        environ: dict[str, Any] | None,
        request: Request | None = None,
        session: SessionMixin | None = None,
    ) -> None:
        self.app = app
        if request is None:
            request_class = app.request_class
            request = request_class(environ)  # type: ignore[arg-type]
            request.json_module = app.json
            # Somebody's constructor may have put headers of its own in the place of these.
            self._has_environ_headers = request_class.__init__ is _own_request_init
        else:
            self._has_environ_headers = False
        self.request: Request = request
        self._opened_session = session
        self._after_request_functions: list[ft.AfterRequestCallable[Any]] = []
        # Here, although the class could have most of them: Python finds what each request asks for
        # faster where the instance has it.
        self._pushes = ()
        self._keepers = 0
        self._url_adapter = _sentinel
        self.found = None
        self.error = None

    @property
    def url_adapter(self) -> MapAdapter | None:
        """The adapter that matches and builds URLs in this request."""
        if self._url_adapter is _sentinel:
            self._create_url_adapter()
        return self._url_adapter

    @url_adapter.setter
    def url_adapter(self, adapter: MapAdapter | None) -> None:
        self._url_adapter = adapter

    def _create_url_adapter(self) -> None:
        self._url_adapter = None
        try:
            self._url_adapter = self.app.create_url_adapter(self.request)
        except HTTPException as error:
            self.request.routing_exception = error

    @property
    def session(self) -> SessionMixin:
        """The session of this request; whoever asks for it makes the answer vary by cookie."""
        session = self._open_session()
        session.accessed = True
        return session

    @session.setter
    def session(self, session: SessionMixin) -> None:
        self._opened_session = session

    def copy(self) -> RequestContext:
        """Return a context with the same request and session, for another thread or greenlet."""
        return self.__class__(self.app, None, request=self.request, session=self._open_session())

    def match_request(self) -> None:
        """Find the rule for this request; a failure is kept until the view would be called."""
        request = self.request
        found: FastMatch
        try:
            if self._url_adapter is not _sentinel or self.app._needs_url_adapter():
                found = self._match_by_adapter()
            else:
                found = self.found or self._match_plainly()
                if found is None:
                    found = self._match_by_adapter()
            if found:
                request.url_rule, request.view_args = found
            elif found is not None:
                request.routing_exception = NotFound()
        except HTTPException as error:
            request.routing_exception = error

    def _match_plainly(self) -> FastMatch:
        """Match without an adapter, where neither hosts nor redirects can come into it."""
        request = self.request
        if self._has_environ_headers:
            read_header = request.environ.get
            host, upgrade = read_header("HTTP_HOST"), read_header("HTTP_UPGRADE")
        else:
            host, upgrade = request._read_host_and_upgrade()
        check_host_header(request, host)
        path = request.path
        # If not even a slash is behind the prefix, the adapter redirects to it. It also knows rules
        # for WebSockets, and refuses those who want one where there is none.
        if (path == "/" and request._is_bare_prefix) or upgrade is not None:
            return None
        return self.app.url_map.fast_match(path, request.method)

    def _match_by_adapter(self) -> tuple[Rule, Any] | None:
        adapter = self.url_adapter
        if adapter is None:
            return None
        return self.found or adapter.match(return_rule=True)

    def push(self) -> None:
        """Make this context the current one, open the session and find the rule."""
        app_context = self._enter()
        if app_context is not None and appcontext_pushed.receivers:
            with self._hidden():
                app_context._announce_start()
        # The session comes first, so that URL converters may use it.
        if not self.app.session_interface.opens_on_demand:
            self._open_session()
        if self.request.routing_exception is None:
            self.match_request()

    def _enter(self) -> AppContext | None:
        """Make this context current, and an app context unless the application has one that is.

        :return: The new app context, of which nobody has been told.
        """
        app = self.app
        current = get_app_context()
        app_context = None
        if current is None or current.app is not app:
            app_context = app.app_context()
            app_context._pushes = (current, app_context._pushes)
            set_app_context(app_context)
        self._pushes = (get_request_context(), app_context, self._pushes)
        set_request_context(self)
        return app_context

    @contextmanager
    def _hidden(self) -> Iterator[None]:
        """Show those who are told of an app context the request that was current before."""
        set_request_context(self._pushes[0])
        try:
            yield
        finally:
            set_request_context(self)

    def _open_session(self) -> SessionMixin:
        """Return the session on nobody's behalf, opening it unless it is open."""
        session = self._opened_session
        if session is None:
            app = self.app
            interface = app.session_interface
            session = interface.open_session(app, self.request)
            if session is None:
                session = interface.make_null_session(app)
            self._opened_session = session
        return session

    @property
    def _session(self) -> SessionMixin:
        """The session by the name that tests for Flask know, who look without having used it."""
        return self._open_session()

    @_session.setter
    def _session(self, session: SessionMixin) -> None:
        # Flask-SocketIO puts its own session in the place of the request's.
        self._opened_session = session

    @property
    def _has_used_session(self) -> bool:
        session = self._opened_session
        return session is not None and session.accessed

    def _session_to_save(self) -> SessionMixin | None:
        """Return the session, opening it now if the client may have one that nobody asked for.

        :return: ``None`` if there is nothing to save.
        """
        session = self._opened_session
        if session is None:
            request = self.request
            if self._has_environ_headers:
                cookies = request.environ.get("HTTP_COOKIE")
            else:
                cookies = request._read_header("HTTP_COOKIE")
            if cookies is None:
                return None
            session = self._open_session()
        return None if self.app.session_interface.is_null_session(session) else session

    def _let_go_of(self, error: Exception) -> None:
        """Free an answered error of the frames it came by, which keep the request that keeps it."""
        if error is self.request.routing_exception:
            error.__traceback__ = error.__context__ = None

    def pop(self, exc: BaseException | None = _sentinel) -> None:
        """Make the context before this one current again; the last pop runs the teardown functions.

        While a stream made with ``stream_with_context`` is under way, the teardown functions wait
        for its end.

        :param exc: The error that ended the request, for the teardown functions.
        """
        if not self._pushes:
            raise NotPushed(self)
        if exc is _sentinel:
            exc = sys.exc_info()[1]
        try:
            if not (self._pushes[-1] or self._keepers):
                self._tear_down(exc)
        finally:
            current = get_request_context()
            app_context = self._leave(exc)
            if app_context is not None:
                app_context.pop(exc)
        if current is not self:
            raise WrongContextPopped(current, self)

    def _tear_down(self, exc: BaseException | None) -> None:
        """Run the teardown functions, and close the uploads, whatever those do."""
        try:
            self.app.do_teardown_request(exc)
        finally:
            self.request.close()

    def _leave(self, exc: BaseException | None) -> AppContext | None:
        """Make the context before this one current again.

        :param exc: The error that ended the request.
        :return: The app context to pop as well.
        """
        outer: RequestContext | None
        app_context: AppContext | None
        outer, app_context, self._pushes = self._pushes
        set_request_context(outer)
        if self._keepers and not self._pushes:
            self._postponed_teardown = (app_context, exc)
            if app_context is not None:
                app_context._leave()
            return None
        return app_context

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.request.url!r}"
            f" [{self.request.method}] of {self.app.name}>"
        )


class ContextKeeper:
    """Keeps the contexts of a request usable after they were popped, for a stream.

    Used as a context manager it makes them current for as long as one chunk takes; what was current
    before is current again afterwards, whichever thread or task asked for the chunk.

    :param request_context: The context to keep.
    """

    def __init__(self, request_context: RequestContext) -> None:
        self._request_context = request_context
        #: What is current in the stream, and what is outside of it.
        self._inner: tuple[RequestContext | None, AppContext | None] = (
            request_context,
            get_app_context(),
        )
        self._outer: tuple[RequestContext | None, AppContext | None] = (None, None)
        self.is_released = False
        request_context._keepers += 1
        # Asked for now: the stream may do so when the headers are gone, and caches are to know.
        request_context.session  # noqa: B018

    def __enter__(self) -> None:
        self._outer = (get_request_context(), get_app_context())
        self._make_current(*self._inner)

    def __exit__(self, *exc_info: object) -> None:
        # The stream may have pushed a context that it pops after another chunk.
        self._inner = (get_request_context(), get_app_context())
        self._make_current(*self._outer)

    @staticmethod
    def _make_current(
        request_context: RequestContext | None, app_context: AppContext | None
    ) -> None:
        set_request_context(request_context)
        set_app_context(app_context)

    def release(self, exc: BaseException | None = None) -> None:
        """End the stream: the last keeper runs the teardown functions that were postponed.

        :param exc: The error that ended the stream, if the request itself had none.
        """
        postponed = self._give_up()
        if postponed is not None:
            self._tear_down(postponed, exc)

    def _tear_down(self, postponed: _Postponed, exc: BaseException | None = None) -> None:
        app_context, request_error = postponed
        with self:
            try:
                self._request_context._tear_down(request_error or exc)
            finally:
                if app_context is not None:
                    app_context._tear_down(request_error or exc)

    async def release_async(self, exc: BaseException | None = None) -> None:
        """Do the same on an event loop.

        :param exc: The error that ended the stream, if the request itself had none.
        """
        postponed = self._give_up()
        if postponed is not None:
            await self._tear_down_async(postponed, exc)

    async def _tear_down_async(
        self, postponed: _Postponed, exc: BaseException | None = None
    ) -> None:
        # Loaded by async streams only.
        from ._event_loop import call_in_thread, drive
        from ._replaced_methods import runs_in_steps
        from ._request_steps import release_steps

        context = self._request_context
        if not runs_in_steps(context.app):
            await call_in_thread(partial(self._tear_down, postponed, exc))
            return
        app_context, request_error = postponed
        await drive(release_steps(self, context, app_context, request_error or exc))

    def abandon(self) -> None:
        """Release an async stream that nobody closed, by the garbage collector wherever that is."""
        postponed = self._give_up()
        if postponed is None:
            return
        if is_event_loop_running():
            # Loaded by async streams only.
            from ._background import keep_task

            keep_task(self._request_context.app, self._tear_down_async(postponed))
        else:
            self._tear_down(postponed)

    def _give_up(self) -> _Postponed | None:
        """Return what is to be torn down, if this was the last one and its request has ended."""
        if self.is_released:
            return None
        self.is_released = True
        context = self._request_context
        context._keepers -= 1
        if context._keepers:
            return None
        postponed, context._postponed_teardown = context._postponed_teardown, None
        return postponed
