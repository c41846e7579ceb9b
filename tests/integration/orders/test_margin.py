"""Margin accounts in the database: short sales, calls and intents outlive a restart."""

from datetime import date

from msgspec import structs
from tests.integration.orders.stage import AT, Stage, price, restarted, shares, verified

from tradewind.contracts.margin import AccountType, MarginSettings
from tradewind.contracts.market_data import Depth, DepthLevel, Listing, SessionOpened, Trade
from tradewind.contracts.vocabulary import OrderSide, OrderStatus, PositionIntent
from tradewind.platform.money import SCALE, MoneyUnits

MARGIN = MarginSettings(account_type=AccountType.MARGIN, multiplier_max=2)


async def test_short_sale_and_its_cover_outlive_a_restart(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await stage.feed(Listing(symbol="AAPL"))
    account = await app.set_margin(stage.account_id, MARGIN, "admin")
    assert account.margin is not None
    assert account.margin.buying_power == MoneyUnits(20_000 * SCALE)
    short = await app.submit_order(stage.order(OrderSide.SELL, 40, limit_price=price(99)))
    assert short.status is OrderStatus.FILLED
    cover = await app.submit_order(stage.order(OrderSide.BUY, 25, limit_price=price(90)))
    position = await app.get_position(stage.account_id, "AAPL")
    assert (position.qty, position.qty_available) == (shares(-40), shares(-15))
    async with restarted(stage) as again:
        recovered = await again.get_position(stage.account_id, "AAPL")
        # What the feed said is not in the journal: without it there is no price.
        assert recovered == structs.replace(position, current_price=None)
        for order, intent in (
            (short, PositionIntent.SELL_TO_OPEN),
            (cover, PositionIntent.BUY_TO_CLOSE),
        ):
            stored = await again.get_order(stage.account_id, order.order_id)
            assert stored.terms is not None
            assert stored.terms.intent is intent
        await again.cancel_order(stage.account_id, cover.order_id)
        await verified(stage)


async def test_margin_call_closes_a_position_and_every_record_folds_again(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await stage.feed(Listing(symbol="AAPL"))
    await app.set_margin(stage.account_id, MARGIN, "admin")
    await stage.feed(depth(100, 1_000))
    await app.submit_order(stage.order(OrderSide.BUY, 190))
    async with restarted(stage) as again:
        await stage.feed(SessionOpened(date(2024, 1, 2), AT), depth(60, 1_000))
        await stage.feed(Trade("AAPL", AT, price(60), shares(1), 2))
        account = await again.get_account(stage.account_id)
        assert account.margin is not None
        assert account.equity >= account.margin.maintenance_margin
        position = await again.get_position(stage.account_id, "AAPL")
        assert 0 < position.qty < shares(190)
        await verified(stage)


def depth(dollars: int, size: int) -> Depth:
    levels = (DepthLevel(price(dollars), shares(size)),)
    return Depth("AAPL", AT, levels, levels)
