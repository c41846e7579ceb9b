"""Price bands, limit states and pauses, each with figures worked by hand."""

from datetime import timedelta

import msgspec
import pytest
from tests.unit.orders.stage import ALICE, BOB, CAROL, DAY, Stage, fills, price

from tradewind.contracts.corporate_actions import Split
from tradewind.contracts.journal import Event, TradingHalted, TradingResumed
from tradewind.contracts.market_data import AuctionPrint, SessionClosed, SessionOpened
from tradewind.contracts.venues import PriceBands
from tradewind.contracts.vocabulary import AuctionKind
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.price_bands import check_bands
from tradewind.order_service.snapshots import decode_state, encode_state
from tradewind.platform.errors import MalformedRequest

NEXT = DAY + timedelta(days=1)


def banded(**settings: int) -> Stage:
    """Return a stage with bands of five percent around a trade at 10, and Bob with ten shares."""
    stage = Stage(bands=PriceBands(percent=5, **settings))
    stage.give(BOB, 10)
    stage.trade("10", 100)
    return stage


def band(stage: Stage) -> tuple[int, int]:
    bands = stage.core.bands.find("AAPL")
    assert bands is not None
    return bands.lower, bands.upper


def pauses(events: list[Event]) -> list[TradingHalted]:
    return [event for event in events if isinstance(event, TradingHalted)]


def test_bands_stand_a_percentage_from_the_first_trade() -> None:
    assert band(banded()) == (price("9.5"), price("10.5"))


def test_bands_are_brought_to_the_price_step() -> None:
    stage = Stage(bands=PriceBands(percent=5))
    stage.trade("10.03", 100)
    # 9.5285 and 10.5315.
    assert band(stage) == (price("9.53"), price("10.53"))


def test_bands_follow_the_average_once_it_is_a_percent_away() -> None:
    stage = banded()
    stage.trade("10.15", 100)
    assert band(stage) == (price("9.5"), price("10.5"))
    stage.trade("10.3", 100)
    # The average of 10, 10.15 and 10.3 is 10.15.
    assert band(stage) == (price("9.64"), price("10.66"))


def test_trades_that_are_too_old_do_not_count() -> None:
    stage = banded(reference_s=60)
    stage.now += timedelta(seconds=60)
    stage.trade("10.4", 100)
    assert band(stage) == (price("9.88"), price("10.92"))


def test_order_takes_what_is_within_the_bands_and_waits_for_the_rest() -> None:
    stage = banded()
    stage.depth(asks=[("10.4", 3), ("10.6", 9)])
    order = stage.submit(ALICE, "buy", 5)
    assert fills(stage.events) == [("10.4", "3")]
    assert order.status == "partially_filled"
    assert fills(stage.depth(asks=[("10.45", 9)])) == [("10.45", "2")]


def test_order_that_must_trade_in_full_at_once_does_not_count_what_is_beyond() -> None:
    stage = banded()
    stage.depth(asks=[("10.4", 3), ("10.6", 9)])
    assert stage.submit(ALICE, "buy", 5, "11", tif="fok").status == "canceled"
    assert stage.submit(CAROL, "buy", 5, "11", tif="ioc").filled_qty == 3 * 10**9


def test_users_do_not_trade_with_each_other_beyond_the_bands() -> None:
    stage = banded()
    stage.submit(BOB, "sell", 5, "10.8")
    stage.submit(ALICE, "buy", 5, "10.8")
    assert fills(stage.events) == []


def test_users_who_could_not_trade_meet_once_the_bands_have_moved() -> None:
    stage = banded(reference_s=1)
    stage.submit(BOB, "sell", 5, "10.8")
    stage.submit(ALICE, "buy", 5, "10.8")
    stage.now += timedelta(seconds=1)
    assert fills(stage.trade("10.4", 100)) == [("10.8", "5"), ("10.8", "5")]


def test_print_beyond_the_bands_fills_nobody_there() -> None:
    stage = banded()
    order = stage.submit(ALICE, "buy", 5, "9.4")
    stage.trade("9.3", 100)
    assert order.filled_qty == 0


def test_limit_state_that_lasts_pauses_and_an_auction_follows() -> None:
    stage = banded(limit_state_s=15, pause_s=300)
    assert pauses(stage.depth(bids=[("10.5", 9)], asks=[("10.6", 9)])) == []
    stage.now += timedelta(seconds=13)
    assert pauses(stage.depth(bids=[("10.5", 9)], asks=[("10.6", 9)])) == []
    [pause] = pauses(stage.depth(bids=[("10.6", 9)], asks=[("10.7", 9)]))
    assert (pause.symbol, pause.by) == ("AAPL", "price_bands")
    assert pause.reason == "limit state of 15 seconds: 5 percent from the reference price"
    assert pause.resumes_at == stage.now + timedelta(seconds=300)
    stage.submit(ALICE, "buy", 5, "10.9")
    stage.submit(BOB, "sell", 5, "10.7")
    stage.now += timedelta(seconds=300)
    events = stage.trade("10.8", 100)
    assert isinstance(events[0], TradingResumed)
    assert fills(events) == [("10.7", "5"), ("10.7", "5")]
    assert band(stage) == (price("10.26"), price("11.34"))


