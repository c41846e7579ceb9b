"""Reading the parameters of market-data routes."""

from datetime import UTC, datetime

import pytest

from tradewind.api_gateway.market_data.query import (
    ADJUSTMENT,
    CURRENCY,
    TIMEFRAME,
    read_span,
    read_symbols,
)
from tradewind.platform.errors import MalformedRequest

NOW = datetime(2024, 1, 2, 15, 30, tzinfo=UTC)


def query(**values: str) -> dict[str, list[str]]:
    return {name: [value] for name, value in values.items()}


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("1Min", "1Min"),
        ("59T", "59Min"),
        ("5T", "5Min"),
        ("23H", "23Hour"),
        ("1Day", "1Day"),
        ("1D", "1Day"),
        ("1W", "1Week"),
        ("12M", "12Month"),
        ("4Month", "4Month"),
    ],
)
def test_both_spellings_of_a_timeframe_are_read(text: str, long: str) -> None:
    assert TIMEFRAME.require(query(timeframe=text)) == long


@pytest.mark.parametrize(
    "text",
    ["60Min", "0Min", "24Hour", "2Day", "2W", "5M", "1min", "Day", "1", "-1Min", "1Min ", ""],
)
def test_other_timeframes_are_refused(text: str) -> None:
    with pytest.raises(MalformedRequest, match="timeframe"):
        TIMEFRAME.require(query(timeframe=text))


def test_symbols_are_in_capitals_and_named_once() -> None:
    assert read_symbols(query(symbols="aapl, BRK.B,AAPL,,")) == ("AAPL", "BRK.B")


@pytest.mark.parametrize("text", ["", ",", "AA PL", "A'--", "é", "A" * 40, "*"])
def test_what_cannot_be_a_symbol_is_refused(text: str) -> None:
    with pytest.raises(MalformedRequest):
        read_symbols(query(symbols=text))


def test_the_interval_is_the_venues_day_so_far_unless_told() -> None:
    span = read_span({}, NOW)
    assert span.start == datetime(2024, 1, 2, 5, tzinfo=UTC)  # midnight in New York
    assert span.end == NOW
    assert (span.limit, span.descending, span.page_token) == (1000, False, None)


def test_an_end_in_the_future_is_brought_to_the_present() -> None:
    assert read_span(query(end="2025-01-01T00:00:00Z"), NOW).end == NOW


def test_a_start_in_the_future_has_nothing_to_show() -> None:
    assert read_span(query(start="2025-01-01"), NOW).lies_ahead
    assert not read_span(query(start="2023-01-01"), NOW).lies_ahead


def test_dates_cover_whole_days_of_new_york() -> None:
    span = read_span(query(start="2023-07-03", end="2023-07-03"), NOW)
    assert span.start == datetime(2023, 7, 3, 4, tzinfo=UTC)
    assert span.end == datetime(2023, 7, 4, 3, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    "values",
    [
        {"start": "2023-02-01", "end": "2023-01-01"},
        {"start": "yesterday"},
        {"end": "2023-13-01"},
        {"limit": "0"},
        {"limit": "10001"},
        {"limit": "ten"},
        {"sort": "up"},
    ],
)
def test_a_parameter_that_does_not_hold_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(MalformedRequest):
        read_span(query(**values), NOW)


@pytest.mark.parametrize(
    ("text", "adjustment"),
    [
        ("raw", "raw"),
        ("split", "split"),
        ("dividend", "dividend"),
        ("split,dividend", "all"),
        ("all", "all"),
        ("spin-off", "raw"),
        ("split,spin-off", "split"),
    ],
)
def test_adjustments_combine(text: str, adjustment: str) -> None:
    assert ADJUSTMENT.read(query(adjustment=text)) == adjustment


def test_only_dollars_are_offered() -> None:
    assert CURRENCY.read(query(currency="usd")) == "USD"
    with pytest.raises(MalformedRequest, match="prices are in USD"):
        CURRENCY.read(query(currency="EUR"))
