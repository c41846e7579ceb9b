from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from starlette.types import ASGIApp

from tradewind.platform.server import HttpServer

Serve = Callable[[ASGIApp], Awaitable[HttpServer]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Return a function that serves an application on a free port until the test ends."""
    servers: list[HttpServer] = []

    async def start(app: ASGIApp) -> HttpServer:
        server = HttpServer(app, "127.0.0.1", 0, drain_timeout_s=2)
        await server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.stop()
