"""A file of prices is taken whole or not at all, and replays show it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.integration.market_data.market_data_site import Site

from tradewind.contracts.market_data import BarQuery
from tradewind.market_data_service.domain.price_import import PriceFileRefused
from tradewind.testing.market_data import midnight, price

DAYS = "symbol,date,open,high,low,close,volume\n"
MINUTES = "symbol,timestamp,open,high,low,close,volume\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "prices.csv"


def write(file: Path, content: str | bytes) -> None:
    file.write_bytes(content.encode() if isinstance(content, str) else content)


async def count(site: Site) -> int:
    return int(await site.database.fetchval("SELECT count(*) FROM bars WHERE source = 'import'"))


async def test_imported_days_make_an_instrument_that_can_be_replayed(
    site: Site, file: Path
) -> None:
    write(
        file,
        DAYS
        + "TSLA,2024-01-02,250.08,251.25,244.41,248.42,104654200\n"
        + "TSLA,2024-01-03,244.98,245.68,236.32,238.45,121082600\n",
    )
    summary = await site.app.import_bars(file)
    assert (summary.rows, summary.symbols, summary.timeframe) == (2, ("TSLA",), "1Day")
    instrument = await site.app.find_instrument("tsla")
    assert instrument is not None
    assert await site.app.find_instrument(instrument.instrument_id) == instrument
    venue = await site.open_replay(symbols=("TSLA",))
    await site.app.step_feed(venue)
    trades = await site.app.latest_trades(venue, ["TSLA"])
    assert trades["TSLA"].price == price("248.42")


async def test_importing_again_replaces(site: Site, file: Path) -> None:
    write(file, DAYS + "NVDA,2024-01-02,1,2,1,2,100\nNVDA,2024-01-03,1,2,1,2,100\n")
    await site.app.import_bars(file)
    before = await count(site)
    write(file, DAYS + "NVDA,2024-01-03,1,2,1,1.5,100\n")
    await site.app.import_bars(file)
    assert await count(site) == before
    venue = await site.open_replay(symbols=("NVDA",))
    await site.app.step_feed(venue, 2)
    assert (await site.app.latest_bars(venue, ["NVDA"]))["NVDA"].close == price("1.5")


async def test_import_covers_a_day_of_the_sample(site: Site, file: Path) -> None:
    write(file, DAYS + "GOOG,2013-02-28,800,810,790,805.25,100\n")
    await site.app.import_bars(file)
    venue = await site.open_replay(symbols=("GOOG",), start_date="2013-02-28")
    await site.app.step_feed(venue, 2)
    query = BarQuery(symbols=("GOOG",), timeframe="1Day", start=midnight(date(2013, 2, 28)))
    found = (await site.app.list_bars(venue, query)).items["GOOG"]
    assert [bar.close for bar in found] == [price("805.25"), price("806.19")]


async def test_minutes_also_make_days_and_longer_bars(site: Site, file: Path) -> None:
    lines = [
        f"AMZN,2024-01-02T14:{minute}:00Z,{150 + minute},{151 + minute},149,{150.5 + minute},10\n"
        for minute in range(30, 45)
    ]
    write(file, MINUTES + "".join(lines))
    summary = await site.app.import_bars(file)
    assert (summary.rows, summary.timeframe) == (15, "1Min")
    venue = await site.open_replay(symbols=("AMZN",))
    query = BarQuery(symbols=("AMZN",), timeframe="5Min")
    assert (await site.app.list_bars(venue, query)).items == {}
    await site.app.step_feed(venue)
    fives = (await site.app.list_bars(venue, query)).items["AMZN"]
    assert [bar.starts_at.minute for bar in fives] == [30, 35, 40]
    assert (fives[0].open, fives[0].close) == (price(180), price("184.5"))
    day = (await site.app.latest_bars(venue, ["AMZN"]))["AMZN"]
    assert day.starts_at == midnight(date(2024, 1, 2))
    assert (day.open, day.high, day.close) == (price(180), price(195), price("194.5"))


async def test_bad_line_far_down_leaves_nothing_behind(site: Site, file: Path) -> None:
    days = await site.app.list_trading_days(date(1995, 1, 1), date(2020, 1, 1))
    lines = [f"META,{day.trading_date},1,1,1,1,1\n" for day in days]
    write(file, DAYS + "".join(lines) + "META,2024-01-02,1,1,2,1,1\n")
    before = await count(site)
    with pytest.raises(PriceFileRefused, match=f"line {len(lines) + 2}: open 1 and close 1"):
        await site.app.import_bars(file)
    assert await count(site) == before
    assert await site.app.find_instrument("META") is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "line 1: the columns are missing"),
        (DAYS.encode(), "has no rows"),
        (b"\xff\xfe\x00", "UTF-8|codec"),
        (DAYS.encode() + b"TSLA,2024-01-02,1,1,1,1,\xff\n", "UTF-8|codec"),
        (DAYS.encode() + b'"TSLA,2024-01-02,1,1,1,1,1\n', "CSV"),
    ],
)
async def test_file_that_is_none_is_refused(
    site: Site, file: Path, content: bytes, reason: str
) -> None:
    write(file, content)
    with pytest.raises(PriceFileRefused, match=reason):
        await site.app.import_bars(file)


async def test_missing_file_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(PriceFileRefused, match=r"none\.csv cannot be read"):
        await site.app.import_bars(tmp_path / "none.csv")


async def test_future_is_by_the_clock_of_the_platform(site: Site, file: Path) -> None:
    assert site.clock.now() < datetime(2026, 2, 1, tzinfo=UTC)
    write(file, DAYS + "TSLA,2026-02-02,1,1,1,1,1\n")
    with pytest.raises(PriceFileRefused, match="future"):
        await site.app.import_bars(file)
