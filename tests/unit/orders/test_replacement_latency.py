"""Replacing where word takes time: the old order trades on until the new one has arrived."""

from datetime import timedelta

import pytest
from tests.unit.orders.stage import ALICE, DAY, Stage, fills, price, shares
from tests.unit.orders.test_latency import NEXT, SLOW, cancel, resting, slow, wait

from tradewind.contracts.corporate_actions import CashDividend, Split, SymbolChange
from tradewind.contracts.journal import (
    Event,
    OrderCanceled,
    OrderRejected,
    OrderReplaced,
    ReplacementDue,
    ReplaceRejected,
)
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.market_data import SessionClosed, SessionOpened
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.vocabulary import OrderId, OrderStatus, TimeInForce
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import OrderNotCancelable, OrderNotReplaceable
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.snapshots import decode_state, encode_state
from tradewind.platform.money import MoneyUnits

NEW_ID = OrderId("00000000-0000-7000-9000-000000000099")


def replace(
    stage: Stage, order: OrderState, limit: str | None = None, **more: object
) -> OrderState:
    """Ask for another order in an order's stead and return it."""
    command = ReplaceOrder(
        order_id=order.order_id,
        new_order_id=NEW_ID,
        account_id=ALICE,
        limit_price=None if limit is None else price(limit),
        **more,  # type: ignore[arg-type]  # a test's own words
    )
    stage.run(command)
    return stage.core.state.orders[NEW_ID]


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


def close(stage: Stage) -> list[Event]:
    return stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))


def test_old_order_trades_until_the_new_one_has_arrived() -> None:
    stage = slow()
    old = resting(stage)
    new = replace(stage, old, "9.50")
    assert (old.status, new.status) == ("pending_replace", "pending_new")
    assert new.replaces == old.order_id
    assert (old.replaced_at, old.replaced_by) == (None, None)
    assert new.effective_at == stage.now + timedelta(milliseconds=2_500)
    wait(stage)
    assert (old.status, new.status) == ("replaced", "new")
    assert (old.replaced_by, old.replaced_at) == (new.order_id, stage.now)
    assert fills(stage.trade("9.40", 50)) == [("9.5", "5")]


def test_new_order_is_for_what_the_old_one_has_left() -> None:
    stage = slow()
    old = resting(stage)
    new = replace(stage, old, "9.50", qty=shares(8))
    stage.trade("8.9", 2)
    assert (old.status, old.filled_qty) == ("partially_filled", shares(2))
    events = wait(stage)
    assert (old.status, new.status, new.qty) == ("replaced", "new", shares(6))
    due = next(event for event in events if isinstance(event, ReplacementDue))
    assert due.taken_off == shares(2)
    # Two were bought at 9, and six more are reserved at 9.50.
    assert stage.cash(ALICE) == 10_000 - 18 - 57


def test_new_order_comes_too_late_for_one_that_was_filled() -> None:
    stage = slow()
    old = resting(stage)
    new = replace(stage, old, "9.50")
    events = stage.trade("8.9", 50)
    assert fills(events) == [("9", "5")]
    assert kinds(events)[1:] == [OrderRejected, ReplaceRejected]
    assert (old.status, new.status) == ("filled", "rejected")
    assert stage.cash(ALICE) == 10_000 - 45
    assert wait(stage) == []


def test_new_order_for_less_than_was_filled_meanwhile_ends_both() -> None:
    stage = slow()
    old = resting(stage)
    new = replace(stage, old, qty=shares(2))
    stage.trade("8.9", 3)
    events = wait(stage)
    assert kinds(events) == [OrderReplaced, OrderCanceled]
    assert (old.status, new.status, old.filled_qty) == ("replaced", "canceled", shares(3))
    assert stage.cash(ALICE) == 10_000 - 27


def test_the_greater_of_both_is_reserved_meanwhile() -> None:
    stage = slow()
    old = resting(stage)
    dearer = replace(stage, old, "9.50")
    assert (old.hold + dearer.hold, stage.cash(ALICE)) == (price("47.50"), 10_000 - 47.5)
    wait(stage)
    assert stage.cash(ALICE) == 10_000 - 47.5
    stage = slow()
    old = resting(stage)
    assert replace(stage, old, "8").hold == 0
    assert stage.cash(ALICE) == 10_000 - 45
    wait(stage)
    assert stage.cash(ALICE) == 10_000 - 40


