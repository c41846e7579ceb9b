"""Halts: nothing trades, orders wait, and an auction at one price lets them go on."""

from datetime import timedelta

import pytest
from tests.unit.orders.stage import ALICE, BOB, CAROL, DAY, Stage, fills, price

from tradewind.contracts.journal import Event, TradingHalted, TradingResumed
from tradewind.contracts.market_data import (
    AuctionPrint,
    SessionClosed,
    SessionOpened,
    TradingStatus,
)
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.vocabulary import AuctionKind, BrokerKind, OrderId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import NotHalted, TradingIsHalted
from tradewind.platform.errors import MalformedRequest

NEXT = DAY + timedelta(days=1)
EVERYTHING = ""


def halt(stage: Stage, symbol: str = "AAPL", for_s: int | None = None) -> list[Event]:
    until = None if for_s is None else stage.now + timedelta(seconds=for_s)
    return stage.run(commands.HaltTrading(symbol, "news pending", "admin", until))


def resume(stage: Stage, symbol: str = "AAPL") -> list[Event]:
    return stage.run(commands.ResumeTrading(symbol, "admin"))


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


@pytest.mark.parametrize("symbol", ["AAPL", EVERYTHING])
def test_nothing_trades_while_it_is_halted(symbol: str) -> None:
    stage = Stage()
    stage.depth(asks=[("10", 100)])
    resting = stage.submit(ALICE, "buy", 5, "9")
    halt(stage, symbol)
    order = stage.submit(BOB, "buy", 5)
    assert order.status == "accepted"
    stage.depth(asks=[("8", 100)])
    stage.trade("8", 100)
    assert (order.filled_qty, resting.filled_qty) == (0, 0)


def test_another_symbol_trades_on() -> None:
    stage = Stage()
    halt(stage)
    stage.depth(asks=[("10", 100)], symbol="IBM")
    stage.submit(ALICE, "buy", 5, symbol="IBM")
    assert fills(stage.events) == [("10", "5")]


def test_orders_meet_at_one_price_when_trading_resumes() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.trade("10", 1)
    halt(stage)
    stage.submit(ALICE, "buy", 6, "10.4")
    stage.submit(CAROL, "buy", 6, "10.1")
    stage.submit(BOB, "sell", 8, "9.8")
    events = resume(stage)
    # 8 change hands up to 10.1, and 10 is what traded last.
    assert fills(events) == [("10", "6"), ("10", "2"), ("10", "8")]


def test_market_order_that_nobody_met_trades_with_the_next_depth() -> None:
    stage = Stage()
    stage.trade("10", 1)
    halt(stage)
    stage.submit(ALICE, "buy", 5)
    assert fills(resume(stage)) == []
    assert fills(stage.depth(asks=[("10.2", 9)])) == [("10.2", "5")]


def test_what_rested_before_a_halt_keeps_its_place() -> None:
    stage = Stage()
    stage.depth(bids=[("9", 3)])
    first = stage.submit(ALICE, "buy", 5, "9")
    halt(stage)
    second = stage.submit(BOB, "buy", 5, "9")
    resume(stage)
    stage.depth(bids=[("9", 3)])
    stage.trade("9", 10)
    assert (first.status, second.filled_qty) == ("filled", 2 * 10**9)


def test_stop_is_not_set_going_in_a_halt() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stop = stage.stop(BOB, "sell", 5, at="9.5")
    halt(stage)
    stage.trade("9", 100)
    assert stop.waits


def test_stop_is_set_going_by_the_price_of_the_reopening() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.trade("10", 1)
    stop = stage.stop(BOB, "sell", 5, at="9.5")
    halt(stage)
    stage.submit(ALICE, "buy", 3, "9.4")
    stage.submit(BOB, "sell", 3, "9.2")
    events = resume(stage)
    assert fills(events)[0] == ("9.4", "3")
    assert stop.terms is not None
    assert stop.terms.triggered_at == stage.now


@pytest.mark.parametrize("tif", ["ioc", "fok"])
def test_order_that_must_trade_at_once_is_refused_with_the_reason(tif: str) -> None:
    stage = Stage()
    halt(stage)
    with pytest.raises(TradingIsHalted, match="trading in AAPL is halted: news pending"):
        stage.submit(ALICE, "buy", 5, "10", tif=tif)


def test_orders_can_be_canceled_and_replaced_in_a_halt() -> None:
    stage = Stage()
    one, other = stage.submit(ALICE, "buy", 5, "9"), stage.submit(ALICE, "buy", 5, "8")
    halt(stage)
    stage.run(commands.CancelOrder(ALICE, one.order_id))
    new_id = OrderId("00000000-0000-7000-9000-000000000099")
    stage.run(ReplaceOrder(order_id=other.order_id, new_order_id=new_id, account_id=ALICE))
    assert (one.status, other.status) == ("canceled", "replaced")
    assert stage.core.state.orders[new_id].status == "accepted"


