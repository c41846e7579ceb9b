"""Recover splits and cash dividends from the difference between close and adjusted close.

A source that adjusts backwards multiplies every earlier close by ``1 / ratio`` for a split and by
``C / (C + d)`` for a dividend of ``d``, where ``C`` is the close of the ex-date. So the quotient
``adjusted / close`` is constant but for those days, and on them it grows by

    growth = split ratio × (C + d) / C

which gives exact numbers back: the ratio, when it is a customary one and the opening price moved
with it, and the dividend from the rest. What neither explains is an error of the source, and is
raised rather than booked.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from msgspec import Struct

from tradewind.contracts.corporate_actions import CashDividend, PriceAction, Split
from tradewind.platform.ids import derived_id
from tradewind.platform.money import MoneyUnits, to_units

NOISE = Decimal("0.000001")
"""Relative change of the quotient below which nothing happened; sources write about 12 digits."""

DIVIDEND_STEP = Decimal("0.0001")
"""Companies declare dividends in at most four decimals."""

_STEP_TOLERANCE = Decimal("0.0000001")
_OPENING_TOLERANCE = Decimal("0.25")
_SPECIAL_MULTIPLE = 5

_RATIOS: tuple[Fraction, ...] = tuple(
    Fraction(new, old)
    for new, old in (
        *((new, 1) for new in (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50)),
        *((3, 2), (4, 3), (5, 4), (5, 2), (5, 3), (6, 5)),
        *((1, old) for old in (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 50, 100)),
    )
)


class AdjustedDay(Struct, frozen=True, kw_only=True):
    """One day of a source that gives unadjusted prices and an adjusted close, in dollars."""

    trading_date: date
    open: Decimal
    close: Decimal
    adjusted_close: Decimal


class UnexplainedAdjustment(ValueError):
    """The adjusted close jumps by what is neither a customary split nor a dividend."""


def recover_actions(symbol: str, days: Sequence[AdjustedDay]) -> list[PriceAction]:
    """Return the splits and cash dividends behind a series of days in order of date.

    Raises ``UnexplainedAdjustment`` naming the date.
    """
    actions: list[PriceAction] = []
    usual: Decimal | None = None
    for before, day in pairwise(days):
        growth = (day.adjusted_close * before.close) / (day.close * before.adjusted_close)
        if abs(growth - 1) < NOISE:
            continue
        ratio, dividend = _explain(symbol, before, day, growth)
        if ratio != 1:
            actions.append(make_split(symbol, day.trading_date, ratio))
            if usual is not None:
                usual = (usual * ratio.denominator / ratio.numerator).quantize(DIVIDEND_STEP)
        if dividend:
            paid = list(_dividends(symbol, day.trading_date, dividend, usual))
            actions.extend(paid)
            usual = dividend if len(paid) == 1 else usual
    return actions


def make_split(symbol: str, ex_date: date, ratio: Fraction) -> Split:
    """Return a split of ``ratio`` new shares for each old one, under its derived id."""
    return Split(
        action_id=_action_id(symbol, ex_date, "split"),
        symbol=symbol,
        ex_date=ex_date,
        new_rate=ratio.numerator,
        old_rate=ratio.denominator,
    )


def make_dividend(symbol: str, ex_date: date, rate: Decimal, *, special: bool) -> CashDividend:
    """Return a cash dividend in dollars a share, under its derived id."""
    return CashDividend(
        action_id=_action_id(symbol, ex_date, "special" if special else "dividend"),
        symbol=symbol,
        ex_date=ex_date,
        rate=MoneyUnits(to_units(rate)),
        special=special,
    )


def _explain(
    symbol: str, before: AdjustedDay, day: AdjustedDay, growth: Decimal
) -> tuple[Fraction, Decimal]:
    """Return the split ratio (1 for none) and the dividend (0 for none) behind a jump."""
    moved = [ratio for ratio in _RATIOS if _opening_confirms(ratio, before, day)]
    for ratio in moved:
        if abs(_without(growth, ratio) - 1) < NOISE and (
            _off(ratio, before, day) < _off(Fraction(1), before, day)
            # A large dividend multiplies as a small split does; the opening tells them apart.
            or not _as_dividend(day, growth)
        ):
            return ratio, Decimal(0)
    for ratio in (Fraction(1), *moved):
        dividend = _as_dividend(day, _without(growth, ratio))
        if dividend:
            return ratio, dividend
    raise UnexplainedAdjustment(
        f"{symbol} on {day.trading_date}: the adjusted close grew by {growth:.8f} against the "
        "close, which is neither a customary split nor a dividend"
    )


def _without(growth: Decimal, ratio: Fraction) -> Decimal:
    return growth * ratio.denominator / ratio.numerator


def _opening_confirms(ratio: Fraction, before: AdjustedDay, day: AdjustedDay) -> bool:
    return _off(ratio, before, day) < _OPENING_TOLERANCE


def _off(ratio: Fraction, before: AdjustedDay, day: AdjustedDay) -> Decimal:
    """Return how far the opening is from where a split would have put it, as a part of that."""
    expected = before.close * ratio.denominator / ratio.numerator
    return abs(day.open / expected - 1)


def _as_dividend(day: AdjustedDay, growth: Decimal) -> Decimal:
    """Return the dividend that a growth means, or zero where none does."""
    exact = day.close * (growth - 1)
    rounded = exact.quantize(DIVIDEND_STEP)
    plausible = 0 < rounded <= day.close / 2
    return rounded if plausible and abs(exact - rounded) < _STEP_TOLERANCE else Decimal(0)


def _dividends(
    symbol: str, ex_date: date, total: Decimal, usual: Decimal | None
) -> Iterator[CashDividend]:
    # A payment of many times the usual one is the usual one and a special one on the same day.
    if usual and total > _SPECIAL_MULTIPLE * usual:
        yield make_dividend(symbol, ex_date, usual, special=False)
        yield make_dividend(symbol, ex_date, total - usual, special=True)
    else:
        yield make_dividend(symbol, ex_date, total, special=False)


def _action_id(symbol: str, ex_date: date, kind: str) -> str:
    return derived_id(datetime.combine(ex_date, time(), UTC), symbol, kind)
