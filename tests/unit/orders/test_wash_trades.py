"""Orders of one account never trade with one another."""

from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, fills, price

from tradewind.contracts.journal import CancelReason, OrderCanceled
from tradewind.contracts.market_data import SessionClosed, SessionOpened


def test_market_order_that_waited_ends_the_newer_own_order_that_it_comes_to() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.trade("10", 1)
    waiting = stage.submit(ALICE, "buy", 4)
    resting = stage.submit(ALICE, "sell", 6, "10.2")
    assert (waiting.status, resting.status) == ("new", "new")
    events = stage.depth(asks=[("10.1", 1), ("10.3", 9)])
    assert fills(events) == [("10.1", "1"), ("10.3", "3")]
    assert [e.reason for e in events if isinstance(e, OrderCanceled)] == [CancelReason.WASH_TRADE]
    assert (waiting.status, resting.status) == ("filled", "canceled")


def test_orders_sent_while_the_market_is_closed_do_not_meet_each_other_at_the_open() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    first = stage.submit(ALICE, "sell", 5, "10")
    second = stage.submit(ALICE, "buy", 5, "11", "gtc")
    stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    stage.depth(asks=[("12", 9)], bids=[("9", 9)])
    assert (first.status, second.status) == ("new", "canceled")


def test_order_of_another_account_at_a_better_price_trades_before_the_own_one_is_reached() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.give(BOB, 10)
    stage.submit(BOB, "sell", 3, "10")
    stage.submit(ALICE, "sell", 3, "11")
    assert stage.submit(ALICE, "buy", 3, "11").status == "filled"
