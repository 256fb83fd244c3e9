"""What runs around all requests of an ASGI server: before the first, and after the last one.

Flask: none; the hooks are Quart's. Django: none, its handler refuses the lifespan protocol.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from .._background import wait_for_background_tasks
from .._event_loop import call_in_thread
from .._steps import is_async

if TYPE_CHECKING:
    from ..app import Flask

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ServingGenerator = AsyncGenerator[None, None] | Generator[None, None, None]


class Lifespan:
    """The time that an application is served for, in one process.

    :param app: The application.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._generators: list[ServingGenerator] = []

    async def answer(self, receive: Receive, send: Send) -> None:
        """Talk to the server until it stops.

        :param receive: Awaited for each message of the server.
        :param send: Awaited with each answer.
        """
        while True:
            message = await receive()
            run = {"lifespan.startup": self.start, "lifespan.shutdown": self.stop}.get(
                message["type"]
            )
            if run is None:
                raise ValueError(f"A lifespan has no message {message['type']!r}.")
            try:
                await run()
            except Exception as error:
                self._app.log_exception((type(error), error, error.__traceback__))
                await send({"type": f"{message['type']}.failed", "message": str(error)})
                return
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def start(self) -> None:
        """Run what comes before the first request."""
        async with self._app.app_context():
            await _call_all(self._app.before_serving_funcs)
            for function in self._app.while_serving_gens:
                generator = function()
                self._generators.append(generator)
                await _advance(generator)

    async def stop(self) -> None:
        """Wait for background tasks, then run what comes after the last request."""
        app = self._app
        await wait_for_background_tasks(app, app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"])
        async with app.app_context():
            while self._generators:
                await _advance(self._generators.pop())
            await _call_all(app.after_serving_funcs)


async def _call_all(functions: Iterable[Callable[[], Any]]) -> None:
    for function in functions:
        await (function() if is_async(function) else call_in_thread(function))


async def _advance(generator: ServingGenerator) -> None:
    """Run a generator up to its next ``yield``, or to its end."""
    if isinstance(generator, AsyncGenerator):
        await anext(generator, None)
    else:
        await call_in_thread(partial(next, generator, None))
