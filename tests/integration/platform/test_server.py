"""The embedded server: ports, drain, WebSockets."""

import asyncio
import socket

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tradewind.platform.errors import StartupRefused
from tradewind.platform.server import HttpServer, reserve_port


class Slow:
    """An application whose answers wait until they are let go."""

    def __init__(self) -> None:
        self.arrived = asyncio.Event()
        self.let_go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.arrived.set()
        await self.let_go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


async def test_a_taken_port_is_refused_by_number_and_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartupRefused, match=rf"Port {port} .*taken.*TRADEWIND_WEB_PORT"):
            reserve_port("127.0.0.1", port, "TRADEWIND_WEB_PORT")


async def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StartupRefused, match="TRADEWIND_HOST"):
        reserve_port("192.0.2.1", 0, "TRADEWIND_WEB_PORT")


async def test_a_reserved_port_does_not_answer_before_the_start() -> None:
    listener = reserve_port("127.0.0.1", 0, "TRADEWIND_WEB_PORT")
    port = listener.getsockname()[1]
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/")
        server = HttpServer(FastAPI(), "127.0.0.1", port, drain_timeout_s=1, listener=listener)
        await server.start()
        assert (await client.get(f"{server.url}/nowhere")).status_code == 404
    await server.stop()


async def test_a_running_request_ends_before_the_server_does() -> None:
    app = Slow()
    server = HttpServer(app, "127.0.0.1", 0, drain_timeout_s=5)
    await server.start()
    async with httpx.AsyncClient() as client:
        answer = asyncio.create_task(client.get(server.url))
        await app.arrived.wait()
        stopping = asyncio.create_task(server.stop())
        async with asyncio.timeout(5):
            while await server.ready():  # noqa: ASYNC110 the server's own state has no event
                await asyncio.sleep(0)
        app.let_go.set()
        assert (await answer).text == "done"
        await stopping


async def test_a_request_that_never_ends_is_cut_after_the_drain_time() -> None:
    app = Slow()
    server = HttpServer(app, "127.0.0.1", 0, drain_timeout_s=1)
    await server.start()
    async with httpx.AsyncClient() as client:
        answer = asyncio.create_task(client.get(server.url))
        await app.arrived.wait()
        async with asyncio.timeout(8):
            await server.stop()
        assert (await answer).status_code == 500


async def test_open_websockets_are_told_that_the_server_goes() -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})

    server = HttpServer(echo, "127.0.0.1", 0, drain_timeout_s=2)
    await server.start()
    async with connect(server.url.replace("http", "ws"), proxy=None) as stream:
        await stream.send("hello")
        assert await stream.recv() == "hello"
        await server.stop()
        with pytest.raises(ConnectionClosed) as closed:
            await stream.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


async def test_stopping_marks_the_application_as_draining() -> None:
    app = FastAPI()
    server = HttpServer(app, "127.0.0.1", 0, drain_timeout_s=1)
    await server.start()
    await server.stop()
    assert app.state.draining


async def test_stopping_what_never_started_does_nothing() -> None:
    await HttpServer(FastAPI(), "127.0.0.1", 0, drain_timeout_s=1).stop()
