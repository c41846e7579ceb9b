"""One venue at work: its core behind a sequencer, its journal's tail, and the feed it follows."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import structlog

from tradewind.contracts.journal import JOURNAL_TOPIC
from tradewind.contracts.market_data import FeedMessage, feed_topic
from tradewind.contracts.orders import VenueSpec
from tradewind.order_service.domain.commands import Command
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.journal_tail import JournalTail
from tradewind.order_service.journal_writer import JournalWriter
from tradewind.order_service.recovery import recover
from tradewind.order_service.repository import OrderRepository
from tradewind.order_service.sequencer import Sequencer
from tradewind.order_service.snapshots import encode_state
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.errors import Refusal, Unavailable

SNAPSHOT_EVERY = 50_000

_log = structlog.get_logger("order_service")
_decode_message = msgspec.msgpack.Decoder(FeedMessage).decode


class Venue:
    """Runs one venue; made by ``open``."""

    def __init__(
        self,
        spec: VenueSpec,
        core: Core,
        writer: JournalWriter,
        repository: OrderRepository,
        bus: Bus,
        clock: Clock,
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self.spec = spec
        self.core = core
        self.tail = JournalTail(spec.venue_id, core.state.number, repository)
        self.sequencer = Sequencer(
            core,
            writer,
            clock,
            on_commit=self._committed,
            on_failure=on_failure,
        )
        self._repository = repository
        self._bus = bus
        self._feed_number = 0
        self._feed_moved = asyncio.Event()
        self._snapshot_number = core.state.number
        self._tasks: set[asyncio.Task[None]] = set()
        self._subscribed = asyncio.Event()

    @classmethod
    async def open(
        cls,
        spec: VenueSpec,
        database: Database,
        repository: OrderRepository,
        bus: Bus,
        clock: Clock,
        holder: str,
        on_failure: Callable[[BaseException], None],
    ) -> "Venue":
        """Take the lease, recover, and begin to follow the feed and take commands."""
        epoch = await repository.acquire_lease(spec.venue_id, holder, clock.now())
        state = await recover(repository, spec)
        writer = await JournalWriter.open(database, spec.venue_id, epoch)
        venue = cls(spec, Core(spec, state), writer, repository, bus, clock, on_failure)
        venue.sequencer.start()
        venue._spawn(venue._follow_feed(), "feed")
        async with asyncio.timeout(10):
            await venue._subscribed.wait()
        return venue

    async def stop(self) -> None:
        """Stop following, finish what waits, and leave a snapshot for a quick start."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sequencer.stop()
        if not self.sequencer.failed and self.core.state.number > self._snapshot_number:
            await self._save_snapshot(encode_state(self.core.state), self.core.state.number)

    async def execute(self, command: Command) -> Any:
        """Carry out a command and return its answer when it is durable."""
        return await self.sequencer.execute(command)

    async def wait_for_feed(self, number: int, timeout_s: float) -> None:
        """Return when a feed message has been applied and made durable."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._feed_number < number:
                    await self._feed_moved.wait()
        except TimeoutError:
            raise Unavailable(
                f"message {number} of the feed of {self.spec.venue_id} has not been applied "
                f"within {timeout_s} seconds; it stands at {self._feed_number}"
            ) from None

    async def _follow_feed(self) -> None:
        async with self._bus.subscribe(feed_topic(self.spec.venue_id)) as messages:
            self._subscribed.set()
            async for payload in messages:
                message = _decode_message(payload)
                try:
                    await self.sequencer.execute(message)
                except Refusal as refusal:
                    _log.warning("feed_message_lost", number=message.number, why=refusal.message)
                    continue
                self._feed_number = message.number
                moved, self._feed_moved = self._feed_moved, asyncio.Event()
                moved.set()

    def _committed(self, emitted: Sequence[Emitted]) -> None:
        self.tail.extend(emitted)
        self._spawn(self._bus.publish(JOURNAL_TOPIC, self.spec.venue_id.encode()), "nudge")
        if self.tail.number - self._snapshot_number >= SNAPSHOT_EVERY:
            self._snapshot_number = self.tail.number
            encoded = encode_state(self.core.state)
            self._spawn(self._save_snapshot(encoded, self.tail.number), "snapshot")

    async def _save_snapshot(self, encoded: bytes, number: int) -> None:
        await self._repository.save_snapshot(self.spec.venue_id, number, encoded)
        _log.info("snapshot_saved", venue_id=self.spec.venue_id, number=number)

    def _spawn(self, work: Any, name: str) -> None:  # a coroutine
        task = asyncio.create_task(work, name=f"{name} {self.spec.venue_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
