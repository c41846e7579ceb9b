"""The sequencer: one order of events, no answer before the commit, nothing after a failure."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.unit.orders.stage import ALICE, money

from tradewind.contracts.market_data import FeedMessage, SessionOpened
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.refusals import OutcomeUnknown
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.sequencer import QUEUE_MAX, Sequencer
from tradewind.platform.clock import ManualClock
from tradewind.platform.errors import Stopping, Unavailable

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
VENUE = VenueId("test")


class Paper:
    """A journal in memory; ``gate`` holds every commit back until it is set."""

    def __init__(self) -> None:
        self.records: list[Emitted] = []
        self.commits = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.started = asyncio.Event()
        self.failure: BaseException | None = None

    async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
        self.started.set()
        await self.gate.wait()
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        self.records += emitted
        self.commits += 1

    async def known_client_order_ids(
        self, wanted: Sequence[tuple[AccountId, str]]
    ) -> set[tuple[AccountId, str]]:
        return set()


class Stage:
    def __init__(self) -> None:
        self.paper = Paper()
        self.clock = ManualClock(START)
        self.failures: list[BaseException] = []
        self.committed: list[int] = []
        self.sequencer = Sequencer(
            Core(VenueSpec(venue_id=VENUE, name="Test")),
            self.paper,
            self.clock,
            on_commit=lambda emitted: self.committed.append(emitted[-1].number),
            on_failure=self.failures.append,
        )

    def send(self, command: commands.Command) -> "asyncio.Task[object]":
        return asyncio.create_task(self.sequencer.execute(command))

    def deposit(self, dollars: str = "1") -> "asyncio.Task[object]":
        return self.send(commands.Deposit(ALICE, money(dollars), "deposit"))

    def cash(self) -> int:
        state = self.sequencer.core.state
        return state.cash_available(state.accounts[ALICE])


@asynccontextmanager
async def running() -> AsyncIterator[Stage]:
    stage = Stage()
    stage.sequencer.start()
    await stage.send(commands.OpenAccount(ALICE))
    stage.paper.started.clear()
    yield stage
    stage.paper.gate.set()
    await stage.sequencer.stop()


async def settle() -> None:
    """Let everybody run who can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_nobody_is_answered_before_the_commit() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        waiting = stage.deposit()
        await settle()
        assert not waiting.done()
        stage.paper.gate.set()
        await waiting
        assert stage.committed == [1, 2]


async def test_commands_that_come_during_a_commit_share_the_next_one() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        waiting = [stage.deposit()]
        await stage.paper.started.wait()
        waiting += [stage.deposit() for _ in range(50)]
        await settle()
        stage.paper.gate.set()
        await asyncio.gather(*waiting)
        assert stage.paper.commits == 3


async def test_reader_gets_a_turn_although_commands_never_stop() -> None:
    async with running() as stage:

        async def load() -> None:
            while True:
                await stage.sequencer.execute(commands.Deposit(ALICE, money("1"), "load"))

        # Two in turns: one commits while the other waits already.
        stage.paper.gate.clear()
        loaders = [asyncio.create_task(load())]
        await stage.paper.started.wait()
        loaders.append(asyncio.create_task(load()))
        await settle()
        stage.paper.gate.set()
        before = stage.paper.commits
        reader = asyncio.create_task(stage.sequencer.settled())
        for _ in range(500):
            await asyncio.sleep(0)
            if reader.done():
                break
        for loader in loaders:
            loader.cancel()
        assert stage.paper.commits <= before + 2
        await reader


async def test_reader_sees_nothing_that_is_not_durable() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        waiting = stage.deposit()
        await stage.paper.started.wait()
        reader = asyncio.create_task(stage.sequencer.settled())
        await settle()
        assert not reader.done()
        stage.paper.gate.set()
        await asyncio.gather(waiting, reader)


async def test_command_of_a_caller_that_has_gone_before_its_turn_is_not_carried_out() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        first = stage.deposit("5")
        await stage.paper.started.wait()
        gone, stays = stage.deposit("7"), stage.deposit("1")
        await settle()
        gone.cancel()
        await settle()
        stage.paper.gate.set()
        await asyncio.gather(first, stays)
        assert stage.cash() == money("6")


async def test_caller_that_goes_during_the_commit_changes_nothing_for_the_others() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        gone, stays = stage.deposit("5"), stage.deposit("1")
        await stage.paper.started.wait()
        gone.cancel()
        await settle()
        stage.paper.gate.set()
        await stays
        assert stage.cash() == money("6")
        assert [record.number for record in stage.paper.records] == [1, 2, 3]


async def test_failed_commit_is_acknowledged_to_nobody_and_ends_the_venue() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        stage.paper.failure = ConnectionResetError("the database has gone")
        first = stage.deposit()
        await stage.paper.started.wait()
        second = stage.deposit()
        reader = asyncio.create_task(stage.sequencer.settled())
        await settle()
        stage.paper.gate.set()
        outcomes = await asyncio.gather(first, second, reader, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown, Stopping, Stopping]
        assert stage.failures == [stage.paper.failure]
        assert stage.committed == [1]
        for late in (stage.deposit(), asyncio.create_task(stage.sequencer.settled())):
            with pytest.raises(Unavailable):
                await late
        assert stage.paper.commits == 1


async def test_command_that_breaks_the_core_ends_the_venue_with_nothing_written() -> None:
    async with running() as stage:
        waiting = stage.deposit(), stage.send("no command"), stage.deposit()  # type: ignore[arg-type]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 3
        assert [type(failure) for failure in stage.failures] == [KeyError]
        assert stage.paper.commits == 1


async def test_feed_is_heard_although_the_queue_is_full() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        first = stage.deposit()
        await stage.paper.started.wait()
        rest = [stage.deposit() for _ in range(QUEUE_MAX)]
        await settle()
        with pytest.raises(Unavailable, match="too many"):
            await stage.deposit()
        heard = stage.send(FeedMessage(VENUE, 1, START, [SessionOpened(date(2024, 1, 2), START)]))
        await settle()
        stage.paper.gate.set()
        assert await heard == 1
        await asyncio.gather(first, *rest)


async def test_stop_finishes_what_waits_and_takes_nothing_more() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        waiting = [stage.deposit() for _ in range(3)]
        await stage.paper.started.wait()
        waiting += [stage.deposit() for _ in range(3)]
        await settle()
        stopping = asyncio.create_task(stage.sequencer.stop())
        await settle()
        with pytest.raises(Unavailable):
            await stage.deposit()
        assert not stopping.done()
        stage.paper.gate.set()
        await asyncio.gather(stopping, *waiting)
        assert stage.cash() == money("6")


async def test_feed_that_lives_in_the_future_does_not_take_the_venue_there() -> None:
    async with running() as stage:
        future = START + timedelta(days=1)
        await stage.send(FeedMessage(VENUE, 1, future, [SessionOpened(date(2024, 1, 2), future)]))
        await stage.deposit()
        assert [record.at for record in stage.paper.records] == [START] * 3
