"""The journal, followed request by request."""

import asyncio

import pytest

from tradewind.contracts.remote import JournalPager, follow_pages
from tradewind.contracts.vocabulary import MAIN_VENUE
from tradewind.platform.errors import NotLeading
from tradewind.testing.journal import AccountStory


async def test_every_record_is_seen_once_and_in_order() -> None:
    story = AccountStory()
    for _ in range(9):
        story.deposit(1)
    seen: list[int] = []
    following = follow_pages(JournalPager(story.journal), MAIN_VENUE, 2, batch=3)
    async for records in following:
        assert len(records) <= 3
        seen += [record.number for record in records]
        if len(seen) == 8:
            story.deposit(1)
        if len(seen) == 9:
            break
    assert seen == list(range(3, 12))


async def test_look_at_the_end_waits_for_the_next_record() -> None:
    story = AccountStory()
    pager = JournalPager(story.journal)
    look = asyncio.create_task(pager.read_after(MAIN_VENUE, 1, 10, 10))
    await story.journal.wait_until_read()
    assert not look.done()
    story.deposit(1)
    assert [record.number for record in await look] == [2]


async def test_look_ends_empty_when_nothing_happens_in_time() -> None:
    pager = JournalPager(AccountStory().journal)
    assert await pager.read_after(MAIN_VENUE, 1, 10, 0.01) == []


async def test_stopping_leader_sends_who_waits_to_the_next_one() -> None:
    story = AccountStory()
    pager = JournalPager(story.journal)
    look = asyncio.create_task(pager.read_after(MAIN_VENUE, 1, 10, 10))
    await story.journal.wait_until_read()
    pager.stop()
    with pytest.raises(NotLeading):
        await look
    with pytest.raises(NotLeading):
        await pager.read_after(MAIN_VENUE, 0, 10, 10)
