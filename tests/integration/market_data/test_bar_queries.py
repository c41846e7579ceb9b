"""Bars are paged without loss, put together in New York time and adjusted exactly."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.integration.market_data.market_data_site import Site

from tradewind.contracts.market_data import Bar, BarQuery
from tradewind.contracts.vocabulary import VenueId
from tradewind.market_data_service import sample
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import from_units
from tradewind.testing.market_data import midnight, price


@pytest.fixture(scope="module")
async def venue(site: Site) -> VenueId:
    venue = await site.open_replay(symbols=())
    await site.app.step_feed(venue, 5_000)
    return venue


async def pages(site: Site, venue: VenueId, **fields: object) -> list[dict[str, list[Bar]]]:
    found, token = [], None
    for _ in range(100):
        page = await site.app.list_bars(
            venue,
            BarQuery(page_token=token, **fields),  # type: ignore[arg-type]  # a test's short way
        )
        found.append(page.items)
        token = page.next_page_token
        if token is None:
            return found
    raise AssertionError("the pages do not end")


async def bars(site: Site, venue: VenueId, symbol: str, **fields: object) -> list[Bar]:
    found = await pages(site, venue, symbols=(symbol,), limit=10_000, **fields)
    return [bar for items in found for bar in items.get(symbol, [])]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("timeframe", ["1Day", "1Week", "1Month"])
async def test_pages_together_are_the_whole(
    site: Site, venue: VenueId, timeframe: str, descending: bool
) -> None:
    fields = {
        "symbols": ("IBM", "FB", "AAPL"),
        "timeframe": timeframe,
        "start": datetime(2012, 3, 7, tzinfo=UTC),
        "end": datetime(2013, 1, 9, tzinfo=UTC),
        "descending": descending,
    }
    whole = await pages(site, venue, limit=10_000, **fields)
    assert len(whole) == 1
    small = await pages(site, venue, limit=7, **fields)
    assert all(sum(map(len, items.values())) == 7 for items in small[:-1])
    joined: dict[str, list[Bar]] = {}
    for items in small:
        for symbol, each in items.items():
            joined.setdefault(symbol, []).extend(each)
    assert joined == whole[0]
    assert list(joined) == ["AAPL", "FB", "IBM"]


async def test_day_stands_at_midnight_in_new_york(site: Site, venue: VenueId) -> None:
    found = await bars(
        site,
        venue,
        "AAPL",
        timeframe="1Day",
        start=midnight(date(2012, 3, 9)),
        end=midnight(date(2012, 3, 12)),
    )
    assert [bar.starts_at for bar in found] == [
        datetime(2012, 3, 9, 5, tzinfo=UTC),
        datetime(2012, 3, 12, 4, tzinfo=UTC),
    ]


async def test_week_is_made_of_its_days(site: Site, venue: VenueId) -> None:
    days = await bars(
        site,
        venue,
        "IBM",
        timeframe="1Day",
        start=midnight(date(2012, 3, 5)),
        end=midnight(date(2012, 3, 9)),
    )
    (week,) = await bars(
        site,
        venue,
        "IBM",
        timeframe="1Week",
        start=midnight(date(2012, 3, 5)),
        end=midnight(date(2012, 3, 9)),
    )
    assert len(days) == 5
    assert week.starts_at == midnight(date(2012, 3, 5))
    assert (week.open, week.close) == (days[0].open, days[-1].close)
    assert (week.high, week.low) == (max(b.high for b in days), min(b.low for b in days))
    assert week.volume == sum(b.volume for b in days)
    assert week.timeframe == "1Week"


async def test_quarter_begins_with_its_first_month(site: Site, venue: VenueId) -> None:
    found = await bars(
        site,
        venue,
        "IBM",
        timeframe="3Month",
        start=datetime(2012, 1, 1, tzinfo=UTC),
        end=datetime(2012, 12, 31, tzinfo=UTC),
    )
    assert [bar.starts_at for bar in found] == [
        midnight(date(2012, month, 1)) for month in (1, 4, 7, 10)
    ]


async def test_bar_that_began_before_the_start_is_left_out(site: Site, venue: VenueId) -> None:
    found = await bars(
        site,
        venue,
        "IBM",
        timeframe="1Month",
        start=datetime(2012, 1, 15, tzinfo=UTC),
        end=datetime(2012, 3, 1, 12, tzinfo=UTC),
    )
    assert [bar.starts_at.month for bar in found] == [2, 3]


@pytest.mark.parametrize("symbol", ["AAPL", "IBM", "MSFT", "GOOG"])
async def test_fully_adjusted_closes_are_the_adjusted_closes_of_the_source(
    site: Site, venue: VenueId, symbol: str
) -> None:
    found = await bars(site, venue, symbol, timeframe="1Day", adjustment="all")
    days = sample.read_days()[symbol]
    assert len(found) == len(days)
    # The source also adjusts for what came after 2013: one factor over the whole series.
    scale = days[-1].close / days[-1].adjusted_close
    for bar, day in zip(found, days, strict=True):
        assert abs(from_units(bar.close) - day.adjusted_close * scale) < Decimal("0.000002")


async def test_each_adjustment_takes_only_its_own_kind(site: Site, venue: VenueId) -> None:
    span = {
        "start": midnight(date(2004, 11, 12)),
        "end": midnight(date(2004, 11, 12)),
        "timeframe": "1Day",
    }
    closes = {
        kind: (await bars(site, venue, "MSFT", adjustment=kind, **span))[0].close
        for kind in ("raw", "split", "dividend", "all")
    }
    assert closes["raw"] == closes["split"] == price("29.97")
    assert closes["dividend"] == closes["all"] < price("27")


async def test_split_multiplies_the_volume_and_a_dividend_does_not(
    site: Site, venue: VenueId
) -> None:
    span = {
        "start": midnight(date(2005, 2, 25)),
        "end": midnight(date(2005, 2, 28)),
        "timeframe": "1Day",
    }
    raw = await bars(site, venue, "AAPL", **span)
    adjusted = await bars(site, venue, "AAPL", adjustment="all", **span)
    assert [b.volume for b in adjusted] == [raw[0].volume * 2, raw[1].volume]


async def test_symbols_without_bars_are_absent(site: Site, venue: VenueId) -> None:
    found = await pages(site, venue, symbols=("NOPE", "FB"), timeframe="1Month")
    assert list(found[0]) == ["FB"]
    assert await pages(site, venue, symbols=("FB",), timeframe="1Min") == [{}]


@pytest.mark.parametrize(
    ("timeframe", "token"), [("2Day", None), ("1Day", "bm9uc2Vuc2U="), ("1Day", "\u00e9")]
)
async def test_what_cannot_be_read_is_refused(
    site: Site, venue: VenueId, timeframe: str, token: str | None
) -> None:
    query = BarQuery(symbols=("IBM",), timeframe=timeframe, page_token=token)
    with pytest.raises(MalformedRequest):
        await site.app.list_bars(venue, query)
