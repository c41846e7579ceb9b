"""Instruments, calendar and corporate actions as the first start has filled them."""

from datetime import UTC, date, datetime

from tests.integration.market_data.market_data_site import Site

from tradewind.contracts.market_data import CashDividend, Split
from tradewind.contracts.vocabulary import AssetClass
from tradewind.market_data_service import sample
from tradewind.platform.ids import is_uuid


async def test_sample_is_loaded_once_and_whole(site: Site) -> None:
    sql = "SELECT symbol, count(*) FROM bars WHERE source = 'sample' GROUP BY 1 ORDER BY 1"
    expected = [(symbol, len(days)) for symbol, days in sorted(sample.read_days().items())]
    assert [tuple(row) for row in await site.database.fetch(sql)] == expected
    await site.restart()
    assert [tuple(row) for row in await site.database.fetch(sql)] == expected


async def test_instruments_are_found_by_symbol_and_id(site: Site) -> None:
    found = await site.app.list_instruments()
    shares = [each for each in found if each.asset_class is AssetClass.US_EQUITY]
    assert [each.symbol for each in shares] == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
    assert all(is_uuid(each.instrument_id) for each in found)
    assert await site.app.find_instrument("ibm") == shares[3]
    assert await site.app.find_instrument(shares[3].instrument_id.upper()) == shares[3]
    assert await site.app.find_instrument("NOPE") is None
    assert await site.app.list_instruments(active=False) == []


async def test_crypto_pairs_are_found_with_and_without_their_slash(site: Site) -> None:
    pairs = await site.app.list_instruments(asset_class=AssetClass.CRYPTO)
    assert [each.symbol for each in pairs] == ["BTC/USD", "ETH/USD"]
    for spelling in ("BTC/USD", "btc/usd", "BTCUSD", "btcusd", pairs[0].instrument_id):
        assert await site.app.find_instrument(spelling) == pairs[0]
    assert await site.app.find_instrument("BTC") is None


async def test_calendar_knows_holidays_and_half_days(site: Site) -> None:
    days = await site.app.list_trading_days(date(2012, 10, 26), date(2012, 11, 23))
    dates = [day.trading_date for day in days]
    # Hurricane Sandy closed the exchange for two days; the day after Thanksgiving is a half day.
    assert date(2012, 10, 29) not in dates
    assert date(2012, 10, 30) not in dates
    assert date(2012, 11, 22) not in dates
    assert days[-1].closes_at == datetime(2012, 11, 23, 18, tzinfo=UTC)
    assert days[0].settlement_date == date(2012, 11, 2)


async def test_calendar_reaches_two_years_ahead_and_settles_the_next_day(site: Site) -> None:
    days = await site.app.list_trading_days(date(1990, 1, 1), date(2030, 1, 1))
    assert days[0].trading_date == date(1990, 1, 2)
    assert days[-1].trading_date > date(2028, 1, 1)
    friday = next(day for day in days if day.trading_date == date(2026, 1, 9))
    assert friday.settlement_date == date(2026, 1, 12)


async def test_calendar_that_runs_short_is_made_anew(site: Site) -> None:
    await site.database.execute("DELETE FROM trading_days WHERE trading_date > '2026-06-01'")
    await site.restart()
    assert await site.app.list_trading_days(date(2027, 12, 1), date(2027, 12, 31))


async def test_corporate_actions_come_by_date_with_splits_first(site: Site) -> None:
    found = await site.app.list_corporate_actions(
        ["msft", "AAPL"], date(2003, 2, 18), date(2004, 11, 15)
    )
    assert [(each.symbol, each.ex_date.isoformat(), type(each)) for each in found] == [
        ("MSFT", "2003-02-18", Split),
        ("MSFT", "2003-02-19", CashDividend),
        ("MSFT", "2003-10-15", CashDividend),
        ("MSFT", "2004-08-23", CashDividend),
        ("MSFT", "2004-11-15", CashDividend),
        ("MSFT", "2004-11-15", CashDividend),
    ]
    assert {each.action_id for each in found} < {each.action_id for each in sample.read_actions()}
