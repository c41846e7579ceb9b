"""Stops, stop-limits and trailing stops, worked by hand."""

from datetime import timedelta

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, fills, money, price, shares

from tradewind.contracts.journal import OrderTriggered, TrailMoved
from tradewind.contracts.market_data import SessionClosed, SessionOpened, Trade
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.terms import GTC_LIFETIME
from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.refusals import (
    InsufficientBuyingPower,
    NoPriceKnown,
    OrderNotReplaceable,
    TrailTooLong,
)
from tradewind.order_service.domain.state import OrderState


def with_shares(last: str = "10") -> Stage:
    stage = Stage()
    stage.give(ALICE, 100)
    stage.trade(last, 1)
    return stage


def changed(stage: Stage, order: OrderState, **changes: object) -> OrderState:
    """Replace an order and return the new one."""
    stage.orders += 1
    new_id = OrderId(f"00000000-0000-7000-9000-{stage.orders:012d}")
    stage.run(
        ReplaceOrder(
            order_id=order.order_id,
            new_order_id=new_id,
            account_id=order.account_id,
            **changes,  # type: ignore[arg-type]  # fields of the command
        )
    )
    return stage.core.state.orders[new_id]


def test_sell_stop_waits_above_its_price_and_sells_at_what_is_bid_once_reached() -> None:
    stage = with_shares()
    order = stage.stop(ALICE, "sell", 60, "9.50")
    stage.depth(bids=[("9.40", 100)])
    assert stage.trade("9.51", 500) == []
    assert order.status == "new"
    assert fills(stage.trade("9.50", 1)) == [("9.4", "60")]
    assert order.status == "filled"


def test_buy_stop_is_triggered_by_a_trade_at_or_above_its_price() -> None:
    stage = with_shares()
    order = stage.stop(BOB, "buy", 10, "10.50")
    stage.depth(asks=[("10.60", 100)])
    stage.trade("10.49", 1)
    assert order.waits
    assert fills(stage.trade("10.70", 1)) == [("10.6", "10")]


def test_buy_stop_reserves_its_stop_price_with_the_collar() -> None:
    stage = Stage()
    stage.stop(ALICE, "buy", 100, "20")
    assert stage.cash(ALICE) == 10_000 - 2_100
    with pytest.raises(InsufficientBuyingPower):
        stage.stop(ALICE, "buy", 400, "20")


def test_stop_limit_rests_at_its_limit_once_triggered() -> None:
    stage = with_shares()
    order = stage.stop(ALICE, "sell", 60, "9.50", limit="9.45")
    stage.depth(bids=[("9.30", 100)])
    assert fills(stage.trade("9.40", 50)) == []
    assert (order.status, order.waits) == ("new", False)
    assert fills(stage.trade("9.46", 20)) == [("9.45", "20")]


def test_trade_before_the_trigger_does_not_fill_the_triggered_limit_as_well() -> None:
    stage = with_shares()
    order = stage.stop(ALICE, "sell", 60, "9.50", limit="9.40")
    stage.trade("9.45", 500)
    assert (order.filled_qty, order.waits) == (0, False)


def test_stop_that_is_reached_already_goes_at_once() -> None:
    stage = with_shares(last="9")
    stage.depth(bids=[("8.90", 100)])
    stage.stop(ALICE, "sell", 10, "9.50")
    assert fills(stage.events) == [("8.9", "10")]


def test_stops_go_in_the_order_in_which_the_market_reaches_them() -> None:
    stage = with_shares()
    first = stage.stop(ALICE, "sell", 10, "9.50")
    higher = stage.stop(ALICE, "sell", 10, "9.70")
    same = stage.stop(ALICE, "sell", 10, "9.50")
    stage.depth(bids=[("9.40", 100)])
    gone = [e.order_id for e in stage.trade("9.30", 1) if isinstance(e, OrderTriggered)]
    assert gone == [higher.order_id, first.order_id, same.order_id]


def test_stop_sent_while_the_market_is_closed_waits_for_the_session_and_for_its_price() -> None:
    stage = with_shares()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    order = stage.stop(ALICE, "sell", 10, "9.50", tif="gtc")
    assert order.status == "accepted"
    stage.trade("9", 1)
    assert order.status == "accepted"
    stage.feed(SessionOpened(DAY + timedelta(days=1), stage.now))
    stage.depth(bids=[("9.90", 100)])
    assert (order.status, order.waits) == ("new", True)
    assert fills(stage.trade("9.50", 1)) == [("9.9", "10")]


def test_day_stop_expires_with_its_session_and_gives_its_shares_back() -> None:
    stage = with_shares()
    order = stage.stop(ALICE, "sell", 100, "9.50")
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    assert order.status == "expired"
    state = stage.core.state
    assert state.qty_available(state.accounts[ALICE], "AAPL") == shares(100)


def test_canceled_stop_is_not_triggered() -> None:
    stage = with_shares()
    order = stage.stop(ALICE, "sell", 100, "9.50")
    stage.run(commands.CancelOrder(ALICE, order.order_id))
    stage.depth(bids=[("9.40", 100)])
    assert stage.trade("9", 1) == []


