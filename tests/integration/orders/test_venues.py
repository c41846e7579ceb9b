"""Venues side by side, and what belongs to each of them alone."""

import asyncio

import msgspec
import pytest
from tests.integration.orders.stage import AT, Stage, price, restarted, shares

from tradewind.contracts.market_data import Depth, DepthLevel
from tradewind.contracts.orders import OrderQuery
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, OrderId, VenueId
from tradewind.order_service.domain.refusals import AccountOfAnotherVenue
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, MoneyUnits


async def test_more_venues_than_the_database_has_connections(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    limit = int(await stage.database.fetchval("SHOW max_connections"))
    for number in range(limit + 10):
        await app.create_venue(VenueSpec(venue_id=VenueId(f"many-{new_id()}"), name=str(number)))
    async with restarted(stage) as again:
        assert len(await again.list_venues()) > limit
        await again.submit_order(stage.order(limit_price=price(50)))


async def test_account_belongs_to_one_venue_for_good(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    other = VenueId(f"other-{new_id()}")
    await app.create_venue(VenueSpec(venue_id=other, name="Other"))
    with pytest.raises(AccountOfAnotherVenue, match=stage.venue_id):
        await app.open_account(other, stage.account_id)
    await app.open_account(stage.venue_id, stage.account_id)
    async with restarted(stage) as again:
        with pytest.raises(AccountOfAnotherVenue):
            await again.open_account(other, stage.account_id)


async def test_account_is_opened_at_one_of_two_venues_that_ask_at_once(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    other, account_id = VenueId(f"other-{new_id()}"), AccountId(new_id())
    await app.create_venue(VenueSpec(venue_id=other, name="Other"))
    outcomes = await asyncio.gather(
        *(app.open_account(venue_id, account_id) for venue_id in (stage.venue_id, other)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), AccountOfAnotherVenue]


async def test_open_orders_of_one_instant_are_listed_as_the_table_lists_them(
    stage: Stage,
) -> None:
    app = stage.app
    assert app is not None
    replay, account_id = VenueId(f"replay-{new_id()}"), AccountId(new_id())
    spec = VenueSpec(venue_id=replay, name="Replay", follows_feed_time=True, starts_at=AT)
    await app.create_venue(spec)
    await app.open_account(replay, account_id)
    await app.deposit(account_id, MoneyUnits(10_000 * SCALE), "first deposit")
    ids = [OrderId(new_id()) for _ in range(8)]
    for order_id in (ids[3], ids[0], ids[5], ids[1], ids[7], ids[2], ids[6], ids[4]):
        await app.submit_order(
            stage.order(
                account_id=account_id,
                order_id=order_id,
                client_order_id=order_id,
                limit_price=price(9),
            )
        )
    for descending in (True, False):
        everything = OrderQuery(status="all", descending=descending)
        table = await app.list_orders(account_id, everything)
        assert await app.list_orders(account_id, OrderQuery(descending=descending)) == table
        pages: list[OrderId] = []
        query = OrderQuery(limit=3, descending=descending)
        while page := await app.list_orders(account_id, query):
            pages += [order.order_id for order in page]
            anchor = {"before_order_id" if descending else "after_order_id": pages[-1]}
            query = msgspec.structs.replace(OrderQuery(limit=3, descending=descending), **anchor)
        assert pages == [order.order_id for order in table]


async def test_positions_that_come_up_meanwhile_are_closed_too(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    for symbol in ("IBM", "MSFT"):
        await stage.feed(Depth(symbol, AT, (), (DepthLevel(price(10), shares(50)),)))
    await app.submit_order(stage.order(qty=1))
    buys = [app.submit_order(stage.order(qty=1, symbol=symbol)) for symbol in ("IBM", "MSFT")]
    closing = app.close_all_positions(stage.account_id, cancel_orders=False)
    *_, results = await asyncio.gather(*buys, closing)
    assert [result.symbol for result in results] == ["AAPL", "IBM", "MSFT"]
    assert len({result.order.order_id for result in results if result.order}) == 3