def test_limit_state_that_ends_does_not_pause() -> None:
    stage = banded(limit_state_s=15)
    stage.depth(bids=[("10.5", 9)], asks=[("10.6", 9)])
    stage.depth(bids=[("10.4", 9)], asks=[("10.5", 9)])
    stage.now += timedelta(seconds=60)
    assert pauses(stage.depth(bids=[("10.5", 9)], asks=[("10.6", 9)])) == []


def test_offer_at_the_lower_band_is_a_limit_state_too() -> None:
    stage = banded(limit_state_s=0)
    assert len(pauses(stage.depth(bids=[("9.3", 9)], asks=[("9.5", 9)]))) == 1


def test_order_of_a_user_at_a_band_makes_a_limit_state() -> None:
    stage = banded(limit_state_s=0)
    stage.submit(ALICE, "buy", 5, "10.6")
    assert len(pauses(stage.trade("10", 1))) == 1


def test_auction_is_not_held_to_the_bands_and_gives_the_first_reference() -> None:
    stage = banded()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    stage.submit(ALICE, "buy", 5, tif="opg")
    stage.feed(SessionOpened(NEXT, stage.now))
    opening = AuctionPrint("AAPL", stage.now, AuctionKind.OPENING, price("12"), price("100"))
    assert fills(stage.feed(opening)) == [("12", "5")]
    assert band(stage) == (price("11.4"), price("12.6"))


def test_venue_without_bands_trades_at_any_price() -> None:
    stage = Stage()
    stage.trade("10", 100)
    stage.depth(asks=[("100", 9)])
    stage.submit(ALICE, "buy", 5, "100")
    assert fills(stage.events) == [("100", "5")]


@pytest.mark.parametrize(
    "settings",
    [
        PriceBands(percent=-1),
        PriceBands(percent=51),
        PriceBands(percent=5, reference_s=0),
        PriceBands(percent=5, limit_state_s=-1),
        PriceBands(percent=5, pause_s=3_601),
    ],
)
def test_settings_without_meaning_are_refused(settings: PriceBands) -> None:
    with pytest.raises(MalformedRequest, match="must be between"):
        check_bands(settings)


def test_split_lets_the_next_trade_give_a_new_reference() -> None:
    stage = Stage(bands=PriceBands(percent=5))
    stage.trade("10", 1)
    stage.feed(Split("s1", "AAPL", DAY, 2, 1))
    stage.trade("5", 1)
    bands = stage.core.bands.find("AAPL")
    assert bands is not None
    assert (bands.lower, bands.upper) == (price("4.75"), price("5.25"))


def session(stage: Stage, hours: int) -> None:
    """Begin the next session, which ends after so many hours."""
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    stage.feed(SessionOpened(NEXT, stage.now, stage.now + timedelta(hours=hours)))


def test_bands_are_twice_as_wide_before_the_close() -> None:
    stage = banded()
    session(stage, hours=1)
    stage.trade("10", 100)
    assert band(stage) == (price("9.5"), price("10.5"))
    stage.now += timedelta(minutes=34)
    stage.trade("10", 100)
    assert band(stage) == (price("9.5"), price("10.5"))
    stage.now += timedelta(minutes=1)
    stage.trade("10", 100)
    assert band(stage) == (price("9"), price("11"))


def test_bands_are_twice_as_wide_after_the_open_where_the_venue_has_that() -> None:
    stage = banded(wide_opening_s=900)
    session(stage, hours=6)
    stage.trade("10", 100)
    assert band(stage) == (price("9"), price("11"))
    stage.now += timedelta(minutes=15)
    stage.trade("10", 100)
    assert band(stage) == (price("9.5"), price("10.5"))


def test_pause_tells_how_far_the_bands_stood() -> None:
    stage = banded(limit_state_s=0)
    session(stage, hours=0)
    stage.trade("10", 100)
    [pause] = pauses(stage.depth(bids=[("11", 9)]))
    assert "10 percent" in pause.reason


def test_bands_stand_after_a_restart_where_they_stood() -> None:
    stage = banded()
    stage.trade("10.3", 100)
    before = band(stage)
    stage.core = Core(stage.core.spec, decode_state(encode_state(stage.core.state)))
    assert band(stage) == before
    order = stage.submit(BOB, "sell", 5, "11.5")
    stage.trade("12", 100)
    assert order.filled_qty == 0, "the first trade is held to the bands that were there"
    # The average begins anew with 12, more than a percent away from 10.15.
    assert band(stage) == (price("11.4"), price("12.6"))


def test_split_takes_the_bands_away_also_from_who_restarts() -> None:
    stage = banded()
    stage.feed(Split("split", "AAPL", DAY, 2, 1))
    assert stage.core.state.bands == {}
    assert stage.core.bands.find("AAPL") is None


def test_venue_whose_bands_are_taken_away_starts_without_them() -> None:
    stage = banded()
    spec = msgspec.structs.replace(stage.core.spec, bands=PriceBands())
    assert Core(spec, stage.core.state).bands.find("AAPL") is None