def test_trail_follows_the_market_up_and_never_down() -> None:
    stage = with_shares()
    order = stage.trail(ALICE, "sell", 10, by="0.50")
    assert order.terms is not None
    assert (order.terms.hwm, order.terms.stop_price) == (price("10"), price("9.50"))
    stage.trade("11", 1)
    stage.trade("10.60", 1)
    assert (order.terms.hwm, order.terms.stop_price) == (price("11"), price("10.50"))
    stage.depth(bids=[("10.45", 100)])
    assert fills(stage.trade("10.50", 1)) == [("10.45", "10")]


def test_buy_trail_follows_the_market_down_by_percent_rounded_away_from_it() -> None:
    stage = with_shares()
    order = stage.trail(BOB, "buy", 10, percent="1.5")
    assert order.terms is not None
    assert order.terms.stop_price == price("10.15")
    stage.trade("9.11", 1)
    # 9.11 and one and a half percent are 9.24665.
    assert (order.terms.hwm, order.terms.stop_price) == (price("9.11"), price("9.25"))


def test_mark_is_journaled_once_a_message_and_only_when_the_stop_moves() -> None:
    stage = with_shares()
    stage.trail(ALICE, "sell", 10, percent="50")
    trades = [Trade("AAPL", stage.now, price(at), shares(1), 1) for at in ("10.20", "10.60")]
    assert stage.feed(*trades) == [
        TrailMoved(
            order_id=OrderId("00000000-0000-7000-9000-000000000002"),
            account_id=ALICE,
            hwm=price("10.60"),
            stop_price=price("5.30"),
        )
    ]
    assert stage.trade("10.61", 1) == []


def test_trade_of_the_same_message_triggers_from_the_mark_that_it_has_set() -> None:
    stage = with_shares()
    order = stage.trail(ALICE, "sell", 10, by="1")
    stage.depth(bids=[("10.90", 100)])
    trades = [Trade("AAPL", stage.now, price(at), shares(1), 1) for at in ("12", "11")]
    assert fills(stage.feed(*trades)) == [("10.9", "10")]
    assert order.terms is not None
    assert order.terms.hwm == price("12")


def test_trail_needs_a_price_to_start_from_and_must_be_shorter_than_it() -> None:
    stage = Stage()
    with pytest.raises(NoPriceKnown):
        stage.trail(ALICE, "buy", 10, by="1")
    stage = with_shares()
    with pytest.raises(TrailTooLong):
        stage.trail(ALICE, "sell", 10, by="10")


def test_replaced_stop_waits_at_its_new_price() -> None:
    stage = with_shares()
    order = stage.stop(ALICE, "sell", 10, "9.50")
    new = changed(stage, order, stop_price=price("9"))
    stage.depth(bids=[("9.40", 100)])
    assert (stage.trade("9.40", 1), new.waits) == ([], True)
    assert fills(stage.trade("9", 1)) == [("9.4", "10")]


def test_replaced_trail_keeps_its_mark() -> None:
    stage = with_shares()
    order = stage.trail(ALICE, "sell", 10, by="1")
    stage.trade("12", 1)
    new = changed(stage, order, trail=price("2"))
    assert new.terms is not None
    assert (new.terms.hwm, new.terms.stop_price) == (price("12"), price("10"))


def test_only_what_an_order_has_can_be_replaced() -> None:
    stage = with_shares()
    stop = stage.stop(ALICE, "sell", 10, "9.50")
    trail = stage.trail(ALICE, "sell", 10, by="1")
    for order, changes in (
        (stop, {"limit_price": price("9")}),
        (stop, {"trail": price("1")}),
        (trail, {"stop_price": price("9")}),
    ):
        with pytest.raises(OrderNotReplaceable):
            changed(stage, order, **changes)


def test_recovered_stops_wait_where_the_live_ones_do() -> None:
    stage = with_shares()
    stop = stage.stop(ALICE, "sell", 10, "9.50")
    trail = stage.trail(ALICE, "sell", 10, by="1")
    stage.trade("12", 1)
    books = Books.of(stage.core.state)
    assert books.triggers.first_reached("AAPL", stop.side, price("9.50")) == stop.order_id
    assert list(books.triggers.trailing["AAPL"]) == [trail.order_id]


def test_gtc_order_expires_with_the_session_that_ends_after_ninety_days() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 1, "5", "gtc")
    assert order.view().expires_at == order.created_at + GTC_LIFETIME
    stage.now += GTC_LIFETIME - timedelta(hours=1)
    stage.feed(SessionClosed(DAY, stage.now, {}))
    assert order.status == "new"
    later = DAY + timedelta(days=90)
    stage.feed(SessionOpened(later, stage.now))
    stage.now += timedelta(hours=2)
    stage.feed(SessionClosed(later, stage.now, {}))
    assert order.status == "expired"
    assert stage.cash(ALICE) * 10**9 == money("10000")
