"""Verification finds whatever differs between journal, tables and memory, page by page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.conftest import MakeDatabase
from tests.integration.orders.stage import Stage, price, restarted, shares

from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.app import SCHEMA
from tradewind.order_service.domain.state import VenueState
from tradewind.order_service.invariants import verification
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.recovery import Recovered, recover
from tradewind.order_service.snapshots import encode_state, pack
from tradewind.platform.ids import new_id
from tradewind.platform.money import MoneyUnits


@asynccontextmanager
async def played(make_database: MakeDatabase) -> AsyncIterator[Stage]:
    """Yield a venue with a filled, a canceled and an open order, which is thrown away."""
    stage = Stage(await make_database(SCHEMA))
    app = await stage.open()
    await app.submit_order(stage.order(qty=10))
    ended = await app.submit_order(stage.order(limit_price=price(50)))
    await app.cancel_order(stage.account_id, ended.order_id)
    await app.submit_order(stage.order(limit_price=price(51)))
    yield stage
    await app.stop()


async def differences(stage: Stage) -> list[str]:
    assert stage.app is not None
    (result,) = [each for each in await stage.app.verify() if each.venue_id == stage.venue_id]
    return result.differences


async def forge(stage: Stage, table: str, statement: str) -> None:
    """Change a table behind the journal's back, triggers or not."""
    async with stage.database.transaction() as connection:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await connection.execute(statement.format(venue=f"'{stage.venue_id}'"))
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("table", "statement", "found"),
    [
        (
            "orders",
            "UPDATE orders SET status = 'filled' WHERE venue_id = {venue} AND status = 'new'",
            "status is filled, the journal says new",
        ),
        (
            "orders",
            "DELETE FROM orders WHERE venue_id = {venue} AND status = 'canceled'",
            "is in the journal but not in the table",
        ),
        (
            "orders",
            "INSERT INTO orders SELECT (jsonb_populate_record(o, jsonb_build_object('order_id', "
            "gen_random_uuid(), 'client_order_id', 'forged'))).* FROM orders o "
            "WHERE venue_id = {venue} LIMIT 1",
            "is in the table but not in the journal",
        ),
        (
            "executions",
            "UPDATE executions SET fee = fee + 1 WHERE venue_id = {venue}",
            "fee is",
        ),
        (
            "executions",
            "DELETE FROM executions WHERE venue_id = {venue}",
            "is not in the table",
        ),
        (
            "executions",
            "UPDATE executions SET journal_number = 1 WHERE venue_id = {venue}",
            "is not in the journal",
        ),
        (
            "executions",
            "UPDATE executions SET journal_number = 1000 WHERE venue_id = {venue}",
            "record 1000, which the tables show, is not there",
        ),
        (
            "ledger_entries",
            "UPDATE ledger_entries SET amount = 2 * amount WHERE venue_id = {venue}",
            "the sums of the postings in USD differ from the journal",
        ),
        (
            "ledger_entries",
            "UPDATE ledger_entries SET amount = amount + 1 WHERE venue_id = {venue} AND line = 0",
            "is off by",
        ),
        (
            "ledger_entries",
            "DELETE FROM ledger_entries WHERE venue_id = {venue} AND journal_number = 2",
            "journal entry 2: the postings differ",
        ),
        (
            "journal",
            "UPDATE journal SET event = jsonb_set(event::jsonb, '{{amount}}', '5') "
            "WHERE venue_id = {venue} AND kind = 'cash_deposited'",
            "journal entry 2: the postings differ",
        ),
        (
            "journal",
            "DELETE FROM journal WHERE venue_id = {venue} AND number = 2",
            "record 2 cannot be folded in",
        ),
    ],
)
async def test_forgery_is_found(
    make_database: MakeDatabase, table: str, statement: str, found: str
) -> None:
    async with played(make_database) as stage:
        assert await differences(stage) == []
        await forge(stage, table, statement)
        assert any(found in difference for difference in await differences(stage))


async def test_memory_that_is_not_what_the_journal_says_is_found(
    make_database: MakeDatabase,
) -> None:
    async with played(make_database) as stage:
        assert stage.app is not None
        state = stage.app._venues[stage.venue_id].core.state
        state.accounts[stage.account_id].fees_paid = MoneyUnits(7)
        assert await differences(stage) == [
            f"memory at record {state.number} is not what the journal says"
        ]


async def test_journal_of_many_pages_is_verified_while_the_venue_trades(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    count = 2 * verification.PAGE
    orders = [stage.order(qty=1, limit_price=10**9 // 100) for _ in range(count)]
    await asyncio.gather(*map(app.submit_order, orders))
    verifying = asyncio.create_task(app.verify())
    for order in orders[:100]:
        await app.cancel_order(stage.account_id, order.order_id)
    for results in (await verifying, await app.verify()):
        (result,) = [each for each in results if each.venue_id == stage.venue_id]
        assert result.differences == []
        assert result.orders == count
        assert result.records > count


async def test_recovery_from_a_snapshot_equals_recovery_from_the_first_record(
    stage: Stage,
) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=12))
    resting = await app.submit_order(stage.order(qty=5, limit_price=price(98)))
    async with restarted(stage) as again:
        await again.cancel_order(stage.account_id, resting.order_id)
        await again.submit_order(stage.order(qty=3, limit_price=price(97)))
        journal = JournalRepository(stage.database)
        venue = again._venues[stage.venue_id]
        snapshot = await journal.newest_snapshot(stage.venue_id)
        assert snapshot is not None
        assert 0 < snapshot.number < venue.core.state.number
        from_snapshot = (await recover(journal, stage.venue_id)).state
        whole = Recovered.nothing(stage.venue_id)
        await whole.catch_up(journal)
        from_zero = whole.state
        assert from_snapshot == from_zero == venue.core.state
        assert encode_state(from_snapshot) == encode_state(from_zero)


async def test_snapshot_of_another_format_or_of_a_lost_journal_is_left_alone(
    stage: Stage,
) -> None:
    app = stage.app
    assert app is not None
    journal = JournalRepository(stage.database)
    state = VenueState(venue_id=stage.venue_id, number=10_000)
    await journal.save_snapshot(stage.venue_id, state.number, pack(encode_state(state)))
    await stage.database.execute(
        "INSERT INTO snapshots (venue_id, number, format, taken_at) VALUES ($1, 1, 0, now())",
        stage.venue_id,
    )
    assert await journal.newest_snapshot(stage.venue_id) is None
    order = OrderId(new_id())
    await app.submit_order(stage.order(qty=1, order_id=order, client_order_id=order))
    async with restarted(stage) as again:
        assert (await again.get_position(stage.account_id, "AAPL")).qty == shares(1)
