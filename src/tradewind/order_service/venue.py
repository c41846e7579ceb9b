"""One venue at work: its core behind a sequencer, its journal's tail, and the feed it follows."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
import structlog

from tradewind.contracts.market_data import FeedMessage, feed_topic
from tradewind.contracts.notices import notice_topic
from tradewind.contracts.venues import VenueSpec
from tradewind.order_service.domain.commands import Command
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.state import VenueState
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.journal_tail import JournalTail
from tradewind.order_service.journal_writer import Deposed, JournalWriter
from tradewind.order_service.notices import notice_of
from tradewind.order_service.recovery import Recovered, recover
from tradewind.order_service.repository import OrderRepository
from tradewind.order_service.sequencer import STOP_TIMEOUT_S, Sequencer, Writer
from tradewind.order_service.snapshots import decode_state, encode_state, pack
from tradewind.order_service.writer_connections import WriterConnections
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.errors import Refusal, Unavailable
from tradewind.platform.ids import new_id
from tradewind.platform.tasks import end_tasks

SUBSCRIBE_TIMEOUT_S = 10.0
BACKGROUND_TIMEOUT_S = 10.0

_log = structlog.get_logger("order_service")
_decode_message = msgspec.msgpack.Decoder(FeedMessage).decode


class Venue:
    """Runs one venue; made by ``open``."""

    def __init__(
        self,
        spec: VenueSpec,
        core: Core,
        writer: Writer,
        journal: JournalRepository,
        bus: Bus,
        clock: Clock,
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self.spec = spec
        self.core = core
        self.tail = JournalTail(spec.venue_id, core.state.number, journal)
        self.sequencer = Sequencer(
            core, writer, clock, on_commit=self._committed, on_failure=self._fail
        )
        self.listener: Callable[[Sequence[Emitted]], None] | None = None
        """Told of every commit."""
        self._journal = journal
        self._bus = bus
        self._on_failure = on_failure
        self._feed: asyncio.Task[None] | None = None
        self._feed_run: str | None = None
        self._feed_number = 0
        self._feed_moved = asyncio.Event()
        self._subscribed = asyncio.Event()
        self._mark_topic = f"{feed_topic(spec.venue_id)}.mark.{new_id()}"
        self._marks: dict[bytes, asyncio.Event] = {}
        self._gone = False
        self.snapshot_number = 0
        """Number of the record that the newest snapshot shows."""
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(
        cls,
        spec: VenueSpec,
        connections: WriterConnections,
        repository: OrderRepository,
        journal: JournalRepository,
        bus: Bus,
        clock: Clock,
        holder: str,
        epoch: int,
        warm: Recovered | None,
        on_failure: Callable[[BaseException], None],
    ) -> "Venue":
        """Take the lease, recover, and begin to follow the feed and take commands.

        ``warm`` is what a standby has folded so far. Raises ``Deposed``.
        """
        if not await repository.acquire_lease(spec.venue_id, epoch, holder, clock.now()):
            raise Deposed(f"another process leads since epoch {epoch} ended")
        # Only now: nobody else can write any more, so this is the end of the journal.
        recovered = warm or await recover(journal, spec.venue_id)
        await recovered.catch_up(journal)
        writer = JournalWriter(connections, spec.venue_id, epoch)
        core = Core(spec, recovered.state, recovered.books)
        venue = cls(spec, core, writer, journal, bus, clock, on_failure)
        venue.snapshot_number = await journal.snapshot_number(spec.venue_id)
        try:
            await venue.start()
        except BaseException:
            await venue.stop()
            await venue.close()
            raise
        return venue

    async def start(self) -> None:
        """Begin to follow the feed and take commands."""
        self.sequencer.start()
        self._feed = asyncio.create_task(self._follow_feed(), name=f"feed {self.spec.venue_id}")
        async with asyncio.timeout(SUBSCRIBE_TIMEOUT_S):
            await self._subscribed.wait()

    async def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Stop following and finish what waits; from then on nothing is journaled any more."""
        self._end_waiting()
        if self._feed is not None:
            await end_tasks([self._feed])
            # A failure has been reported by then.
            await asyncio.gather(self._feed, return_exceptions=True)
        await self.sequencer.stop(timeout_s)

    async def close(self) -> None:
        """Leave a snapshot for a quick start, once stopped, and end what runs beside."""
        # Only of what is durable: a commit that was broken off may never have happened.
        if not self.sequencer.failed and self.tail.number > self.snapshot_number:
            assert self.core.state.number == self.tail.number, "a snapshot shows what is durable"
            self._spawn(self._save_snapshot(), "snapshot")
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=BACKGROUND_TIMEOUT_S)
            await end_tasks(late)

    @property
    def is_working(self) -> bool:
        """Whether commands are taken and the feed is followed."""
        return not self._gone

    async def execute(self, command: Command) -> Any:
        """Carry out a command and return its answer when it is durable."""
        return await self.sequencer.execute(command)

    async def settled(self) -> None:
        """Return when memory shows nothing that is not durable; raises ``Unavailable``."""
        await self.sequencer.settled()

    async def durable_state(self) -> VenueState:
        """Return a copy of the state when it shows nothing that is not durable."""
        await self.sequencer.settled()
        return decode_state(encode_state(self.core.state))

    async def wait_for_feed(self, number: int, timeout_s: float) -> None:
        """Return when a feed message has been applied and made durable; raises ``Unavailable``.

        The message must have been published before this is called, for a feed may begin to count
        anew: its first messages have numbers that an earlier one has passed long ago.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._hear_what_was_said()
                while self._feed_number < number and not self._gone:
                    await self._feed_moved.wait()
        except TimeoutError:
            raise Unavailable(
                f"message {number} of the feed of {self.spec.venue_id} has not been applied "
                f"within {timeout_s} seconds; it stands at {self._feed_number}"
            ) from None
        if self._gone:
            raise Unavailable(f"venue {self.spec.venue_id} has stopped; try again in a moment")

    async def _hear_what_was_said(self) -> None:
        """Return when everything that the bus was given before has been applied."""
        mark = new_id().encode()
        passed = self._marks[mark] = asyncio.Event()
        try:
            await self._bus.publish(self._mark_topic, mark)
            while not passed.is_set() and not self._gone:
                await passed.wait()
        finally:
            self._marks.pop(mark, None)

    async def _follow_feed(self) -> None:
        topic = feed_topic(self.spec.venue_id)
        try:
            async with self._bus.subscribe(topic, self._mark_topic) as payloads:
                self._subscribed.set()
                async for payload in payloads:
                    if self._marks and (passed := self._marks.get(payload)):
                        passed.set()
                    else:
                        await self._hear(payload)
        except Exception as error:
            self._fail(error)
            raise

    async def _hear(self, payload: bytes) -> None:
        try:
            message = _decode_message(payload)
            await self.sequencer.execute(message)
        except (msgspec.MsgspecError, Refusal) as error:
            _log.error("feed_message_lost", venue_id=self.spec.venue_id, why=str(error))
            return
        if message.run != self._feed_run:
            if self._feed_run is not None:
                _log.warning("feed_began_anew", venue_id=self.spec.venue_id, run=message.run)
            self._feed_run = message.run
        elif 0 < self._feed_number < message.number - 1:
            _log.error(
                "feed_messages_missed",
                venue_id=self.spec.venue_id,
                after=self._feed_number,
                before=message.number,
            )
        self._feed_number = message.number
        self._wake_waiting()

    def _wake_waiting(self) -> None:
        moved, self._feed_moved = self._feed_moved, asyncio.Event()
        moved.set()

    def _end_waiting(self) -> None:
        self._gone = True
        self._wake_waiting()
        for passed in self._marks.values():
            passed.set()

    def _fail(self, error: BaseException) -> None:
        self._end_waiting()
        self._on_failure(error)

    def _committed(self, emitted: Sequence[Emitted]) -> None:
        self.tail.extend(emitted)
        if self.listener is not None:
            self.listener(emitted)
        notice = notice_of(self.core.state, emitted)
        if notice is not None:
            self._spawn(self._bus.publish(notice_topic(self.spec.venue_id), notice), "notice")

    async def _save_snapshot(self) -> None:
        """Write the state down where nobody waits for the loop any more."""
        encoded, number = encode_state(self.core.state), self.tail.number
        parts = await asyncio.to_thread(pack, encoded)
        await self._journal.save_snapshot(self.spec.venue_id, number, parts)
        self.snapshot_number = number
        _log.info("snapshot_saved", venue_id=self.spec.venue_id, number=number)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=f"{name} {self.spec.venue_id}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Forget a task; a snapshot or a notice that fails can be done without."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("background_task_failed", task=task.get_name(), exc_info=error)
