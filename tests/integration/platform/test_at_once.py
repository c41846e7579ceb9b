"""The short way through the server: whole bodies in, whole responses out, and where it yields."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from tradewind.platform.http_protocol import AT_ONCE
from tradewind.platform.server import HttpServer


class Echo:
    """Answers with the request's body, at once where it can."""

    def __init__(self) -> None:
        self.ways: list[str] = []
        self.hold: asyncio.Event | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.scopes: list[dict[str, Any]] = []
        self.entered = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.entered.set()
        self.scopes.append({**scope, "headers": list(scope["headers"]), "extensions": None})
        connection: Any = scope["extensions"][AT_ONCE]
        body = connection.take_body(scope)
        way = "body at once" if body is not None else "body by message"
        if body is None:
            body = b""
            more = True
            while more:
                message = await receive()
                body += message["body"]
                more = message["more_body"]
        if self.hold is not None:
            await self.hold.wait()
        headers = [*self.headers, (b"content-length", b"%d" % len(body))]
        if connection.respond(scope, 200, headers, body):
            self.ways.append(f"{way}, response at once")
            return
        self.ways.append(f"{way}, response by message")
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(app: Echo) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = HttpServer(app, "127.0.0.1", 0, drain_timeout_s=1)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await server.stop()


def request(body: bytes, *more: bytes, method: bytes = b"POST", version: bytes = b"1.1") -> bytes:
    lines = [b"%b / HTTP/%b" % (method, version), b"host: here", *more]
    return b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body])


async def answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> tuple[bytes, bytes]:
    """Return head and body of the next response."""
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return head, await asyncio.wait_for(reader.readexactly(length if has_body else 0), 10)


async def test_small_request_is_read_and_answered_at_once_with_the_servers_own_headers() -> None:
    app = Echo()
    async with serving(app) as (reader, writer):
        for body in (b"first", b"second"):
            writer.write(request(body))
            head, echoed = await answer(reader)
            assert echoed == body
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"x-content-type-options: nosniff\r\n" in head
            assert head.count(b"date: ") == 1
    assert app.ways == ["body at once, response at once"] * 2


async def test_body_that_comes_later_is_asked_for() -> None:
    app = Echo()
    async with serving(app) as (reader, writer):
        head, _, body = request(b"in parts", b"expect: 100-continue").partition(b"\r\n\r\n")
        writer.write(head + b"\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await answer(reader))[1] == b"in parts"
    assert app.ways == ["body by message, response at once"]


@pytest.mark.parametrize(
    "sent",
    [
        request(b"", method=b"HEAD"),
        request(b"last", b"connection: close"),
        request(b"old", version=b"1.0"),
    ],
    ids=["head", "close", "http 1.0"],
)
async def test_what_needs_more_than_a_plain_answer_goes_by_messages(sent: bytes) -> None:
    app = Echo()
    async with serving(app) as (reader, writer):
        writer.write(sent)
        await answer(reader)
    assert app.ways[0].endswith("response by message")


async def test_pipelined_requests_are_answered_in_order() -> None:
    app = Echo()
    app.hold = asyncio.Event()
    async with serving(app) as (reader, writer):
        writer.write(request(b"one") + request(b"two") + request(b"three"))
        await writer.drain()
        app.hold.set()
        assert [(await answer(reader))[1] for _ in range(3)] == [b"one", b"two", b"three"]


@pytest.mark.parametrize(
    "sent",
    [
        request(b"again"),
        request(b""),
        request(b"x", b"X-Twice: 1", b"x-twice:  2 ", b"Connection: Keep-Alive"),
        b"POST //a%20b/%C3%A9?q=1%202&q= HTTP/1.1\r\nHost:here\r\ncontent-length:2\r\n\r\nhi",
        b"POST http://here/whole?q HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\nhi",
        b"GET / HTTP/1.1\r\nhost: here\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    ],
    ids=["plain", "empty", "repeated header", "path", "absolute", "no length", "chunked"],
)
async def test_request_means_the_same_each_time_it_is_sent(sent: bytes) -> None:
    app = Echo()
    async with serving(app) as (reader, writer):
        answers = []
        for _ in range(4):
            writer.write(sent)
            answers.append((await answer(reader))[1])
    assert answers == [answers[0]] * 4
    assert app.scopes == [app.scopes[0]] * 4
    assert app.ways == ["body at once, response at once"] * 4


async def test_known_head_goes_with_any_body_and_any_way_in_which_it_comes() -> None:
    app = Echo()
    async with serving(app) as (reader, writer):
        for body in (b"one", b"two"):
            writer.write(request(body))
            assert (await answer(reader))[1] == body
        whole = request(b"six")
        for at in (1, 20, len(whole) - 4, len(whole) - 3, len(whole) - 1):
            writer.write(whole[:at])
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.write(whole[at:])
            assert (await answer(reader))[1] == b"six"
        writer.write(request(b"abc") + request(b"def") + request(b"ghi"))
        assert [(await answer(reader))[1] for _ in range(3)] == [b"abc", b"def", b"ghi"]
        writer.write(request(b"end"))
        assert (await answer(reader))[1] == b"end"


async def test_known_head_waits_for_the_answer_before_it() -> None:
    app = Echo()
    async with serving(app) as (reader, writer):
        writer.write(request(b"1"))
        await answer(reader)
        app.hold = asyncio.Event()
        writer.write(request(b"2"))
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(request(b"3"))
        await writer.drain()
        await asyncio.sleep(0.01)
        assert len(app.scopes) == 2
        app.hold.set()
        assert [(await answer(reader))[1] for _ in range(2)] == [b"2", b"3"]


async def test_server_waits_for_a_request_with_a_known_head_when_it_stops() -> None:
    app = Echo()
    server = HttpServer(app, "127.0.0.1", 0, drain_timeout_s=10)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request(b"a"))
    await answer(reader)
    app.hold = asyncio.Event()
    app.entered.clear()
    writer.write(request(b"b"))
    await asyncio.wait_for(app.entered.wait(), 10)
    stopping = asyncio.create_task(server.stop())
    done, _ = await asyncio.wait({stopping}, timeout=0.2)
    assert not done
    app.hold.set()
    head, body = await answer(reader)
    assert body == b"b"
    assert b"connection: close" in head
    await stopping
    writer.close()


async def test_header_of_several_lines_is_never_written() -> None:
    app = Echo()
    app.headers = [(b"x-note", b"a\r\nset-cookie: stolen")]
    async with serving(app) as (reader, writer):
        writer.write(request(b"x"))
        head, _ = await answer(reader)
        assert head.startswith(b"HTTP/1.1 500")
        assert b"stolen" not in head


async def test_idle_connection_is_closed_and_a_busy_one_is_not() -> None:
    app = Echo()
    server = HttpServer(app, "127.0.0.1", 0, drain_timeout_s=1, keep_alive_s=1)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    loop = asyncio.get_running_loop()
    began = loop.time()
    # Longer than the limit in all, never idle for as long.
    while loop.time() - began < 1.5:
        writer.write(request(b"busy"))
        await answer(reader)
    idle_since = loop.time()
    assert await asyncio.wait_for(reader.read(), 10) == b""
    assert loop.time() - idle_since > 0.9
    await server.stop()
    writer.close()
