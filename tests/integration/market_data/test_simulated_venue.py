"""A simulated venue keeps its sessions, its bars and its prices, through restarts too."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from tests.integration.market_data.market_data_site import NOW, SimulatedSite, next_message

from tradewind.contracts.market_data import (
    AuctionPrint,
    Bar,
    BarQuery,
    Depth,
    ExtendedHoursClosed,
    ExtendedHoursOpened,
    FeedMessage,
    Listing,
    SessionClosed,
    SessionOpened,
    TickQuery,
    Trade,
    feed_topic,
)
from tradewind.contracts.vocabulary import ExtendedPhase, SessionHours
from tradewind.market_data_service.app import SCHEMA
from tradewind.market_data_service.bar_reader import read_bars
from tradewind.market_data_service.feeds.simulated import SimulatedFeed
from tradewind.market_data_service.tick_repository import TICKS_KEPT
from tradewind.platform.bus import Subscription
from tradewind.platform.database import Database, ServiceSchema
from tradewind.testing.market_data import midnight, price, shares

MIDNIGHT = midnight(date(2026, 1, 7))


@pytest.fixture(scope="module")
async def database(make_database: Callable[[ServiceSchema], Awaitable[Database]]) -> Database:
    return await make_database(SCHEMA)


@pytest.fixture
def site(database: Database) -> SimulatedSite:
    return SimulatedSite(database, NOW)


def follow(site: SimulatedSite, feed: SimulatedFeed) -> Subscription:
    return site.bus.subscribe(feed_topic(feed.venue.venue_id))


def kinds(message: FeedMessage) -> list[type]:
    return [type(event) for event in message.events]


async def all_bars(site: SimulatedSite, feed: SimulatedFeed, timeframe: str) -> list[Bar]:
    query = BarQuery(symbols=("AAPL",), timeframe=timeframe, limit=10_000)
    return (await read_bars(feed, site.storage, query)).items["AAPL"]


async def test_listings_are_told_first_and_again_with_each_minute(site: SimulatedSite) -> None:
    feed = await site.open("listings")
    async with follow(site, feed) as messages:
        await site.tick(feed, times=121)
        told = [await next_message(messages) for _ in range(121)]
    assert kinds(told[0])[:3] == [Listing, Listing, SessionOpened]
    apple, _ = told[0].events[:2]
    assert apple == Listing(symbol="AAPL")
    with_listings = [each.number for each in told if Listing in kinds(each)]
    assert with_listings[0] == 1
    assert len(with_listings) == 2


async def test_first_message_opens_the_session_and_shows_levels(site: SimulatedSite) -> None:
    feed = await site.open("first")
    async with follow(site, feed) as messages:
        await site.tick(feed)
        message = await next_message(messages)
    assert message.number == 1
    opened = message.events[2]
    assert isinstance(opened, SessionOpened)
    assert opened.trading_date == date(2026, 1, 6)
    assert kinds(message).count(Depth) == 2


async def test_prices_begin_at_the_last_real_close(site: SimulatedSite) -> None:
    feed = await site.open("anchor")
    await site.tick(feed)
    (_, apple), _ = feed.venue.known(["AAPL", "IBM"])
    assert apple.quote is not None
    assert abs(apple.quote.bid_price - price("430.47")) < price("0.5")


async def test_charts_are_full_from_the_first_start(site: SimulatedSite) -> None:
    feed = await site.open("charts")
    minutes, days = await all_bars(site, feed, "1Min"), await all_bars(site, feed, "1Day")
    assert len(minutes) == 2 * 1440 + 10 * 60
    assert len(days) == 366
    assert minutes[-1].close == price("430.47")
    assert minutes[-1].starts_at == NOW - timedelta(minutes=1)


async def test_minute_bars_are_made_of_the_prints(site: SimulatedSite) -> None:
    feed = await site.open("minutes")
    async with follow(site, feed) as messages:
        await site.tick(feed, times=121)
        events = [e for _ in range(121) for e in (await next_message(messages)).events]
    prints = [e for e in events if isinstance(e, Trade) and e.symbol == "AAPL"]
    told = [e for e in events if isinstance(e, Bar) and e.timeframe == "1Min"]
    bar = next(e for e in told if e.symbol == "AAPL")
    first = [trade for trade in prints if trade.at < NOW + timedelta(minutes=1)]
    assert bar.starts_at == NOW
    assert (bar.open, bar.close) == (first[0].price, first[-1].price)
    assert bar.high == max(trade.price for trade in first)
    assert (bar.volume, bar.trade_count) == (sum(t.size for t in first), len(first))
    assert (await all_bars(site, feed, "1Min"))[-1] == bar
    days = await all_bars(site, feed, "1Day")
    assert days[-1].starts_at == midnight(date(2026, 1, 6))
    assert days[-1].close == prints[-1].price


async def test_minute_that_still_runs_is_not_among_the_bars(site: SimulatedSite) -> None:
    feed = await site.open("running")
    await site.tick(feed, times=60)
    assert (await all_bars(site, feed, "1Min"))[-1].starts_at == NOW - timedelta(minutes=1)


async def test_day_ends_at_midnight_in_new_york_and_the_next_begins(site: SimulatedSite) -> None:
    site.clock.set(MIDNIGHT - timedelta(seconds=1))
    feed = await site.open("always")
    async with follow(site, feed) as messages:
        await site.tick(feed, times=4)
        told = [await next_message(messages) for _ in range(4)]
    closed, opened = [e for e in told[1].events if isinstance(e, SessionClosed | SessionOpened)]
    assert isinstance(closed, SessionClosed)
    assert (closed.trading_date, closed.at) == (date(2026, 1, 6), MIDNIGHT)
    assert set(closed.closing_prices) == {"AAPL", "IBM"}
    assert isinstance(opened, SessionOpened)
    assert (opened.trading_date, opened.at) == (date(2026, 1, 7), MIDNIGHT)
    clock = feed.clock()
    assert (clock.is_open, clock.next_close) == (True, MIDNIGHT + timedelta(days=1))


async def test_each_session_opens_and_closes_with_an_auction(site: SimulatedSite) -> None:
    site.clock.set(MIDNIGHT - timedelta(seconds=1))
    feed = await site.open("auctions")
    async with follow(site, feed) as messages:
        await site.tick(feed, times=4)
        told = [e for _ in range(4) for e in (await next_message(messages)).events]
    auctions = [event for event in told if isinstance(event, AuctionPrint)]
    found = [(each.symbol, each.auction, each.at) for each in auctions]
    day = MIDNIGHT - timedelta(days=1)
    assert found == [
        (symbol, kind, at)
        for kind, at in (("opening", day), ("closing", MIDNIGHT), ("opening", MIDNIGHT))
        for symbol in ("AAPL", "IBM")
    ]
    assert all(each.size > 0 for each in auctions)
    closed, opened = [e for e in told if isinstance(e, SessionClosed | SessionOpened)][-2:]
    assert isinstance(closed, SessionClosed)
    assert isinstance(opened, SessionOpened)
    closing = [each for each in auctions if each.auction == "closing"]
    assert {each.symbol: each.price for each in closing} == closed.closing_prices
    assert closed.next_opens_at == MIDNIGHT
    # Around the clock there is no night between two sessions.
    assert opened.closes_at == opened.next_opens_at == MIDNIGHT + timedelta(days=1)


async def test_restart_in_a_session_does_not_open_it_with_another_auction(
    site: SimulatedSite,
) -> None:
    feed = await site.open("one auction")
    await site.tick(feed, times=10)
    await feed.stop()
    again = await site.open("one auction")
    async with follow(site, again) as messages:
        await site.tick(again)
        told = await next_message(messages)
    assert SessionOpened in kinds(told)
    assert AuctionPrint not in kinds(told)


CLOSE = datetime(2026, 1, 6, 21, tzinfo=UTC)
END = datetime(2026, 1, 7, 1, tzinfo=UTC)
"""Of the after-hours: 20:00 New York time."""
PRE_MARKET = datetime(2026, 1, 7, 9, tzinfo=UTC)


async def test_after_hours_follow_the_close_and_end_in_the_evening(site: SimulatedSite) -> None:
    site.clock.set(CLOSE - timedelta(seconds=1))
    feed = await site.open("hours", SessionHours.EXCHANGE)
    async with follow(site, feed) as messages:
        await site.tick(feed, times=2)
        first, second = await next_message(messages), await next_message(messages)
        clock = feed.clock()
        site.clock.set(END - timedelta(seconds=1))
        await site.tick(feed, times=6)
        late = [await next_message(messages) for _ in range(2)]
    assert isinstance(first.events[3], SessionOpened)
    closed = next(e for e in second.events if isinstance(e, SessionClosed))
    assert closed.after_hours_follow
    after = ExtendedHoursOpened(date(2026, 1, 6), CLOSE, ExtendedPhase.AFTER_HOURS)
    assert second.events.index(after) == second.events.index(closed) + 1
    assert (clock.is_open, clock.extended_phase) == (False, ExtendedPhase.AFTER_HOURS)
    assert feed.clock().extended_phase is None
    assert clock.next_open == datetime(2026, 1, 7, 14, 30, tzinfo=UTC)
    assert ExtendedHoursClosed(date(2026, 1, 6), END) in late[1].events
    assert feed.state().number == 4, "nothing is told in the night"


async def test_after_hours_of_an_early_close_are_as_long(site: SimulatedSite) -> None:
    early = datetime(2026, 11, 27, 18, tzinfo=UTC)  # the day after Thanksgiving
    site.clock.set(early - timedelta(seconds=1))
    feed = await site.open("early", SessionHours.EXCHANGE)
    await site.tick(feed, times=2)
    async with follow(site, feed) as messages:
        site.clock.set(early + timedelta(hours=4))
        await feed.tick()
        message = await next_message(messages)
    ended = ExtendedHoursClosed(date(2026, 11, 27), early + timedelta(hours=4))
    assert ended in message.events


async def test_no_print_falls_into_the_night(site: SimulatedSite) -> None:
    site.clock.set(END - timedelta(seconds=1))
    feed = await site.open("overnight", SessionHours.EXCHANGE)
    async with follow(site, feed) as messages:
        await site.tick(feed, times=3)
        site.clock.set(PRE_MARKET)
        await site.tick(feed, times=500)
        told = [e for _ in range(502) for e in (await next_message(messages)).events]
    pre = ExtendedHoursOpened(date(2026, 1, 7), PRE_MARKET, ExtendedPhase.PRE_MARKET)
    opened = told.index(pre)
    trades = [e.at for e in told[opened:] if isinstance(e, Trade)]
    assert trades
    assert min(trades) >= PRE_MARKET


async def test_prints_outside_the_regular_session_make_minutes_but_no_day(
    site: SimulatedSite,
) -> None:
    site.clock.set(CLOSE - timedelta(seconds=1))
    feed = await site.open("days", SessionHours.EXCHANGE)
    await site.tick(feed, times=4)
    day = (await all_bars(site, feed, "1Day"))[-1]
    await site.tick(feed, times=400)
    assert (await all_bars(site, feed, "1Min"))[-1].starts_at > CLOSE
    assert (await all_bars(site, feed, "1Day"))[-1] == day


async def test_few_come_outside_the_regular_session_and_makers_ask_for_more(
    site: SimulatedSite,
) -> None:
    async def prints(at: datetime, name: str) -> tuple[int, int]:
        site.clock.set(at)
        feed = await site.open(name, SessionHours.EXCHANGE, ("AAPL",))
        async with follow(site, feed) as messages:
            await site.tick(feed, times=400)
            told = [e for _ in range(400) for e in (await next_message(messages)).events]
        spreads = [e.asks[0].price - e.bids[0].price for e in told if isinstance(e, Depth)]
        return sum(isinstance(e, Trade) for e in told), min(spreads)

    regular, narrow = await prints(NOW, "regular")
    thin, wide = await prints(CLOSE, "thin")
    assert thin * 4 < regular
    assert wide > 2 * narrow


async def test_crypto_trades_while_the_exchange_is_closed(site: SimulatedSite) -> None:
    site.clock.set(datetime(2026, 1, 10, 12, tzinfo=UTC))  # a Saturday
    feed = await site.open("coins", SessionHours.EXCHANGE, ("AAPL", "BTC/USD"))
    async with follow(site, feed) as messages:
        await site.tick(feed, times=121)
        told = [e for _ in range(121) for e in (await next_message(messages)).events]
    assert {e.symbol for e in told if isinstance(e, Trade)} == {"BTC/USD"}
    assert not any(isinstance(e, SessionOpened | ExtendedHoursOpened) for e in told)
    minutes = [e for e in told if isinstance(e, Bar) and e.timeframe == "1Min"]
    assert {e.symbol for e in minutes} == {"BTC/USD"}
    listing = next(e for e in told if isinstance(e, Listing) and e.symbol == "BTC/USD")
    assert listing.is_round_the_clock
    assert (listing.marginable, listing.shortable) == (False, False)


async def test_instrument_that_comes_later_gets_a_past_too(site: SimulatedSite) -> None:
    feed = await site.open("grows", symbols=("AAPL",))
    await feed.stop()
    spec = msgspec.structs.replace(feed.venue.spec, symbols=("AAPL", "ETH/USD"))
    await site.storage.feeds.change(spec)
    again = await site.open("grows")
    query = BarQuery(symbols=("ETH/USD",), timeframe="1Day", limit=1000)
    days = (await read_bars(again, site.storage, query)).items["ETH/USD"]
    assert len(days) == 366
    assert days[-1].close == price("3000")
    assert days[-1].volume % shares("0.01") == 0


async def test_closed_market_shows_levels_once_and_trades_nothing(site: SimulatedSite) -> None:
    site.clock.set(datetime(2026, 1, 10, 12, tzinfo=UTC))  # a Saturday
    feed = await site.open("weekend", SessionHours.EXCHANGE)
    async with follow(site, feed) as messages:
        await site.tick(feed, times=5)
        assert kinds(await next_message(messages)) == [
            Listing,
            Listing,
            ExtendedHoursClosed,
            Depth,
            Depth,
        ]
    assert feed.state().number == 1


async def test_restart_goes_on_with_prices_bars_and_trade_ids(site: SimulatedSite) -> None:
    feed = await site.open("restart")
    await site.tick(feed, times=50)
    await feed.stop()
    day = (await all_bars(site, feed, "1Day"))[-1]
    kept = dict(feed.venue.known(["AAPL"]))["AAPL"]
    assert kept.trade is not None
    assert kept.quote is not None
    again = await site.open("restart")
    resumed = dict(again.venue.known(["AAPL"]))["AAPL"]
    assert resumed.trade == kept.trade
    async with follow(site, again) as messages:
        await site.tick(again, times=40)
        told = [await next_message(messages) for _ in range(40)]
    assert told[0].number == 1
    assert {message.run for message in told} == {again.venue.run}
    assert again.venue.run != feed.venue.run
    assert isinstance(told[0].events[2], SessionOpened)
    trades = [e for m in told for e in m.events if isinstance(e, Trade) and e.symbol == "AAPL"]
    assert trades[0].trade_id == kept.trade.trade_id + 1
    assert abs(trades[0].price - kept.trade.price) < price(1)
    grown = (await all_bars(site, again, "1Day"))[-1]
    assert grown.volume == day.volume + sum(trade.size for trade in trades)
    assert grown.open == day.open


async def test_session_that_ended_while_stopped_is_closed_first(site: SimulatedSite) -> None:
    feed = await site.open("night")
    await site.tick(feed, times=30)
    await feed.stop()
    site.clock.set(MIDNIGHT + timedelta(days=1, hours=2))
    again = await site.open("night")
    async with follow(site, again) as messages:
        await site.tick(again)
        message = await next_message(messages)
    sessions = [e for e in message.events if isinstance(e, SessionClosed | SessionOpened)]
    closed, opened = sessions
    assert isinstance(closed, SessionClosed)
    assert (closed.trading_date, closed.at) == (date(2026, 1, 6), MIDNIGHT)
    assert isinstance(opened, SessionOpened)
    assert opened.trading_date == date(2026, 1, 8)


async def test_ticks_can_be_paged_in_both_directions(site: SimulatedSite) -> None:
    feed = await site.open("ticks")
    async with follow(site, feed) as messages:
        await site.tick(feed, times=100)
        told = [e for _ in range(100) for e in (await next_message(messages)).events]
    await feed.settle()
    prints = [e for e in told if isinstance(e, Trade)]
    quotes = [e.quote() for e in told if isinstance(e, Depth)]
    query = TickQuery(symbols=("AAPL", "IBM"))
    trades = await feed.trades(query, None, 10_000)
    assert trades == sorted(prints, key=lambda t: (t.symbol, t.at, t.trade_id))
    assert await feed.quotes(query, None, 10_000) == sorted(quotes, key=lambda q: (q.symbol, q.at))
    backwards = await feed.trades(TickQuery(symbols=("AAPL",), descending=True), None, 5)
    assert [t.trade_id for t in backwards] == sorted((t.trade_id for t in backwards), reverse=True)
    assert backwards[0] == [t for t in prints if t.symbol == "AAPL"][-1]


async def test_old_ticks_are_dropped_and_bars_remain(site: SimulatedSite) -> None:
    feed = await site.open("retention")
    await site.tick(feed, times=20)
    await feed.settle()
    site.clock.set(NOW + TICKS_KEPT + timedelta(hours=2))
    await site.tick(feed, times=20)
    await feed.settle()
    site.clock.set(site.clock.now() + timedelta(hours=1))
    await site.tick(feed, times=20)
    await feed.settle()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    kept = await feed.quotes(TickQuery(symbols=("AAPL",), start=start), None, 10_000)
    assert min(quote.at for quote in kept) > NOW + TICKS_KEPT
    assert (await all_bars(site, feed, "1Min"))[0].starts_at < NOW


async def test_clock_that_was_set_back_tells_nothing(database: Database) -> None:
    site = SimulatedSite(database, NOW)
    feed = await site.open("back")
    await site.tick(feed)
    number = feed.state().number
    await feed.tick()
    assert feed.state().number == number


async def test_same_seed_gives_the_same_market(database: Database) -> None:
    told: list[list[object]] = []
    for name in ("twin-a", "twin-b"):
        site = SimulatedSite(database, NOW)
        feed = await site.open(name)
        async with follow(site, feed) as messages:
            await site.tick(feed, times=50)
            told.append([e for _ in range(50) for e in (await next_message(messages)).events])
    assert told[0] == told[1]