def test_halt_ends_by_itself_with_the_first_message_after_its_time() -> None:
    stage = Stage()
    halt(stage, for_s=10)
    order = stage.submit(ALICE, "buy", 5, "11")
    stage.now += timedelta(seconds=10)
    events = stage.depth(asks=[("10", 9)])
    assert kinds(events)[0] is TradingResumed
    assert order.status == "filled"


def test_halt_that_is_on_takes_the_newer_reason_and_end() -> None:
    stage = Stage()
    halt(stage)
    halt(stage, for_s=60)
    assert stage.core.state.halts["AAPL"].resumes_at == stage.now + timedelta(seconds=59)


def test_halt_outlives_sessions_and_restarts() -> None:
    stage = Stage()
    halt(stage)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    order = stage.submit(ALICE, "buy", 5)
    stage.feed(SessionOpened(NEXT, stage.now))
    stage.core = Core(stage.core.spec, stage.core.state)
    stage.depth(asks=[("10", 9)])
    assert order.status == "accepted"
    resume(stage)
    assert fills(stage.depth(asks=[("10", 9)])) == [("10", "5")]


def test_order_for_an_open_that_fell_into_a_halt_takes_part_in_the_reopening() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    buy = stage.submit(ALICE, "buy", 5, tif="opg")
    stage.submit(BOB, "sell", 3, tif="opg")
    halt(stage)
    stage.feed(SessionOpened(NEXT, stage.now))
    auction = AuctionPrint("AAPL", stage.now, AuctionKind.OPENING, price("10"), price("100"))
    assert fills(stage.feed(auction)) == []
    assert fills(resume(stage)) == [("10", "3"), ("10", "3")]
    assert buy.status == "canceled"


def test_close_in_a_halt_cancels_its_orders() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.trade("10", 1)
    buy, sell = stage.submit(ALICE, "buy", 5, tif="cls"), stage.submit(BOB, "sell", 5, tif="cls")
    halt(stage)
    assert fills(stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))) == []
    assert (buy.status, sell.status) == ("canceled", "canceled")


def test_day_order_expires_in_a_halt() -> None:
    stage = Stage()
    halt(stage)
    order = stage.submit(ALICE, "buy", 5, "9")
    stage.feed(SessionClosed(DAY, stage.now, {}))
    assert order.status == "expired"


def test_oco_sent_in_a_halt_works_once_trading_resumes() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    halt(stage)
    profit = stage.group(BOB, "sell", 5, "12", loss="9", oco=True)
    loss = stage.leg(profit, "stop_loss")
    assert (profit.status, loss.status) == ("accepted", "accepted")
    resume(stage)
    stage.trade("12.1", 100)
    assert (profit.status, loss.status) == ("filled", "canceled")


def test_feed_halts_and_resumes() -> None:
    stage = Stage()
    events = stage.feed(TradingStatus("AAPL", stage.now, halted=True, reason="LULD pause"))
    assert events == [TradingHalted("AAPL", "LULD pause", "feed")]
    assert stage.feed(TradingStatus("AAPL", stage.now, halted=True)) == []
    events = stage.feed(TradingStatus("AAPL", stage.now, halted=False))
    assert kinds(events) == [TradingResumed]


def test_feed_does_not_resume_what_an_administrator_halted() -> None:
    stage = Stage()
    halt(stage)
    assert stage.feed(TradingStatus("AAPL", stage.now, halted=False)) == []


def test_whole_venue_resumes_but_for_what_is_halted_besides() -> None:
    stage = Stage()
    halt(stage)
    halt(stage, EVERYTHING)
    one = stage.submit(ALICE, "buy", 5, "9")
    other = stage.submit(ALICE, "buy", 5, "9", symbol="IBM")
    resume(stage, EVERYTHING)
    assert (one.status, other.status) == ("accepted", "new")


def test_what_is_not_halted_cannot_be_resumed() -> None:
    with pytest.raises(NotHalted, match="AAPL is not halted"):
        resume(Stage())


def test_end_of_a_halt_must_be_in_the_future() -> None:
    with pytest.raises(MalformedRequest, match="must be later than the venue's time"):
        halt(Stage(), for_s=0)


def test_live_venue_cannot_be_halted() -> None:
    with pytest.raises(MalformedRequest, match="turn live trading off instead"):
        halt(Stage(broker=BrokerKind.ALPACA))
