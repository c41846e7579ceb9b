"""One process of the order service in a simulation: it stands by, leads, stops or is killed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.database import SimulatedWriter
from tests.simulation.invariants import Violation, check_books
from tests.simulation.portfolio import CheckedJournal

from tradewind.order_service.domain.commands import Command
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.state import VenueState
from tradewind.order_service.journal_tail import JournalTail
from tradewind.order_service.journal_writer import Deposed
from tradewind.order_service.recovery import Recovered, recover
from tradewind.order_service.sequencer import Sequencer
from tradewind.order_service.snapshots import encode_state
from tradewind.order_service.standby import Standby
from tradewind.platform.tasks import end_tasks
from tradewind.portfolio_service.follower import VenueFollower

if TYPE_CHECKING:
    from tests.simulation.world import World


class Disconnected(Exception):
    """The process died, or its answer was lost: whether the command was done is not known."""


class NodeClock:
    """A machine's clock: it may be wrong, and it may be set."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self.offset_s = 0.0

    def now(self) -> datetime:
        """Return the machine's idea of the time."""
        seconds = asyncio.get_running_loop().time() + self.offset_s
        return self._start + timedelta(seconds=seconds)


class Node:
    """A process; ``lead`` makes it the leader, ``kill`` ends it without a word."""

    def __init__(self, world: "World", name: str) -> None:
        self.world = world
        self.name = name
        self.clock = NodeClock(world.start)
        self.running = asyncio.Event()
        """Cleared while the process is stopped by a signal."""
        self.running.set()
        self.dead = False
        self.recovered: Recovered | None = None
        self.sequencer: Sequencer | None = None
        self.follower: VenueFollower | None = None
        self.standby: Standby | None = None
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._snapshot_number = 0

    async def catch_up(self) -> VenueState:
        """Fold what the journal has, from the newest snapshot the first time."""
        if self.recovered is None:
            self.recovered = await recover(self.repository, self.world.spec.venue_id)
        else:
            await self.recovered.catch_up(self.repository)
        return self.recovered.state

    @property
    def repository(self) -> Any:  # the simulated database has the methods that are used
        return self.world.database

    def stand_by(self) -> None:
        """Follow the journal as a standby does."""
        self.standby = Standby(self.repository, self.repository, self.repository)
        self.standby.start()

    async def _end_standing_by(self) -> None:
        if self.standby is not None:
            await self.standby.stop()
            self.recovered = self.standby.hand_over(self.world.spec.venue_id)

    async def lead(self) -> None:
        """Take the lease, fold the rest of the journal, and take commands."""
        world = self.world
        await self._end_standing_by()
        epoch, state = await world.plant.take_over(self)
        if self.dead:
            return
        writer = world.plant.writer(SimulatedWriter(world.database, epoch, self.running), self)
        assert self.recovered is not None
        core = world.plant.core(world.spec, state, self.recovered.books)
        self._check_recovery(core.state, epoch)
        self._snapshot_number = core.state.number
        self.tail = JournalTail(world.spec.venue_id, core.state.number, self.repository)
        self.sequencer = Sequencer(
            core, writer, self.clock, on_commit=self.committed, on_failure=self._failed
        )
        self.sequencer.start()
        self.follower = VenueFollower(
            world.spec.venue_id,
            CheckedJournal(world, self.tail),
            world.portfolio,  # type: ignore[arg-type]
        )
        self.follower.start()

    def _check_recovery(self, state: VenueState, epoch: int) -> None:
        database = self.world.database
        if epoch == database.epoch and state != database.truth:
            raise Violation(f"{self.name} recovered something else than the journal says")

    def committed(self, emitted: Sequence[Emitted]) -> None:
        if self.dead:
            return
        assert self.sequencer is not None
        database, core = self.world.database, self.sequencer.core
        if emitted[-1].number > database.number:
            self.world.fail(Violation(f"{self.name} reports record {emitted[-1].number} too early"))
        if core.state.number == database.number and core.state != database.truth:
            self.world.fail(Violation(f"the memory of {self.name} is not what the journal says"))
        self._check_books(core)
        self.tail.extend(emitted)
        if core.state.number - self._snapshot_number >= self.world.faults.snapshot_every:
            self._snapshot_number = core.state.number
            encoded = encode_state(core.state)
            self.world.spawn(self._save_snapshot(core.state.number, encoded))

    def _check_books(self, core: Core) -> None:
        try:
            check_books(core.books, core.state)
        except Violation as violation:
            self.world.fail(violation)

    async def _save_snapshot(self, number: int, encoded: bytes) -> None:
        await self.running.wait()
        if not self.dead:
            await self.world.database.save_snapshot(self.world.spec.venue_id, number, encoded)

    def _failed(self, error: BaseException) -> None:
        """End as the real process does: at once."""
        self.world.note(f"{self.name} ends itself: {type(error).__name__}")
        if not isinstance(error, ConnectionError | TimeoutError | Deposed):
            self.world.fail(error)
        self.kill()

    # -- from outside --------------------------------------------------------------------------

    async def call(self, command: Command) -> Any:
        """Send a command over a network and return the answer; raises ``Disconnected``."""
        faults = self.world.faults
        await asyncio.sleep(faults.network_latency())
        await self._reach()
        assert self.sequencer is not None
        value = await self._while_alive(self.sequencer.execute(command))
        await asyncio.sleep(faults.network_latency())
        await self._reach()
        if faults.breaks(0.02):
            raise Disconnected("the answer was lost")
        return value

    async def read(self) -> None:
        """Read the node's memory as a caller of the service would."""
        await self._reach()
        await self._while_alive(self._read())

    async def _read(self) -> None:
        assert self.sequencer is not None
        await self.sequencer.settled()
        # At once, as the service does: a moment later memory may be ahead again.
        number = self.sequencer.core.state.number
        if number > self.world.database.number:
            self.world.fail(Violation(f"{self.name} showed record {number} too early"))

    async def _reach(self) -> None:
        await self.running.wait()
        if self.dead or self.sequencer is None:
            raise Disconnected(f"{self.name} cannot be reached")

    async def _while_alive(self, work: Any) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        number = self.world.next_number()
        self._calls[number] = answer
        task = self.world.spawn(_hand_over(work, answer))
        try:
            return await answer
        finally:
            self._calls.pop(number, None)
            if not task.done():
                task.cancel()

    def kill(self) -> None:
        """Die at once: nobody is answered, nothing is cleaned up."""
        if self.dead:
            return
        self.dead = True
        self.world.note(f"{self.name} is dead")
        self.running.set()
        for answer in list(self._calls.values()):
            if not answer.done():
                answer.set_exception(Disconnected(f"{self.name} died"))
        self.world.spawn(self._bury())

    async def _bury(self) -> None:
        """Take what is left of the process out of the loop."""
        doomed = [
            task
            for owner in (self.sequencer, self.follower, self.standby)
            if owner is not None and (task := owner._task) is not None
        ]
        await end_tasks(doomed)
        await asyncio.gather(*doomed, return_exceptions=True)

    async def stop(self) -> None:
        """Shut down in order: finish what waits, leave a snapshot."""
        if self.dead or self.sequencer is None:
            self.kill()
            return
        self.world.note(f"{self.name} stops in order")
        assert self.follower is not None
        await self.sequencer.stop()
        await self.follower.stop()
        core = self.sequencer.core
        if not self.dead and not self.sequencer.failed:
            encoded = encode_state(core.state)
            number = core.state.number
            await self.world.database.save_snapshot(self.world.spec.venue_id, number, encoded)
        self.kill()

    def pause(self) -> None:
        """Stop as by SIGSTOP."""
        self.world.note(f"{self.name} is stopped by a signal")
        self.running.clear()

    def resume(self) -> None:
        """Go on as by SIGCONT, unaware that time has passed."""
        self.world.note(f"{self.name} goes on")
        self.running.set()


async def _hand_over(work: Any, answer: "asyncio.Future[Any]") -> None:
    try:
        value = await work
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is belongs to the caller
        if not answer.done():
            answer.set_exception(error)
        return
    if not answer.done():
        answer.set_result(value)
