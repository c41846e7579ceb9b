"""Bring prices from before splits and dividends to the scale of those after.

A bar is adjusted by every action that went ex after it: a split divides its prices by the ratio and
multiplies its volume; a dividend of ``d`` multiplies its prices by ``C / (C + d)`` with ``C`` the
close of the ex-date, so that the change from day to day is the return of somebody who reinvests at
that close. Which actions are handed in decides what is known: a replay passes none of its future.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Literal

from msgspec import Struct

from tradewind.contracts.corporate_actions import PriceAction, Split
from tradewind.market_data_service.domain.market_time import midnight_of
from tradewind.platform.money import PriceUnits

Adjustment = Literal["raw", "split", "dividend", "all"]

_ONE = Decimal(1)


class AdjustmentSpan(Struct, frozen=True):
    """What bars that start in ``[starts_at, ends_at)`` are multiplied with."""

    starts_at: datetime | None
    ends_at: datetime
    price_factor: Decimal
    volume_factor: Decimal


def adjustment_spans(
    actions: Sequence[PriceAction],
    ex_closes: Mapping[str, PriceUnits],
    adjustment: Adjustment,
) -> list[AdjustmentSpan]:
    """Return the factors of one symbol's bars, by time; bars after the last span stay as they are.

    ``ex_closes`` holds by ``action_id`` the close of each dividend's ex-date; a dividend without
    one does not count.
    """
    spans: list[AdjustmentSpan] = []
    price, volume = _ONE, _ONE
    newest_first = sorted(actions, key=lambda action: action.ex_date, reverse=True)
    for ex_date, group in groupby(newest_first, key=lambda action: action.ex_date):
        price_factor, volume_factor = _factors(list(group), ex_closes, adjustment)
        price *= price_factor
        volume *= volume_factor
        ends_at = midnight_of(ex_date)
        if spans:
            previous = spans[-1]
            spans[-1] = AdjustmentSpan(
                ends_at, previous.ends_at, previous.price_factor, previous.volume_factor
            )
        spans.append(AdjustmentSpan(None, ends_at, price, volume))
    spans.reverse()
    return spans


def _factors(
    actions: Sequence[PriceAction], ex_closes: Mapping[str, PriceUnits], adjustment: Adjustment
) -> tuple[Decimal, Decimal]:
    """Return the price and volume factor of all actions of one ex-date."""
    ratio, paid, close = _ONE, 0, 0
    for action in actions:
        if isinstance(action, Split):
            if adjustment in ("split", "all"):
                ratio *= Decimal(action.new_rate) / action.old_rate
        elif adjustment in ("dividend", "all") and action.action_id in ex_closes:
            # Two dividends of one day are one payment: their factors do not multiply.
            paid += action.rate
            close = ex_closes[action.action_id]
    kept = Decimal(close) / (close + paid) if paid else _ONE
    return kept / ratio, ratio
