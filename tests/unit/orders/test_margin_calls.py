"""Margin calls and what is closed for them, worked by hand."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TypeGuard

import pytest
from tests.unit.orders.margin_stage import MarginStage, dollars
from tests.unit.orders.stage import ALICE, BOB, CAROL, DAY, money, price, shares

from tradewind.contracts.journal import (
    CancelReason,
    MarginCallIssued,
    MarginCallMet,
    OrderAccepted,
    OrderCanceled,
)
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    Listing,
    SessionClosed,
    SessionOpened,
    Trade,
)
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.vocabulary import OrderId, OrderSide, OrderType, TimeInForce
from tradewind.order_service.domain import commands, margin_calls
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import InsufficientBuyingPower
from tradewind.order_service.snapshots import decode_state, encode_state


def leveraged(qty: int = 200, **settings: object) -> MarginStage:
    """Alice holds so many AAPL bought at 100 with 10,000 of her own."""
    stage = MarginStage(**settings)
    stage.quote("99.99", "100")
    stage.submit(ALICE, "buy", qty, "100")
    stage.trade("100", 1)
    return stage


def closing(events: Sequence[object]) -> list[OrderAccepted]:
    return [event for event in events if isinstance(event, OrderAccepted)]


def test_equity_at_the_requirement_is_no_call_and_a_cent_below_it_is_one() -> None:
    stage = leveraged()
    # At p a share the equity is 200 p - 10,000 and 60 p are required: equal at 71.43.
    stage.depth(bids=[("71.43", 1000)])
    assert stage.trade("71.43", 1) == []
    events = stage.trade("71.42", 1)
    call = events[0]
    assert isinstance(call, MarginCallIssued)
    assert (dollars(call.equity), dollars(call.required)) == (4_284, Decimal("4285.2"))


def test_due_call_closes_as_many_shares_as_it_takes_and_is_met() -> None:
    stage = leveraged()
    stage.depth(bids=[("70", 1000)])
    events = stage.trade("70", 1)
    # Equity 4,000, required 4,200: 200 lacking at 21 a share are 10 shares.
    (order,) = closing(events)
    assert (order.side, order.order_type, order.qty) == ("sell", "market", shares(10))
    assert isinstance(events[-1], MarginCallMet)
    assert stage.position(ALICE) == 190
    assert stage.core.state.accounts[ALICE].margin_call is None


def test_call_of_a_short_position_buys_it_back() -> None:
    stage = MarginStage()
    stage.short(100)
    stage.depth(asks=[("155", 1000)])
    events = stage.trade("155", 1)
    # Equity 4,500, required 4,650: 150 lacking at 46.5 a share are 4 shares.
    (order,) = closing(events)
    assert (order.side, order.qty) == ("buy", shares(4))
    assert stage.position(ALICE) == -96
    assert isinstance(events[-1], MarginCallMet)


def test_nothing_is_closed_before_the_grace_is_over() -> None:
    stage = leveraged(call_grace_s=3600)
    stage.depth(bids=[("70", 1000)])
    events = stage.trade("70", 1)
    (call,) = events
    assert isinstance(call, MarginCallIssued)
    assert call.due_at == stage.now + timedelta(hours=1)
    assert stage.trade("70", 1) == []
    figures = stage.figures()
    assert figures.call is not None
    assert dollars(figures.call.deficit) == 200
    stage.now += timedelta(hours=1)
    assert closing(stage.trade("70", 1))


def test_deposit_meets_a_call_at_once() -> None:
    stage = leveraged(call_grace_s=3600)
    stage.trade("70", 1)
    stage.run(commands.Deposit(ALICE, money("199"), "too little"))
    assert stage.core.state.accounts[ALICE].margin_call is not None
    events = stage.run(commands.Transfer(BOB, ALICE, money("1"), "enough"))
    assert isinstance(events[-1], MarginCallMet)


def test_price_that_comes_back_meets_a_call() -> None:
    stage = leveraged(call_grace_s=3600)
    stage.trade("70", 1)
    (met,) = stage.trade("72", 1)
    assert isinstance(met, MarginCallMet)


def test_account_that_was_called_opens_nothing_more() -> None:
    stage = leveraged(call_grace_s=3600)
    stage.trade("70", 1)
    with pytest.raises(InsufficientBuyingPower):
        stage.submit(ALICE, "buy", 1, "70")
    stage.depth()
    assert stage.submit(ALICE, "sell", 1, "80").status == "new"


def test_orders_end_before_positions_are_closed() -> None:
    stage = leveraged(call_grace_s=3600)
    stage.trade("80", 1)
    stage.depth()
    first = stage.submit(ALICE, "sell", 150, "90")
    second = stage.submit(ALICE, "sell", 50, "95")
    stage.depth(bids=[("70", 1000)])
    stage.trade("70", 1)
    stage.now += timedelta(hours=1)
    events = stage.trade("70", 1)
    canceled = [event for event in events if isinstance(event, OrderCanceled)]
    assert [event.order_id for event in canceled] == [first.order_id, second.order_id]
    assert {event.reason for event in canceled} == {CancelReason.MARGIN_CALL}
    assert [event.qty for event in closing(events)] == [shares(10)]


def test_opening_orders_are_canceled_before_closing_ones() -> None:
    stage = MarginStage()
    stage.short(100)
    cover = stage.submit(ALICE, "buy", 50, "90")
    opens = stage.submit(ALICE, "sell", 20, "160")
    stage.depth(asks=[("157", 1000)])
    events = stage.trade("157", 1)
    canceled = [event.order_id for event in events if isinstance(event, OrderCanceled)]
    assert canceled == [opens.order_id, cover.order_id]


def test_position_with_the_largest_requirement_is_closed_first() -> None:
    stage = MarginStage()
    stage.feed(Listing(symbol="IBM"))
    show(stage, "IBM", "99.99", "100")
    send(stage, "IBM", 120)
    stage.quote("99.99", "100")
    stage.submit(ALICE, "buy", 80, "100")
    show(stage, "IBM", "70", "71")
    stage.depth(bids=[("70", 1000)])
    events = stage.feed(
        Trade("IBM", stage.now, price("70"), shares(1), 1),
        Trade("AAPL", stage.now, price("70"), shares(1), 1),
    )
    assert [(event.symbol, event.qty) for event in closing(events)] == [("IBM", shares(10))]


def test_rest_that_waits_for_depth_is_not_ordered_twice() -> None:
    stage = leveraged()
    stage.depth()
    first = stage.trade("70", 1)
    assert [event.qty for event in closing(first)] == [shares(10)]
    assert stage.trade("70", 1) == []
    assert closing(stage.trade("69", 1))
    stage.depth(bids=[("69", 1000)])
    assert stage.core.state.accounts[ALICE].margin_call is None


def test_call_out_of_session_is_carried_out_in_the_next() -> None:
    stage = leveraged()
    stage.depth(bids=[("100", 1)])
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("100")}))
    (call,) = stage.trade("70", 1)
    assert isinstance(call, MarginCallIssued)
    events = stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    assert closing(events)
    stage.depth(bids=[("70", 1000)])
    assert stage.position(ALICE) == 190


def test_multiplier_of_four_must_be_back_within_two_when_the_session_ends() -> None:
    stage = MarginStage(Listing(symbol="AAPL", maintenance_percent=25), multiplier_max=4)
    stage.quote("99.99", "100")
    stage.submit(ALICE, "buy", 300, "100")
    stage.trade("100", 1)
    events = stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("100")}))
    call = events[-1]
    assert isinstance(call, MarginCallIssued)
    assert (call.overnight, dollars(call.required)) == (True, 15_000)
    stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    stage.depth(bids=[("100", 1000)])
    stage.trade("100", 1)
    assert stage.position(ALICE) == 200
    assert stage.core.state.accounts[ALICE].margin_call is None


def test_kill_switch_does_not_stop_a_forced_close() -> None:
    stage = leveraged()
    stage.run(commands.EngageKillSwitch(ALICE, "", "admin"))
    stage.depth(bids=[("70", 1000)])
    stage.trade("70", 1)
    assert stage.position(ALICE) == 190


def test_account_without_debt_is_never_looked_at() -> None:
    stage = leveraged(100)
    assert not stage.core.leveraged
    stage.trade("1", 1)
    assert stage.core.state.accounts[ALICE].margin_call is None


def test_account_that_has_lost_more_than_it_had_stays_in_debt() -> None:
    stage = leveraged()
    stage.depth(bids=[("40", 1000)])
    stage.trade("40", 1)
    assert (stage.position(ALICE), stage.cash(ALICE)) == (0, -2_000)
    assert stage.core.state.accounts[ALICE].margin_call is not None
    assert stage.trade("40", 1) == []
    events = stage.run(commands.Deposit(ALICE, money("2000"), "paid"))
    assert isinstance(events[-1], MarginCallMet)


def test_no_more_accounts_are_looked_at_than_the_bound_and_each_has_its_turn() -> None:
    stage = leveraged()
    stage.set_margin(CAROL)
    stage.quote("99.99", "100")
    stage.submit(CAROL, "buy", 200, "100")
    stage.core.view.learn("AAPL").last_price = price("70")
    called = []
    for _ in range(2):
        margin_calls.look(stage.core, 1)
        emitted, _ = stage.core.drain()
        called.append([r.event.account_id for r in emitted if is_call(r.event)])
    assert called == [[ALICE], [CAROL]]


def is_call(event: object) -> TypeGuard[MarginCallIssued]:
    return isinstance(event, MarginCallIssued)


def test_another_process_goes_on_with_a_call() -> None:
    stage = leveraged(call_grace_s=3600)
    stage.trade("70", 1)
    stage.core = Core(stage.core.spec, decode_state(encode_state(stage.core.state)))
    stage.now += timedelta(hours=1)
    assert closing(stage.trade("70", 1))


def test_nobody_is_called_by_an_old_close_after_a_restart_within_a_session() -> None:
    stage = MarginStage()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("60")}))
    stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    stage.quote("99.99", "100")
    stage.submit(ALICE, "buy", 200, "100")
    stage.core = Core(stage.core.spec, decode_state(encode_state(stage.core.state)))
    assert stage.depth(bids=[("60", 1000)]) == []
    assert [type(event) for event in stage.trade("60", 1)][:1] == [MarginCallIssued]


def show(stage: MarginStage, symbol: str, bid: str, ask: str) -> None:
    bids = (DepthLevel(price(bid), shares(1000)),)
    asks = (DepthLevel(price(ask), shares(1000)),)
    stage.feed(Depth(symbol, stage.now, bids, asks))


def send(stage: MarginStage, symbol: str, qty: int) -> None:
    order_id = OrderId(f"order {symbol}")
    stage.run(
        SubmitOrder(
            order_id=order_id,
            account_id=ALICE,
            client_order_id=order_id,
            symbol=symbol,
            side=OrderSide.BUY,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.DAY,
            qty=shares(qty),
        )
    )
