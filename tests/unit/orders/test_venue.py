"""A venue at work: it hears the feed, tells its journal, and ends without losing or inventing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import msgspec
import pytest
from structlog.testing import capture_logs
from tests.unit.orders.stage import ALICE, money

from tradewind.contracts.journal import JournalRecord
from tradewind.contracts.market_data import FeedEvent, FeedMessage, SessionOpened, feed_topic
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.venue import Venue
from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import ManualClock
from tradewind.platform.errors import Unavailable

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
VENUE = VenueId("test")


class Paper:
    """A journal, its snapshots and its readers in memory; ``gate`` holds commits back."""

    def __init__(self) -> None:
        self.records: list[Emitted] = []
        self.snapshots: dict[int, list[bytes]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: BaseException | None = None

    async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.records += emitted

    async def known_client_order_ids(
        self, wanted: Sequence[tuple[AccountId, str]]
    ) -> set[tuple[AccountId, str]]:
        return set()

    async def save_snapshot(self, venue_id: VenueId, number: int, parts: list[bytes]) -> None:
        self.snapshots[number] = parts

    async def read_journal(self, venue_id: VenueId, after: int, limit: int) -> list[JournalRecord]:
        return [
            JournalRecord(venue_id, record.number, record.at, record.event)
            for record in self.records[after : after + limit]
        ]


class Stage:
    def __init__(self) -> None:
        self.paper = Paper()
        self.bus = InProcessBus()
        self.failures: list[BaseException] = []
        self.venue = Venue(
            VenueSpec(venue_id=VENUE, name="Test"),
            Core(VenueSpec(venue_id=VENUE, name="Test")),
            self.paper,
            self.paper,  # type: ignore[arg-type]  # it only saves snapshots and reads records
            self.bus,
            ManualClock(START),
            self.failures.append,
        )

    async def tell(self, number: int, *events: FeedEvent, run: str = "") -> None:
        message = FeedMessage(VENUE, number, START, list(events), run)
        await self.bus.publish(feed_topic(VENUE), msgspec.msgpack.encode(message))

    def deposit(self) -> "asyncio.Task[object]":
        return asyncio.create_task(
            self.venue.execute(commands.Deposit(ALICE, money("1"), "deposit"))
        )


@asynccontextmanager
async def running() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.venue.start()
    await stage.venue.execute(commands.OpenAccount(ALICE))
    yield stage
    stage.paper.gate.set()
    await stage.venue.stop()
    await stage.venue.close()


def opened(day: int) -> SessionOpened:
    return SessionOpened(date(2024, 1, day), START)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_message_of_the_feed_is_waited_for_until_it_is_durable() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        await stage.tell(1, opened(2))
        waiting = asyncio.create_task(stage.venue.wait_for_feed(1, 10))
        await settle()
        assert not waiting.done()
        stage.paper.gate.set()
        await waiting
        assert len(stage.paper.records) == 2


async def test_number_of_a_feed_that_began_anew_is_waited_for_and_not_taken_for_an_old_one() -> (
    None
):
    async with running() as stage:
        await stage.tell(500, opened(2))
        await stage.venue.wait_for_feed(500, 10)
        stage.paper.gate.clear()
        await stage.tell(1, opened(3))
        waiting = asyncio.create_task(stage.venue.wait_for_feed(1, 10))
        await settle()
        assert not waiting.done()
        stage.paper.gate.set()
        await waiting
        assert stage.venue.core.state.session_date == date(2024, 1, 3)


async def test_feed_that_began_anew_is_told_from_one_whose_messages_were_lost() -> None:
    async with running() as stage:
        with capture_logs() as told:
            for number, run in ((1, "one"), (2, "one"), (5, "two"), (6, "two"), (8, "two")):
                await stage.tell(number, run=run)
            await stage.venue.wait_for_feed(8, 10)
        assert [(line["event"], line.get("after")) for line in told] == [
            ("feed_began_anew", None),
            ("feed_messages_missed", 6),
        ]


async def test_number_that_was_passed_long_ago_is_not_waited_for() -> None:
    async with running() as stage:
        for number in range(1, 6):
            await stage.tell(number)
        await stage.venue.wait_for_feed(5, 10)
        await stage.venue.wait_for_feed(2, 10)


async def test_number_that_never_comes_is_given_up() -> None:
    async with running() as stage:
        with pytest.raises(Unavailable, match="message 7"):
            await stage.venue.wait_for_feed(7, 0.01)


async def test_nobody_waits_for_the_feed_of_a_venue_that_has_failed() -> None:
    async with running() as stage:
        waiting = asyncio.create_task(stage.venue.wait_for_feed(7, 10))
        await settle()
        stage.paper.failure = ConnectionResetError("gone")
        await stage.tell(1, opened(2))
        async with asyncio.timeout(5):
            with pytest.raises(Unavailable):
                await waiting
        assert stage.failures == [stage.paper.failure]


async def test_message_that_cannot_be_read_does_not_end_the_feed() -> None:
    async with running() as stage:
        await stage.bus.publish(feed_topic(VENUE), b"no message")
        await stage.tell(1, opened(2))
        await stage.venue.wait_for_feed(1, 10)
        assert stage.venue.core.is_open
        assert stage.venue.is_working


async def test_close_leaves_a_snapshot_of_what_is_durable() -> None:
    async with running() as stage:
        await stage.deposit()
        await stage.venue.stop()
        await stage.venue.close()
        assert list(stage.paper.snapshots) == [2]


async def test_stop_that_breaks_a_commit_off_leaves_no_snapshot_of_it() -> None:
    async with running() as stage:
        stage.paper.gate.clear()
        waiting = stage.deposit()
        await settle()
        await stage.venue.stop(timeout_s=0.01)
        await stage.venue.close()
        assert stage.paper.snapshots == {}
        with pytest.raises(Unavailable):
            await waiting
