"""A thousand open event streams in one process: all get all, none makes it grow, none stays."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

from flaskish import Flask, Response, request, stream_with_context

from .asgi import Exchange

STREAMS = 1000
EVENTS = 5


class Channel:
    """Hands each event to all who wait for the next one."""

    def __init__(self) -> None:
        self.next: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.closed = 0

    def publish(self, event: str) -> None:
        current, self.next = self.next, asyncio.get_running_loop().create_future()
        current.set_result(event)

    async def listen(self) -> AsyncIterator[str]:
        try:
            yield f"{request.args['n']}:"
            while True:
                # Whoever stops listening must not cancel what the others wait for.
                yield await asyncio.shield(self.next)
        finally:
            self.closed += 1


def make_app(channel: Channel) -> Flask:
    app = Flask("events")

    @app.get("/")
    async def events() -> Response:
        return Response(stream_with_context(channel.listen()), mimetype="text/event-stream")

    return app


async def let_all_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_each_of_a_thousand_streams_gets_each_event() -> None:
    async def run() -> None:
        channel = Channel()
        app = make_app(channel)
        exchanges = [Exchange(query_string=f"n={number}".encode()) for number in range(STREAMS)]
        tracemalloc.start()
        tasks = [asyncio.create_task(exchange.run(app.asgi_app)) for exchange in exchanges]
        await let_all_run()
        memory_with_streams = tracemalloc.get_traced_memory()[0]
        for number in range(EVENTS):
            channel.publish(str(number))
            await let_all_run()
        memory_after_events = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()

        # The messages that the exchanges keep are all that came on top.
        assert memory_with_streams / STREAMS < 25_000
        assert (memory_after_events - memory_with_streams) / STREAMS / EVENTS < 1000
        for number, exchange in enumerate(exchanges):
            assert exchange.data == f"{number}:01234".encode()
            exchange.disconnect()
        await asyncio.wait_for(asyncio.gather(*tasks), 60)
        assert channel.closed == STREAMS
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_client_that_does_not_read_stops_its_generator() -> None:
    async def run() -> None:
        made = []

        async def generate() -> AsyncIterator[bytes]:
            while True:
                made.append(1)
                yield b"x" * 1024

        app = Flask("firehose")
        app.add_url_rule("/", "index", lambda: Response(generate()))  # type: ignore[arg-type]
        exchange = Exchange()

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body":
                await asyncio.get_running_loop().create_future()

        exchange.send = send  # type: ignore[method-assign]
        task = asyncio.create_task(exchange.run(app.asgi_app))
        while not made:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        assert len(made) == 1
        exchange.disconnect()
        await asyncio.wait_for(task, 60)

    asyncio.run(run())
