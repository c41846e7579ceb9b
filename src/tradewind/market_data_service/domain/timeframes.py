"""The intervals that bars can have, and the stored bars that each is made of."""

import re
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from tradewind.platform.errors import MalformedRequest

MINUTE_BAR = "1Min"
DAY_BAR = "1Day"

_PATTERN = re.compile(r"([1-9][0-9]?)(Min|T|Hour|H|Day|D|Week|W|Month|M)")


class Unit(StrEnum):
    """What an interval counts."""

    MINUTE = "Min"
    HOUR = "Hour"
    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"


_UNITS = {
    "Min": Unit.MINUTE,
    "T": Unit.MINUTE,
    "Hour": Unit.HOUR,
    "H": Unit.HOUR,
    "Day": Unit.DAY,
    "D": Unit.DAY,
    "Week": Unit.WEEK,
    "W": Unit.WEEK,
    "Month": Unit.MONTH,
    "M": Unit.MONTH,
}

_COUNTS: dict[Unit, frozenset[int]] = {
    Unit.MINUTE: frozenset(range(1, 60)),
    Unit.HOUR: frozenset(range(1, 24)),
    Unit.DAY: frozenset({1}),
    Unit.WEEK: frozenset({1}),
    Unit.MONTH: frozenset({1, 2, 3, 4, 6, 12}),
}


_LENGTHS = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: timedelta(days=1),
    Unit.WEEK: timedelta(days=7),
    Unit.MONTH: timedelta(days=31),
}


class Interval(Struct, frozen=True):
    """A number of units: ``Interval(5, Unit.MINUTE)`` is five minutes."""

    count: int
    unit: Unit

    @property
    def base(self) -> str:
        """Return the timeframe of the stored bars that make up this one."""
        return MINUTE_BAR if self.unit in (Unit.MINUTE, Unit.HOUR) else DAY_BAR

    @property
    def is_stored(self) -> bool:
        """Whether such bars are stored as they are."""
        return str(self) == self.base

    @property
    def minutes(self) -> int:
        """Return the length of an interval of minutes or hours."""
        return self.count * (60 if self.unit is Unit.HOUR else 1)

    @property
    def length_max(self) -> timedelta:
        """Return the longest time that one bar can take, with the hour of the change of clocks."""
        return _LENGTHS[self.unit] * self.count + timedelta(hours=1)

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


def parse_interval(text: str) -> Interval:
    """Read ``5Min``, ``1Hour``, ``1Day``, ``1Week``, ``3Month`` or the short ``5T``, ``1D``.

    Raises ``MalformedRequest`` for anything else.
    """
    if found := _PATTERN.fullmatch(text):
        interval = Interval(int(found[1]), _UNITS[found[2]])
        if interval.count in _COUNTS[interval.unit]:
            return interval
    raise MalformedRequest(
        f"timeframe {text[:16]!r} is none of 1–59Min, 1–23Hour, 1Day, 1Week and "
        "1, 2, 3, 4, 6 or 12Month"
    )
