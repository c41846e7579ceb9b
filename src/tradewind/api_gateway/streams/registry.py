"""Every open stream: counted by key, checked again and again, and closed together at the end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tradewind.api_gateway.streams.connection import (
    POLICY_VIOLATION,
    SERVICE_RESTART,
    Connection,
)
from tradewind.api_gateway.streams.metrics import stream_metrics
from tradewind.contracts.accounts import Identity
from tradewind.platform.errors import Refusal
from tradewind.platform.logging import get_logger

_RECHECK_EVERY_S = 30.0
_RECHECK_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 5.0
_SERVER_ERROR = 500

_STRANGERS_MAX = 64
"""Streams of one address that have not authenticated: each may stay some seconds."""

_log = get_logger(__name__)


@dataclass(frozen=True)
class Caller:
    """Who is behind a stream, and how to find out whether that still holds."""

    identity: Identity
    verify: Callable[[], Awaitable[Identity | None]]
    """Returns the identity as it is now; ``None`` or a refusal once the credentials are gone."""

    @property
    def key(self) -> str:
        """What connections are counted by: the API key or the browser session."""
        identity = self.identity
        return identity.key_id or identity.session_id or identity.user_id


@dataclass(frozen=True)
class _Entry:
    address: str
    caller: Caller | None = None


class TooManyConnections(Exception):
    """The key, or the address before it has told a key, has as many streams as it may have."""


class StreamRegistry:
    """The open streams of this process."""

    def __init__(self, connections_max: int, *, recheck_every_s: float = _RECHECK_EVERY_S) -> None:
        self._connections_max = connections_max
        self._recheck_every_s = recheck_every_s
        self._open: dict[Connection, _Entry] = {}
        self._by_key: Counter[str] = Counter()
        self._strangers: Counter[str] = Counter()
        self._metrics = stream_metrics()
        self._janitor: asyncio.Task[None] | None = None
        self._emptied = asyncio.Event()
        self._stopping = False

    @property
    def open_streams(self) -> Sequence[Connection]:
        """The streams that are open, authenticated or not."""
        return list(self._open)

    def start(self) -> None:
        """Begin to check credentials again from time to time."""
        self._janitor = asyncio.create_task(self._recheck_forever(), name="stream credentials")

    async def stop(self) -> None:
        """Close every stream so that clients come back, and wait a bounded time for them."""
        self._stopping = True
        janitor, self._janitor = self._janitor, None
        if janitor is not None:
            janitor.cancel()
            await asyncio.gather(janitor, return_exceptions=True)
        self._emptied.clear()
        for connection in self.open_streams:
            connection.close(SERVICE_RESTART, "the server restarts; connect again")
        if self._open:
            try:
                async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                    await self._emptied.wait()
            except TimeoutError:
                _log.warning("streams_left_open", count=len(self._open))

    def enter(self, connection: Connection, address: str) -> None:
        """Add a stream whose caller is not known yet; raises ``TooManyConnections``."""
        if self._strangers[address] >= _STRANGERS_MAX:
            raise TooManyConnections
        self._strangers[address] += 1
        self._open[connection] = _Entry(address)
        self._metrics.open.inc()
        if self._stopping:
            connection.close(SERVICE_RESTART, "the server restarts; connect again")

    def admit(self, connection: Connection, caller: Caller) -> None:
        """Attach the caller; raises ``TooManyConnections``."""
        if self._by_key[caller.key] >= self._connections_max:
            raise TooManyConnections
        self._by_key[caller.key] += 1
        entry = self._open[connection]
        _count_down(self._strangers, entry.address)
        self._open[connection] = _Entry(entry.address, caller)

    def leave(self, connection: Connection) -> None:
        """Remove a stream that has ended."""
        entry = self._open.pop(connection, None)
        if entry is None:
            return
        if entry.caller is None:
            _count_down(self._strangers, entry.address)
        else:
            _count_down(self._by_key, entry.caller.key)
        self._metrics.open.dec()
        if connection.slow:
            self._metrics.slow.inc()
        if not self._open:
            self._emptied.set()

    async def recheck(self) -> None:
        """Close the streams whose credentials have been revoked or have run out."""
        for connection, entry in list(self._open.items()):
            if entry.caller is not None and not await _still_holds(entry.caller):
                connection.close(POLICY_VIOLATION, "the credentials do not hold any longer")

    async def _recheck_forever(self) -> None:
        while True:
            await asyncio.sleep(self._recheck_every_s)
            await self.recheck()


def _count_down(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]


async def _still_holds(caller: Caller) -> bool:
    try:
        async with asyncio.timeout(_RECHECK_TIMEOUT_S):
            identity = await caller.verify()
    except Refusal as refusal:
        # Whoever was let in stays while the account service cannot be asked.
        return refusal.status >= _SERVER_ERROR
    except TimeoutError:
        return True
    return identity is not None and identity.account_id == caller.identity.account_id
