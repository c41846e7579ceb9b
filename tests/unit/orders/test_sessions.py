"""Sessions: how they begin and end, and in which order waiting orders meet the first depth."""

from datetime import date, timedelta

import pytest
from tests.unit.orders.stage import ALICE, BOB, CAROL, DAY, Stage, fills, money, price, shares

from tradewind.contracts.journal import OrderExpired, SessionEnded, SessionStarted
from tradewind.contracts.market_data import SessionClosed, SessionOpened, Trade
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.domain.core import Core

NEXT = DAY + timedelta(days=1)


def closed(stage: Stage, day: date = DAY, last: str = "10") -> None:
    stage.feed(SessionClosed(day, stage.now, {"AAPL": price(last)}))


def opened(stage: Stage, day: date = NEXT) -> None:
    stage.feed(SessionOpened(day, stage.now))


def restart(stage: Stage) -> None:
    """Let another core go on with what the journal made of the first."""
    stage.core = Core(stage.core.spec, stage.core.state)


def test_orders_that_waited_meet_the_first_depth_in_order_of_acceptance() -> None:
    stage = Stage()
    closed(stage)
    first = stage.submit(ALICE, "buy", 5, "10")
    second = stage.submit(BOB, "buy", 5, "11")
    opened(stage)
    assert fills(stage.depth(asks=[("9.5", 7)])) == [("9.5", "5"), ("9.5", "2")]
    assert (first.status, second.status) == ("filled", "partially_filled")


def test_older_order_meets_the_first_depth_before_one_sent_over_night() -> None:
    stage = Stage()
    stage.depth(asks=[("12", 1)])
    older = stage.submit(ALICE, "buy", 5, "10", "gtc")
    closed(stage)
    younger = stage.submit(BOB, "buy", 5, "10", "gtc")
    opened(stage)
    # Both pay what the market opens at, and who came first is served first.
    assert fills(stage.depth(asks=[("9.5", 7)])) == [("9.5", "5"), ("9.5", "2")]
    assert (older.status, younger.status) == ("filled", "partially_filled")


def test_users_who_cross_at_the_open_trade_at_the_price_of_who_came_first() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    closed(stage)
    stage.submit(ALICE, "buy", 5, "11")
    stage.submit(BOB, "sell", 5, "10")
    opened(stage)
    assert fills(stage.depth(asks=[("12", 9)], bids=[("9", 9)])) == [("11", "5"), ("11", "5")]


def test_market_order_sent_over_night_trades_with_the_first_depth() -> None:
    stage = Stage()
    closed(stage)
    order = stage.submit(ALICE, "buy", 5)
    opened(stage)
    assert order.status == "new"
    assert fills(stage.depth(asks=[("9.5", 7)])) == [("9.5", "5")]


def test_restart_before_the_first_depth_changes_nothing_for_waiting_orders() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    closed(stage)
    buyer = stage.submit(ALICE, "buy", 8, "11")
    stage.submit(BOB, "sell", 5, "10")
    opened(stage)
    restart(stage)
    events = stage.depth(asks=[("10.5", 2)], bids=[("9", 9)])
    assert fills(events) == [("10.5", "2"), ("11", "5"), ("11", "5")]
    assert stage.core.state.orders[buyer.order_id].filled_qty == shares(7)


def test_replacement_sent_before_the_first_depth_meets_it_like_the_others() -> None:
    stage = Stage()
    closed(stage)
    old = stage.submit(ALICE, "buy", 5, "10")
    opened(stage)
    new = OrderId("00000000-0000-7000-9000-000000000099")
    stage.run(ReplaceOrder(order_id=old.order_id, new_order_id=new, account_id=ALICE))
    assert fills(stage.depth(asks=[("9.5", 7)])) == [("9.5", "5")]


def test_depth_that_comes_later_in_the_session_fills_at_the_price_of_the_order() -> None:
    stage = Stage()
    closed(stage)
    stage.submit(ALICE, "buy", 5, "10")
    opened(stage)
    stage.depth(asks=[("10.5", 7)])
    assert fills(stage.depth(asks=[("9.5", 7)])) == [("10", "5")]


def test_users_who_cross_without_any_depth_trade_when_a_later_session_shows_some() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    closed(stage)
    stage.submit(ALICE, "buy", 5, "11", "gtc")
    stage.submit(BOB, "sell", 5, "10", "gtc")
    opened(stage)
    closed(stage, NEXT)
    opened(stage, NEXT + timedelta(days=1))
    assert fills(stage.depth()) == [("11", "5"), ("11", "5")]


def test_opening_a_session_twice_changes_nothing() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 5, "10")
    assert stage.feed(SessionOpened(DAY, stage.now)) == []
    assert order.status == "new"


def test_closing_twice_changes_nothing() -> None:
    stage = Stage()
    closed(stage)
    assert stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("99")})) == []
    assert stage.core.state.closing_prices["AAPL"] == price("10")


@pytest.mark.parametrize("event", ["open", "close"])
def test_session_of_an_earlier_date_does_not_end_the_one_that_runs(event: str) -> None:
    stage = Stage()
    closed(stage)
    opened(stage)
    order = stage.submit(ALICE, "buy", 5, "10")
    if event == "close":
        closed(stage, DAY)
    else:
        opened(stage, DAY)
    assert order.status == "new"
    assert stage.core.state.session_date == NEXT


def test_close_that_was_missed_is_made_up_for_by_the_next_open() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 5, "9")
    stage.give(BOB, 10)
    stage.feed(Trade("AAPL", stage.now, price("12"), shares(1), 1))
    events = stage.feed(SessionOpened(NEXT, stage.now))
    assert [type(event) for event in events] == [OrderExpired, SessionEnded, SessionStarted]
    assert order.status == "expired"
    # The last trade stands in for the closing price that nobody told.
    assert stage.core.state.accounts[BOB].last_equity == money("10020")


def test_day_order_expires_and_gives_its_reserve_back_at_the_close() -> None:
    stage = Stage()
    day = stage.submit(CAROL, "buy", 5, "10")
    kept = stage.submit(CAROL, "buy", 5, "9", "gtc")
    closed(stage)
    assert (day.status, kept.status) == ("expired", "new")
    assert stage.cash(CAROL) == 10_000 - 45


def test_nothing_trades_while_the_market_is_closed() -> None:
    stage = Stage()
    kept = stage.submit(ALICE, "buy", 5, "10", "gtc")
    closed(stage)
    assert fills(stage.depth(asks=[("9", 100)])) == []
    assert fills(stage.trade("9", 100)) == []
    assert kept.status == "new"
