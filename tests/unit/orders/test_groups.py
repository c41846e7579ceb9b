"""Brackets, one-triggers-other and one-cancels-other, worked by hand."""

from datetime import timedelta

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, fills, price, shares
from tests.unit.orders.test_triggers import changed, with_shares

from tradewind.contracts.journal import CancelReason, OrderCanceled
from tradewind.contracts.market_data import SessionClosed, SessionOpened
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.groups import reserves
from tradewind.order_service.domain.refusals import (
    InsufficientQuantity,
    LegPriceNotAcceptable,
    OrderNotReplaceable,
)


def reasons(events: list[object]) -> list[CancelReason]:
    return [event.reason for event in events if isinstance(event, OrderCanceled)]


def bracket(stage: Stage):
    """Return the working legs of a bracket for 10 shares, entered at 10."""
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    profit, loss = stage.leg(entry, "take_profit"), stage.leg(entry, "stop_loss")
    stage.trade("10", 10)
    assert entry.status == "filled"
    return profit, loss


def test_legs_are_held_without_a_hold_until_the_entry_is_filled_in_full() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    profit, loss = stage.leg(entry, "take_profit"), stage.leg(entry, "stop_loss")
    stage.trade("10", 4)
    assert (entry.status, profit.status, loss.status) == ("partially_filled", "held", "held")
    assert (profit.hold, loss.hold) == (0, 0)
    stage.trade("10", 6)
    assert (entry.status, profit.status, loss.status) == ("filled", "new", "new")
    # The same ten shares stand behind both.
    assert (profit.hold, loss.hold) == (shares(10), 0)
    assert (profit.side, loss.side) == ("sell", "sell")


def test_market_entry_that_fills_at_once_lets_its_legs_work_at_once() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 50)])
    entry = stage.group(ALICE, "buy", 10, None, profit="12", loss="9")
    assert entry.status == "filled"
    assert stage.leg(entry, "take_profit").status == "new"


def test_filled_take_profit_cancels_the_stop() -> None:
    stage = Stage()
    profit, loss = bracket(stage)
    events = stage.trade("12.50", 10)
    assert fills(events) == [("12", "10")]
    assert (profit.status, loss.status) == ("filled", "canceled")
    assert reasons(events) == [CancelReason.GROUP]
    assert stage.core.state.groups == {}


def test_triggered_stop_cancels_the_take_profit_and_takes_its_shares_over() -> None:
    stage = Stage()
    profit, loss = bracket(stage)
    stage.depth(bids=[("8.90", 6)])
    assert fills(stage.trade("9", 1)) == [("8.9", "6")]
    assert (profit.status, loss.status) == ("canceled", "partially_filled")
    assert loss.hold == shares(4)
    stage.depth(bids=[("8.80", 10)])
    assert loss.status == "filled"
    assert stage.position(ALICE) == 0


def test_partial_take_profit_shrinks_the_stop() -> None:
    stage = Stage()
    profit, loss = bracket(stage)
    stage.trade("12", 3)
    assert (profit.status, loss.qty) == ("partially_filled", shares(7))
    stage.depth(bids=[("8.90", 100)])
    assert fills(stage.trade("9", 1)) == [("8.9", "7")]
    assert stage.position(ALICE) == 0


@pytest.mark.parametrize("role", ["take_profit", "stop_loss"])
def test_canceling_one_leg_cancels_the_other(role: str) -> None:
    stage = Stage()
    profit, loss = bracket(stage)
    leg = profit if role == "take_profit" else loss
    stage.run(commands.CancelOrder(ALICE, leg.order_id))
    assert (profit.status, loss.status) == ("canceled", "canceled")
    state = stage.core.state
    assert state.qty_available(state.accounts[ALICE], "AAPL") == shares(10)


def test_entry_that_ends_unfilled_takes_its_legs_with_it() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    profit, loss = stage.leg(entry, "take_profit"), stage.leg(entry, "stop_loss")
    stage.run(commands.CancelOrder(ALICE, entry.order_id))
    assert (entry.status, profit.status, loss.status) == ("canceled", "canceled", "canceled")


def test_canceling_a_held_leg_cancels_the_whole_group() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    stage.run(commands.CancelOrder(ALICE, stage.leg(entry, "stop_loss").order_id))
    assert entry.status == "canceled"
    assert stage.core.state.orders == {}


def test_day_bracket_expires_as_one() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9", tif="day")
    profit = stage.leg(entry, "take_profit")
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    assert (entry.status, profit.status) == ("expired", "expired")
    assert stage.core.state.groups == {}


def test_cancel_all_ends_every_leg_once() -> None:
    stage = Stage()
    bracket(stage)
    assert reasons(stage.run(commands.CancelAllOrders(ALICE))) == [CancelReason.REQUESTED] * 2
    assert stage.core.state.orders == {}


