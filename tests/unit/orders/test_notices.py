"""What a venue tells of its market: halts, resumptions and price bands, once they are journaled."""

from datetime import timedelta

import msgspec
import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, price, shares

from tradewind.contracts.journal import AuctionCrossed, AuctionPrinted, PriceBandsMoved
from tradewind.contracts.market_data import (
    AuctionPrint,
    Depth,
    DepthLevel,
    FeedEvent,
    FeedMessage,
    Listing,
    SessionClosed,
    SessionOpened,
    Trade,
    TradingStatus,
)
from tradewind.contracts.notices import BandsMoved, HaltCause, LatestStatus, StatusChanged
from tradewind.contracts.venues import PriceBands
from tradewind.contracts.vocabulary import AuctionKind
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.notices import latest_statuses, notice_of


def told(stage: Stage, command: commands.Command) -> list[FeedEvent]:
    """Carry a command out and return what the venue tells of it."""
    stage.now += timedelta(seconds=1)
    decide(stage.core, command, stage.now)
    payload = notice_of(stage.core.state, stage.core.drain()[0])
    if payload is None:
        return []
    message = msgspec.msgpack.decode(payload, type=FeedMessage)
    assert (message.venue_id, message.number, message.run) == ("test", 0, "")
    return message.events


def said(stage: Stage, *events: FeedEvent) -> FeedMessage:
    stage.number += 1
    return FeedMessage(stage.core.spec.venue_id, stage.number, stage.now, list(events))


def test_halt_by_hand_is_told_with_its_reason_and_so_is_its_end() -> None:
    stage = Stage()
    assert told(stage, commands.HaltTrading("AAPL", "rumours", "admin")) == [
        StatusChanged("AAPL", stage.now, True, HaltCause.OPERATOR, "rumours")
    ]
    assert told(stage, commands.ResumeTrading("AAPL", "admin")) == [
        StatusChanged("AAPL", stage.now, False, HaltCause.OPERATOR)
    ]


def test_halt_of_the_market_itself_is_told_as_such() -> None:
    stage = Stage()
    events = told(stage, said(stage, TradingStatus("AAPL", stage.now, True, "news")))
    assert events == [StatusChanged("AAPL", stage.now, True, HaltCause.MARKET, "news")]


def test_halt_of_the_venue_is_told_of_each_instrument_but_for_those_that_stay_halted() -> None:
    stage = Stage()
    stage.feed(Listing(symbol="IBM"), Listing(symbol="AAPL"))
    stage.run(commands.HaltTrading("IBM", "", "admin"))
    halted = told(stage, commands.HaltTrading("", "", "admin"))
    assert [(each.symbol, each.is_halted) for each in halted] == [("AAPL", True), ("IBM", True)]
    resumed = told(stage, commands.ResumeTrading("", "admin"))
    assert [(each.symbol, each.is_halted) for each in resumed] == [("AAPL", False)]


def test_bands_are_told_when_they_move_and_not_with_each_trade() -> None:
    stage = Stage(bands=PriceBands(percent=5))
    moved = PriceBandsMoved("AAPL", price("9.5"), price("10.5"))
    assert moved in stage.trade("10", 100)
    assert not any(isinstance(event, PriceBandsMoved) for event in stage.trade("10.01", 100))
    stage = Stage(bands=PriceBands(percent=5))
    events = told(stage, said(stage, Trade("AAPL", stage.now, price("10"), shares(100), 1)))
    assert events == [BandsMoved("AAPL", stage.now, price("9.5"), price("10.5"))]


def test_pause_by_the_bands_is_told_as_one() -> None:
    stage = Stage(bands=PriceBands(percent=5, limit_state_s=0, pause_s=60))
    stage.trade("10", 100)
    bids = (DepthLevel(price("10.5"), shares(10)),)
    events = told(stage, said(stage, Depth("AAPL", stage.now, bids, ())))
    (status,) = events
    assert isinstance(status, StatusChanged)
    assert (status.is_halted, status.cause) == (True, HaltCause.BANDS)