def test_new_order_that_cannot_be_paid_any_more_leaves_the_old_one_as_it_was() -> None:
    stage = slow()
    old = stage.submit(ALICE, "buy", 1_000, "9")
    wait(stage)
    # Each costs 9,000; but once half of it is bought at 9, the rest costs 1,500 at 1 more.
    new = replace(stage, old, "6", qty=shares(1_500))
    stage.submit(ALICE, "buy", 100, "9.9")
    stage.trade("8.9", 500)
    events = wait(stage)
    assert kinds(events)[:2] == [OrderRejected, ReplaceRejected]
    assert (old.status, new.status, old.left) == ("partially_filled", "rejected", shares(500))
    assert old.replacing is None


def test_shares_of_a_sale_are_reserved_once() -> None:
    stage = Stage(latency=SLOW)
    stage.depth(asks=[("10", 10)])
    stage.submit(ALICE, "buy", 10)
    wait(stage)
    old = stage.submit(ALICE, "sell", 4, "11")
    wait(stage)
    new = replace(stage, old, "12", qty=shares(10))
    assert (old.hold, new.hold) == (shares(4), shares(6))
    stage.trade("11.5", 3)
    wait(stage)
    assert (new.qty, new.hold, old.hold) == (shares(7), shares(7), 0)


def test_order_that_is_about_to_be_replaced_is_neither_canceled_nor_replaced_again() -> None:
    stage = slow()
    old = resting(stage)
    replace(stage, old, "9.50")
    with pytest.raises(OrderNotCancelable, match=f"replaced by {NEW_ID}; cancel that"):
        cancel(stage, old)
    with pytest.raises(OrderNotReplaceable, match=f"replaced by {NEW_ID}; replace that"):
        replace(stage, old, "9.60")


def test_cancel_of_the_new_order_follows_it() -> None:
    stage = slow()
    old = resting(stage)
    new = replace(stage, old, "9.50")
    cancel(stage, new)
    assert (old.status, new.status) == ("pending_replace", "pending_cancel")
    stage.now += timedelta(seconds=1)
    stage.feed()
    wait(stage)
    assert (old.status, new.status) == ("replaced", "canceled")
    assert stage.cash(ALICE) == 10_000


def test_canceling_all_leaves_nothing_even_where_the_replacement_is_rejected() -> None:
    stage = slow()
    old = stage.submit(ALICE, "buy", 1_000, "9")
    wait(stage)
    new = replace(stage, old, "6", qty=shares(1_500))
    other = stage.submit(ALICE, "buy", 100, "9.9")
    stage.trade("8.9", 500)
    results = stage.core.state.accounts[ALICE].order_ids
    assert set(results) == {old.order_id, new.order_id, other.order_id}
    stage.run(commands.CancelAllOrders(ALICE))
    wait(stage)
    assert (old.status, new.status, other.status) == ("canceled", "rejected", "canceled")


@pytest.mark.parametrize("tif", ["day", "gtc"])
def test_session_that_ends_before_the_arrival(tif: str) -> None:
    stage = slow()
    old = stage.submit(ALICE, "buy", 5, "9", tif=tif)
    wait(stage)
    new = replace(stage, old, "9.50")
    close(stage)
    if tif == "day":
        assert (old.status, new.status) == ("expired", "rejected")
        assert stage.cash(ALICE) == 10_000
        return
    wait(stage)
    # It has taken the place and waits for the market.
    assert (old.status, new.status) == ("replaced", "pending_new")
    stage.feed(SessionOpened(NEXT, stage.now))
    assert new.status == "new"


def test_new_order_for_the_day_that_is_over_leaves_the_old_one_standing() -> None:
    stage = slow()
    old = stage.submit(ALICE, "buy", 5, "9", tif="gtc")
    wait(stage)
    new = replace(stage, old, time_in_force=TimeInForce.DAY)
    close(stage)
    assert (old.status, new.status) == ("new", "expired")
    assert old.replacing is None


def test_new_order_takes_the_place_in_a_halt_and_trades_after_it() -> None:
    stage = slow()
    old = resting(stage)
    new = replace(stage, old, "9.50")
    stage.run(commands.HaltTrading("AAPL", "", "admin"))
    wait(stage)
    assert (old.status, new.status) == ("replaced", "pending_new")
    stage.run(commands.ResumeTrading("AAPL", "admin"))
    assert new.status == "new"


def test_replacing_takes_no_time_where_nothing_trades() -> None:
    stage = slow()
    old = resting(stage)
    stage.run(commands.HaltTrading("AAPL", "", "admin"))
    new = replace(stage, old, "9.50")
    assert (old.status, new.status) == ("replaced", "accepted")


