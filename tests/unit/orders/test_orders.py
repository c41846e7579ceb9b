"""The life of orders, worked by hand."""

from decimal import Decimal

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, fills, money, price

from tradewind.contracts.journal import CancelReason, OrderCanceled
from tradewind.contracts.market_data import CashDividend, SessionClosed, SessionOpened, Split
from tradewind.contracts.trading_accounts import ConfigurationChange
from tradewind.contracts.venues import FeeSchedule
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.refusals import (
    FractionalTradingOff,
    InsufficientBuyingPower,
    InsufficientQuantity,
    NoPriceKnown,
    OrderTooLarge,
    SessionNotOpen,
    TradingSuspended,
    WashTrade,
)


def reasons(stage: Stage) -> list[CancelReason]:
    return [event.reason for event in stage.events if isinstance(event, OrderCanceled)]


def test_limit_buy_reserves_its_worst_cost_and_gives_back_the_rest() -> None:
    stage = Stage(FeeSchedule(fee_bps=Decimal(100)))
    stage.depth(asks=[("9", 40)])
    stage.submit(ALICE, "buy", 100, "10")
    # 40 shares at 9 cost 360 and 3.60 of fees; 60 more may cost 600 and 6 of fees.
    assert stage.cash(ALICE) == Decimal("10000") - Decimal("363.60") - Decimal("606")


def test_market_buy_may_go_beyond_its_reserve_but_not_beyond_the_cash() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 1)])
    stage.trade("10", 1)
    order = stage.submit(ALICE, "buy", 900)
    assert fills(stage.events) == [("10", "1")]
    stage.depth(asks=[("11.1", 400), ("11.2", 600)])
    assert order.status == "canceled"
    assert order.filled_qty == 401 * 10**9
    assert stage.cash(ALICE) == Decimal("10000") - 10 - 400 * Decimal("11.1")


def test_ioc_cancels_what_it_does_not_get_at_once() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 3)])
    order = stage.submit(ALICE, "buy", 5, "10", "ioc")
    assert (order.status, order.filled_qty) == ("canceled", 3 * 10**9)
    assert reasons(stage) == [CancelReason.IMMEDIATE]


def test_fok_trades_in_full_or_not_at_all() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.submit(BOB, "sell", 4, "10")
    stage.depth(asks=[("10", 3)])
    assert stage.submit(ALICE, "buy", 8, "10", "fok").status == "canceled"
    assert reasons(stage) == [CancelReason.FILL_OR_KILL]
    assert stage.position(ALICE) == 0
    assert stage.submit(ALICE, "buy", 7, "10", "fok").status == "filled"


def test_fee_minimum_is_charged_once_for_an_order() -> None:
    stage = Stage(FeeSchedule(fee_minimum=money("1"), fee_bps=Decimal(10)))
    stage.depth(asks=[("10", 10), ("10.1", 10)])
    order = stage.submit(ALICE, "buy", 20, "10.1")
    assert order.fees == money("1")
    assert stage.cash(ALICE) == Decimal("10000") - 100 - 101 - 1


def test_sell_pays_no_more_fee_than_it_brought_in() -> None:
    stage = Stage(FeeSchedule(fee_minimum=money("5")))
    stage.give(ALICE, 10)
    before = stage.cash(ALICE)
    stage.depth(bids=[("1", 3)])
    assert stage.submit(ALICE, "sell", 3, "1").fees == money("3")
    assert stage.cash(ALICE) == before


@pytest.mark.parametrize(
    ("refusal", "side", "qty", "limit", "tif"),
    [
        (InsufficientBuyingPower, "buy", "1001", "10", "day"),
        (InsufficientQuantity, "sell", "1", "10", "day"),
        (NoPriceKnown, "buy", "1", None, "day"),
        (OrderTooLarge, "buy", "1000000000", "10", "day"),
    ],
)
def test_refusals_say_why(
    refusal: type[Exception], side: str, qty: str, limit: str | None, tif: str
) -> None:
    stage = Stage()
    before = stage.core.state.number
    with pytest.raises(refusal):
        stage.submit(ALICE, side, qty, limit, tif)
    assert stage.core.state.number == before


def test_own_orders_do_not_meet() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.submit(ALICE, "sell", 5, "11")
    with pytest.raises(WashTrade):
        stage.submit(ALICE, "buy", 5, "11")
    assert stage.submit(ALICE, "buy", 5, "10.9").status == "new"


def test_immediate_orders_need_an_open_session_and_others_wait_for_it() -> None:
    stage = Stage()
    stage.trade("10", 1)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    with pytest.raises(SessionNotOpen):
        stage.submit(ALICE, "buy", 1, "10", "ioc")
    order = stage.submit(ALICE, "buy", 1)
    assert order.status == "accepted"
    stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    assert order.status == "new"
    assert fills(stage.depth(asks=[("9.5", 10)])) == [("9.5", "1")]


def test_suspended_and_fractional_settings_hold() -> None:
    stage = Stage()
    stage.run(commands.Configure(ALICE, ConfigurationChange(fractional_trading=False)))
    with pytest.raises(FractionalTradingOff):
        stage.submit(ALICE, "buy", "0.5", "10")
    stage.run(commands.Configure(ALICE, ConfigurationChange(suspend_trade=True)))
    with pytest.raises(TradingSuspended):
        stage.submit(ALICE, "buy", 1, "10")


def test_market_order_that_waits_trades_with_the_next_limit_order() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.trade("10", 1)
    buyer = stage.submit(ALICE, "buy", 4)
    assert buyer.status == "new"
    stage.submit(BOB, "sell", 6, "10.2")
    assert fills(stage.events) == [("10.2", "4"), ("10.2", "4")]


def test_split_multiplies_shares_keeps_cost_and_cancels_orders() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    order = stage.submit(ALICE, "sell", 5, "12")
    stage.feed(Split("s1", "AAPL", DAY, 2, 1))
    stage.feed(Split("s1", "AAPL", DAY, 2, 1))
    assert order.status == "canceled"
    assert stage.position(ALICE) == 20
    assert stage.core.state.accounts[ALICE].positions["AAPL"].cost_basis == money("100")


def test_dividend_pays_each_share_once() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    before = stage.cash(ALICE)
    for _ in range(2):
        stage.feed(CashDividend("d1", "AAPL", DAY, money("0.125")))
    assert stage.cash(ALICE) - before == Decimal("1.25")


def test_average_cost_is_kept_when_part_is_sold() -> None:
    stage = Stage()
    stage.give(ALICE, 10, "10")
    stage.give(ALICE, 10, "20")
    stage.depth(bids=[("30", 5)])
    stage.submit(ALICE, "sell", 5)
    position = stage.core.state.accounts[ALICE].positions["AAPL"]
    assert position.cost_basis == money("225")
    assert stage.position(ALICE) == 15


def test_closing_by_percentage_sells_that_share() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.depth(bids=[("11", 100)])
    stage.run(commands.ClosePosition(ALICE, "o1", "AAPL", percentage=Decimal("25")))
    assert stage.position(ALICE) == Decimal("7.5")
