"""Latency: orders are on their way for a while, the same orders always for the same while."""

from collections import Counter
from datetime import timedelta

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, fills, price, shares

from tradewind.contracts.journal import Event, OrderActivated
from tradewind.contracts.market_data import Depth, SessionClosed, SessionOpened
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.venues import Latency
from tradewind.contracts.vocabulary import LatencyModel, OrderId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.latency import check_latency, draw
from tradewind.order_service.domain.refusals import OrderNotReplaceable
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.errors import MalformedRequest

NEXT = DAY + timedelta(days=1)
SLOW = Latency(ms=2_500)
"""Longer than the second that passes between two commands of a stage, twice over."""


def slow() -> Stage:
    """Return a stage at which orders take two and a half seconds."""
    stage = Stage(latency=SLOW)
    stage.depth(asks=[("10", 100)])
    return stage


def wait(stage: Stage) -> list[Event]:
    """Let enough time pass, with a message of the feed that says nothing."""
    stage.now += timedelta(seconds=3)
    return stage.feed()


def ids(count: int) -> list[OrderId]:
    return [OrderId(f"00000000-0000-7000-9000-{number:012d}") for number in range(count)]


def test_order_trades_once_it_has_arrived_and_not_before() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5)
    assert (order.status, order.filled_qty) == ("pending_new", 0)
    assert order.effective_at == stage.now + timedelta(milliseconds=2_500)
    stage.depth(asks=[("10.2", 100)])
    assert order.status == "pending_new"
    assert fills(wait(stage)) == [("10.2", "5")]
    assert order.status == "filled"


def test_order_meets_what_was_shown_when_it_arrived_and_not_what_comes_after() -> None:
    stage = slow()
    stage.submit(ALICE, "buy", 5)
    stage.now += timedelta(seconds=3)
    assert fills(stage.depth(asks=[("9", 100)])) == [("10", "5")]


def test_order_joins_behind_those_that_arrived_before_it() -> None:
    stage = Stage(latency=Latency(model=LatencyModel.UNIFORM, spread_ms=60_000))
    first, second = stage.submit(ALICE, "buy", 5, "9"), stage.submit(BOB, "buy", 5, "9")
    assert first.effective_at is not None
    assert second.effective_at is not None
    stage.now += timedelta(minutes=2)
    stage.trade("9", 5)
    early, late = sorted((first, second), key=lambda order: str(order.effective_at))
    assert (early.status, late.status) == ("filled", "new")


def test_cash_is_reserved_while_an_order_is_on_its_way() -> None:
    stage = Stage(latency=SLOW)
    stage.submit(ALICE, "buy", 5, "10")
    assert stage.cash(ALICE) == 10_000 - 50
    wait(stage)
    assert stage.cash(ALICE) == 10_000 - 50


@pytest.mark.parametrize(("tif", "filled"), [("ioc", 3), ("fok", 0)])
def test_order_that_must_trade_at_once_does_so_on_arrival(tif: str, filled: int) -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "10", tif=tif)
    stage.depth(asks=[("10", 3)])
    wait(stage)
    assert (order.status, order.filled_qty) == ("canceled", shares(filled))


def test_order_that_must_trade_at_once_and_arrives_after_the_close_is_canceled() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "10", tif="ioc")
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    wait(stage)
    assert order.status == "canceled"


def test_order_that_arrives_after_the_close_waits_for_the_next_session() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "10", tif="gtc")
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    assert wait(stage) == []
    stage.feed(SessionOpened(NEXT, stage.now))
    assert order.status == "new"
    assert fills(stage.depth(asks=[("9.5", 9)])) == [("9.5", "5")]


def test_day_order_that_arrives_after_the_close_has_expired() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "10")
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    assert order.status == "expired"
    assert wait(stage) == []


def test_order_that_arrives_in_a_halt_waits_for_its_end() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "10")
    stage.run(commands.HaltTrading("AAPL", "", "admin"))
    wait(stage)
    assert order.status == "pending_new"
    stage.run(commands.ResumeTrading("AAPL", "admin"))
    assert order.status == "new"


def test_stop_waits_for_its_price_from_its_arrival_on() -> None:
    stage = slow()
    stage.trade("10", 1)
    stop = stage.stop(ALICE, "buy", 5, at="10.5")
    stage.trade("10.6", 1)
    assert stop.status == "pending_new"
    # The newest price is beyond the stop when it arrives.
    assert fills(wait(stage)) == [("10", "5")]


def test_order_on_its_way_cannot_be_replaced() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "10")
    new_id = OrderId("00000000-0000-7000-9000-000000000099")
    with pytest.raises(OrderNotReplaceable, match="replace it once it is new"):
        stage.run(ReplaceOrder(order_id=order.order_id, new_order_id=new_id, account_id=ALICE))


def test_orders_on_their_way_outlive_a_restart() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "10.5")
    stage.core = Core(stage.core.spec, stage.core.state)
    events = wait(stage)
    assert [type(event) for event in events] == [OrderActivated]
    assert order.status == "new"


def test_order_sent_over_night_is_there_when_the_session_begins() -> None:
    stage = slow()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    order = stage.submit(ALICE, "buy", 5, "10", tif="gtc")
    assert order.status == "accepted"
    stage.feed(SessionOpened(NEXT, stage.now))
    assert order.status == "new"


