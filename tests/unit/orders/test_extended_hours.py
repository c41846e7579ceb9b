"""Before the open and after the close only those orders trade that ask for it."""

from datetime import date

import pytest
from tests.unit.orders.stage import ALICE, BOB, CAROL, DAY, Stage, fills, price

from tradewind.contracts.journal import (
    Event,
    ExtendedHoursEnded,
    ExtendedHoursStarted,
    OrderActivated,
    OrderExpired,
    OrderFilled,
    SessionEnded,
    SessionStarted,
)
from tradewind.contracts.market_data import (
    ExtendedHoursClosed,
    ExtendedHoursOpened,
    SessionClosed,
    SessionOpened,
)
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import ExtendedPhase, OrderStatus, OrderType
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import SessionNotOpen
from tradewind.order_service.snapshots import decode_state, encode_state
from tradewind.platform.errors import MalformedRequest

NEXT = date(2024, 1, 3)
PRE, AFTER = ExtendedPhase.PRE_MARKET, ExtendedPhase.AFTER_HOURS


def close(stage: Stage) -> list[Event]:
    """End the regular session; the after-hours follow."""
    return stage.feed(
        SessionClosed(DAY, stage.now, {"AAPL": price("10")}, after_hours_follow=True),
        ExtendedHoursOpened(DAY, stage.now, AFTER),
    )


def end(stage: Stage) -> list[Event]:
    """End the after-hours."""
    return stage.feed(ExtendedHoursClosed(DAY, stage.now))


def pre_market(stage: Stage) -> list[Event]:
    """Begin the next day before its open."""
    return stage.feed(ExtendedHoursOpened(NEXT, stage.now, PRE))


def open_next(stage: Stage) -> list[Event]:
    """Begin the regular session of the next day."""
    return stage.feed(SessionOpened(NEXT, stage.now))


def filled(events: list[Event]) -> list[str]:
    """Return the accounts of the fills among events."""
    return [event.account_id for event in events if isinstance(event, OrderFilled)]


def test_only_orders_for_extended_hours_meet_what_is_shown_after_the_close() -> None:
    stage = Stage()
    plain = stage.submit(ALICE, "buy", 5, "10", "gtc")
    asking = stage.submit(BOB, "buy", 5, "10", extended=True)
    close(stage)
    events = stage.depth(asks=[("10", 100)])
    assert fills(events) == [("10", "5")]
    assert asking.status is OrderStatus.FILLED
    assert (plain.status, plain.filled_qty) == (OrderStatus.NEW, 0)


def test_order_that_stood_aside_comes_back_with_its_place_before_later_ones() -> None:
    stage = Stage()
    stage.submit(ALICE, "buy", 5, "10", "gtc")
    stage.submit(BOB, "buy", 5, "10", "gtc", extended=True)
    close(stage)
    assert filled(stage.trade("10", 2)) == [BOB]
    end(stage)
    open_next(stage)
    assert filled(stage.trade("10", 5)) == [ALICE]
    assert filled(stage.trade("10", 5)) == [BOB]


def test_users_trade_with_each_other_after_the_close_but_not_with_orders_that_stand_aside() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.submit(BOB, "buy", 5, "11", "gtc")
    close(stage)
    asking = stage.submit(ALICE, "sell", 5, "10", extended=True)
    assert asking.status is OrderStatus.NEW
    met = stage.submit(CAROL, "buy", 5, "10", extended=True)
    assert met.status is asking.status is OrderStatus.FILLED


def test_order_sent_in_extended_hours_without_asking_waits_for_the_regular_session() -> None:
    stage = Stage()
    close(stage)
    stage.depth(asks=[("10", 100)])
    plain = stage.submit(ALICE, "buy", 5, "10")
    assert plain.status is OrderStatus.ACCEPTED
    end(stage)
    pre_market(stage)
    assert plain.status is OrderStatus.ACCEPTED
    open_next(stage)
    assert fills(stage.depth(asks=[("10", 100)])) == [("10", "5")]


def test_order_for_extended_hours_sent_at_night_joins_with_the_pre_market() -> None:
    stage = Stage()
    close(stage)
    end(stage)
    order = stage.submit(ALICE, "buy", 5, "10", extended=True)
    assert order.status is OrderStatus.ACCEPTED
    events = pre_market(stage)
    assert [type(event) for event in events] == [ExtendedHoursStarted, OrderActivated]
    assert fills(stage.depth(asks=[("10", 100)])) == [("10", "5")]


def test_day_orders_expire_at_the_close_and_those_for_extended_hours_after_them() -> None:
    stage = Stage()
    plain = stage.submit(ALICE, "buy", 1, "9")
    asking = stage.submit(BOB, "buy", 1, "9", extended=True)
    lasting = stage.submit(CAROL, "buy", 1, "9", "gtc", extended=True)
    events = close(stage)
    assert [type(event) for event in events] == [OrderExpired, SessionEnded, ExtendedHoursStarted]
    assert plain.status is OrderStatus.EXPIRED
    assert [type(event) for event in end(stage)] == [OrderExpired, ExtendedHoursEnded]
    assert asking.status is OrderStatus.EXPIRED
    assert asking.expired_at == stage.core.state.now
    assert lasting.status is OrderStatus.NEW


