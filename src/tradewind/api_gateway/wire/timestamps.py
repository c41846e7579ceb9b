"""Instants and dates on the wire.

Responses carry RFC 3339 in UTC, which msgspec writes for any aware ``datetime`` in UTC; only the
clock and the calendar speak the exchange's local time.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from tradewind.contracts.vocabulary import EXCHANGE_ZONE

_INSTANT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[Tt ](?P<time>\d{2}:\d{2}(:\d{2}([.,]\d{1,12})?)?)"
    r"(?P<zone>[Zz]|[+\- ]\d{2}:?\d{2})?"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_instant(text: str, *, end_of_day: bool = False) -> datetime:
    """Read RFC 3339 as the clients send it; raises ``ValueError``.

    A missing offset means UTC, a space in its place is a ``+`` that was decoded once too often, and
    digits beyond a microsecond are dropped. A bare date is that day in New York: its midnight, or
    its last microsecond with ``end_of_day``.
    """
    if _DAY.fullmatch(text):
        start, end = day_bounds(date.fromisoformat(text))
        return end - timedelta(microseconds=1) if end_of_day else start
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is neither RFC 3339 nor YYYY-MM-DD")
    zone = match["zone"] or "Z"
    zone = zone.upper() if zone in "Zz" else zone.replace(" ", "+")
    try:
        local = datetime.fromisoformat(f"{match['day']}T{match['time'].replace(',', '.')}{zone}")
        return local.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is out of range") from None


def parse_date(text: str) -> date:
    """Read ``YYYY-MM-DD``, or the New York date of an RFC 3339 instant; raises ``ValueError``."""
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    return parse_instant(text).astimezone(EXCHANGE_ZONE).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the midnights, in UTC, that begin and end a date in New York."""
    try:
        start = datetime.combine(day, time(), EXCHANGE_ZONE).astimezone(UTC)
        end = datetime.combine(day + timedelta(days=1), time(), EXCHANGE_ZONE).astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{day} is out of range") from None
    return start, end


def exchange_time(at: datetime) -> datetime:
    """Return the same instant with New York's offset."""
    return at.astimezone(EXCHANGE_ZONE)
