"""What one connection does with a client that is quick, slow, or gone."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from tradewind.api_gateway.streams.connection import (
    QUEUE_BYTES_MAX,
    QUEUE_FRAMES_MAX,
    Connection,
)
from tradewind.api_gateway.streams.frames import text_frame

SLOW = text_frame(b"slow")


class Socket:
    """The server's side of an ASGI WebSocket, with a gate that stops what is sent."""

    def __init__(self) -> None:
        self.sent: list[MutableMapping[str, Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.incoming: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.gate.wait()
        self.sent.append(message)

    async def receive(self) -> MutableMapping[str, Any]:
        return await self.incoming.get()

    @property
    def texts(self) -> list[str]:
        return [each["text"] for each in self.sent if each["type"] == "websocket.send"]

    @property
    def code(self) -> int:
        [close] = [each for each in self.sent if each["type"] == "websocket.close"]
        return int(close["code"])


@pytest.fixture
def socket() -> Socket:
    return Socket()


@pytest.fixture
def connection(socket: Socket) -> Connection:
    return Connection(socket.receive, socket.send, slow_frame=SLOW)


async def read_to_the_end(connection: Connection) -> None:
    while await connection.receive() is not None:
        pass


async def test_frames_go_out_in_order_before_the_close(
    socket: Socket, connection: Connection
) -> None:
    for number in range(3):
        connection.offer(text_frame(b"%d" % number))
    connection.close(1012, "restart")
    connection.offer(text_frame(b"too late"))
    await connection.run(lambda: read_to_the_end(connection))
    assert socket.texts == ["0", "1", "2"]
    assert socket.code == 1012


async def test_the_first_close_decides(socket: Socket, connection: Connection) -> None:
    connection.close(1008, "first")
    connection.close(1012, "second")
    await connection.run(lambda: read_to_the_end(connection))
    assert socket.code == 1008


@pytest.mark.parametrize(
    ("frame", "count"),
    [
        (text_frame(b"x"), QUEUE_FRAMES_MAX + 1),
        (text_frame(bytes(QUEUE_BYTES_MAX // 8)), 9),
    ],
)
async def test_a_client_that_falls_behind_is_told_and_closed(
    socket: Socket, connection: Connection, frame: Any, count: int
) -> None:
    for _ in range(count):
        connection.offer(frame)
    await connection.run(lambda: read_to_the_end(connection))
    assert connection.slow
    assert socket.texts == ["slow"]
    assert socket.code == 1008


async def test_a_socket_that_takes_nothing_does_not_hold_the_connection(
    socket: Socket, connection: Connection
) -> None:
    socket.gate.clear()
    connection.offer(text_frame(b"stuck"))
    running = asyncio.create_task(connection.run(lambda: read_to_the_end(connection)))
    await asyncio.sleep(0)
    for _ in range(QUEUE_FRAMES_MAX + 1):
        connection.offer(text_frame(b"x"))
    async with asyncio.timeout(5):
        await running
    assert socket.sent == []


async def test_a_client_that_leaves_ends_the_connection_without_a_close(
    socket: Socket, connection: Connection
) -> None:
    socket.incoming.put_nowait({"type": "websocket.disconnect", "code": 1005})
    await connection.run(lambda: read_to_the_end(connection))
    assert socket.sent == []
    assert connection.is_ending


async def test_a_peer_that_is_gone_ends_the_connection(connection: Connection) -> None:
    async def gone(_: object) -> None:
        raise OSError

    lost = Connection(Socket().receive, gone)
    lost.offer(text_frame(b"x"))
    async with asyncio.timeout(5):
        await lost.run(lambda: read_to_the_end(lost))


async def test_an_error_of_the_conversation_closes_with_1011_and_is_raised(
    socket: Socket, connection: Connection
) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await connection.run(fail)
    assert socket.code == 1011


async def test_text_and_bytes_are_handed_in_as_they_came(
    socket: Socket, connection: Connection
) -> None:
    socket.incoming.put_nowait({"type": "websocket.receive", "text": "a", "bytes": None})
    socket.incoming.put_nowait({"type": "websocket.receive", "bytes": b"b"})
    assert await connection.receive() == "a"
    assert await connection.receive() == b"b"
