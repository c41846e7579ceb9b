"""A replay tells each day once, shows nothing of its future, and stands where it stood."""

import sys
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace
from tests.integration.market_data.market_data_site import Site, next_message

from tradewind.contracts.market_data import (
    BarQuery,
    CashDividend,
    Listing,
    SessionClosed,
    SessionOpened,
    Split,
    TickQuery,
    Trade,
)
from tradewind.contracts.vocabulary import FeedKind, VenueId
from tradewind.market_data_service.feeds.errors import (
    FeedExists,
    FeedRunsByItself,
    FeedStopped,
    NothingToReplay,
)
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.testing.market_data import midnight, price


async def test_replay_stands_before_its_first_day_until_it_is_stepped(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-28", end_date="2005-03-04")
    state = await site.app.feed_state(venue)
    clock = await site.app.clock(venue)
    assert (state.days_done, state.days_total, state.number) == (0, 5, 0)
    assert clock.at == datetime(2005, 2, 25, 21, tzinfo=UTC)
    assert not clock.is_open
    assert clock.next_open == datetime(2005, 2, 28, 14, 30, tzinfo=UTC)
    assert await site.app.latest_trades(venue, ["AAPL"]) == {}


async def test_step_publishes_one_message_a_day_numbered_without_a_gap(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-28", end_date="2005-03-04")
    async with site.follow(venue) as messages:
        state = await site.app.step_feed(venue, 3)
        told = [await next_message(messages) for _ in range(3)]
    assert [message.number for message in told] == [1, 2, 3]
    assert state.number == 3
    assert state.now == told[-1].at == datetime(2005, 3, 2, 21, tzinfo=UTC)
    assert all([e.symbol for e in m.events[:2]] == ["AAPL", "IBM"] for m in told)
    assert all({type(e) for e in m.events[:2]} == {Listing} for m in told)
    first = told[0].events[2:]
    assert isinstance(first[0], Split)
    assert (first[0].new_rate, first[0].old_rate) == (2, 1)
    assert isinstance(first[1], SessionOpened)
    assert isinstance(first[-1], SessionClosed)
    assert first[-1].closing_prices["AAPL"] == price("44.86")


async def test_replay_ends_with_its_last_day(site: Site) -> None:
    venue = await site.open_replay(start_date="2013-02-28")
    state = await site.app.step_feed(venue, 10)
    assert (state.finished, state.days_done, state.days_total) == (True, 2, 2)
    assert (await site.app.step_feed(venue)).number == state.number
    assert (await site.app.clock(venue)).next_open.date() == date(2013, 3, 4)


async def test_same_seed_gives_the_same_messages_bit_for_bit(site: Site) -> None:
    payloads = []
    for _ in range(2):
        venue = await site.open_replay(start_date="2004-11-12", end_date="2004-11-17", seed=7)
        async with site.follow(venue) as messages:
            await site.app.step_feed(venue, 4)
            told = [await next_message(messages) for _ in range(4)]
        # All but the names of the venue and of this run.
        payloads.append(
            [msgspec.msgpack.encode(replace(each, venue_id=VenueId("-"), run="")) for each in told]
        )
    assert payloads[0] == payloads[1]


async def test_bars_of_days_to_come_are_never_shown(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-28")
    await site.app.step_feed(venue, 2)
    query = BarQuery(
        symbols=("AAPL",), timeframe="1Day", end=datetime(2030, 1, 1, tzinfo=UTC), descending=True
    )
    page = await site.app.list_bars(venue, query)
    assert page.items["AAPL"][0].starts_at == midnight(date(2005, 3, 1))
    weekly = await site.app.list_bars(
        venue, BarQuery(symbols=("AAPL",), timeframe="1Week", descending=True, limit=1)
    )
    assert weekly.items["AAPL"][0].close == page.items["AAPL"][0].close
    assert weekly.next_page_token is not None


async def test_splits_and_dividends_to_come_adjust_nothing(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-25")
    await site.app.step_feed(venue)
    query = BarQuery(
        symbols=("AAPL",),
        timeframe="1Day",
        limit=10_000,
        adjustment="split",
        start=datetime(2004, 1, 1, tzinfo=UTC),
    )
    before = (await site.app.list_bars(venue, query)).items["AAPL"][-1]
    assert before.close == price("88.99")
    await site.app.step_feed(venue)
    after = (await site.app.list_bars(venue, query)).items["AAPL"][-2]
    assert after.close == price("44.495")
    assert after.volume == 2 * before.volume


async def test_latest_prices_are_those_of_the_last_print(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-28", end_date="2005-03-04")
    await site.app.step_feed(venue)
    trade = (await site.app.latest_trades(venue, ["aapl"]))["AAPL"]
    quote = (await site.app.latest_quotes(venue, ["AAPL"]))["AAPL"]
    bar = (await site.app.latest_bars(venue, ["AAPL"]))["AAPL"]
    assert trade.price == bar.close == price("44.86")
    assert quote.bid_price < trade.price < quote.ask_price
    snapshot = (await site.app.snapshots(venue, ["AAPL", "NONE"]))["AAPL"]
    assert snapshot.daily_bar == bar
    assert snapshot.previous_daily_bar is not None
    assert snapshot.previous_daily_bar.close == price("88.99")
    assert snapshot.minute_bar is None


async def test_trades_and_quotes_are_those_that_were_told(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-28", end_date="2005-03-04", seed=3)
    async with site.follow(venue) as messages:
        await site.app.step_feed(venue, 2)
        told = [await next_message(messages) for _ in range(2)]
    prints = [event for each in told for event in each.events if isinstance(event, Trade)]
    pages, token = [], None
    for _ in range(20):
        query = TickQuery(symbols=("IBM", "AAPL"), limit=3, page_token=token)
        page = await site.app.list_trades(venue, query)
        pages.append(page.items)
        token = page.next_page_token
        if token is None:
            break
    listed = [trade for items in pages for trades in items.values() for trade in trades]
    assert listed == sorted(prints, key=lambda trade: (trade.symbol, trade.at))
    quotes = await site.app.list_quotes(venue, TickQuery(symbols=("AAPL",), descending=True))
    assert len(quotes.items["AAPL"]) == 8
    assert quotes.items["AAPL"][0] == (await site.app.latest_quotes(venue, ["AAPL"]))["AAPL"]


async def test_trades_between_two_instants(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-28", end_date="2005-03-04")
    await site.app.step_feed(venue, 3)
    start = datetime(2005, 3, 1, 14, 30, tzinfo=UTC)
    query = TickQuery(symbols=("AAPL",), start=start, end=start + timedelta(hours=3))
    page = await site.app.list_trades(venue, query)
    assert [trade.at.date() for trade in page.items["AAPL"]] == [date(2005, 3, 1)] * 2


async def test_replay_goes_on_after_a_restart_and_tells_the_last_actions_again(site: Site) -> None:
    venue = await site.open_replay(start_date="2004-11-12", symbols=("MSFT",))
    await site.app.step_feed(venue, 2)
    before = await site.app.latest_trades(venue, ["MSFT"])
    await site.restart()
    state = await site.app.feed_state(venue)
    assert (state.days_done, state.trading_date, state.number) == (2, date(2004, 11, 15), 0)
    assert await site.app.latest_trades(venue, ["MSFT"]) == before
    assert (await site.app.clock(venue)).at == datetime(2004, 11, 15, 21, tzinfo=UTC)
    async with site.follow(venue) as messages:
        await site.app.step_feed(venue, 2)
        first, second = await next_message(messages), await next_message(messages)
    assert first.number == 1
    again = [event.ex_date for event in first.events if isinstance(event, CashDividend)]
    assert again == [date(2004, 11, 15)] * 2
    assert not [event for event in second.events if isinstance(event, CashDividend)]


async def test_symbol_joins_when_its_history_begins(site: Site) -> None:
    venue = await site.open_replay(start_date="2012-05-17", symbols=("FB", "IBM"))
    async with site.follow(venue) as messages:
        await site.app.step_feed(venue, 2)
        days = [await next_message(messages) for _ in range(2)]
    traded = [{e.symbol for e in day.events if isinstance(e, Trade)} for day in days]
    assert traded == [{"IBM"}, {"FB", "IBM"}]


async def test_feed_that_exists_is_returned_and_another_is_refused(site: Site) -> None:
    venue = await site.open_replay(seed=1)
    state = await site.app.feed_state(venue)
    spec = site.app._feeds[venue].venue.spec
    assert await site.app.create_feed(spec) == state
    with pytest.raises(FeedExists):
        await site.app.create_feed(
            type(spec)(venue_id=venue, kind=FeedKind.REPLAY, symbols=("AAPL",))
        )


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"symbols": ("NOPE",)}, NotFound),
        ({"symbols": ("FB",), "end_date": "2010-01-04"}, NothingToReplay),
        ({"start_date": "2013-06-01"}, NothingToReplay),
    ],
)
async def test_replay_of_nothing_is_refused_and_leaves_nothing(
    site: Site, fields: dict[str, object], refusal: type[Exception]
) -> None:
    count = await site.database.fetchval("SELECT count(*) FROM feeds")
    with pytest.raises(refusal):
        await site.open_replay(**fields)
    assert await site.database.fetchval("SELECT count(*) FROM feeds") == count


async def test_stopped_replay_can_be_read_but_not_stepped(site: Site) -> None:
    venue = await site.open_replay(start_date="2005-02-28")
    await site.app.step_feed(venue)
    await site.app.stop_feed(venue)
    with pytest.raises(FeedStopped):
        await site.app.step_feed(venue)
    await site.restart()
    assert (await site.app.feed_state(venue)).finished
    assert await site.app.latest_trades(venue, ["AAPL"])


async def test_replay_that_runs_by_itself_cannot_be_stepped_and_plays_to_its_end(
    site: Site,
) -> None:
    venue = VenueId("timed")
    async with site.follow(venue) as messages:
        spec = {"start_date": "2013-02-27", "lockstep": False, "day_interval_s": 0.001}
        await site.open_replay(venue_id=venue, **spec)
        told = [await next_message(messages) for _ in range(3)]
    assert [message.number for message in told] == [1, 2, 3]
    with pytest.raises(FeedRunsByItself):
        await site.app.step_feed(venue)
    assert await site.app.ready()


@pytest.mark.parametrize("days", [0, -1, 5_001])
async def test_number_of_days_has_bounds(site: Site, days: int) -> None:
    venue = await site.open_replay()
    with pytest.raises(MalformedRequest):
        await site.app.step_feed(venue, days)


async def test_unknown_venue_is_not_found(site: Site) -> None:
    with pytest.raises(NotFound):
        await site.app.clock(VenueId("nowhere"))


async def test_calendar_library_and_its_pandas_stay_out_of_the_process(site: Site) -> None:
    assert await site.app.list_trading_days(date(2013, 3, 1), date(2013, 3, 1))
    assert "exchange_calendars" not in sys.modules
