"""The database of a simulation: a journal that is committed in whole batches, a lease, snapshots.

It outlives every process, and so does a statement that a process has sent before it died: it may
commit later, unless the lease has moved on. After each commit the journal is folded into the
*truth*, against which everything else is held.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from tests.simulation.invariants import Replacements, Violation, check_event, check_state

from tradewind.contracts.journal import Event, JournalRecord
from tradewind.contracts.orders import Order
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, OrderId, VenueId
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.core import Emitted
from tradewind.order_service.domain.ledger import Line, lines
from tradewind.order_service.domain.state import OrderState, VenueState
from tradewind.order_service.journal_writer import JOURNAL_CHANNEL, WRITE_TIMEOUT_S, Deposed
from tradewind.order_service.snapshots import decode_state

if TYPE_CHECKING:
    from tests.simulation.world import World

_encode_event = msgspec.json.Encoder().encode
_decode_event = msgspec.json.Decoder(Event).decode


class ConflictingRecord(Exception):
    """The journal has a record of this number already."""


class Batch(msgspec.Struct, frozen=True):
    """What one statement writes, as it was when the statement was sent."""

    epoch: int
    rows: list[tuple[int, Any, bytes, list[Line]]]
    orders: list[Order]

    @classmethod
    def of(cls, epoch: int, emitted: Sequence[Emitted], touched: Sequence[OrderState]) -> "Batch":
        """Encode a batch."""
        rows = [(e.number, e.at, _encode_event(e.event), lines(e.postings)) for e in emitted]
        return cls(epoch, rows, [order.view() for order in touched])


class SimulatedDatabase:
    """What is durable; also the repository that reads it."""

    def __init__(self, world: "World", spec: VenueSpec) -> None:
        self._world = world
        self._spec = spec
        self.epoch = 0
        self.fenced = True
        self.generation = 0
        """Rises when the database restarts: what was under way then is lost."""
        self.records: list[JournalRecord] = []
        self.orders: dict[OrderId, Order] = {}
        self.names: dict[tuple[AccountId, str], OrderId] = {}
        self.snapshots: list[tuple[int, bytes]] = []
        self.truth = VenueState(venue_id=spec.venue_id)
        self._replacements = Replacements()
        self._books = Books.of(self.truth)
        self.listeners: list[Callable[..., None]] = []
        """Told of every commit, until their connection breaks."""

    @property
    def number(self) -> int:
        """Number of the newest durable record."""
        return len(self.records)

    # -- the repository ------------------------------------------------------------------------

    async def acquire_lease(self, holder: str) -> int:
        """Take the venue over."""
        await self._latency()
        self.epoch += 1
        self._world.note(f"{holder} leads with epoch {self.epoch} at record {self.number}")
        return self.epoch

    async def newest_snapshot(self, venue_id: VenueId) -> VenueState | None:
        """Return the newest snapshot."""
        await self._latency()
        return decode_state(self.snapshots[-1][1]) if self.snapshots else None

    async def save_snapshot(self, venue_id: VenueId, number: int, state: bytes) -> None:
        """Store a snapshot."""
        await self._latency()
        self.snapshots.append((number, state))
        self.snapshots.sort(key=lambda snapshot: snapshot[0])
        del self.snapshots[:-2]
        self._world.note(f"snapshot of record {number}")

    async def read_journal(self, venue_id: VenueId, after: int, limit: int) -> list[JournalRecord]:
        """Return the records after a number, in order."""
        await self._latency()
        return self.records[after : after + limit]

    async def list_venues(self) -> list[VenueSpec]:
        """Return the one venue."""
        await self._latency()
        return [self._spec]

    async def connect(self) -> "Listening":
        """Return a connection that hears of commits."""
        await self._latency()
        return Listening(self)

    # -- the journal's pen ---------------------------------------------------------------------

    def send(self, batch: Batch) -> "asyncio.Future[int]":
        """Begin a statement; the answer comes when it comes, whoever is left to hear it."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._world.spawn(self._serve(batch, answer))
        return answer

    async def _serve(self, batch: Batch, answer: "asyncio.Future[int]") -> None:
        generation, fate = self.generation, self._world.faults.fate_of_a_commit()
        await asyncio.sleep(self._world.faults.commit_latency())
        error: Exception | None = None
        written = 0
        if fate == "fails" or generation != self.generation:
            error = ConnectionResetError("the connection broke before the commit")
        else:
            try:
                written = self.commit(batch)
            except ConflictingRecord as conflict:
                error = conflict
        await self._latency()
        if fate == "answer is lost" or generation != self.generation:
            error = ConnectionResetError("the connection broke after the commit")
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(written)

    def commit(self, batch: Batch) -> int:
        """Write a batch whole or not at all; return how many records were written."""
        if self.fenced and batch.epoch != self.epoch:
            self._world.note(f"a batch of epoch {batch.epoch} is fenced off by {self.epoch}")
            return 0
        if batch.rows[0][0] != self.number + 1:
            raise ConflictingRecord(f"record {batch.rows[0][0]} is there already")
        if batch.epoch != self.epoch:
            raise Violation(f"epoch {batch.epoch} wrote after epoch {self.epoch} had begun")
        self._world.note(f"commit to {batch.rows[-1][0]} by epoch {batch.epoch}")
        self._fold(batch)
        for listener in list(self.listeners):
            listener(None, 0, JOURNAL_CHANNEL, self._spec.venue_id)
        return len(batch.rows)

    def _fold(self, batch: Batch) -> None:
        known = dict(self.truth.orders)
        for number, at, encoded, written in batch.rows:
            self._world.digest(encoded)
            event = _decode_event(encoded)
            if self.records and at < self.records[-1].at:
                raise Violation(f"record {number} is of {at}, before the one that it follows")
            check_event(self.truth, event)
            self._replacements.follow(self.truth, event)
            if lines(apply(self.truth, self._books, number, at, event)) != written:
                raise Violation(f"the postings of record {number} are not those of its event")
            self.records.append(JournalRecord(self._spec.venue_id, number, at, event))
            known.update(self.truth.orders)
        for order in batch.orders:
            self._store(order, known)
        check_state(self.truth)

    def _store(self, order: Order, known: dict[OrderId, OrderState]) -> None:
        state = known.get(order.order_id)
        if state is not None and state.view() != order:
            raise Violation(f"the row of order {order.order_id} is not what the journal says")
        name = (order.account_id, order.client_order_id)
        if self.names.setdefault(name, order.order_id) != order.order_id:
            raise Violation(f"client order id {name[1]} was given to two orders")
        self.orders[order.order_id] = order

    async def known_client_order_ids(
        self, wanted: Sequence[tuple[AccountId, str]]
    ) -> set[tuple[AccountId, str]]:
        """Return those of the pairs that belong to an order."""
        await self._latency()
        return {name for name in wanted if name in self.names}

    def restart(self) -> None:
        """Break every connection; statements under way either had committed or never will."""
        self.generation += 1
        self.listeners.clear()

    async def _latency(self) -> None:
        await asyncio.sleep(self._world.faults.query_latency())