def test_kill_switch_ends_both_at_once() -> None:
    stage = slow()
    old = resting(stage)
    new = replace(stage, old, "9.50")
    stage.run(commands.EngageKillSwitch(ALICE, "", "admin"))
    assert (old.status, new.status) == ("canceled", "rejected")
    assert stage.cash(ALICE) == 10_000
    assert wait(stage) == []


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (Split("split", "AAPL", DAY, 2, 1), "new"),
        (CashDividend("dividend", "AAPL", DAY, MoneyUnits(price("0.50"))), "new"),
        (SymbolChange("name", "AAPL", DAY, "NEW"), "canceled"),
    ],
)
def test_corporate_action_rejects_what_was_asked_for_before_it(
    action: Split | CashDividend | SymbolChange, status: str
) -> None:
    stage = slow()
    old = stage.submit(ALICE, "buy", 5, "9", tif="gtc")
    wait(stage)
    new = replace(stage, old, "9.50")
    stage.feed(action)
    assert (old.status, new.status) == (status, "rejected")
    assert (old.limit_price == price("9")) is (status == "canceled")


def test_replacements_on_their_way_outlive_a_restart() -> None:
    stage = slow()
    old = resting(stage)
    replace(stage, old, "9.50")
    stage.core = Core(stage.core.spec, decode_state(encode_state(stage.core.state)))
    stage.trade("8.9", 2)
    wait(stage)
    new = stage.core.state.orders[NEW_ID]
    assert old.order_id not in stage.core.state.orders
    assert (new.status, new.qty) == ("new", shares(3))


def test_exit_of_a_bracket_is_replaced_within_its_group() -> None:
    stage = slow()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    wait(stage)
    assert entry.status == "filled"
    profit, loss = stage.leg(entry, "take_profit"), stage.leg(entry, "stop_loss")
    new = replace(stage, profit, "11")
    stage.trade("12", 4)
    assert (profit.filled_qty, loss.qty) == (shares(4), shares(6))
    wait(stage)
    assert stage.leg(entry, "take_profit") is new
    assert (new.qty, new.hold, loss.qty) == (shares(6), shares(6), shares(6))
    assert fills(stage.trade("11.5", 50)) == [("11", "6")]
    assert loss.status == "canceled"


def test_stop_that_its_take_profit_has_shortened_is_replaced_by_as_short_a_one() -> None:
    stage = slow()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    wait(stage)
    loss = stage.leg(entry, "stop_loss")
    new = replace(stage, loss, stop_price=price("9.50"))
    stage.trade("12", 4)
    wait(stage)
    assert stage.leg(entry, "stop_loss") is new
    assert (new.qty, new.hold) == (shares(6), 0)


def test_stop_that_goes_takes_the_replacement_of_its_sibling_along() -> None:
    stage = slow()
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    wait(stage)
    profit, loss = stage.leg(entry, "take_profit"), stage.leg(entry, "stop_loss")
    new = replace(stage, profit, "11")
    stage.depth(bids=[("8.5", 100)])
    stage.trade("8.9", 1)
    assert (profit.status, new.status, loss.status) == ("canceled", "rejected", "filled")
    assert not stage.core.state.groups


def test_stop_that_was_triggered_meanwhile_is_not_moved_any_more() -> None:
    stage = slow()
    stop = stage.stop(ALICE, "buy", 5, at="11", limit="11.5")
    wait(stage)
    stage.depth()
    new = replace(stage, stop, stop_price=price("12"))
    stage.trade("11", 1)
    wait(stage)
    assert (stop.status, new.status, stop.waits) == ("new", "rejected", False)


def test_trailing_stop_keeps_the_mark_that_it_reached_meanwhile() -> None:
    stage = slow()
    stage.trade("10", 1)
    trailing = stage.trail(ALICE, "buy", 5, by="1")
    wait(stage)
    new = replace(stage, trailing, trail=price("0.50"))
    stage.trade("9", 1)
    wait(stage)
    assert (trailing.status, new.status) == ("replaced", "new")
    assert new.terms is not None
    assert (new.terms.hwm, new.terms.stop_price) == (price("9"), price("9.50"))


def test_limit_of_a_position_counts_two_orders_of_which_one_replaces_the_other_once() -> None:
    stage = slow()
    limits = AccountLimits(position_qty_max=shares(10))
    stage.run(commands.SetLimits(ALICE, limits, "admin"))
    old = resting(stage)
    replace(stage, old, "9.50", qty=shares(6))
    assert stage.submit(ALICE, "buy", 4, "8").status is OrderStatus.PENDING_NEW
