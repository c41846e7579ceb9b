"""Auctions at the open and the close, each with figures worked by hand."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.unit.orders.stage import ALICE, BOB, CAROL, DAY, Stage, fills, price, shares

from tradewind.contracts.journal import (
    AuctionCrossed,
    CancelReason,
    Event,
    OrderCanceled,
    OrderFilled,
)
from tradewind.contracts.market_data import AuctionPrint, SessionClosed, SessionOpened, Split
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.venues import FeeSchedule, FillSettings
from tradewind.contracts.vocabulary import AuctionKind, FillModel, OrderId, OrderType
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import AuctionNotOpen
from tradewind.platform.errors import MalformedRequest

NEXT = DAY + timedelta(days=1)
HOUR = timedelta(hours=1)


def closed(stage: Stage, last: str = "10", opens_at: datetime | None = None) -> list[Event]:
    return stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price(last)}, next_opens_at=opens_at))


def opened(stage: Stage) -> list[Event]:
    return stage.feed(SessionOpened(NEXT, stage.now))


def auction(
    stage: Stage, at: str, size: int, kind: AuctionKind = AuctionKind.OPENING
) -> list[Event]:
    return stage.feed(AuctionPrint("AAPL", stage.now, kind, price(at), shares(size)))


def closed_stage(**settings: object) -> Stage:
    """Return a stage whose Bob has ten shares, after the close at 10."""
    stage = Stage(**settings)
    stage.give(BOB, 10)
    closed(stage)
    return stage


def crossings(events: list[Event]) -> list[AuctionCrossed]:
    return [event for event in events if isinstance(event, AuctionCrossed)]


def test_order_for_the_open_waits_for_it_and_pays_the_markets_own_price() -> None:
    stage = closed_stage()
    order = stage.submit(ALICE, "buy", 5, tif="opg")
    assert order.status == "accepted"
    opened(stage)
    assert order.status == "new"
    assert fills(auction(stage, "10.2", 100)) == [("10.2", "5")]
    assert order.status == "filled"


def test_users_trade_with_each_other_at_one_price() -> None:
    stage = closed_stage()
    stage.submit(ALICE, "buy", 6, "10.4", tif="opg")
    stage.submit(CAROL, "buy", 6, "10.1", tif="opg")
    stage.submit(BOB, "sell", 8, "10", tif="opg")
    opened(stage)
    events = auction(stage, "10.1", 0)
    # 8 change hands at 10 and 10.1, with 4 bid beyond it; 10.1 is the reference. Alice first.
    assert crossings(events)[0].price == price("10.1")
    assert crossings(events)[0].imbalance == shares(4)
    assert fills(events) == [("10.1", "6"), ("10.1", "2"), ("10.1", "8")]


def test_what_the_open_does_not_fill_is_canceled() -> None:
    stage = closed_stage()
    order = stage.submit(ALICE, "buy", 5, "10.1", tif="opg")
    opened(stage)
    events = auction(stage, "10.2", 100)
    assert [event.reason for event in events if isinstance(event, OrderCanceled)] == [
        CancelReason.AUCTION
    ]
    assert order.status == "canceled"
    assert stage.cash(ALICE) == 10_000


def test_market_can_take_no_more_than_its_own_size() -> None:
    stage = closed_stage()
    stage.submit(ALICE, "buy", 5, tif="opg")
    stage.submit(CAROL, "buy", 5, tif="opg")
    opened(stage)
    assert fills(auction(stage, "10", 7)) == [("10", "5"), ("10", "2")]


def test_order_at_the_price_of_the_auction_stands_behind_the_market() -> None:
    stage = closed_stage()
    stage.submit(ALICE, "buy", 5, "10", tif="opg")
    opened(stage)
    assert fills(auction(stage, "10", 7)) == []


def test_order_at_the_price_of_the_auction_trades_with_users_beyond_the_market() -> None:
    stage = closed_stage()
    stage.submit(ALICE, "buy", 5, "10", tif="opg")
    stage.submit(BOB, "sell", 3, tif="opg")
    opened(stage)
    assert fills(auction(stage, "10", 7)) == [("10", "3"), ("10", "3")]


@pytest.mark.parametrize("model", [FillModel.TOP_OF_BOOK, FillModel.INSTANT])
def test_without_queues_users_come_before_the_market_at_one_price(model: FillModel) -> None:
    stage = closed_stage(fills=FillSettings(model=model))
    stage.submit(ALICE, "buy", 5, "10", tif="opg")
    opened(stage)
    assert fills(auction(stage, "10", 7)) == [("10", "5")]


def test_instant_venue_fills_any_quantity_in_an_auction() -> None:
    stage = closed_stage(fills=FillSettings(model=FillModel.INSTANT))
    stage.submit(ALICE, "buy", 500, tif="opg")
    opened(stage)
    assert fills(auction(stage, "10", 1)) == [("10", "500")]


def test_orders_that_stood_over_night_take_part() -> None:
    stage = closed_stage()
    standing = stage.submit(ALICE, "buy", 4, "10.5", tif="gtc")
    at_market = stage.submit(CAROL, "buy", 2)
    opened(stage)
    assert fills(auction(stage, "10.2", 100)) == [("10.2", "2"), ("10.2", "4")]
    assert (standing.status, at_market.status) == ("filled", "filled")


def test_order_that_stood_and_was_not_filled_at_the_open_stands_on() -> None:
    stage = closed_stage()
    standing = stage.submit(ALICE, "buy", 4, "10.1", tif="gtc")
    opened(stage)
    auction(stage, "10.2", 100)
    assert standing.status == "new"
    assert fills(stage.depth(asks=[("10.1", 9)])) == [("10.1", "4")]


def test_price_goes_beyond_the_markets_when_users_want_more_than_it_has() -> None:
    stage = closed_stage()
    stage.submit(ALICE, "buy", 9, tif="opg")
    stage.submit(BOB, "sell", 6, "10.3", tif="opg")
    opened(stage)
    # At 10 only 2 change hands; at 10.3 all that Bob has and the market's 2.
    assert fills(auction(stage, "10", 2)) == [("10.3", "8"), ("10.3", "6")]


def test_stop_is_set_going_by_the_open() -> None:
    stage = closed_stage()
    stage.submit(BOB, "sell", 5, "12", tif="gtc")
    stop = stage.stop(BOB, "sell", 5, at="9.5", tif="gtc")
    opened(stage)
    auction(stage, "9.4", 100)
    assert stop.terms is not None
    assert stop.terms.triggered_at == stage.now


def test_order_for_the_close_waits_through_the_session() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 100)])
    order = stage.submit(ALICE, "buy", 5, tif="cls")
    stage.depth(asks=[("10", 100)])
    stage.trade("10", 100)
    assert (order.status, order.filled_qty) == ("new", 0)
    assert fills(auction(stage, "10.7", 50, AuctionKind.CLOSING)) == [("10.7", "5")]


def test_order_for_the_close_sent_over_night_trades_at_the_next_close() -> None:
    stage = closed_stage()
    order = stage.submit(BOB, "sell", 5, tif="cls")
    opened(stage)
    assert fills(auction(stage, "10", 100)) == []
    assert fills(auction(stage, "10.7", 50, AuctionKind.CLOSING)) == [("10.7", "5")]
    assert order.status == "filled"


def test_close_of_which_no_auction_is_told_lets_users_trade_at_the_closing_price() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.trade("10", 1)
    buy = stage.submit(ALICE, "buy", 5, tif="cls")
    sell = stage.submit(BOB, "sell", 3, tif="cls")
    events = closed(stage, "10.4")
    assert fills(events) == [("10.4", "3"), ("10.4", "3")]
    assert (buy.status, sell.status) == ("canceled", "filled")


def test_open_of_which_no_auction_is_told_lets_users_trade_before_the_first_depth() -> None:
    stage = closed_stage()
    stage.submit(ALICE, "buy", 5, tif="opg")
    stage.submit(BOB, "sell", 5, tif="opg")
    opened(stage)
    # The last close was 10, and nobody trades beyond what is bid and asked.
    assert fills(stage.depth(bids=[("10.2", 9)], asks=[("10.4", 9)])) == [("10.2", "5")] * 2


def test_open_of_which_nothing_at_all_is_told_cancels_its_orders_at_the_close() -> None:
    stage = closed_stage()
    order = stage.submit(ALICE, "buy", 5, tif="opg")
    opened(stage)
    stage.feed(SessionClosed(NEXT, stage.now, {}))
    assert order.status == "canceled"


def test_second_opening_auction_of_a_session_is_no_news() -> None:
    stage = closed_stage()
    opened(stage)
    auction(stage, "10", 100)
    stage.depth(asks=[("10.5", 9)])
    stage.submit(ALICE, "buy", 5, "10.4")
    assert fills(auction(stage, "10.3", 100)) == []


def test_two_orders_of_one_account_do_not_trade_with_each_other() -> None:
    stage = closed_stage()
    older = stage.submit(BOB, "sell", 5, tif="opg")
    newer = stage.submit(BOB, "buy", 3, tif="opg")
    opened(stage)
    events = auction(stage, "10", 100)
    assert fills(events) == [("10", "5")]
    assert (older.status, newer.status) == ("filled", "canceled")


def test_two_orders_of_one_account_that_cannot_meet_both_take_part() -> None:
    stage = closed_stage()
    stage.submit(BOB, "sell", 5, "11", tif="opg")
    stage.submit(BOB, "buy", 3, "10.5", tif="opg")
    opened(stage)
    assert fills(auction(stage, "10", 100)) == [("10", "3")]


def test_market_order_that_cannot_pay_the_price_is_canceled_and_leaves_it_to_the_others() -> None:
    stage = closed_stage()
    poor = stage.submit(ALICE, "buy", 950, tif="opg")
    rich = stage.submit(CAROL, "buy", 10, tif="opg")
    opened(stage)
    # 500 at 11 and the rest reserved at 10.5 are more than 10,000.
    assert fills(auction(stage, "11", 500)) == [("11", "10")]
    assert (poor.status, rich.status) == ("canceled", "filled")


def test_auction_charges_the_orders_fee_and_neither_makers_nor_takers() -> None:
    fees = FeeSchedule(fee_bps=Decimal(10), maker_bps=Decimal(-2), taker_bps=Decimal(3))
    stage = Stage(fees)
    stage.submit(ALICE, "buy", 10, tif="cls", limit="11")
    events = auction(stage, "10", 100, AuctionKind.CLOSING)
    filled = [event for event in events if isinstance(event, OrderFilled)]
    # Ten basis points of a hundred dollars.
    assert [(event.fee, event.liquidity_fee) for event in filled] == [(100_000_000, 0)]
    assert filled[0].liquidity == "auction"


def test_orders_for_the_open_are_taken_until_two_minutes_before_it() -> None:
    stage = Stage()
    opens_at = stage.now + HOUR
    closed(stage, opens_at=opens_at)
    stage.now = opens_at - timedelta(minutes=2, seconds=2)
    assert stage.submit(ALICE, "buy", 1, tif="opg").status == "accepted"
    last = f"{opens_at - timedelta(minutes=2):%H:%M:%S}"
    with pytest.raises(AuctionNotOpen, match=f"until {last} UTC, two minutes before the open"):
        stage.submit(ALICE, "buy", 1, tif="opg")


def test_orders_for_the_open_are_not_taken_in_a_session() -> None:
    stage = Stage()
    with pytest.raises(AuctionNotOpen, match="once the session that is open has ended"):
        stage.submit(ALICE, "buy", 1, tif="opg")


def test_venue_that_never_closes_takes_orders_for_its_next_open_at_any_time() -> None:
    stage = Stage()
    closed(stage)
    at = stage.now + 24 * HOUR
    stage.feed(SessionOpened(NEXT, stage.now, at, at))
    order = stage.submit(ALICE, "buy", 1, tif="opg")
    stage.depth(asks=[("10", 100)])
    assert order.status == "accepted"
    stage.feed(SessionClosed(NEXT, at, {"AAPL": price("10")}, next_opens_at=at))
    assert order.status == "accepted"
    stage.feed(SessionOpened(NEXT + timedelta(days=1), at))
    assert fills(auction(stage, "10", 100)) == [("10", "1")]


def test_orders_for_the_close_are_taken_until_ten_minutes_before_it() -> None:
    stage = closed_stage()
    closes_at = stage.now + HOUR
    stage.feed(SessionOpened(NEXT, stage.now, closes_at))
    stage.now = closes_at - timedelta(minutes=10, seconds=2)
    assert stage.submit(ALICE, "buy", 1, tif="cls").status == "new"
    with pytest.raises(AuctionNotOpen, match="ten minutes before the close"):
        stage.submit(ALICE, "buy", 1, tif="cls")


def test_windows_outlive_a_restart() -> None:
    stage = closed_stage()
    stage.feed(SessionOpened(NEXT, stage.now, stage.now + timedelta(minutes=9)))
    stage.core = Core(stage.core.spec, stage.core.state)
    with pytest.raises(AuctionNotOpen):
        stage.submit(ALICE, "buy", 1, tif="cls")


def test_orders_for_an_auction_outlive_a_restart() -> None:
    stage = closed_stage()
    order = stage.submit(ALICE, "buy", 5, tif="opg")
    opened(stage)
    stage.core = Core(stage.core.spec, stage.core.state)
    assert fills(auction(stage, "10.2", 100)) == [("10.2", "5")]
    assert order.status == "filled"


def test_order_for_an_auction_can_be_canceled_and_replaced_in_its_window() -> None:
    stage = closed_stage()
    order = stage.submit(ALICE, "buy", 5, "10.1", tif="opg")
    new_id = OrderId("00000000-0000-7000-9000-000000000099")
    stage.run(
        ReplaceOrder(
            order_id=order.order_id,
            new_order_id=new_id,
            account_id=ALICE,
            limit_price=price("10.3"),
        )
    )
    opened(stage)
    assert fills(auction(stage, "10.2", 100)) == [("10.2", "5")]


def test_split_before_the_open_cancels_what_waits_for_it() -> None:
    stage = closed_stage()
    order = stage.submit(ALICE, "buy", 5, "10.1", tif="opg")
    stage.feed(Split("split", "AAPL", NEXT, 2, 1))
    assert order.status == "canceled"


def test_stops_and_groups_cannot_be_for_an_auction() -> None:
    stage = closed_stage()
    with pytest.raises(MalformedRequest, match="must be day or gtc"):
        stage.stop(BOB, "sell", 5, at="9.5", tif="opg")
    with pytest.raises(MalformedRequest, match="bracket group must be day or gtc"):
        stage.group(ALICE, "buy", 5, "10", profit="11", loss="9", tif="cls")


def test_same_orders_give_the_same_auction() -> None:
    def run() -> list[Event]:
        stage = closed_stage()
        for number in range(20):
            account = (ALICE, CAROL)[number % 2]
            limit = None if number % 5 == 0 else f"{9.5 + number / 20:.2f}"
            stage.submit(account, "buy", 1 + number % 3, limit, tif="opg")
        stage.submit(BOB, "sell", 10, "9.9", tif="opg", order_type=OrderType.LIMIT)
        opened(stage)
        return auction(stage, "10.2", 7)

    assert run() == run()
