"""Whoever follows a journal gets every record once and in order, however far it lags behind."""

import asyncio
import random
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.contracts.journal import CashDeposited, JournalRecord
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.order_service.domain.core import Emitted
from tradewind.order_service.journal_tail import JournalTail
from tradewind.platform.money import MoneyUnits

AT = datetime(2024, 1, 2, tzinfo=UTC)
VENUE = VenueId("test")
EVENT = CashDeposited(AccountId("a"), MoneyUnits(1), "deposit")


class Journal:
    """A table that commits a little before the tail learns of it, and answers after a while."""

    def __init__(self, number: int, records_max: int, seed: int) -> None:
        self.number = number
        self.random = random.Random(seed)
        self.reads = 0
        self.tail = JournalTail(VENUE, number, self, records_max)

    async def read_journal(self, venue_id: VenueId, after: int, limit: int) -> list[JournalRecord]:
        self.reads += 1
        await self.pause()
        stop = min(self.number, after + limit)
        return [JournalRecord(VENUE, n, AT, EVENT) for n in range(after + 1, stop + 1)]

    async def pause(self) -> None:
        for _ in range(self.random.randrange(3)):
            await asyncio.sleep(0)

    async def commit(self, count: int) -> None:
        first = self.number + 1
        self.number += count
        await self.pause()
        self.tail.extend([Emitted(first + n, AT, EVENT, []) for n in range(count)])

    async def follow(self, after: int, batch: int, until: int) -> list[int]:
        seen: list[int] = []
        async for records in self.tail.follow(after, batch):
            assert records
            assert len(records) <= batch
            seen += [record.number for record in records]
            if seen[-1] >= until:
                break
            await self.pause()
        return seen


@settings(max_examples=200, deadline=None)
@given(
    before=st.integers(0, 30),
    batches=st.lists(st.integers(1, 12), min_size=1, max_size=20),
    records_max=st.integers(1, 40),
    followers=st.lists(st.tuples(st.integers(0, 100), st.integers(1, 9)), min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
)
def test_followers_miss_nothing_and_get_nothing_twice(
    before: int,
    batches: list[int],
    records_max: int,
    followers: list[tuple[int, int]],
    seed: int,
) -> None:
    async def play() -> None:
        journal = Journal(before, records_max, seed)
        last = before + sum(batches)
        starts = [(min(after, last - 1), batch) for after, batch in followers]
        tasks = [asyncio.create_task(journal.follow(after, n, last)) for after, n in starts]
        for count in batches:
            await journal.commit(count)
            await journal.pause()
        async with asyncio.timeout(10):
            for (after, _), seen in zip(starts, await asyncio.gather(*tasks), strict=True):
                assert seen == list(range(after + 1, last + 1))

    asyncio.run(play())


def test_follower_that_keeps_up_never_asks_the_table() -> None:
    async def play() -> None:
        journal = Journal(0, 10, 1)
        follower = asyncio.create_task(journal.follow(0, 100, 50))
        for _ in range(10):
            await journal.commit(5)
            for _ in range(5):
                await asyncio.sleep(0)
        assert await follower == list(range(1, 51))
        assert journal.reads == 0

    asyncio.run(play())