class Listening:
    """A standby's connection, over which it is told of commits."""

    def __init__(self, database: SimulatedDatabase) -> None:
        self._database = database
        self._added: list[Callable[..., None]] = []

    async def add_listener(self, channel: str, told: Callable[..., None]) -> None:
        """Call back at every commit."""
        assert channel == JOURNAL_CHANNEL
        self._added.append(told)
        self._database.listeners.append(told)

    def terminate(self) -> None:
        """Hear no more."""
        listeners = self._database.listeners
        listeners[:] = [told for told in listeners if told not in self._added]


class SimulatedWriter:
    """One process's connection to the journal."""

    def __init__(self, database: SimulatedDatabase, epoch: int, gate: asyncio.Event) -> None:
        self._database = database
        self.epoch = epoch
        self._gate = gate
        self._generation = database.generation

    async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
        """Return after the commit."""
        batch = Batch.of(self.epoch, emitted, touched)
        await self._reach()
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            written = await self._database.send(batch)
        await self._gate.wait()
        if written != len(emitted):
            raise Deposed("another process leads")

    async def known_client_order_ids(
        self, wanted: Sequence[tuple[AccountId, str]]
    ) -> set[tuple[AccountId, str]]:
        """Ask the database."""
        await self._reach()
        known = await self._database.known_client_order_ids(wanted)
        await self._reach()
        return known

    async def _reach(self) -> None:
        """Wait while the process is stopped; raises when the connection has broken."""
        await self._gate.wait()
        if self._generation != self._database.generation:
            raise ConnectionResetError("the connection is broken")

    async def close(self) -> None:
        """Let go of the connection."""
