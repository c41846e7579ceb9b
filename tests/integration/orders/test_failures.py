"""The database goes away in the middle of a write: the venue ends and nobody is told a lie."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from tests.conftest import MakeDatabase
from tests.integration.orders.proxy import wire_to
from tests.integration.orders.stage import Stage, price, restarted, verified

from tradewind.contracts.orders import OrderQuery
from tradewind.contracts.vocabulary import OrderStatus
from tradewind.order_service.app import SCHEMA
from tradewind.order_service.domain.refusals import OrderNotFound, OutcomeUnknown
from tradewind.platform.database import Database
from tradewind.platform.errors import Stopping

WAITING = "SELECT pid FROM pg_locks WHERE relation = 'orders.journal'::regclass AND NOT granted"


@asynccontextmanager
async def held_up(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Keep everybody from writing to the journal, over a connection of the server's owner."""
    owner = await asyncpg.connect(dsn, timeout=10)
    try:
        async with owner.transaction():
            await owner.execute("LOCK TABLE orders.journal IN ACCESS EXCLUSIVE MODE")
            yield owner
    finally:
        await owner.close(timeout=5)


async def writer_that_waits(owner: asyncpg.Connection) -> int:
    async with asyncio.timeout(10):
        while (pid := await owner.fetchval(WAITING)) is None:
            pass
    assert isinstance(pid, int)
    return pid


async def test_connection_lost_in_a_write_ends_the_venue_and_acknowledges_nothing(
    make_database: MakeDatabase, database_dsn: str
) -> None:
    stage = Stage(await make_database(SCHEMA))
    app = await stage.open()
    before = await app.get_account(stage.account_id)
    number = await app.last_number(stage.venue_id)
    first, later = stage.order(qty=10), stage.order(limit_price=price(50))
    async with held_up(database_dsn) as owner:
        in_flight = asyncio.create_task(app.submit_order(first))
        pid = await writer_that_waits(owner)
        queued = asyncio.create_task(app.submit_order(later))
        reader = asyncio.create_task(app.get_account(stage.account_id))
        await owner.execute("SELECT pg_terminate_backend($1)", pid)
        outcomes = await asyncio.gather(in_flight, queued, reader, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown, Stopping, Stopping]
    assert len(stage.failures) == 1
    assert not await app.ready()
    assert await app.last_number(stage.venue_id) == number
    with pytest.raises(Stopping):
        await app.submit_order(stage.order(limit_price=price(50)))
    async with restarted(stage) as again:
        assert await again.last_number(stage.venue_id) == number
        assert (await again.get_account(stage.account_id)).cash_posted == before.cash_posted
        for order in (first, later):
            with pytest.raises(OrderNotFound):
                await again.get_order(stage.account_id, order.order_id)
        assert (await again.submit_order(later)).status is OrderStatus.NEW
        await verified(stage)
        await again.stop()


@pytest.mark.parametrize("has_own_id", [False, True])
async def test_answer_lost_leaves_the_order_there_once_or_not_at_all_as_was_said(
    make_database: MakeDatabase, database_dsn: str, has_own_id: bool
) -> None:
    await make_database(SCHEMA)
    async with wire_to(database_dsn) as (wire, dsn):
        stage = Stage(await Database.open(dsn, SCHEMA))
        app = await stage.open()
        # The client's own id is looked up first: then it is that answer which is lost.
        name = {"client_order_id": "in doubt"} if has_own_id else {}
        order = stage.order(qty=10, **name)
        wire.answers = False
        sent = asyncio.create_task(app.submit_order(order))
        async with asyncio.timeout(10):
            await wire.kept_back.wait()
        wire.answers = True
        await wire.cut()
        (outcome,) = await asyncio.gather(sent, return_exceptions=True)
        assert type(outcome) is (Stopping if has_own_id else OutcomeUnknown)
        assert len(stage.failures) == 1
        await app.stop()
        await stage.database.close()
    stage.database = await make_database(SCHEMA)
    again = await stage.start()
    found = await again.list_orders(stage.account_id, OrderQuery(status="all"))
    assert [(each.order_id, each.status) for each in found] == (
        [] if has_own_id else [(order.order_id, OrderStatus.FILLED)]
    )
    await verified(stage)
    await again.stop()


async def test_connections_lost_between_two_writes_are_made_anew(
    make_database: MakeDatabase, database_dsn: str
) -> None:
    await make_database(SCHEMA)
    async with wire_to(database_dsn) as (wire, dsn):
        stage = Stage(await Database.open(dsn, SCHEMA))
        app = await stage.open()
        await wire.cut()
        for _ in range(3):  # the loop notices it when it looks at its sockets the next time
            await asyncio.sleep(0)
        assert (await app.submit_order(stage.order(qty=1))).status is OrderStatus.FILLED
        await verified(stage)
        await app.stop()
        assert stage.failures == []
        await stage.database.close()


async def test_command_of_many_events_is_there_in_full_or_not_at_all(
    make_database: MakeDatabase, database_dsn: str
) -> None:
    stage = Stage(await make_database(SCHEMA))
    app = await stage.open()
    orders = [stage.order(qty=1, limit_price=10**9 // 100) for _ in range(6_000)]
    await asyncio.gather(*map(app.submit_order, orders))
    number = await app.last_number(stage.venue_id)
    await stage.database.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_test CHECK (order_id <> "
        f"'{orders[-1].order_id}' OR status <> 'canceled')"
    )
    with pytest.raises(OutcomeUnknown):
        await app.cancel_all_orders(stage.account_id)
    await stage.database.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_test")
    async with restarted(stage) as again:
        assert await again.last_number(stage.venue_id) == number
        assert len(await again.cancel_all_orders(stage.account_id)) == 6_000
        assert await again.last_number(stage.venue_id) == number + 6_000
        assert (await again.get_account(stage.account_id)).cash_held == 0
        await verified(stage)
        await again.stop()
