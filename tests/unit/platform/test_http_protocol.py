"""Writes of one turn of the loop leave together, in order, and nothing is lost."""

import asyncio

from tradewind.platform.http_protocol import GatheringTransport, Outbox


class Recorder(asyncio.Transport):
    """A transport that keeps each write apart."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.writes.append(b"<handed on>")


def gathering() -> tuple[Recorder, GatheringTransport]:
    recorder = Recorder()
    return recorder, GatheringTransport(recorder, Outbox(asyncio.get_running_loop()))


async def test_head_and_body_are_one_write() -> None:
    recorder, transport = gathering()
    transport.write(b"head ")
    transport.write(b"body")
    assert recorder.writes == []
    await asyncio.sleep(0)
    assert recorder.writes == [b"head body"]
    transport.write(b"next")
    await asyncio.sleep(0)
    assert recorder.writes == [b"head body", b"next"]


async def test_large_part_is_not_kept_back() -> None:
    recorder, transport = gathering()
    transport.write(b"head ")
    transport.write(b"x" * 100_000)
    assert len(recorder.writes) == 1
    assert len(recorder.writes[0]) == 100_005


async def test_closing_and_handing_on_send_what_was_written_before() -> None:
    recorder, transport = gathering()
    transport.write(b"switching")
    transport.set_protocol(asyncio.Protocol())
    transport.write(b"last words")
    transport.close()
    assert recorder.writes == [b"switching", b"<handed on>", b"last words"]
    assert recorder.closed


async def test_write_after_the_end_goes_nowhere() -> None:
    recorder, transport = gathering()
    transport.close()
    transport.write(b"too late")
    await asyncio.sleep(0)
    assert recorder.writes == []


async def test_everything_else_is_the_transports_own() -> None:
    recorder, transport = gathering()
    assert transport.is_closing() is recorder.is_closing() is False