def test_oto_has_one_leg_with_a_hold_of_its_own() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", loss="9", loss_limit="8.95")
    loss = stage.leg(entry, "stop_loss")
    stage.trade("10", 10)
    assert (loss.order_type, loss.status, loss.hold) == ("stop_limit", "new", shares(10))
    stage.depth(bids=[("8.97", 100)])
    assert fills(stage.trade("9", 1)) == [("8.97", "10")]


def test_oco_stands_for_the_shares_once() -> None:
    stage = with_shares()
    profit = stage.group(ALICE, "sell", 100, "12", loss="9", oco=True)
    loss = stage.leg(profit, "stop_loss")
    assert (profit.hold, loss.hold, loss.status) == (shares(100), 0, "new")
    assert (reserves(stage.core.state, profit), reserves(stage.core.state, loss)) == (True, False)
    with pytest.raises(InsufficientQuantity):
        stage.submit(ALICE, "sell", 1, "13")
    stage.trade("12.50", 100)
    assert (profit.status, loss.status) == ("filled", "canceled")


def test_oco_sent_over_night_works_from_the_open() -> None:
    stage = with_shares()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    profit = stage.group(ALICE, "sell", 100, "12", loss="9", oco=True)
    loss = stage.leg(profit, "stop_loss")
    assert (profit.status, loss.status) == ("accepted", "accepted")
    stage.feed(SessionOpened(DAY + timedelta(days=1), stage.now))
    stage.depth(bids=[("8.90", 100)])
    assert fills(stage.trade("8.95", 1)) == [("8.9", "100")]
    assert profit.status == "canceled"


def test_legs_on_the_wrong_side_are_refused_with_both_prices() -> None:
    stage = with_shares()
    with pytest.raises(LegPriceNotAcceptable, match="must be above stop_loss"):
        stage.group(ALICE, "buy", 10, "10", profit="9", loss="9")
    with pytest.raises(LegPriceNotAcceptable, match="must be below base_price 10"):
        stage.group(ALICE, "buy", 10, "10", profit="12", loss="10")
    with pytest.raises(LegPriceNotAcceptable, match="must be below stop_loss"):
        stage.group(ALICE, "sell", 10, "10", profit="12", loss="11")


def test_sell_entry_buys_back_with_cash_for_the_dearer_leg() -> None:
    stage = with_shares()
    entry = stage.group(ALICE, "sell", 100, "10", profit="8", loss="11")
    profit, loss = stage.leg(entry, "take_profit"), stage.leg(entry, "stop_loss")
    before = stage.cash(ALICE)
    stage.trade("10", 100)
    assert (profit.status, loss.status) == ("new", "new")
    # A hundred at 11 with the collar of five percent.
    assert stage.cash(ALICE) == before + 1_000 - 1_155
    stage.depth(asks=[("11.20", 100)])
    assert fills(stage.trade("11", 1)) == [("11.2", "100")]
    assert profit.status == "canceled"


def test_legs_whose_shares_are_gone_are_canceled_not_half_alive() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    stage.trade("10", 4)
    stage.submit(ALICE, "sell", 4, "11")
    events = stage.trade("9.95", 6)
    assert entry.status == "filled"
    assert reasons(events) == [CancelReason.UNFUNDED] * 2


def test_replaced_leg_stays_in_its_group_and_shares_its_hold() -> None:
    stage = Stage()
    profit, loss = bracket(stage)
    higher = changed(stage, loss, stop_price=price("9.50"))
    dearer = changed(stage, profit, limit_price=price("13"))
    assert (higher.hold, dearer.hold) == (0, shares(10))
    stage.depth(bids=[("9.40", 100)])
    assert fills(stage.trade("9.50", 1)) == [("9.4", "10")]
    assert dearer.status == "canceled"


def test_replaced_entry_keeps_its_legs_held() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    new = changed(stage, entry, limit_price=price("10.50"))
    profit = stage.leg(new, "take_profit")
    assert profit.status == "held"
    stage.trade("10.50", 10)
    assert (new.status, profit.status) == ("filled", "new")


def test_held_leg_can_be_moved_before_it_works() -> None:
    stage = Stage()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    moved = changed(stage, stage.leg(entry, "take_profit"), limit_price=price("11"))
    assert moved.status == "held"
    stage.trade("10", 10)
    assert fills(stage.trade("11.10", 10)) == [("11", "10")]


def test_quantity_of_a_group_cannot_be_replaced() -> None:
    stage = Stage()
    profit, _ = bracket(stage)
    with pytest.raises(OrderNotReplaceable, match="shares qty and time_in_force"):
        changed(stage, profit, qty=shares(5))


def test_take_profit_of_another_user_hit_by_a_triggered_stop_shrinks_its_own_stop() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.trade("10", 1)
    profit = stage.group(ALICE, "sell", 10, "12", loss="9", oco=True)
    stage.stop(BOB, "buy", 4, "11.50")
    assert fills(stage.trade("11.50", 1)) == [("12", "4"), ("12", "4")]
    assert stage.leg(profit, "stop_loss").qty == shares(6)
