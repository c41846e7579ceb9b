"""Limits of an account and its kill switch, worked by hand."""

from datetime import timedelta

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price, shares

from tradewind.contracts.journal import CancelReason, OrderCanceled
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.market_data import SessionClosed, SessionOpened
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.domain import commands, refusals
from tradewind.order_service.domain.refusals import (
    DailyLossLimit,
    DuplicateOrder,
    KillSwitchOn,
    NoPriceKnown,
    OrderRateLimit,
    OrderValueLimit,
    PositionLimit,
    SymbolRestricted,
)
from tradewind.platform.errors import MalformedRequest, Refusal


def limited(**limits: object) -> Stage:
    stage = Stage()
    stage.run(commands.SetLimits(ALICE, AccountLimits(**limits), "admin"))  # type: ignore[arg-type]  # each test names its own
    return stage


def test_kill_switch_cancels_open_orders_and_takes_no_new_ones_until_released() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 5, "10")
    other = stage.submit(BOB, "buy", 5, "10")
    events = stage.run(commands.EngageKillSwitch(ALICE, "strategy runs wild", "admin"))
    canceled = [event for event in events if isinstance(event, OrderCanceled)]
    assert [event.reason for event in canceled] == [CancelReason.KILL_SWITCH]
    assert (order.status, other.status) == ("canceled", "new")
    with pytest.raises(KillSwitchOn, match="strategy runs wild"):
        stage.submit(ALICE, "buy", 1, "10")
    stage.run(commands.ReleaseKillSwitch(ALICE, "admin"))
    assert stage.submit(ALICE, "buy", 1, "10").status == "new"


def test_kill_switch_also_stops_orders_that_close_positions() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.run(commands.EngageKillSwitch(ALICE, "", "admin"))
    with pytest.raises(KillSwitchOn):
        stage.run(commands.ClosePosition(ALICE, OrderId("o1"), "AAPL"))


def test_engaging_twice_is_journaled_once() -> None:
    stage = Stage()
    stage.run(commands.EngageKillSwitch(ALICE, "", "admin"))
    assert stage.run(commands.EngageKillSwitch(ALICE, "", "admin")) == []
    stage.run(commands.ReleaseKillSwitch(ALICE, "admin"))
    assert stage.run(commands.ReleaseKillSwitch(ALICE, "admin")) == []


def test_order_value_counts_at_the_limit_price() -> None:
    stage = limited(order_value_max=money("100"))
    assert stage.submit(ALICE, "buy", 10, "10").status == "new"
    with pytest.raises(OrderValueLimit, match=r"worth 110, 10 more than .* 100 for one order"):
        stage.submit(ALICE, "buy", 11, "10")


def test_order_value_of_a_market_order_needs_a_price() -> None:
    stage = limited(order_value_max=money("100"))
    with pytest.raises(NoPriceKnown):
        stage.submit(ALICE, "sell", 1)


def test_position_limit_counts_shares_held_and_open_buys() -> None:
    stage = Stage()
    stage.give(ALICE, 5)
    stage.run(commands.SetLimits(ALICE, AccountLimits(position_qty_max=shares(10)), "admin"))
    stage.submit(ALICE, "buy", 3, "9")
    with pytest.raises(PositionLimit, match=r"could become 11, 1 more than .* 10"):
        stage.submit(ALICE, "buy", 3, "9")
    assert stage.submit(ALICE, "sell", 5, "11").status == "new"


def test_replacement_is_not_counted_twice_towards_the_position() -> None:
    stage = limited(position_value_max=money("100"))
    order = stage.submit(ALICE, "buy", 10, "10")
    replacement = ReplaceOrder(
        order_id=order.order_id, new_order_id=OrderId("o2"), account_id=ALICE, qty=shares(9)
    )
    stage.run(replacement)
    with pytest.raises(PositionLimit, match=r"worth 110, 10 more"):
        stage.submit(ALICE, "buy", 2, "10")


def test_daily_loss_leaves_only_orders_that_reduce_until_the_next_session() -> None:
    stage = Stage()
    stage.give(ALICE, 100, "10")
    stage.run(commands.SetLimits(ALICE, AccountLimits(daily_loss_max=money("50")), "admin"))
    stage.trade("9.51", 1)
    stage.submit(ALICE, "buy", 1, "9")
    stage.trade("9.5", 1)
    with pytest.raises(DailyLossLimit, match=r"has lost 50 today and its limit is 50"):
        stage.submit(ALICE, "buy", 1, "9")
    assert stage.submit(ALICE, "sell", 1, "11").status == "new"
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("9.5")}))
    stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    assert stage.submit(ALICE, "buy", 1, "9").status == "new"


def test_cash_that_comes_or_goes_is_no_loss() -> None:
    stage = Stage()
    stage.feed(SessionClosed(DAY, stage.now, {}))
    stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    stage.run(commands.SetLimits(ALICE, AccountLimits(daily_loss_max=money("50")), "admin"))
    stage.run(commands.Withdraw(ALICE, money("5000"), "rent"))
    assert stage.submit(ALICE, "buy", 1, "9").status == "new"


def test_orders_a_second_are_counted_over_any_second() -> None:
    stage = limited(orders_per_second_max=2)
    stage.now -= timedelta(seconds=1)
    for _ in range(2):
        stage.submit(ALICE, "buy", 1, "10")
        stage.now -= timedelta(milliseconds=600)
    stage.now -= timedelta(milliseconds=400)
    with pytest.raises(OrderRateLimit, match="2 orders were taken within the last second"):
        stage.submit(ALICE, "buy", 1, "10")
    stage.now += timedelta(milliseconds=600)
    assert stage.submit(ALICE, "buy", 1, "10").status == "new"


def test_the_same_order_again_within_the_window_is_a_duplicate() -> None:
    stage = limited(duplicate_window_ms=1500)
    stage.submit(ALICE, "buy", 5, "10")
    with pytest.raises(DuplicateOrder, match="the same buy of 5 AAPL was taken 1000 ms ago"):
        stage.submit(ALICE, "buy", 5, "10")
    stage.submit(ALICE, "buy", 5, "10.01")
    assert stage.submit(ALICE, "buy", 5, "10").status == "new"


def test_restricted_symbol_may_be_sold_but_not_bought() -> None:
    stage = Stage()
    stage.give(ALICE, 5)
    stage.run(commands.SetLimits(ALICE, AccountLimits(restricted_symbols=("AAPL",)), "admin"))
    with pytest.raises(SymbolRestricted, match="AAPL is restricted"):
        stage.submit(ALICE, "buy", 1, "10")
    assert stage.submit(ALICE, "sell", 5, "11").status == "new"


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (AccountLimits(order_value_max=money("0")), "order_value_max must be above 0, was 0"),
        (AccountLimits(orders_per_second_max=0), "between 1 and 1000, was 0"),
        (AccountLimits(duplicate_window_ms=60_001), "between 1 and 60000, was 60001"),
    ],
)
def test_limits_out_of_range_are_refused(limits: AccountLimits, says: str) -> None:
    with pytest.raises(MalformedRequest, match=says):
        Stage().run(commands.SetLimits(ALICE, limits, "admin"))


def test_every_refusal_of_a_limit_has_a_code_of_its_own() -> None:
    own = [
        each.code
        for each in vars(refusals).values()
        if isinstance(each, type) and issubclass(each, Refusal) and "code" in vars(each)
    ]
    codes = [code for code in own if code // 100 == 403102]
    assert len(codes) == len(set(codes)) >= 7