def test_day_order_of_the_pre_market_lives_through_the_day_to_the_end_of_the_after_hours() -> None:
    stage = Stage()
    close(stage)
    end(stage)
    pre_market(stage)
    order = stage.submit(ALICE, "buy", 1, "9", extended=True)
    open_next(stage)
    stage.feed(
        SessionClosed(NEXT, stage.now, {}, after_hours_follow=True),
        ExtendedHoursOpened(NEXT, stage.now, AFTER),
    )
    assert order.status is OrderStatus.NEW
    stage.feed(ExtendedHoursClosed(NEXT, stage.now))
    assert order.status is OrderStatus.EXPIRED


def test_day_order_for_extended_hours_expires_at_the_close_where_none_follow() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 1, "9", extended=True)
    stage.feed(SessionClosed(DAY, stage.now, {}))
    assert order.status is OrderStatus.EXPIRED


@pytest.mark.parametrize("told", ["pre-market", "session"])
def test_end_of_the_after_hours_that_was_never_told_comes_with_the_next_day(told: str) -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 1, "9", extended=True)
    close(stage)
    events = pre_market(stage) if told == "pre-market" else open_next(stage)
    assert [type(event) for event in events[:2]] == [OrderExpired, ExtendedHoursEnded]
    assert order.status is OrderStatus.EXPIRED


def test_close_that_was_never_told_comes_with_the_after_hours() -> None:
    stage = Stage()
    plain = stage.submit(ALICE, "buy", 1, "9")
    events = stage.feed(ExtendedHoursOpened(DAY, stage.now, AFTER))
    assert [type(event) for event in events] == [OrderExpired, SessionEnded, ExtendedHoursStarted]
    assert plain.status is OrderStatus.EXPIRED


def test_extended_hours_told_again_or_too_late_are_no_news() -> None:
    stage = Stage()
    assert pre_market_of_today(stage) == []
    close(stage)
    assert stage.feed(ExtendedHoursOpened(DAY, stage.now, AFTER)) == []
    assert pre_market_of_today(stage) == []
    end(stage)
    assert end(stage) == []
    pre_market(stage)
    assert pre_market(stage) == []
    assert end(stage) == []
    assert [type(event) for event in open_next(stage)] == [SessionStarted]


def pre_market_of_today(stage: Stage) -> list[Event]:
    return stage.feed(ExtendedHoursOpened(DAY, stage.now, PRE))


def test_stops_wait_for_the_regular_session() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stop = stage.stop(ALICE, "sell", 5, "9", tif="gtc")
    close(stage)
    stage.trade("8", 1)
    assert stop.waits
    end(stage)
    open_next(stage)
    stage.trade("8.50", 1)
    assert not stop.waits


def test_immediate_order_is_refused_outside_the_regular_session() -> None:
    stage = Stage()
    close(stage)
    with pytest.raises(SessionNotOpen):
        stage.submit(ALICE, "buy", 1, "10", "ioc")


@pytest.mark.parametrize(
    ("limit", "tif", "kind", "terms"),
    [
        (None, "day", OrderType.MARKET, None),
        ("10", "ioc", OrderType.LIMIT, None),
        (None, "day", OrderType.STOP, Terms(stop_price=price("10"))),
    ],
)
def test_only_standing_limit_orders_may_ask_for_extended_hours(
    limit: str | None, tif: str, kind: OrderType, terms: Terms | None
) -> None:
    stage = Stage()
    with pytest.raises(MalformedRequest, match="extended hours"):
        stage.submit(ALICE, "buy", 1, limit, tif, kind, terms, extended=True)


def test_day_is_counted_from_the_pre_market() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    close(stage)
    end(stage)
    pre_market(stage)
    stage.submit(ALICE, "buy", 5, "10", extended=True)
    stage.depth(asks=[("10", 5)])
    open_next(stage)
    position = stage.core.state.accounts[ALICE].positions["AAPL"]
    assert position.qty_at_day_start == 10 * 10**9
    assert position.cost_today == price("50")


def test_restart_in_extended_hours_leaves_the_others_aside() -> None:
    stage = Stage()
    stage.submit(ALICE, "buy", 5, "10", "gtc")
    asking = stage.submit(BOB, "buy", 5, "9.99", "gtc", extended=True)
    close(stage)
    stage.core = Core(stage.core.spec, decode_state(encode_state(stage.core.state)))
    assert list(stage.core.books.places) == [asking.priority]
    assert fills(stage.depth(asks=[("9.98", 100)])) == [("9.98", "5")]
    end(stage)
    assert len(Books.of(stage.core.state).places) == 1