def test_orders_and_fills_are_no_news_of_the_market() -> None:
    stage = Stage()
    stage.submit(ALICE, "buy", 5, "10")
    assert told(stage, commands.CancelAllOrders(ALICE)) == []


@pytest.mark.parametrize("kind", [AuctionKind.OPENING, AuctionKind.CLOSING])
def test_auction_of_the_market_is_journaled_also_where_nobody_takes_part(kind: AuctionKind) -> None:
    stage = Stage()
    auction = AuctionPrint("AAPL", stage.now, kind, price("10"), shares(300))
    assert stage.feed(auction) == [AuctionPrinted("AAPL", kind, price("10"), shares(300))]


def test_auction_in_which_orders_trade_is_journaled_once() -> None:
    stage = Stage()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    stage.submit(BOB, "buy", 5, "11", tif="opg")
    stage.feed(SessionOpened(DAY + timedelta(days=1), stage.now))
    events = stage.feed(
        AuctionPrint("AAPL", stage.now, AuctionKind.OPENING, price("10"), shares(300))
    )
    kinds = [type(event) for event in events]
    assert kinds.count(AuctionCrossed) == 1
    assert AuctionPrinted not in kinds


def test_auction_without_size_did_not_take_place() -> None:
    stage = Stage()
    assert (
        stage.feed(AuctionPrint("AAPL", stage.now, AuctionKind.CLOSING, price("10"), shares(0)))
        == []
    )


def test_latest_status_is_the_halt_with_its_end_and_then_the_resumption() -> None:
    stage = Stage()
    stage.feed(Listing(symbol="AAPL"), Listing(symbol="IBM"))
    until = stage.now + timedelta(hours=1)
    stage.run(commands.HaltTrading("AAPL", "rumours", "admin", until))
    halted = StatusChanged("AAPL", stage.now, True, HaltCause.OPERATOR, "rumours")
    aapl, ibm = latest_statuses(stage.core.state)
    assert (aapl, ibm) == (LatestStatus("AAPL", halted, until), LatestStatus("IBM"))
    stage.run(commands.ResumeTrading("AAPL", "admin"))
    resumed = StatusChanged("AAPL", stage.now, False, HaltCause.OPERATOR)
    assert latest_statuses(stage.core.state, ["AAPL"]) == [LatestStatus("AAPL", resumed)]


def test_latest_status_follows_the_whole_venue() -> None:
    stage = Stage()
    stage.feed(Listing(symbol="AAPL"), Listing(symbol="IBM"))
    stage.run(commands.HaltTrading("IBM", "news", "admin"))
    stage.run(commands.HaltTrading("", "drill", "admin"))
    statuses = [each.status for each in latest_statuses(stage.core.state)]
    assert [(each.is_halted, each.reason) for each in statuses] == [(True, "drill"), (True, "news")]
    stage.run(commands.ResumeTrading("", "admin"))
    aapl, ibm = (each.status for each in latest_statuses(stage.core.state))
    assert (aapl.is_halted, aapl.at, ibm.is_halted) == (False, stage.now, True)


def test_instruments_that_a_venue_does_not_know_have_no_latest_status() -> None:
    assert latest_statuses(Stage().core.state, ["NOPE"]) == []


def test_latest_bands_are_those_in_force_and_end_with_the_session() -> None:
    stage = Stage(bands=PriceBands(percent=5))
    stage.trade("10", 100)
    moved = BandsMoved("AAPL", stage.now, price("9.5"), price("10.5"))
    assert latest_statuses(stage.core.state) == [LatestStatus("AAPL", bands=moved)]
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    assert latest_statuses(stage.core.state) == []


def test_no_bands_are_in_force_while_an_instrument_is_halted_nor_before_its_next_trade() -> None:
    stage = Stage(bands=PriceBands(percent=5))
    stage.trade("10", 100)
    stage.trade("20", 100, "IBM")
    stage.run(commands.HaltTrading("", "", "admin"))
    stage.run(commands.ResumeTrading("", "admin"))
    assert [each.bands for each in latest_statuses(stage.core.state)] == []
    stage.trade("12", 100)
    assert [each.bands.upper for each in latest_statuses(stage.core.state)] == [price("12.6")]
