"""What a fill costs and what an order must reserve."""

from tradewind.contracts.orders import FeeSchedule
from tradewind.contracts.vocabulary import OrderSide
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import (
    CENT,
    SCALE,
    InexactAmount,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
    format_units,
    multiply_units,
    round_to,
    to_units,
)

_BPS_SCALE = 10_000


def check_fees(schedule: FeeSchedule) -> None:
    """Raise ``MalformedRequest`` for a schedule that pays the customer or cannot be counted."""
    try:
        rate = to_units(schedule.fee_bps)
    except InexactAmount as error:
        raise MalformedRequest(f"fee_bps: {error}") from None
    for name, units in (
        ("fee_bps", rate),
        ("fee_per_share", schedule.fee_per_share),
        ("fee_minimum", schedule.fee_minimum),
    ):
        if units < 0:
            raise MalformedRequest(f"{name} {format_units(units)} must not be below 0")


class Fees:
    """A venue's schedule with its rates as integers."""

    def __init__(self, schedule: FeeSchedule) -> None:
        self._rate = to_units(schedule.fee_bps)
        self._per_share = schedule.fee_per_share
        self._minimum = schedule.fee_minimum
        self.free = not (self._rate or self._per_share or self._minimum)

    def total(self, qty: QuantityUnits, value: MoneyUnits) -> MoneyUnits:
        """Return the fee of an order that has traded so much, to the cent half-even.

        It never falls as an order fills, so the fee of one fill is the difference of two totals.
        """
        if self.free or not qty:
            return MoneyUnits(0)
        rate = value * self._rate
        share = self._per_share * qty * _BPS_SCALE
        raw = divide(rate + share, SCALE * _BPS_SCALE, Rounding.HALF_EVEN)
        return MoneyUnits(max(self._minimum, round_to(raw, CENT, Rounding.HALF_EVEN)))

    def exposure(
        self,
        price: PriceUnits,
        left: QuantityUnits,
        filled_qty: QuantityUnits,
        filled_value: MoneyUnits,
        fees: MoneyUnits,
    ) -> MoneyUnits:
        """Return the most that the rest of a buy can still cost at ``price``, fees included."""
        if not left:
            return MoneyUnits(0)
        value = multiply_units(price, left, Rounding.UP)
        if self.free:
            return value
        final = self.total(QuantityUnits(filled_qty + left), MoneyUnits(filled_value + value))
        return MoneyUnits(value + max(0, final - fees))

    def of_fill(
        self,
        side: OrderSide,
        qty: QuantityUnits,
        value: MoneyUnits,
        fees: MoneyUnits,
        fill_value: MoneyUnits,
    ) -> MoneyUnits:
        """Return what one more fill adds, given the order's totals after it and fees before."""
        if self.free:
            return MoneyUnits(0)
        fee = max(0, self.total(qty, value) - fees)
        return MoneyUnits(min(fee, fill_value) if side is OrderSide.SELL else fee)
