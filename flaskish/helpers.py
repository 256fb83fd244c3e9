"""Functions for views: answers, URLs, files, messages, streams.

Flask: Useful Functions and Classes. Django: ``django.shortcuts``, ``django.contrib.messages``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import update_wrapper
from typing import IO, TYPE_CHECKING, Any, NoReturn

from . import werkzeug
from ._hooks import _split_blueprint_path as _split_blueprint_path
from ._packages import get_root_path as get_root_path
from .bridge.messages import add_to_storage, find_storage, from_django_message
from .config import get_debug_flag as get_debug_flag
from .globals import (
    _current_app,
    _current_request,
    _current_request_context,
    current_app,
    get_app_context,
    get_request_context,
    refuse_outside_app,
    session,
)

# Imported from here, too, as with Flask, whose functions use it.
from .globals import request as request
from .signals import message_flashed
from .werkzeug import exceptions

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.messages.storage.base import BaseStorage

    from .ctx import ContextKeeper, RequestContext
    from .wrappers import Response


def get_load_dotenv(default: bool = True) -> bool:
    """Tell whether ``.env`` files are read, which ``FLASK_SKIP_DOTENV`` turns off.

    :param default: The answer if the variable is not set.
    """
    value = os.environ.get("FLASK_SKIP_DOTENV")
    if not value:
        return default
    return value.lower() in {"0", "false", "no"}


# Streams


class _StreamWithContext:
    """An iterator whose contexts are current while each of its chunks is made.

    :param stream: The iterator.
    :param keeper: Keeps the contexts.
    """

    def __init__(self, stream: Iterator[Any], keeper: ContextKeeper) -> None:
        self._stream = stream
        self._keeper = keeper

    def __iter__(self) -> _StreamWithContext:
        return self

    def __next__(self) -> Any:
        try:
            with self._keeper:
                return next(self._stream)
        except StopIteration:
            # A server need not close what it took to its end.
            self.close()
            raise
        except BaseException as error:
            self._keeper.release(error)
            raise

    def close(self) -> None:
        """Close the stream, which ends the request."""
        if self._keeper.is_released:
            return
        try:
            if hasattr(self._stream, "close"):
                with self._keeper:
                    self._stream.close()
        finally:
            self._keeper.release()

    def __del__(self) -> None:
        # A stream that nobody took to its end.
        self.close()


class _AsyncStreamWithContext:
    """The same for an async iterator.

    :param stream: The iterator.
    :param keeper: Keeps the contexts.
    """

    def __init__(self, stream: AsyncIterator[Any], keeper: ContextKeeper) -> None:
        self._stream = stream
        self._keeper = keeper

    def __aiter__(self) -> _AsyncStreamWithContext:
        return self

    async def __anext__(self) -> Any:
        try:
            with self._keeper:
                return await anext(self._stream)
        except StopAsyncIteration:
            await self.aclose()
            raise
        except BaseException as error:
            await self._keeper.release_async(error)
            raise

    async def aclose(self) -> None:
        """Close the stream, which ends the request."""
        if self._keeper.is_released:
            return
        try:
            if hasattr(self._stream, "aclose"):
                with self._keeper:
                    await self._stream.aclose()
        finally:
            await self._keeper.release_async()

    def __del__(self) -> None:
        # A stream that nobody took to its end.
        self._keeper.abandon()


def stream_with_context(generator_or_function: Any) -> Any:
    """Keep the request context for a generator that makes a response's body.

    The teardown functions run once, when the stream has ended or was closed.

    :param generator_or_function: The generator, or a generator function to decorate. Async ones
        work, too.
    :return: An iterator, or the decorated function.
    :raises RuntimeError: No request is active.
    """
    is_async = hasattr(generator_or_function, "__aiter__")
    if not is_async and not hasattr(generator_or_function, "__iter__"):

        def decorator(*args: Any, **kwargs: Any) -> Any:
            return stream_with_context(generator_or_function(*args, **kwargs))

        return update_wrapper(decorator, generator_or_function)

    from .ctx import ContextKeeper

    request_context = get_request_context()
    if request_context is None:
        raise RuntimeError(
            "'stream_with_context' can only be used when a request context is active, such as in"
            " a view function."
        )
    keeper = ContextKeeper(request_context)
    if is_async:
        return _AsyncStreamWithContext(aiter(generator_or_function), keeper)
    return _StreamWithContext(iter(generator_or_function), keeper)


# Answers and URLs


def make_response(*args: Any) -> Response:
    """Make a response, to change it before it is returned.

    :param args: What a view would return; several arguments make a tuple.
    """
    if not args:
        return current_app.response_class()
    return current_app.make_response(args[0] if len(args) == 1 else args)


def url_for(
    endpoint: str,
    *,
    _anchor: str | None = None,
    _method: str | None = None,
    _scheme: str | None = None,
    _external: bool | None = None,
    **values: Any,
) -> str:
    """Build the URL of an endpoint; see ``Flask.url_for``."""
    context = get_app_context() or refuse_outside_app()
    return context.app.url_for(
        endpoint,
        _anchor=_anchor,
        _method=_method,
        _scheme=_scheme,
        _external=_external,
        **values,
    )


def redirect(location: str, code: int = 302, Response: type[Any] | None = None) -> Any:  # noqa: N803
    """Make a redirect response.

    :param location: The URL to go to.
    :param code: The status code.
    :param Response: The class of the response; not used while an application is active.
    """
    context = get_app_context()
    if context is not None:
        return context.app.redirect(location, code=code)
    return werkzeug.utils.redirect(location, code=code, Response=Response)


def abort(code: Any, *args: Any, **kwargs: Any) -> NoReturn:
    """Raise an HTTP error.

    :param code: A status code, or a response to answer with.
    :param args: What the error's class takes.
    :param kwargs: The same by name.
    :raises HTTPException: Always, unless the code is unknown.
    :raises LookupError: There is no error with this code.
    """
    context = get_app_context()
    if context is not None:
        context.app.aborter(code, *args, **kwargs)
    exceptions.abort(code, *args, **kwargs)


def get_template_attribute(template_name: str, attribute: str) -> Any:
    """Return a macro or a variable that a template exports.

    :param template_name: Name of the template.
    :param attribute: Name of the macro or variable.
    """
    return getattr(current_app.jinja_env.get_template(template_name).module, attribute)


# Messages


def flash(message: str, category: str = "message") -> None:
    """Keep a message for the next page.

    :param message: The message.
    :param category: Its kind: ``message``, ``error``, ``info``, ``warning``, or one of your own.

    Flask: Message Flashing. Django: ``django.contrib.messages``.
    """
    storage = _find_message_storage(_current_request_context())
    if storage is not None:
        add_to_storage(storage, message, category)
    else:
        flashes = session.get("_flashes", [])
        flashes.append((category, message))
        session["_flashes"] = flashes
    app = _current_app()
    message_flashed.send(app, _async_wrapper=app.ensure_sync, message=message, category=category)


def get_flashed_messages(
    with_categories: bool = False, category_filter: Iterable[str] = ()
) -> list[str] | list[tuple[str, str]]:
    """Take the messages that were flashed; another call in the same request returns the same ones.

    :param with_categories: Whether to return pairs of category and message.
    :param category_filter: Only these categories are returned; the others are lost.
    """
    context = _current_request_context()
    flashes = context.flashes
    if flashes is None:
        flashes = context.flashes = _take_flashes(context)
    if category_filter:
        flashes = [pair for pair in flashes if pair[0] in category_filter]
    return flashes if with_categories else [message for _, message in flashes]


def _find_message_storage(context: RequestContext) -> BaseStorage | None:
    """Return the queue of Django's messages that a request has, ``None`` if it has none."""
    storage = find_storage(context.request)
    if storage is not None:
        # The answer varies by cookie, as with Flask's own queue. Django's may be a cookie of which
        # its middleware tells no cache.
        context.session.accessed = True
    return storage