def test_replay_lets_orders_arrive_between_the_events_of_a_message() -> None:
    stage = Stage(latency=SLOW, follows_feed_time=True)
    stage.now += timedelta(seconds=1)
    stage.depth(asks=[("10", 100)])
    stage.submit(ALICE, "buy", 5)
    sent = stage.now
    later = [Depth("AAPL", sent + timedelta(seconds=s), (), ()) for s in (2, 4)]
    assert fills(stage.feed(*later)) == []
    assert [type(event) for event in stage.feed()] == []
    assert next(iter(stage.core.state.orders.values())).status == "new"


def test_latency_is_drawn_from_order_and_seed_alone() -> None:
    settings = Latency(model=LatencyModel.UNIFORM, ms=5, spread_ms=10)
    other = Latency(model=LatencyModel.UNIFORM, ms=5, spread_ms=10, seed=2)
    drawn = [draw(settings, each) for each in ids(100)]
    assert drawn == [draw(settings, each) for each in ids(100)]
    assert drawn != [draw(other, each) for each in ids(100)]


def test_uniform_latency_is_spread_evenly() -> None:
    settings = Latency(model=LatencyModel.UNIFORM, ms=5, spread_ms=10)
    tenths = Counter((draw(settings, each) // timedelta(milliseconds=1)) for each in ids(10_000))
    assert set(tenths) == set(range(5, 15))
    assert all(850 < count < 1_150 for count in tenths.values())


def test_half_of_a_long_tail_takes_a_spread_and_half_of_the_rest_another() -> None:
    settings = Latency(model=LatencyModel.LONG_TAIL, ms=5, spread_ms=10)
    ten = timedelta(milliseconds=10)
    spreads = Counter((draw(settings, each) - ten / 2) // ten for each in ids(10_000))
    assert 4_800 < spreads[0] < 5_200
    assert 2_350 < spreads[1] < 2_650
    assert 1_100 < spreads[2] < 1_400
    assert max(spreads) <= 20


@pytest.mark.parametrize(
    "settings",
    [
        Latency(ms=-1),
        Latency(ms=60_001),
        Latency(model=LatencyModel.UNIFORM, spread_ms=60_001),
        Latency(ms=5, spread_ms=1),
    ],
)
def test_settings_without_meaning_are_refused(settings: Latency) -> None:
    with pytest.raises(MalformedRequest):
        check_latency(settings)


def cancel(stage: Stage, order: OrderState) -> list[Event]:
    return stage.run(commands.CancelOrder(ALICE, order.order_id))


def resting(stage: Stage) -> OrderState:
    """Return Alice's order to buy five at 9, which has arrived and waits."""
    order = stage.submit(ALICE, "buy", 5, "9")
    wait(stage)
    assert order.status == "new"
    return order


def test_order_stands_until_its_cancel_arrives() -> None:
    stage = slow()
    order = resting(stage)
    cancel(stage, order)
    assert order.status == "pending_cancel"
    assert order.leaves_at == stage.now + timedelta(milliseconds=2_500)
    assert stage.cash(ALICE) == 10_000 - 45
    wait(stage)
    assert order.status == "canceled"
    assert stage.cash(ALICE) == 10_000


def test_cancel_loses_the_race_against_a_fill() -> None:
    stage = slow()
    order = resting(stage)
    cancel(stage, order)
    assert fills(stage.trade("8.9", 50)) == [("9", "5")]
    assert order.status == "filled"
    assert wait(stage) == []


def test_cancel_ends_what_a_fill_has_left() -> None:
    stage = slow()
    order = resting(stage)
    cancel(stage, order)
    stage.trade("8.9", 2)
    assert (order.status, order.filled_qty) == ("partially_filled", shares(2))
    wait(stage)
    assert (order.status, order.filled_qty) == ("canceled", shares(2))


def test_cancel_does_not_overtake_its_order() -> None:
    stage = Stage(latency=Latency(model=LatencyModel.UNIFORM, ms=1_500, spread_ms=60_000))
    stage.depth(asks=[("10", 100)])
    order = stage.submit(ALICE, "buy", 5, "10")
    cancel(stage, order)
    assert order.status == "pending_cancel"
    assert order.effective_at is not None
    assert order.leaves_at is not None
    assert order.leaves_at >= order.effective_at
    stage.now += timedelta(minutes=2)
    assert fills(stage.feed()) == [("10", "5")]


def test_second_cancel_changes_nothing_and_no_replacement_is_taken() -> None:
    stage = slow()
    order = resting(stage)
    cancel(stage, order)
    assert cancel(stage, order) == []
    new_id = OrderId("00000000-0000-7000-9000-000000000099")
    with pytest.raises(OrderNotReplaceable, match="about to be canceled"):
        stage.run(ReplaceOrder(order_id=order.order_id, new_order_id=new_id, account_id=ALICE))


def test_cancel_takes_no_time_while_the_market_is_closed() -> None:
    stage = slow()
    order = stage.submit(ALICE, "buy", 5, "9", tif="gtc")
    wait(stage)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    cancel(stage, order)
    assert order.status == "canceled"


def test_closing_everything_cancels_at_once() -> None:
    stage = slow()
    order = resting(stage)
    stage.run(commands.CloseAllPositions(ALICE, "seed", cancel_orders=True))
    assert order.status == "canceled"


def test_cancels_on_their_way_outlive_a_restart() -> None:
    stage = slow()
    order = resting(stage)
    cancel(stage, order)
    stage.core = Core(stage.core.spec, stage.core.state)
    wait(stage)
    assert order.status == "canceled"
