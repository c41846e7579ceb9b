"""One accepted WebSocket: a bounded queue out, messages in, and one way to end."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tradewind.api_gateway.routing.route import Receive, Send
from tradewind.api_gateway.streams.frames import Frame

NORMAL = 1000
POLICY_VIOLATION = 1008
TOO_BIG = 1009
INTERNAL_ERROR = 1011
SERVICE_RESTART = 1012
"""Tells clients to come back at once."""

QUEUE_FRAMES_MAX = 4096
QUEUE_BYTES_MAX = 4 * 1024 * 1024
"""What may wait for one client; a client that falls further behind is let go."""

_MESSAGE_BYTES_MAX = 1_048_576
_FAREWELL_TIMEOUT_S = 2.0


class _Ending(NamedTuple):
    code: int
    reason: str


class Connection:
    """Sends what is offered in order, hands in what the client says, and closes once.

    ``offer`` never waits and never grows without bound: a client that does not keep up loses what
    waits, gets ``slow_frame`` instead and is closed, so that it reconnects and knows that it missed
    something.
    """

    def __init__(self, receive: Receive, send: Send, *, slow_frame: Frame | None = None) -> None:
        self._receive = receive
        self._send = send
        self._slow_frame = slow_frame
        self._queue: deque[Frame] = deque()
        self._queue_bytes = 0
        self._wake = asyncio.Event()
        self._ending: _Ending | None = None
        self._disconnected = False
        self._sender: asyncio.Task[None] | None = None
        self.slow = False

    @property
    def is_ending(self) -> bool:
        """Whether the connection is closed or about to be."""
        return self._ending is not None or self._disconnected

    def offer(self, frame: Frame) -> None:
        """Queue a frame; does nothing once the connection ends."""
        if self._ending is not None:
            return
        if len(self._queue) >= QUEUE_FRAMES_MAX or self._queue_bytes + frame.size > QUEUE_BYTES_MAX:
            self._give_up()
            return
        self._queue.append(frame)
        self._queue_bytes += frame.size
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """End the connection after what waits has been sent; the first call decides."""
        if self._ending is None:
            self._ending = _Ending(code, reason)
            self._wake.set()

    async def receive(self) -> bytes | str | None:
        """Return the client's next message, or ``None`` when there will be none."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._disconnected = True
            return None
        payload: bytes | str | None = message.get("bytes")
        if payload is None:
            payload = message["text"]
        if len(payload) > _MESSAGE_BYTES_MAX:
            self.close(TOO_BIG, f"a message may have {_MESSAGE_BYTES_MAX} bytes")
            return None
        return payload

    async def run(self, converse: Callable[[], Awaitable[None]]) -> None:
        """Send what is offered while ``converse`` runs; close when either ends.

        An error of ``converse`` closes with 1011 and is raised.
        """
        self._sender = asyncio.create_task(self._send_queue())
        conversation = asyncio.ensure_future(converse())
        tasks = (self._sender, conversation)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            errors = [each for each in results if isinstance(each, Exception)]
            if errors:
                self.close(INTERNAL_ERROR, "internal error")
            await self._farewell()
        if errors:
            raise errors[0]

    def _give_up(self) -> None:
        self.slow = True
        self._queue.clear()
        self._queue_bytes = 0
        if self._slow_frame is not None:
            self._queue.append(self._slow_frame)
        self.close(POLICY_VIOLATION, "slow client")
        if self._sender is not None:
            self._sender.cancel()  # it may be waiting for a socket that takes nothing

    async def _send_queue(self) -> None:
        while await self._send_waiting():
            if self._ending is not None:
                return
            self._wake.clear()
            await self._wake.wait()

    async def _send_waiting(self) -> bool:
        while self._queue:
            frame = self._queue.popleft()
            self._queue_bytes -= frame.size
            if not await self._deliver(dict(frame.message)):
                return False
        return True

    async def _farewell(self) -> None:
        if self._disconnected:
            return
        code, reason = self._ending or _Ending(NORMAL, "")
        try:
            async with asyncio.timeout(_FAREWELL_TIMEOUT_S):
                if await self._send_waiting():
                    await self._deliver({"type": "websocket.close", "code": code, "reason": reason})
        except TimeoutError:
            return  # the socket takes nothing; the server closes it when we return

    async def _deliver(self, message: dict[str, object]) -> bool:
        try:
            await self._send(message)
        except (OSError, RuntimeError):
            # The server raises OSError once the peer has gone and RuntimeError in the moment
            # between its own close (no pong, a malformed frame) and the end of the transport.
            self._disconnected = True
            return False
        return True
