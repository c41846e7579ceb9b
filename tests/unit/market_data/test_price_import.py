"""Every row of a price file is checked, and the error names its line."""

from datetime import UTC, date, datetime

import pytest

from tradewind.contracts.market_data import Bar
from tradewind.market_data_service.domain.price_import import PriceFileRefused, PriceRows
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.testing.market_data import exchange_session, midnight, price, shares

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
CALENDAR = Calendar([exchange_session(date(2024, 1, day)) for day in (2, 3, 4, 5, 8, 9, 10, 11)])
DAYS = "symbol,date,open,high,low,close,volume"
MINUTES = "symbol,timestamp,open,high,low,close,volume"


def read(header: str, *lines: str) -> list[Bar]:
    rows = PriceRows(header.split(","), CALENDAR, NOW)
    return list(rows.read(enumerate((line.split(",") for line in lines), 2)))


def test_daily_row_becomes_a_bar_at_midnight_in_new_york() -> None:
    (bar,) = read(DAYS, "tsla, 2024-01-02 ,250.08,251.25,244.41,248.42,104654200")
    assert (bar.symbol, bar.timeframe) == ("TSLA", "1Day")
    assert bar.starts_at == midnight(date(2024, 1, 2))
    assert (bar.high, bar.volume) == (price("251.25"), shares(104654200))


def test_minute_row_is_brought_to_utc() -> None:
    (bar,) = read(MINUTES, "TSLA,2024-01-02T09:30:00-05:00,250,251,249,250,1000")
    assert (bar.timeframe, bar.starts_at) == ("1Min", datetime(2024, 1, 2, 14, 30, tzinfo=UTC))


def test_empty_lines_are_skipped() -> None:
    assert read(DAYS, "", "TSLA,2024-01-02,1,1,1,1,0", " ") != []


@pytest.mark.parametrize(
    "header", ["", "symbol,date,close", "date,symbol,open,high,low,close,volume"]
)
def test_other_columns_are_refused(header: str) -> None:
    with pytest.raises(PriceFileRefused, match=r"line 1: the columns are .*; expected symbol,date"):
        read(header)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("TSLA,2024-01-02,1,1,1,1", "6 columns; expected 7"),
        ("TS LA,2024-01-02,1,1,1,1,1", "symbol 'TS LA'"),
        (",2024-01-02,1,1,1,1,1", "symbol ''"),
        ("TSLA,2024-13-02,1,1,1,1,1", "line 3"),
        ("TSLA,2024-01-06,1,1,1,1,1", "2024-01-06 is not a trading day"),
        ("TSLA,2024-01-11,1,1,1,1,1", "lies in the future"),
        ("TSLA,2024-01-03,0,1,0,1,1", "open 0 is not between"),
        ("TSLA,2024-01-03,-1,1,-1,1,1", "open -1 is not between"),
        ("TSLA,2024-01-03,1,2,1.5,1.7,1", "do not lie between low 1.5 and high 2"),
        ("TSLA,2024-01-03,1,1.5,1,1.7,1", "do not lie between"),
        ("TSLA,2024-01-03,1,1,1,x,1", "'x' is not a number"),
        ("TSLA,2024-01-03,1,1,1,nan,1", "'nan' is not a number"),
        ("TSLA,2024-01-03,1,1,1,1.0000000001,1", "more than 9 decimals"),
        ("TSLA,2024-01-03,1,1,1,1,-5", "volume -5"),
        ("TSLA,2024-01-03,1,1,1,1,1e30", "volume 1e30"),
        ("TSLA,2024-01-02,1,1,1,1,1", "is given twice"),
    ],
)
def test_bad_day_is_refused_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(PriceFileRefused, match="line 3: ") as refused:
        read(DAYS, "TSLA,2024-01-02,1,1,1,1,1", line)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        ("2024-01-02T14:30:00", "has no offset"),
        ("2024-01-02T14:30:30Z", "not the start of a minute"),
        ("2024-01-10T12:00:00Z", "lies in the future"),
        ("yesterday", "line 2"),
    ],
)
def test_bad_minute_is_refused_with_its_line(stamp: str, reason: str) -> None:
    with pytest.raises(PriceFileRefused, match="line 2: ") as refused:
        read(MINUTES, f"TSLA,{stamp},1,1,1,1,1")
    assert reason in str(refused.value)
