"""A server for tests: calls an ASGI application the way uvicorn does, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
ASGIApplication = Callable[[Message, Any, Any], Awaitable[None]]


@dataclass
class Exchange:
    """One request: what the client sends, and what the application has sent so far.

    The client waits for the answer, and never goes away unless :meth:`disconnect` is called, which
    a view may do: it finds the exchange in its scope.
    """

    path: str = "/"
    method: str = "GET"
    body: bytes | Sequence[bytes] = b""
    headers: Sequence[tuple[str, str]] = ()
    query_string: bytes = b""
    #: Whether the client sends all of its body.
    is_whole: bool = True
    #: After how many parts of the answer the client goes away.
    leaves_after: int | None = None
    scope: Message = field(default_factory=dict)
    sent: list[Message] = field(default_factory=list)
    #: How many messages the application has asked for.
    received: int = 0

    def __post_init__(self) -> None:
        chunks = [self.body] if isinstance(self.body, bytes) else list(self.body)
        self._messages: list[Message] = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
        ]
        if self.is_whole:
            self._messages[-1]["more_body"] = False
        self._gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def disconnect(self) -> None:
        """Let the client go away; may be called by any thread."""
        self._loop.call_soon_threadsafe(self._gone.set)

    async def receive(self) -> Message:
        self.received += 1
        if self._messages:
            return self._messages.pop(0)
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if len(self.sent) - 1 == self.leaves_after:
            self.disconnect()
            # Where a server writes to its socket, other tasks have their turn.
            await asyncio.sleep(0)

    async def run(self, application: ASGIApplication) -> Exchange:
        """Let the application answer."""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query_string,
            "root_path": "",
            "headers": [
                (b"host", b"localhost"),
                *((name.lower().encode(), value.encode()) for name, value in self.headers),
            ],
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1234),
            "exchange": self,
            **self.scope,
        }
        await application(scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        status: int = self.sent[0]["status"]
        return status

    @property
    def data(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def answer_headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


def ask(application: ASGIApplication, path: str = "/", **kwargs: Any) -> Exchange:
    """Make one request on a loop of its own."""

    async def run() -> Exchange:
        return await Exchange(path, **kwargs).run(application)

    return asyncio.run(run())
