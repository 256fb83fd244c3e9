"""Work that goes on after the response was sent.

Flask: none; ``add_background_task`` is Quart's. Django: none.

An ASGI server's loop runs it as a task. Under WSGI no loop outlives the request, so that a thread
does it, which the program waits for when it ends.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any

from asgiref.sync import SyncToAsync

from ._event_loop import call_in_thread
from ._steps import is_async, is_event_loop_running
from .bridge.lifecycle import close_connections
from .bridge.request_thread import RequestThread
from .globals import _cv_request

if TYPE_CHECKING:
    from .app import Flask
    from .wrappers import Response

Work = Callable[[], Any]


def start_when_sent(app: Flask, work: Work) -> None:
    """Start work once the current response was sent, or at once where there is none to come.

    :param app: The application.
    :param work: A function without arguments, sync or async.
    """
    start = partial(_start, app, work, _find_server_loop())
    context = _cv_request.get()
    if context is None or context.is_answered:
        start()
        return

    def register(response: Response) -> Response:
        response.call_on_close(start)
        return response

    context._after_request_functions.append(register)


def _find_server_loop() -> asyncio.AbstractEventLoop | None:
    """Return the loop of the ASGI server, in whichever thread of its request this is called."""
    context = _cv_request.get()
    if context is not None and getattr(context.request, "scope", None) is None:
        # The loop that runs now, if one does, ends with the async view.
        return None
    if is_event_loop_running():
        return asyncio.get_running_loop()
    return getattr(SyncToAsync.threadlocal, "main_event_loop", None)


def _start(app: Flask, work: Work, loop: asyncio.AbstractEventLoop | None) -> None:
    if loop is None:
        threading.Thread(target=_run_in_thread, args=(app, work)).start()
    else:
        loop.call_soon_threadsafe(_start_task, app, work, loop)


def _start_task(app: Flask, work: Work, loop: asyncio.AbstractEventLoop) -> None:
    # In a context of its own: nothing of the request is current any more.
    _keep(app, loop.create_task(_run_on_loop(app, work), context=Context()))


def keep_task(app: Flask, coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on the running loop, which the program waits for when it ends.

    :param app: The application.
    :param coroutine: The coroutine.
    """
    _keep(app, asyncio.get_running_loop().create_task(coroutine))


def _keep(app: Flask, task: asyncio.Task[None]) -> None:
    # A loop by itself does not keep its tasks.
    app.background_tasks.add(task)
    task.add_done_callback(app.background_tasks.discard)


async def _run_on_loop(app: Flask, work: Work) -> None:
    with RequestThread() as thread:
        try:
            async with app.app_context():
                await (work() if is_async(work) else call_in_thread(work))
        except Exception as error:
            _log(app, error)
        finally:
            if thread.is_used:
                await call_in_thread(close_connections)


def _run_in_thread(app: Flask, work: Work) -> None:
    try:
        with app.app_context():
            app.ensure_sync(work)()
    except Exception as error:
        _log(app, error)
    finally:
        close_connections()


def _log(app: Flask, error: Exception) -> None:
    app.log_exception((type(error), error, error.__traceback__))


async def wait_for_background_tasks(app: Flask, timeout: float | None) -> None:
    """Wait until all tasks have ended, those that they start included; cancel what takes too long.

    :param app: The application.
    :param timeout: How long to wait, in seconds.
    """
    try:
        async with asyncio.timeout(timeout):
            while app.background_tasks:
                await asyncio.wait(set(app.background_tasks))
    except TimeoutError:
        tasks = set(app.background_tasks)
        app.logger.warning("%d background tasks are cancelled.", len(tasks))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
