"""Sessions, timeframes and settlement follow the exchange's rules."""

from datetime import date, timedelta

import pytest

from tradewind.contracts.vocabulary import ExtendedPhase, SessionHours
from tradewind.market_data_service.domain.market_time import date_of
from tradewind.market_data_service.domain.sessions import Calendar, Sessions
from tradewind.market_data_service.domain.settlement import settlement_days
from tradewind.market_data_service.domain.timeframes import parse_interval
from tradewind.platform.errors import MalformedRequest
from tradewind.testing.market_data import exchange_session, midnight

FRIDAY, MONDAY = date(2026, 1, 9), date(2026, 1, 12)
CALENDAR = Calendar([exchange_session(FRIDAY), exchange_session(MONDAY)])


@pytest.mark.parametrize(
    ("trading_date", "days"),
    [
        (date(1995, 6, 6), 5),
        (date(1995, 6, 7), 3),
        (date(2017, 9, 1), 3),
        (date(2017, 9, 5), 2),
        (date(2024, 5, 24), 2),
        (date(2024, 5, 28), 1),
    ],
)
def test_settlement_cycle_shortens_over_the_years(trading_date: date, days: int) -> None:
    assert settlement_days(trading_date) == days


def test_exchange_is_closed_between_its_sessions() -> None:
    sessions = Sessions(SessionHours.EXCHANGE, CALENDAR)
    close = exchange_session(FRIDAY).closes_at
    before = sessions.current_or_next(close - timedelta(microseconds=1))
    after = sessions.current_or_next(close)
    assert before is not None
    assert before.trading_date == FRIDAY
    assert after is not None
    assert after.trading_date == MONDAY
    assert sessions.day(date(2026, 1, 10)) is None
    assert sessions.following(before) == after
    assert sessions.current_or_next(exchange_session(MONDAY).closes_at) is None


def test_each_day_has_a_session_before_and_after_its_regular_one() -> None:
    sessions = Sessions(SessionHours.EXCHANGE, CALENDAR)
    day = exchange_session(FRIDAY)
    told = []
    at = midnight(FRIDAY)
    for _ in range(4):
        segment = sessions.segment(at)
        assert segment is not None
        told.append((segment.phase, segment.day.trading_date, segment.starts_at))
        at = segment.ends_at
    assert told == [
        (ExtendedPhase.PRE_MARKET, FRIDAY, midnight(FRIDAY) + timedelta(hours=4)),
        (None, FRIDAY, day.opens_at),
        (ExtendedPhase.AFTER_HOURS, FRIDAY, day.closes_at),
        (ExtendedPhase.PRE_MARKET, MONDAY, midnight(MONDAY) + timedelta(hours=4)),
    ]
    last = sessions.last_after_hours(midnight(MONDAY))
    assert last is not None
    assert last.ends_at == day.closes_at + timedelta(hours=4)
    assert sessions.last_after_hours(midnight(FRIDAY)) is None


def test_market_around_the_clock_has_one_session_a_day() -> None:
    segment = Sessions(SessionHours.ALWAYS, CALENDAR).segment(midnight(FRIDAY))
    assert segment is not None
    assert segment.phase is None
    assert segment.ends_at == midnight(FRIDAY + timedelta(days=1))


def test_market_around_the_clock_trades_from_midnight_to_midnight() -> None:
    sessions = Sessions(SessionHours.ALWAYS, CALENDAR)
    saturday = FRIDAY + timedelta(days=1)
    session = sessions.current_or_next(midnight(saturday))
    assert session is not None
    assert (session.opens_at, session.closes_at) == (
        midnight(saturday),
        midnight(saturday + timedelta(days=1)),
    )
    assert session.settlement_date == MONDAY
    assert len(sessions.before(FRIDAY)) == 365


def test_day_of_the_change_of_clocks_has_twenty_three_hours() -> None:
    session = Sessions(SessionHours.ALWAYS, CALENDAR).day(date(2026, 3, 8))
    assert session is not None
    assert session.closes_at - session.opens_at == timedelta(hours=23)
    assert date_of(session.closes_at - timedelta(seconds=1)) == date(2026, 3, 8)


@pytest.mark.parametrize(
    ("text", "written", "base"),
    [
        ("1Min", "1Min", "1Min"),
        ("59T", "59Min", "1Min"),
        ("23Hour", "23Hour", "1Min"),
        ("1D", "1Day", "1Day"),
        ("1W", "1Week", "1Day"),
        ("12M", "12Month", "1Day"),
        ("4Month", "4Month", "1Day"),
    ],
)
def test_timeframes_are_read_in_both_spellings(text: str, written: str, base: str) -> None:
    interval = parse_interval(text)
    assert (str(interval), interval.base) == (written, base)


@pytest.mark.parametrize(
    "text", ["", "0Min", "60Min", "24Hour", "2Day", "2Week", "5Month", "1min", "1", "-1Min", "١Min"]
)
def test_other_timeframes_are_refused(text: str) -> None:
    with pytest.raises(MalformedRequest, match="timeframe"):
        parse_interval(text)
