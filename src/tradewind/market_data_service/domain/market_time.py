"""New York time, in which exchange days and bars are counted."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from tradewind.contracts.vocabulary import EXCHANGE_ZONE

ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=20_000)
def midnight_of(day: date) -> datetime:
    """Return midnight New York time at the start of a date, in UTC: where its daily bar stands."""
    return datetime.combine(day, time(), EXCHANGE_ZONE).astimezone(UTC)


def date_of(at: datetime) -> date:
    """Return the date in New York at an instant."""
    return at.astimezone(EXCHANGE_ZONE).date()


def minute_of(at: datetime) -> datetime:
    """Return the start of the minute that holds an instant."""
    return at.replace(second=0, microsecond=0)
