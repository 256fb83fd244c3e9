"""Bodies that are async iterators, under WSGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from flaskish import Flask, stream_with_context
from flaskish.werkzeug.test import create_environ
from flaskish.werkzeug.wrappers import Response


class Ticker:
    """Makes parts without an end, and notes what happens to it."""

    def __init__(self) -> None:
        self.made = 0
        self.closed = 0
        self.loops: set[Any] = set()

    async def tick(self) -> AsyncIterator[str]:
        try:
            while True:
                await asyncio.sleep(0)
                self.loops.add(asyncio.get_running_loop())
                self.made += 1
                yield f"{self.made} "
        finally:
            await asyncio.sleep(0)
            self.closed += 1


def start(response: Response, method: str = "GET") -> Any:
    return response(create_environ(method=method), lambda status, headers: None)


def test_each_part_is_there_when_it_was_made() -> None:
    ticker = Ticker()
    body = iter(chunks := start(Response(ticker.tick())))
    assert [next(body), ticker.made, next(body), ticker.made] == [b"1 ", 1, b"2 ", 2]
    chunks.close()
    assert ticker.closed == 1


def test_one_loop_makes_all_parts() -> None:
    ticker = Ticker()
    chunks = start(Response(ticker.tick()))
    body = iter(chunks)
    for _ in range(3):
        next(body)
    chunks.close()
    assert len(ticker.loops) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_body_that_was_never_asked_for_is_closed(app: Flask, method: str) -> None:
    ended: list[Any] = []
    app.teardown_request(ended.append)

    @app.get("/")
    async def index() -> Any:
        return stream_with_context(Ticker().tick())

    environ = create_environ(method=method)
    app(environ, lambda status, headers: None).close()
    assert ended == [None]


def test_error_of_a_body_reaches_the_server() -> None:
    async def fail() -> AsyncIterator[str]:
        yield "a"
        raise LookupError

    body = iter(start(Response(fail())))
    assert next(body) == b"a"
    with pytest.raises(LookupError):
        next(body)
    assert list(body) == []


def test_in_a_thread_of_an_event_loop_the_body_runs_on_that_loop() -> None:
    ticker = Ticker()

    def take_three() -> None:
        chunks = start(Response(ticker.tick()))
        body = iter(chunks)
        for _ in range(3):
            next(body)
        chunks.close()

    async def run() -> bool:
        await sync_to_async(take_three)()
        return ticker.loops == {asyncio.get_running_loop()}

    assert async_to_sync(run)()
    assert ticker.closed == 1


def test_body_may_close_its_response_when_it_ends() -> None:
    # As the bodies that Django's test client puts around async streams do.
    async def body() -> AsyncIterator[str]:
        yield "part"
        response.close()

    response = Response(body())
    chunks = start(response)
    assert list(chunks) == [b"part"]
    chunks.close()
