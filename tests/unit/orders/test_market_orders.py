"""Market orders that wait, and immediate orders that must not half happen."""

from decimal import Decimal

from tests.unit.orders.stage import ALICE, BOB, CAROL, Stage, fills, money

from tradewind.contracts.venues import FeeSchedule


def test_fok_at_market_trades_nothing_when_the_cash_does_not_reach_for_all_of_it() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 1), ("12", 899)])
    order = stage.submit(ALICE, "buy", 900, tif="fok")
    assert (order.status, fills(stage.events)) == ("canceled", [])
    assert stage.cash(ALICE) == 10_000


def test_fok_at_market_may_use_cash_beyond_its_reserve() -> None:
    stage = Stage(FeeSchedule(fee_bps=Decimal(10)))
    stage.depth(asks=[("10", 1), ("12", 700)])
    order = stage.submit(ALICE, "buy", 700, tif="fok")
    assert order.status == "filled"
    assert stage.cash(ALICE) == Decimal(10_000) - 10 - 699 * 12 - Decimal("8.40")


def test_fok_trades_with_market_orders_that_wait() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.trade("10", 1)
    waiting = stage.submit(ALICE, "buy", 4)
    assert stage.submit(BOB, "sell", 5, "10", "fok").status == "canceled"
    assert stage.submit(BOB, "sell", 4, "10", "fok").status == "filled"
    assert waiting.status == "filled"


def test_fok_does_not_count_market_orders_that_cannot_pay() -> None:
    stage = Stage()
    stage.give(BOB, 20)
    stage.trade("10", 1)
    for _ in range(2):
        stage.submit(ALICE, "buy", 10)
    order = stage.submit(BOB, "sell", 20, "600", "fok")
    # Ten shares at 600 could be paid for either order, but not for both.
    assert (order.status, fills(stage.events)) == ("canceled", [])


def test_waiting_market_order_pays_no_less_than_the_best_price_behind_it() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.trade("10", 1)
    stage.submit(ALICE, "buy", 4)
    stage.submit(CAROL, "buy", 4, "10.4")
    stage.submit(BOB, "sell", 6, "10")
    # Nobody sells at 10 while 10.40 is bid: the market order goes first, at that price.
    assert fills(stage.events) == [("10.4", "4"), ("10.4", "4"), ("10.4", "2"), ("10.4", "2")]


def test_waiting_market_order_pays_the_price_that_the_feed_bids() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.depth(bids=[("10.3", 5)])
    stage.trade("10", 1)
    stage.submit(ALICE, "buy", 4)
    stage.submit(BOB, "sell", 4, "10")
    assert fills(stage.events) == [("10.3", "4"), ("10.3", "4")]


def test_waiting_sell_gets_no_more_than_the_best_offer_behind_it() -> None:
    stage = Stage()
    stage.give(ALICE, 4)
    stage.give(CAROL, 4)
    stage.submit(ALICE, "sell", 4)
    stage.submit(CAROL, "sell", 4, "9.5")
    stage.submit(BOB, "buy", 4, "10")
    assert fills(stage.events) == [("9.5", "4"), ("9.5", "4")]


def test_market_orders_trade_in_order_of_arrival() -> None:
    stage = Stage()
    stage.trade("10", 1)
    first, second = stage.submit(ALICE, "buy", 4), stage.submit(BOB, "buy", 4)
    stage.depth(asks=[("10", 6)])
    assert (first.status, second.status) == ("filled", "partially_filled")
    stage.depth(asks=[("10.1", 6)])
    assert second.status == "filled"


def test_rest_of_a_market_order_that_cannot_be_paid_gives_its_reserve_back() -> None:
    stage = Stage(FeeSchedule(fee_minimum=money("1")))
    stage.trade("10", 1)
    order = stage.submit(ALICE, "buy", 900)
    stage.depth(asks=[("10", 100), ("20", 800)])
    assert (order.status, order.filled_qty) == ("canceled", 100 * 10**9)
    assert stage.cash(ALICE) == 10_000 - 1_000 - 1