def _take_flashes(context: RequestContext) -> list[tuple[str, str]]:
    storage = _find_message_storage(context)
    if storage is not None:
        return list(map(from_django_message, storage))
    return context.session.pop("_flashes") if "_flashes" in context.session else []


# Files


def _prepare_send_file_kwargs(**kwargs: Any) -> dict[str, Any]:
    """Add what the application and the request say about files."""
    app = _current_app()
    if kwargs.get("max_age") is None:
        kwargs["max_age"] = app.get_send_file_max_age
    kwargs.update(
        environ=_current_request()._conditions,
        use_x_sendfile=app.config["USE_X_SENDFILE"],
        response_class=app.response_class,
        _root_path=app.root_path,
    )
    return kwargs


def send_file(
    path_or_file: os.PathLike[str] | str | IO[bytes],
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | int | float | None = None,
    max_age: int | Callable[[str | None], int | None] | None = None,
) -> Response:
    """Answer with a file.

    :param path_or_file: Path relative to ``root_path``, or a file open for bytes. Never pass a path
        that a user sent; see :func:`send_from_directory`.
    :param mimetype: The type; guessed from the name by default.
    :param as_attachment: Whether the browser should save it rather than show it.
    :param download_name: The name to save it under.
    :param conditional: Whether conditions and ranges of the request are heeded.
    :param etag: The ETag, or whether to make one.
    :param last_modified: When it was last changed; the file's own time by default.
    :param max_age: How long it may be cached, in seconds, or a function of the path.
    """
    return werkzeug.utils.send_file(  # type: ignore[return-value]
        **_prepare_send_file_kwargs(
            path_or_file=path_or_file,
            mimetype=mimetype,
            as_attachment=as_attachment,
            download_name=download_name,
            conditional=conditional,
            etag=etag,
            last_modified=last_modified,
            max_age=max_age,
        )
    )


def send_from_directory(
    directory: os.PathLike[str] | str, path: os.PathLike[str] | str, **kwargs: Any
) -> Response:
    """Answer with a file of a folder, whose path may come from a user.

    :param directory: The folder, relative to ``root_path``.
    :param path: Path relative to the folder.
    :param kwargs: What :func:`send_file` takes.
    :raises NotFound: There is no such file in the folder.
    """
    return werkzeug.utils.send_from_directory(  # type: ignore[return-value]
        directory, path, **_prepare_send_file_kwargs(**kwargs)
    )
