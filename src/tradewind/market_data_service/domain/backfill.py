"""A simulated past, so that charts of a new venue are full: it ends where the simulation begins.

The random walk is run backwards from the starting price. The newest sessions get minute bars, and
their daily bars are made of these; older sessions get daily bars alone.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp, sqrt

from tradewind.contracts.market_data import Bar, TradingDay
from tradewind.market_data_service.domain.market_time import ONE_MINUTE, midnight_of, minute_of
from tradewind.market_data_service.domain.replay import path_vwap
from tradewind.market_data_service.domain.simulation import (
    SECONDS_A_YEAR,
    SimulatedInstrument,
)
from tradewind.market_data_service.domain.timeframes import DAY_BAR, MINUTE_BAR
from tradewind.platform.money import PriceUnits, QuantityUnits, Rounding, divide

MINUTE_SESSIONS = 3
"""How many of the newest sessions get minute bars."""

_SHARES_A_MINUTE = 17_000
"""Or hundredths of a lot, where a lot is not a hundred shares."""
_SHARES_A_TRADE = 150


def backfill(
    instrument: SimulatedInstrument, sessions: Sequence[TradingDay], until: datetime, seed: str
) -> list[Bar]:
    """Return an instrument's bars of finished minutes and of the sessions given, oldest first.

    ``sessions`` are in order; the last may still run at ``until``.
    """
    walk = _BackwardWalk(instrument, seed)
    minutes: list[Bar] = []
    days: list[Bar] = []
    for session in reversed(sessions[-MINUTE_SESSIONS:]):
        found = _session_minutes(walk, session, until)
        if found:
            minutes.extend(found)
            days.append(_day_of(session, found[::-1]))
    for session in reversed(sessions[:-MINUTE_SESSIONS]):
        length = session.closes_at - session.opens_at
        days.append(walk.bar(DAY_BAR, midnight_of(session.trading_date), length))
    return [*reversed(minutes), *reversed(days)]


def _session_minutes(walk: "_BackwardWalk", session: TradingDay, until: datetime) -> list[Bar]:
    """Return the bars of a session's finished minutes, newest first."""
    end = min(session.closes_at, minute_of(until))
    count = (end - session.opens_at) // ONE_MINUTE
    return [
        walk.bar(MINUTE_BAR, end - ONE_MINUTE * back, ONE_MINUTE) for back in range(1, count + 1)
    ]


def _day_of(session: TradingDay, minutes: Sequence[Bar]) -> Bar:
    volume = sum(bar.volume for bar in minutes)
    value = sum(bar.vwap * bar.volume for bar in minutes)
    return Bar(
        minutes[0].symbol,
        DAY_BAR,
        midnight_of(session.trading_date),
        minutes[0].open,
        max(bar.high for bar in minutes),
        min(bar.low for bar in minutes),
        minutes[-1].close,
        QuantityUnits(volume),
        sum(bar.trade_count for bar in minutes),
        PriceUnits(divide(value, volume, Rounding.HALF_EVEN)),
    )


class _BackwardWalk:
    """A random walk that is told from its end: each bar closes where the later one opened."""

    def __init__(self, instrument: SimulatedInstrument, seed: str) -> None:
        self._symbol = instrument.symbol
        self._tick = instrument.tick
        self._lot = instrument.lot
        self._volatility = instrument.volatility
        self._fair = instrument.fair_price / instrument.tick
        self._random = random.Random(f"{seed}:past:{instrument.symbol}")  # noqa: S311

    def bar(self, timeframe: str, starts_at: datetime, length: timedelta) -> Bar:
        """Return the bar that ends at the walk's present price, and step to its start."""
        deviation = self._volatility * sqrt(length.total_seconds() / SECONDS_A_YEAR)
        close = self._fair
        self._fair = max(close * exp(self._random.gauss(0.0, deviation)), 2.0)
        ends = max(round(self._fair), 1), max(round(close), 1)
        reach = round(close * deviation) + 1
        high = max(ends) + self._random.randrange(reach + 1)
        low = max(min(ends) - self._random.randrange(reach + 1), 1)
        path = [PriceUnits(ticks * self._tick) for ticks in (ends[0], high, low, ends[1])]
        expected = _SHARES_A_MINUTE * (length // ONE_MINUTE)
        shares = expected * (50 + self._random.randrange(101)) // 100
        return Bar(
            self._symbol,
            timeframe,
            starts_at,
            path[0],
            path[1],
            path[2],
            path[3],
            QuantityUnits(shares * self._lot // 100),
            max(shares // _SHARES_A_TRADE, 1),
            path_vwap(path),
        )
