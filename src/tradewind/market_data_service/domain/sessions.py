"""A venue's trading sessions: the exchange's own, or around the clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct

from tradewind.contracts.market_data import TradingDay
from tradewind.contracts.vocabulary import ExtendedPhase, SessionHours
from tradewind.market_data_service.domain.market_time import ONE_DAY, date_of, midnight_of


class Segment(Struct, frozen=True):
    """One session of a trading day: the regular one, where ``phase`` is ``None``, or one beside."""

    phase: ExtendedPhase | None
    day: TradingDay
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def regular(cls, day: TradingDay) -> "Segment":
        """Return the regular session of a day."""
        return cls(None, day, day.opens_at, day.closes_at)


class Calendar:
    """The exchange's trading days in order."""

    def __init__(self, days: Sequence[TradingDay]) -> None:
        self._days = days
        self._dates = [day.trading_date for day in days]
        self._closes = [day.closes_at for day in days]

    def between(self, start: date, end: date) -> list[TradingDay]:
        """Return the days between two dates, inclusive."""
        return list(self._days[bisect_left(self._dates, start) : bisect_right(self._dates, end)])

    def find(self, trading_date: date) -> TradingDay | None:
        """Return the day of a date, or ``None`` when the exchange is closed on it."""
        at = bisect_left(self._dates, trading_date)
        found = at < len(self._dates) and self._dates[at] == trading_date
        return self._days[at] if found else None

    def before(self, trading_date: date) -> TradingDay | None:
        """Return the last trading day before a date."""
        at = bisect_left(self._dates, trading_date)
        return self._days[at - 1] if at else None

    def after(self, trading_date: date) -> TradingDay | None:
        """Return the first trading day after a date."""
        at = bisect_right(self._dates, trading_date)
        return self._days[at] if at < len(self._days) else None

    def unfinished(self, at: datetime) -> TradingDay | None:
        """Return the session that runs at an instant, or else the next one."""
        index = bisect_right(self._closes, at)
        return self._days[index] if index < len(self._days) else None


class Sessions:
    """When one venue is open."""

    def __init__(self, hours: SessionHours, calendar: Calendar) -> None:
        self._hours = hours
        self._calendar = calendar

    def current_or_next(self, at: datetime) -> TradingDay | None:
        """Return the session that runs at an instant, or else the next one."""
        if self._hours is SessionHours.EXCHANGE:
            return self._calendar.unfinished(at)
        return self.day(date_of(at))

    def segment(self, at: datetime) -> Segment | None:
        """Return the session of any kind that runs at an instant, or else the next one."""
        day = self.current_or_next(at)
        if self._hours is SessionHours.ALWAYS:
            return None if day is None else Segment.regular(day)
        before = self._calendar.before(day.trading_date if day else date_of(at) + ONE_DAY)
        for each in (before, day):
            for segment in _segments(each) if each else ():
                if at < segment.ends_at:
                    return segment
        return None

    def last_after_hours(self, at: datetime) -> Segment | None:
        """Return the newest session after a regular one that is over at an instant."""
        if self._hours is SessionHours.ALWAYS:
            return None
        day = self._calendar.before(date_of(at) + ONE_DAY)
        while day is not None and day.after_hours_close_at > at:
            day = self._calendar.before(day.trading_date)
        return None if day is None else list(_segments(day))[-1]

    def day(self, trading_date: date) -> TradingDay | None:
        """Return the session of a date, or ``None`` when there is none."""
        if self._hours is SessionHours.EXCHANGE:
            return self._calendar.find(trading_date)
        settles = self._calendar.after(trading_date)
        return TradingDay(
            trading_date=trading_date,
            opens_at=midnight_of(trading_date),
            closes_at=midnight_of(trading_date + ONE_DAY),
            settlement_date=settles.trading_date if settles else trading_date + ONE_DAY,
        )

    def following(self, day: TradingDay) -> TradingDay | None:
        """Return the session after another."""
        if self._hours is SessionHours.EXCHANGE:
            return self._calendar.after(day.trading_date)
        return self.day(day.trading_date + ONE_DAY)

    def before(self, trading_date: date) -> list[TradingDay]:
        """Return the sessions of the year before a date, in order."""
        if self._hours is SessionHours.EXCHANGE:
            return self._calendar.between(trading_date - 365 * ONE_DAY, trading_date - ONE_DAY)
        dates = (trading_date - days * ONE_DAY for days in range(365, 0, -1))
        return [day for day in map(self.day, dates) if day]


def _segments(day: TradingDay) -> Iterator[Segment]:
    yield Segment(ExtendedPhase.PRE_MARKET, day, day.pre_market_opens_at, day.opens_at)
    yield Segment.regular(day)
    yield Segment(ExtendedPhase.AFTER_HOURS, day, day.closes_at, day.after_hours_close_at)
