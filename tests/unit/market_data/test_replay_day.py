"""A replayed day shows a path whose prints give its bar back."""

from datetime import date

import pytest

from tradewind.contracts.market_data import (
    AuctionPrint,
    Bar,
    Depth,
    FeedEvent,
    SessionClosed,
    SessionOpened,
    Split,
    Trade,
)
from tradewind.market_data_service.domain.replay import ReplayDay, day_events
from tradewind.testing.market_data import CENT_TICK, day_bar, exchange_session, price

DAY = date(2005, 2, 28)
SPLIT = Split("id", "AAPL", DAY, 2, 1)


def play(*bars: Bar, seed: int = 1, **last_closes: str) -> list[FeedEvent]:
    day = ReplayDay(session=exchange_session(DAY), bars=bars, actions=[SPLIT])
    ticks = {bar.symbol: CENT_TICK for bar in bars}
    closes = {symbol: price(text) for symbol, text in last_closes.items()}
    return day_events(day, seed, ticks, closes)


def prices(events: list[FeedEvent]) -> list[int]:
    return [event.price for event in events if isinstance(event, Trade)]


def test_actions_come_before_the_open_and_the_close_comes_last() -> None:
    events = play(day_bar("AAPL", DAY, "44.68 45.14 43.96 44.86"))
    assert events[0] == SPLIT
    assert isinstance(events[1], SessionOpened)
    assert isinstance(events[-2], Bar)
    assert isinstance(events[-1], SessionClosed)


def test_open_tells_the_closes_of_before_as_the_days_split_makes_them() -> None:
    events = play(day_bar("AAPL", DAY, "44.68 45.14 43.96 44.86"), AAPL="88.99", IBM="92.1")
    opened = events[1]
    assert isinstance(opened, SessionOpened)
    assert opened.previous_closing_prices == {"AAPL": price("44.495"), "IBM": price("92.1")}


@pytest.mark.parametrize(
    ("ohlc", "path"),
    [
        ("44.00 46.00 43.50 45.00", "44.00 43.50 46.00 45.00"),
        ("45.80 46.00 43.50 45.00", "45.80 46.00 43.50 45.00"),
        ("44.00 46.00 44.00 46.00", "44.00 44.00 46.00 46.00"),
    ],
)
def test_path_goes_to_the_nearer_extreme_first(ohlc: str, path: str) -> None:
    events = play(day_bar("AAPL", DAY, ohlc))
    assert prices(events) == [price(text) for text in path.split()]


def test_prints_add_up_to_the_volume() -> None:
    bar = day_bar("AAPL", DAY, "44.00 46.00 43.50 45.00", volume=1_000_003)
    sizes = [event.size for event in play(bar) if isinstance(event, Trade)]
    assert sum(sizes) == bar.volume
    assert sizes[0] == 250_000 * 10**9


def test_levels_stand_around_each_price_and_never_cross() -> None:
    events = play(day_bar("AAPL", DAY, "44.00 46.00 43.505 45.00"))
    ticks = [event for event in events if isinstance(event, Trade | Depth)]
    for depth, print_ in zip(ticks[::2], ticks[1::2], strict=True):
        assert isinstance(depth, Depth)
        assert isinstance(print_, Trade)
        assert depth.bids[0].price < print_.price < depth.asks[0].price
        assert depth.asks[0].price - depth.bids[0].price <= 2 * CENT_TICK
        assert all(level.size >= 100 * 10**9 for level in (*depth.bids, *depth.asks))


def test_events_of_a_session_are_in_order_of_time() -> None:
    events = play(
        day_bar("AAPL", DAY, "44.00 46.00 43.50 45.00"), day_bar("IBM", DAY, "90 91 89 90")
    )
    stamps = [event.at for event in events if isinstance(event, Trade | Depth | AuctionPrint)]
    session = exchange_session(DAY)
    assert stamps == sorted(stamps)
    assert session.opens_at <= stamps[0]
    assert stamps[-1] == session.closes_at


def test_day_opens_and_closes_with_an_auction_at_its_first_and_last_price() -> None:
    events = play(day_bar("AAPL", DAY, "44.00 46.00 43.50 45.00", volume=1_000_000))
    auctions = [event for event in events if isinstance(event, AuctionPrint)]
    assert [(each.auction, each.price, each.size) for each in auctions] == [
        ("opening", price("44"), 20_000 * 10**9),
        ("closing", price("45"), 80_000 * 10**9),
    ]
    assert isinstance(events[events.index(auctions[0]) + 1], Depth)
    first_bar = next(index for index, event in enumerate(events) if isinstance(event, Bar))
    assert events[first_bar - 1] == auctions[1]


def test_session_says_when_it_ends_and_when_the_next_begins() -> None:
    session, following = exchange_session(DAY), exchange_session(date(2005, 3, 1))
    day = ReplayDay(session=session, bars=[], next_opens_at=following.opens_at)
    opened, closed = day_events(day, 1, {}, {})
    assert isinstance(opened, SessionOpened)
    assert isinstance(closed, SessionClosed)
    assert (opened.closes_at, opened.next_opens_at) == (session.closes_at, following.opens_at)
    assert closed.next_opens_at == following.opens_at


def test_symbol_without_a_bar_closes_where_it_stood() -> None:
    closed = play(day_bar("AAPL", DAY, "44.00 46.00 43.50 45.00"), IBM="92.5", AAPL="43")[-1]
    assert isinstance(closed, SessionClosed)
    assert closed.closing_prices == {"AAPL": price(45), "IBM": price("92.5")}


def test_price_of_a_tenth_of_a_cent_still_has_bids() -> None:
    events = play(day_bar("AAPL", DAY, "0.001 0.002 0.001 0.002"))
    depth = next(event for event in events if isinstance(event, Depth))
    assert depth.bids[0].price == price("0.0009")


def test_same_seed_gives_the_same_day_and_another_seed_other_sizes() -> None:
    bar = day_bar("AAPL", DAY, "44.00 46.00 43.50 45.00")
    assert play(bar) == play(bar)
    assert play(bar) != play(bar, seed=2)
    assert prices(play(bar)) == prices(play(bar, seed=2))
