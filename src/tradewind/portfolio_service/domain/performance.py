"""How well an account did, apart from what its owner paid in and out.

The method is the daily valuation of the Global Investment Performance Standards (CFA Institute,
GIPS 2020, and the handbook's "true time-weighted return"): the account is valued at every close,
each day has a growth factor, the factors are multiplied, so that neither the time nor the size of
deposits and withdrawals counts. Numbers are exact integers going in; chains are computed with 50
digits and rounded once, by the caller's choice of ``rounded``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

_DIGITS = 50
_CONTEXT = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)
_ONE = Decimal(1)
_RATIO_DECIMALS = 12
_RATIO_STEP = Decimal(1).scaleb(-_RATIO_DECIMALS)


@dataclass(frozen=True, slots=True)
class Day:
    """One trading day of an account, in billionths of its currency."""

    equity_start: int
    """Equity at the previous close; below zero where an account owes more than it has."""
    flow: int
    """Deposits less withdrawals since then."""
    equity_end: int
    """Equity at this close; below zero as well."""


def growth_factor(day: Day) -> Decimal:
    """Return by what the invested money was multiplied that day; 1 when nothing was invested.

    ``equity_end / (equity_start + flow)``: flows count at the start of the day, so that a deposit
    works from the day on which it arrives. When a withdrawal takes as much as was there at the
    start or more (a profit of the same day), nothing would be left to divide by; then the flow
    counts at the end of the day, which the standards allow as well:
    ``(equity_end - flow) / equity_start``. An account on margin may lose more than was invested;
    the factor is then 0, for what is owed beyond it was never invested.
    """
    invested, result = day.equity_start + day.flow, day.equity_end
    if invested <= 0:
        invested, result = day.equity_start, day.equity_end - day.flow
    if invested <= 0:
        return _ONE
    return _CONTEXT.divide(Decimal(max(0, result)), Decimal(invested))


def time_weighted_return(days: Iterable[Day]) -> Decimal:
    """Return the product of the growth factors less one, as a fraction; 0 for no day."""
    index = _ONE
    for day in days:
        index = _CONTEXT.multiply(index, growth_factor(day))
    return _CONTEXT.subtract(index, _ONE)


def max_drawdown(days: Iterable[Day]) -> Decimal:
    """Return the largest fall of the time-weighted index from its peak, from 0 to 1.

    The index starts at 1 before the first day, which counts as a peak. (Magdon-Ismail and Atiya,
    "Maximum drawdown", Risk 2004, on the index instead of the price.)
    """
    index = peak = _ONE
    deepest = Decimal(0)
    for day in days:
        index = _CONTEXT.multiply(index, growth_factor(day))
        if index >= peak:
            peak = index
        else:
            fall = _CONTEXT.subtract(_ONE, _CONTEXT.divide(index, peak))
            deepest = max(deepest, fall)
    return deepest


def rounded(ratio: Decimal) -> Decimal:
    """Return a ratio rounded half-even to twelve decimals, without trailing zeros."""
    if ratio.adjusted() >= _DIGITS - _RATIO_DECIMALS:
        return ratio
    return ratio.quantize(_RATIO_STEP, context=_CONTEXT).normalize(_CONTEXT) + 0
