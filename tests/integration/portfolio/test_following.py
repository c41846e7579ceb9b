"""Every record counts once, whatever stops and starts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from tests.integration.portfolio.conftest import TABLES, StartApp

from tradewind.contracts.journal import CashDeposited, JournalRecord
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId, VenueId
from tradewind.platform.database import Database
from tradewind.platform.errors import NotFound, Unavailable
from tradewind.platform.ids import new_id
from tradewind.platform.money import MoneyUnits, to_units
from tradewind.portfolio_service.app import PortfolioApp
from tradewind.portfolio_service.domain.projection import Projection
from tradewind.portfolio_service.repository import Overtaken, Repository
from tradewind.testing.journal import AccountStory, JournalInMemory


def live(story: AccountStory, first: int, last: int) -> None:
    """Live through some days of buying, selling, dividends and splits."""
    for number in range(first, last):
        day = str(date(2020, 1, 1) + timedelta(days=number))
        story.begin(day)
        story.deposit("1000.01")
        story.buy("IBM", "1.5", "100.25", fee="0.35")
        story.buy("AAPL", 2, "10.1")
        story.dividend("IBM", "0.25")
        if number % 3 == 2:
            story.sell("AAPL", 6, "10.2")
        story.end(day, IBM=f"{100 + number}.5", AAPL="10.3")


async def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: [
            tuple(row) for row in await database.fetch(f"SELECT * FROM {table} ORDER BY {table}")
        ]
        for table in TABLES
    }


async def settle(app: PortfolioApp, story: AccountStory) -> None:
    await app.performance(story.venue_id, story.account_id, None, None)


async def test_restarts_change_nothing(start_app: StartApp, database: Database) -> None:
    story = AccountStory(start="2019-12-31")
    for days in range(0, 12, 3):
        app = await start_app(story.journal)
        live(story, days, days + 3)
        await settle(app, story)
        await app.stop()
    in_parts = await rows_of(database)

    await database.execute(f"TRUNCATE {', '.join(TABLES)}")
    app = await start_app(story.journal)
    await settle(app, story)
    assert await rows_of(database) == in_parts
    assert len(in_parts["equity_points"]) == 12
    assert len(in_parts["income"]) == 24, "a dividend and a fee on each of twelve days"


async def test_what_a_version_without_income_has_folded_is_folded_again(
    start_app: StartApp, database: Database
) -> None:
    story = AccountStory(start="2019-12-31")
    live(story, 0, 6)
    app = await start_app(story.journal)
    await settle(app, story)
    await app.stop()
    whole = await rows_of(database)
    # That version knows neither the mark nor the table.
    await database.execute("UPDATE venue_progress SET income_number = 3")
    await database.execute("DELETE FROM income WHERE trading_date > '2020-01-01'")
    app = await start_app(story.journal)
    await settle(app, story)
    assert await rows_of(database) == whole


async def test_what_was_folded_is_written_down_at_the_stop(
    start_app: StartApp, database: Database
) -> None:
    story = AccountStory(start="2019-12-31")
    live(story, 0, 2)
    app = await start_app(story.journal)
    await settle(app, story)
    live(story, 2, 3)
    async with asyncio.timeout(10):
        await story.journal.wait_until_read()
    await app.stop()
    number = await database.fetchval("SELECT last_number FROM venue_progress")
    assert number == len(story.records)


async def test_two_processes_on_one_database_count_every_record_once(
    start_app: StartApp, database: Database
) -> None:
    story = AccountStory(start="2019-12-31")
    one, other = await start_app(story.journal), await start_app(story.journal)
    for days in range(0, 12, 3):
        live(story, days, days + 3)
        await asyncio.gather(settle(one, story), settle(other, story))
    whole = Projection(story.venue_id)
    for record in story.records:
        whole.apply(record)
    points = await Repository(database).list_points(story.venue_id, story.account_id, None, None)
    assert points == whole.take_changes().points


async def test_stale_writer_writes_nothing(database: Database) -> None:
    story = AccountStory(start="2019-12-31")
    live(story, 0, 2)
    repository = Repository(database)
    winner, loser = await repository.load(MAIN_VENUE), await repository.load(MAIN_VENUE)
    for record in story.records:
        winner.apply(record)
        loser.apply(record)
    await repository.save(winner, winner.take_changes(), 0)
    before = await rows_of(database)
    with pytest.raises(Overtaken):
        await repository.save(loser, loser.take_changes(), 0)
    assert await rows_of(database) == before


async def test_what_is_loaded_is_what_was_saved(database: Database) -> None:
    story = AccountStory(start="2019-12-31")
    live(story, 0, 4)
    story.begin("2020-01-05")
    story.sell("IBM", 6, "99.99")
    repository = Repository(database)
    projection = await repository.load(MAIN_VENUE)
    for record in story.records:
        projection.apply(record)
    await repository.save(projection, projection.take_changes(), 0)
    loaded = await repository.load(MAIN_VENUE)
    assert loaded.progress() == projection.progress()
    assert loaded.accounts == projection.accounts
    assert loaded.prices == projection.prices


async def test_venue_opened_later_is_followed(start_app: StartApp) -> None:
    story = AccountStory(start="2019-12-31")
    app = await start_app(story.journal)
    await settle(app, story)
    replay = AccountStory(story.journal, venue_id=VenueId("replay-1"), start="2019-12-31")
    live(replay, 0, 2)
    found = await app.performance(replay.venue_id, replay.account_id, None, None)
    assert found.fills == 4


async def test_unknown_venue_and_account_are_not_found(start_app: StartApp) -> None:
    story = AccountStory()
    app = await start_app(story.journal)
    with pytest.raises(NotFound, match="venue nowhere"):
        await app.performance(VenueId("nowhere"), story.account_id, None, None)
    with pytest.raises(NotFound, match="account"):
        await app.equity_history(MAIN_VENUE, AccountId(new_id()), None, None)


async def test_broken_invariant_stops_the_venue_and_readiness(start_app: StartApp) -> None:
    story = AccountStory(start="2024-01-02")
    app = await start_app(story.journal)
    await settle(app, story)
    assert await app.ready()
    stranger = CashDeposited(AccountId(new_id()), MoneyUnits(1), "test")
    story.journal.append(MAIN_VENUE, story.records[-1].at, stranger)
    with pytest.raises(Unavailable, match="out of service"):
        await settle(app, story)
    assert not await app.ready()


class InterruptedJournal(JournalInMemory):
    """A journal whose connection breaks after every few records."""

    async def follow(
        self, venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        """Yield some records, then fail."""
        async for records in super().follow(venue_id, after, batch=10):
            yield records
            raise ConnectionResetError("the journal's connection was lost")


async def test_lost_connection_is_made_again(start_app: StartApp) -> None:
    story = AccountStory(InterruptedJournal(), start="2019-12-31")
    live(story, 0, 4)
    app = await start_app(story.journal)
    found = await app.performance(story.venue_id, story.account_id, None, None)
    assert found.fills == 9
    assert await app.ready()


async def test_trading_date_that_ends_twice_has_one_point(start_app: StartApp) -> None:
    story = AccountStory(start="2024-01-02")
    app = await start_app(story.journal)
    for amount in (1000, 10, 1):
        story.deposit(amount)
        story.end("2024-01-02")
        if amount != 10:
            await settle(app, story)
    history = await app.equity_history(story.venue_id, story.account_id, None, None)
    (point,) = history.points
    assert point.equity == point.net_cash_flow == to_units(1011)
    assert point.profit_loss == 0
