"""Orders sent at a steady pace: what latency a client sees at half of what a server can do.

The clock of each request starts when it is due, not when it is sent: a server that stalls is not
spared the requests that would have come meanwhile (what wrk2 does). Runs as a process of its own:
``python -m benchmarks.paced URL RATE SECONDS``, headers as JSON on standard input.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from benchmarks.order import ORDER

CONNECTIONS = 64
RATE_MIN = 32.0
"""Requests a second. Servers close a connection over which nothing has come for some seconds; at
this rate, and in turn, each is used every two."""
WARM_UP_S = 1.0
_TICK_S = 0.001
_DRAIN_S = 10.0
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Paced(NamedTuple):
    """Requests a second that were sent, and latencies in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float


class _Connection(asyncio.Protocol):
    """One connection: a request at a time, each timed from when it was due."""

    def __init__(self, pacer: "_Pacer") -> None:
        self._pacer = pacer
        self._received = b""
        self._due = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._pacer.idle.append(self)

    def send(self, due: float, request: bytes) -> None:
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        received = self._received = self._received + data
        end = received.find(_HEAD_END)
        if end < 0:
            return
        start = received.lower().index(_LENGTH) + len(_LENGTH)
        length = int(received[start : received.index(b"\r", start)])
        if len(received) < end + len(_HEAD_END) + length:
            return
        if not received.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"an order was not acknowledged: {received[:300]!r}")
        self._received = b""
        self._pacer.answered(self, self._due)


class _Pacer:
    def __init__(self, request: bytes, rate: float, seconds: float) -> None:
        self._request = request
        self._rate = rate
        self._seconds = WARM_UP_S + seconds
        self._sent = 0
        self._began = time.perf_counter()
        self._waiting: deque[float] = deque()
        self._over = False
        self._answered = asyncio.Event()
        self.idle: deque[_Connection] = deque()
        self.latencies: list[float] = []

    async def run(self) -> None:
        self._began = time.perf_counter()
        while (passed := time.perf_counter() - self._began) < self._seconds:
            while self._sent < passed * self._rate:
                self._waiting.append(self._began + self._sent / self._rate)
                self._sent += 1
            self._send_waiting()
            await asyncio.sleep(_TICK_S)
        self._over = True
        if len(self.idle) < CONNECTIONS:
            await asyncio.wait_for(self._answered.wait(), _DRAIN_S)

    def answered(self, connection: _Connection, due: float) -> None:
        if due - self._began > WARM_UP_S:
            self.latencies.append(time.perf_counter() - due)
        self.idle.append(connection)
        self._send_waiting()
        if self._over and len(self.idle) == CONNECTIONS:
            self._answered.set()

    def _send_waiting(self) -> None:
        while self._waiting and self.idle:
            self.idle.popleft().send(self._waiting.popleft(), self._request)


async def pace(url: str, headers: dict[str, str], rate: float, seconds: float) -> Paced:
    """Send orders at a pace for some seconds; raises ``ValueError`` for one below ``RATE_MIN``."""
    if rate < RATE_MIN:
        raise ValueError(f"{rate:.0f} requests a second leave connections idle for too long")
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    body = json.dumps(ORDER).encode()
    lines = ["POST /v2/orders HTTP/1.1", f"Host: {address.netloc}"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    pacer = _Pacer("\r\n".join([*lines, "", ""]).encode() + body, rate, seconds)
    loop = asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: _Connection(pacer), address.hostname, address.port)
    await pacer.run()
    latencies = sorted(pacer.latencies)
    count = len(latencies)
    p50, p99 = latencies[count // 2], latencies[count * 99 // 100]
    return Paced(count / seconds, p50 * 1000, p99 * 1000)


def run_paced(url: str, headers: dict[str, str], rate: float, seconds: int) -> Paced:
    """Measure in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.paced", url, str(rate), str(seconds)],
        input=json.dumps(headers),
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{url} did not keep the pace of {rate:.0f}/s:\n{done.stderr[-2000:]}")
    return Paced(*json.loads(done.stdout))


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        url, rate, seconds = sys.argv[1:]
        print(json.dumps(runner.run(pace(url, json.load(sys.stdin), float(rate), float(seconds)))))
