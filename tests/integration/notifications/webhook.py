"""A real HTTP server that takes what a webhook is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
from starlette.types import Receive, Scope, Send

from tradewind.platform.server import HttpServer

PATIENCE_S = 20


@dataclass
class Arrived:
    """What one request brought to the webhook."""

    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, object]:
        """Return the body's JSON."""
        decoded: dict[str, object] = msgspec.json.decode(self.body)
        return decoded


class Webhook:
    """A server that keeps what it gets and answers with the statuses that it was told."""

    def __init__(self) -> None:
        self.url = ""
        self.arrived: asyncio.Queue[Arrived] = asyncio.Queue()
        self.statuses: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status = self.statuses.pop(0) if self.statuses else 204
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        self.arrived.put_nowait(Arrived(headers, body))

    async def next(self) -> Arrived:
        """Return the next request."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.arrived.get()


@asynccontextmanager
async def listening_webhook() -> AsyncIterator[Webhook]:
    """Lend a webhook that listens."""
    made = Webhook()
    server = HttpServer(made, "127.0.0.1", 0, drain_timeout_s=1)
    await server.start()
    made.url = f"{server.url}/hook?a=1"
    try:
        yield made
    finally:
        await server.stop()
