"""Crypto trades around the clock, in fractions, by gtc and ioc orders only."""

from decimal import Decimal

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, fills, price, shares

from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    ExtendedHoursOpened,
    Listing,
    SessionClosed,
)
from tradewind.contracts.terms import Terms
from tradewind.contracts.trading_accounts import ConfigurationChange
from tradewind.contracts.vocabulary import (
    AssetClass,
    ExtendedPhase,
    OrderId,
    OrderStatus,
    OrderType,
)
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.refusals import NotForCrypto, QuantityTooSmall
from tradewind.order_service.domain.state import OrderState

BITCOIN = "BTC/USD"
LISTING = Listing(
    symbol=BITCOIN,
    asset_class=AssetClass.CRYPTO,
    marginable=False,
    shortable=False,
    easy_to_borrow=False,
    quantity_min=shares("0.0001"),
)


def closed_stage() -> Stage:
    """Return a venue whose exchange is closed, with bitcoin listed."""
    stage = Stage()
    stage.feed(LISTING, SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    return stage


def show(stage: Stage, ask: str, size: str) -> None:
    level = DepthLevel(price(ask), shares(size))
    stage.feed(Depth(BITCOIN, stage.now, (), (level,)))


def buy(stage: Stage, qty: str, limit: str | None = None, tif: str = "gtc") -> OrderState:
    return stage.submit(ALICE, "buy", qty, limit, tif, symbol=BITCOIN)


def test_crypto_trades_while_the_exchange_is_closed() -> None:
    stage = closed_stage()
    show(stage, "50000", "1")
    order = buy(stage, "0.012345679", tif="ioc")
    assert order.status is OrderStatus.FILLED
    assert stage.core.state.qty(stage.core.state.accounts[ALICE], BITCOIN) == 12_345_679


def test_order_that_rests_is_filled_and_triggered_at_any_hour() -> None:
    stage = closed_stage()
    resting = buy(stage, "0.01", "49000")
    terms = Terms(stop_price=price("51000"))
    stop = stage.submit(
        BOB, "buy", "0.01", "52000", "gtc", OrderType.STOP_LIMIT, terms, symbol=BITCOIN
    )
    assert fills(stage.trade("49000", 1, BITCOIN)) == [("49000", "0.01")]
    stage.trade("51000", 1, BITCOIN)
    assert resting.status is OrderStatus.FILLED
    assert not stop.waits


def test_sessions_of_the_exchange_leave_crypto_orders_and_its_depth_alone() -> None:
    stage = Stage()
    stage.feed(LISTING)
    show(stage, "50000", "1")
    order = buy(stage, "0.01", "49000")
    stage.feed(
        SessionClosed(DAY, stage.now, {}, after_hours_follow=True),
        ExtendedHoursOpened(DAY, stage.now, ExtendedPhase.AFTER_HOURS),
    )
    assert order.priority in stage.core.books.places
    assert buy(stage, "0.01", tif="ioc").status is OrderStatus.FILLED
    assert order.status is OrderStatus.NEW


@pytest.mark.parametrize("tif", ["day", "fok"])
def test_only_gtc_and_ioc_are_taken(tif: str) -> None:
    with pytest.raises(NotForCrypto, match=f"GTC or IOC orders, not {tif}"):
        buy(closed_stage(), "0.01", "49000", tif)


def test_stops_without_a_limit_groups_and_extended_hours_are_refused() -> None:
    stage = closed_stage()
    terms = Terms(stop_price=price("51000"))
    with pytest.raises(NotForCrypto, match="not stop"):
        stage.submit(ALICE, "buy", "0.01", None, "gtc", OrderType.STOP, terms, symbol=BITCOIN)
    with pytest.raises(NotForCrypto, match="leave extended_hours out"):
        stage.submit(ALICE, "buy", "0.01", "49000", "gtc", symbol=BITCOIN, extended=True)


def test_order_below_the_smallest_is_refused() -> None:
    with pytest.raises(QuantityTooSmall, match=r"below the smallest order of BTC/USD, 0\.0001"):
        buy(closed_stage(), "0.00009999", "49000")


def test_fractions_of_coins_do_not_need_fractional_trading() -> None:
    stage = closed_stage()
    stage.run(commands.Configure(ALICE, ConfigurationChange(fractional_trading=False)))
    assert buy(stage, "0.01", "49000").status is OrderStatus.NEW


def test_position_is_closed_by_percentage_to_a_billionth_and_in_the_end_whole() -> None:
    stage = closed_stage()
    show(stage, "50000", "1")
    buy(stage, "0.000333335", tif="ioc")
    level = DepthLevel(price("50000"), shares(1))
    stage.feed(Depth(BITCOIN, stage.now, (level,), ()))
    part = close(stage, 1, "33.333333333")
    assert (part.qty, part.time_in_force, part.status) == (111_111, "gtc", OrderStatus.FILLED)
    # 0.000222224 are left; the last of them may go although a new order could not be so small.
    close(stage, 2, "90")
    assert close(stage, 3, "100").qty == 22_223
    assert BITCOIN not in stage.core.state.accounts[ALICE].positions


def close(stage: Stage, number: int, percentage: str) -> OrderState:
    order_id = OrderId(f"00000000-0000-7000-b000-{number:012d}")
    command = commands.ClosePosition(ALICE, order_id, BITCOIN, percentage=Decimal(percentage))
    order: OrderState = decide(stage.core, command, stage.now)
    return order
