"""The core on a real PostgreSQL: durable, recoverable, verifiable."""

import asyncio
from datetime import date

import asyncpg
import msgspec
import pytest
from tests.conftest import MakeDatabase
from tests.integration.orders.stage import AT, Stage, price, restarted, shares, verified

from tradewind.contracts.activities import ActivityQuery, FillActivity
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    SessionClosed,
    SessionOpened,
)
from tradewind.contracts.orders import OrderQuery, ReplaceOrder
from tradewind.contracts.vocabulary import (
    OrderId,
    OrderSide,
    OrderStatus,
)
from tradewind.order_service.app import SCHEMA
from tradewind.order_service.domain.refusals import (
    InsufficientBuyingPower,
    OrderNotCancelable,
    OrderNotFound,
)
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, MoneyUnits


async def test_market_order_walks_the_depth_and_pays_fees(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    order = await app.submit_order(stage.order(qty=40))
    assert order.status is OrderStatus.FILLED
    assert order.filled_value == 30 * price(100) + 10 * price(101)
    account = await app.get_account(stage.account_id)
    assert account.fees_paid == MoneyUnits(401 * SCALE // 100)
    assert account.cash_posted == MoneyUnits((10_000 - 4_010) * SCALE - 401 * SCALE // 100)
    assert account.cash_held == 0
    position = await app.get_position(stage.account_id, "AAPL")
    assert (position.qty, position.cost_basis) == (shares(40), 4_010 * SCALE)
    await verified(stage)


async def test_everything_is_the_same_after_a_restart(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=12))
    resting = await app.submit_order(stage.order(qty=5, limit_price=price(98)))
    before = (
        await app.get_account(stage.account_id),
        await app.list_positions(stage.account_id),
        await app.list_orders(stage.account_id, OrderQuery(status="all")),
    )
    async with restarted(stage) as again:
        after = (
            await again.get_account(stage.account_id),
            await again.list_positions(stage.account_id),
            await again.list_orders(stage.account_id, OrderQuery(status="all")),
        )
        # The last trade is the feed's to tell again; until then positions count at cost.
        assert after[0].cash_posted == before[0].cash_posted
        assert after[0].cash_held == before[0].cash_held
        assert [p.qty for p in after[1]] == [p.qty for p in before[1]]
        assert after[2] == before[2]
        await again.cancel_order(stage.account_id, resting.order_id)
        assert (await again.get_account(stage.account_id)).cash_held == 0
        await verified(stage)


async def test_refused_order_leaves_no_trace(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    number = await app.last_number(stage.venue_id)
    with pytest.raises(InsufficientBuyingPower, match="insufficient buying power"):
        await app.submit_order(stage.order(qty=1_000))
    assert await app.last_number(stage.venue_id) == number
    assert await app.list_orders(stage.account_id, OrderQuery(status="all")) == []


async def test_ended_order_is_not_cancelable_and_unknown_one_not_found(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    order = await app.submit_order(stage.order())
    with pytest.raises(OrderNotCancelable, match="filled"):
        await app.cancel_order(stage.account_id, order.order_id)
    with pytest.raises(OrderNotFound):
        await app.cancel_order(stage.account_id, OrderId(new_id()))
    with pytest.raises(OrderNotFound):
        await app.get_order(stage.account_id, OrderId(new_id()))


async def test_replacing_keeps_the_chain_and_moves_the_hold(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    old = await app.submit_order(stage.order(qty=10, limit_price=price(90)))
    new = await app.replace_order(
        ReplaceOrder(
            order_id=old.order_id,
            new_order_id=OrderId(new_id()),
            account_id=stage.account_id,
            qty=shares(20),
            limit_price=price(91),
        )
    )
    assert new.replaces == old.order_id
    ended = await app.get_order(stage.account_id, old.order_id)
    assert (ended.status, ended.replaced_by) == (OrderStatus.REPLACED, new.order_id)
    held = (await app.get_account(stage.account_id)).cash_held
    assert held == 20 * price(91) + 182 * SCALE // 100
    await verified(stage)


async def test_day_order_expires_and_waiting_order_joins_the_next_session(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    day = await app.submit_order(stage.order(limit_price=price(50)))
    gtc = await app.submit_order(stage.order(limit_price=price(50), time_in_force="gtc"))
    await stage.feed(SessionClosed(date(2024, 1, 2), AT, {"AAPL": price(100)}))
    assert (await app.get_order(stage.account_id, day.order_id)).status is OrderStatus.EXPIRED
    assert (await app.get_order(stage.account_id, gtc.order_id)).status is OrderStatus.NEW
    waiting = await app.submit_order(stage.order(qty=3))
    assert waiting.status is OrderStatus.ACCEPTED
    await stage.feed(SessionOpened(date(2024, 1, 3), AT))
    await stage.feed(Depth("AAPL", AT, (), (DepthLevel(price(102), shares(30)),)))
    filled = await app.get_order(stage.account_id, waiting.order_id)
    assert (filled.status, filled.filled_avg_price) == (OrderStatus.FILLED, price(102))
    await verified(stage)


async def test_activities_list_fills_and_cash_with_paging(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=40))
    everything = await app.list_activities(stage.account_id, ActivityQuery())
    assert [isinstance(item, FillActivity) for item in everything] == [True, True, False]
    first = await app.list_activities(stage.account_id, ActivityQuery(limit=1))
    rest = await app.list_activities(
        stage.account_id, ActivityQuery(page_token=first[0].activity_id)
    )
    assert first + rest == everything


async def test_followers_see_every_record_once_from_any_number(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=40))
    last = await app.last_number(stage.venue_id)
    async with restarted(stage) as again:
        await again.submit_order(stage.order(qty=1, limit_price=price(10)))
        seen: list[int] = []
        async with asyncio.timeout(10):
            async for records in again.follow(stage.venue_id, 0, batch=3):
                seen += [record.number for record in records]
                if seen[-1] == last + 1:
                    break
    assert seen == list(range(1, last + 2))


async def test_journal_and_ledger_cannot_be_changed(stage: Stage) -> None:
    for statement in ("UPDATE ledger_entries SET amount = 1", "DELETE FROM journal"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await stage.database.execute(statement)


async def test_unbalanced_entry_cannot_be_written(stage: Stage) -> None:
    with pytest.raises(asyncpg.RaiseError, match="is off by"):
        await stage.database.execute(
            "INSERT INTO ledger_entries VALUES ($1, 1000000, 0, 'a', 'USD', 5), "
            "($1, 1000000, 1, 'b', 'USD', -4)",
            stage.venue_id,
        )


async def test_deposed_leader_writes_nothing(make_database: MakeDatabase) -> None:
    old = Stage(await make_database(SCHEMA))
    app = await old.open()
    number = await app.last_number(old.venue_id)
    new = Stage(old.database)
    new.venue_id, new.account_id = old.venue_id, old.account_id
    successor = await new.start()
    with pytest.raises(Exception, match="the venue has stopped"):
        await app.submit_order(old.order(limit_price=price(10)))
    assert [type(failure).__name__ for failure in old.failures] == ["Deposed"]
    assert not await app.ready()
    assert await successor.last_number(old.venue_id) == number
    assert await successor.list_orders(old.account_id, OrderQuery(status="all")) == []
    await successor.stop()
    await app.stop()


async def test_verification_finds_a_forged_order(make_database: MakeDatabase) -> None:
    stage = Stage(await make_database(SCHEMA))
    app = await stage.open()
    order = await app.submit_order(stage.order(qty=10))
    await stage.database.execute(
        "UPDATE orders SET filled_qty = 9 WHERE order_id = $1", order.order_id
    )
    differences = [d for result in await app.verify() for d in result.differences]
    assert any(order.order_id in difference for difference in differences)
    await stage.database.execute(
        "UPDATE orders SET filled_qty = 10 WHERE order_id = $1", order.order_id
    )
    await app.stop()


async def test_open_orders_from_memory_are_those_of_the_table(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    orders = [
        await app.submit_order(stage.order(qty=1, limit_price=price(10 + n), symbol=symbol))
        for n, symbol in enumerate(["AAPL", "IBM", "AAPL", "AAPL"])
    ]
    await app.cancel_order(stage.account_id, orders[2].order_id)
    for query in (
        OrderQuery(),
        OrderQuery(descending=False),
        OrderQuery(limit=2),
        OrderQuery(symbols=("AAPL",)),
        OrderQuery(side=OrderSide.SELL),
        OrderQuery(after=orders[0].created_at),
        OrderQuery(until=orders[3].created_at, descending=False),
    ):
        listed = await app.list_orders(stage.account_id, query)
        everything = msgspec.structs.replace(query, status="all", limit=500)
        table = await app.list_orders(stage.account_id, everything)
        assert listed == [order for order in table if order.status.is_open][: query.limit]
    ids = [order.order_id for order in orders]
    page = await app.list_orders(stage.account_id, OrderQuery(before_order_id=ids[2]))
    assert [order.order_id for order in page] == [ids[1], ids[0]]
