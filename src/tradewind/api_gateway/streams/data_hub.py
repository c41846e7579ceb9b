"""Fan-out of one source of market data to the clients that listen to it.

Clients with the same interests and codec form a group, for which a message is put together once:
the cost of one more client that wants what others want is one append to its queue.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager

from tradewind.api_gateway.streams.connection import SERVICE_RESTART, Connection
from tradewind.api_gateway.streams.events import EventSorter
from tradewind.api_gateway.streams.frames import Codec, array_frame, batches
from tradewind.api_gateway.streams.subscription import PAIRS, WILDCARD, Channel, Interest
from tradewind.contracts.market_data import FeedEvent
from tradewind.contracts.notices import BandsMoved, LatestStatus, StatusChanged
from tradewind.platform.logging import get_logger

LatestSource = Callable[[Sequence[str]], Awaitable[Sequence[LatestStatus]]]
"""Returns how some instruments stand, all of them where none is named."""

EventSource = Callable[[], AbstractAsyncContextManager[AsyncIterator[Sequence[FeedEvent]]]]
"""Opens a live source; events come from the moment that the context is entered."""

_WILDCARDS = (WILDCARD, PAIRS)

_LASTING = (Channel.STATUSES, Channel.LULDS)
"""Channels of what stands until it changes: who comes later is told of it too."""

_LATEST_TIMEOUT_S = 5.0

_log = get_logger(__name__)


class _Group:
    """Clients that get exactly the same frames."""

    __slots__ = ("codec", "interests", "members", "pending")

    def __init__(self, codec: Codec, interests: frozenset[Interest]) -> None:
        self.codec = codec
        self.interests = interests
        self.members: set[Connection] = set()
        self.pending: list[bytes] = []


class DataHub:
    """Clients of one source, which is open only while there are any."""

    def __init__(self, name: str, source: EventSource, latest: LatestSource | None = None) -> None:
        self._name = name
        self._source = source
        self._latest = latest
        self._notices = 0
        """How many statuses and bands have been told."""
        self._noticed: dict[tuple[type, str], int] = {}
        """Which of them was the newest of its kind and symbol."""
        self._clients: dict[Connection, _Group | None] = {}
        self._groups: dict[tuple[Codec, frozenset[Interest]], _Group] = {}
        self._by_interest: dict[Interest, list[_Group]] = {}
        self._pump: asyncio.Task[None] | None = None
        self._live = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether nobody is attached."""
        return not self._clients

    async def attach(self, client: Connection) -> None:
        """Add a client without interests; returns when the source is live."""
        self._clients[client] = None
        if self._pump is None:
            self._live = asyncio.Event()
            self._pump = asyncio.create_task(self._run(self._live), name=f"hub {self._name}")
            self._pump.add_done_callback(self._source_ended)
        await self._live.wait()

    def set_interests(
        self, client: Connection, codec: Codec, interests: frozenset[Interest]
    ) -> None:
        """Replace what a client gets from the next event on."""
        self._leave_group(client)
        if not interests:
            return
        key = (codec, interests)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(codec, interests)
            for interest in _effective(interests):
                self._by_interest.setdefault(interest, []).append(group)
        group.members.add(client)
        self._clients[client] = group

    async def tell_latest(
        self, client: Connection, codec: Codec, interests: frozenset[Interest]
    ) -> None:
        """Tell a client, whose interests are set, of the halts and bands that it came too late for.

        Raises ``Refusal`` or ``TimeoutError`` where nobody says what they are.
        """
        wanted = {symbol for channel, symbol in interests if channel in _LASTING}
        if self._latest is None or not wanted:
            return
        heard = self._notices
        async with asyncio.timeout(_LATEST_TIMEOUT_S):
            latest = await self._latest([] if WILDCARD in wanted else sorted(wanted))
        sorter = EventSorter()
        told = [
            item.encoded(codec)
            for event in _in_force(latest)
            # What has changed since was told by the change.
            if self._noticed.get((type(event), event.symbol), 0) <= heard
            for item in sorter.sort(event)
            if not interests.isdisjoint(item.interests)
        ]
        for batch in batches(told) if told else ():
            client.offer(array_frame(codec, batch))

    async def detach(self, client: Connection) -> None:
        """Remove a client; the last one closes the source."""
        if client not in self._clients:
            return
        self._leave_group(client)
        del self._clients[client]
        if not self._clients:
            await self.stop()

    async def stop(self) -> None:
        """Close the source."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)

    def publish(self, events: Iterable[FeedEvent], sorter: EventSorter) -> None:
        """Give each client what it wants of some events, as one message where it fits."""
        touched: dict[_Group, None] = {}
        for event in events:
            if isinstance(event, StatusChanged | BandsMoved):
                self._notices += 1
                self._noticed[type(event), event.symbol] = self._notices
            for item in sorter.sort(event):
                for interest in item.interests:
                    for group in self._by_interest.get(interest, ()):
                        group.pending.append(item.encoded(group.codec))
                        touched[group] = None
        for group in touched:
            pending, group.pending = group.pending, []
            for batch in batches(pending):
                frame = array_frame(group.codec, batch)
                for client in group.members:
                    client.offer(frame)

    async def _run(self, live: asyncio.Event) -> None:
        sorter = EventSorter()
        try:
            async with self._source() as events:
                live.set()
                async for several in events:
                    self.publish(several, sorter)
                    # A queue that is not empty is read without suspending: give the senders a turn.
                    await asyncio.sleep(0)
        finally:
            live.set()

    def _source_ended(self, pump: asyncio.Task[None]) -> None:
        if pump is not self._pump:
            return
        self._pump = None
        if not pump.cancelled() and (error := pump.exception()) is not None:
            _log.error("stream_source_failed", hub=self._name, exc_info=error)
        for client in self._clients:
            client.close(SERVICE_RESTART, "the feed ended; connect again")

    def _leave_group(self, client: Connection) -> None:
        group = self._clients.get(client)
        if group is None:
            return
        self._clients[client] = None
        group.members.discard(client)
        if group.members:
            return
        del self._groups[group.codec, group.interests]
        for interest in _effective(group.interests):
            listening = self._by_interest[interest]
            listening.remove(group)
            if not listening:
                del self._by_interest[interest]


def _in_force(latest: Iterable[LatestStatus]) -> Iterator[StatusChanged | BandsMoved]:
    for each in latest:
        if each.status is not None and each.status.is_halted:
            yield each.status
        if each.bands is not None:
            yield each.bands


def _effective(interests: frozenset[Interest]) -> list[Interest]:
    """Drop the symbols of a channel that has the wildcard, so that nothing comes twice."""
    everything: set[Channel] = {channel for channel, symbol in interests if symbol in _WILDCARDS}
    return [
        (channel, symbol)
        for channel, symbol in interests
        if symbol in _WILDCARDS or channel not in everything
    ]
