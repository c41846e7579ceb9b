"""What a fill costs and what an order must reserve.

A fee has two parts. The *order's part* is worked out on all that an order has traded, to the cent:
the venue's own rates with their minimum, and for a sell the regulators' fees. The *liquidity part*
is charged, or paid back, on each fill by whether it took or waited.
"""

from decimal import Decimal

from msgspec import Struct

from tradewind.contracts.journal import Liquidity
from tradewind.contracts.venues import FeeSchedule
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
_LIQUIDITY_STEP = CENT // 100
"""Liquidity parts are brought to a hundredth of a cent, towards zero."""
_MILLION = 1_000_000


def check_fees(schedule: FeeSchedule) -> None:
    """Raise ``MalformedRequest`` for a schedule that loses money or cannot be counted.

    One of the maker's and taker's rates may be below zero, as far as the other side pays for it.
    """
    rates = {
        name: _checked(name, getattr(schedule, name))
        for name in ("fee_bps", "maker_bps", "taker_bps")
    }
    for name in (
        "fee_per_share",
        "fee_minimum",
        "sell_fee_per_million",
        "sell_fee_per_share",
        "sell_fee_per_share_max",
    ):
        rates[name] = getattr(schedule, name)
    for name, units in rates.items():
        if units < 0 and name not in ("maker_bps", "taker_bps"):
            raise MalformedRequest(f"{name} {format_units(units)} must not be below 0")
    per_share = schedule.maker_per_share + schedule.taker_per_share
    for unit, both in (("bps", rates["maker_bps"] + rates["taker_bps"]), ("per_share", per_share)):
        if both < 0:
            raise MalformedRequest(
                f"maker_{unit} and taker_{unit} are {format_units(both)} together; a rebate must "
                "not be more than the other side pays"
            )


def _checked(name: str, bps: Decimal) -> int:
    try:
        return to_units(bps)
    except InexactAmount as error:
        raise MalformedRequest(f"{name}: {error}") from None


class FillFee(Struct, frozen=True, gc=False):
    """What one fill adds: ``amount`` in all, ``liquidity`` of it by the fill's own rate."""

    amount: MoneyUnits
    liquidity: MoneyUnits


class _Rate(Struct, frozen=True, gc=False):
    """Ten-thousandths of the value, in billionths, and money for each share; may be negative."""

    bps: int
    per_share: int

    def of(self, qty: int, value: int, step: int, rounding: Rounding) -> int:
        raw = value * self.bps + self.per_share * qty * _BPS_SCALE
        return divide(raw, SCALE * _BPS_SCALE * step, rounding) * step


class Fees:
    """A venue's schedule with its rates as integers."""

    def __init__(self, schedule: FeeSchedule) -> None:
        self._base = _Rate(to_units(schedule.fee_bps), schedule.fee_per_share)
        self._minimum = schedule.fee_minimum
        self._liquidity = {
            Liquidity.MAKER: _Rate(to_units(schedule.maker_bps), schedule.maker_per_share),
            Liquidity.TAKER: _Rate(to_units(schedule.taker_bps), schedule.taker_per_share),
        }
        rates = self._liquidity.values()
        self._worst = _Rate(
            max(0, *(rate.bps for rate in rates)), max(0, *(rate.per_share for rate in rates))
        )
        self._sell_per_million = schedule.sell_fee_per_million
        self._sell_per_share = schedule.sell_fee_per_share
        self._sell_per_share_max = schedule.sell_fee_per_share_max
        self._has_sell = bool(self._sell_per_million or self._sell_per_share)
        self._by_liquidity = any(rate.bps or rate.per_share for rate in rates)
        self._has_base = bool(self._base.bps or self._base.per_share or self._minimum)
        self.free = not (self._has_base or self._by_liquidity or self._has_sell)

    def total(self, side: OrderSide, qty: QuantityUnits, value: MoneyUnits) -> MoneyUnits:
        """Return the order's part of the fee of an order that has traded so much.

        To the cent, half-even. It never falls as an order fills, so the part of one fill is the
        difference of two totals.
        """
        if self.free or not qty:
            return MoneyUnits(0)
        fee = 0
        if self._has_base:
            fee = max(self._minimum, self._base.of(qty, value, CENT, Rounding.HALF_EVEN))
        if side is OrderSide.SELL and self._has_sell:
            fee += self._of_sell(qty, value)
        return MoneyUnits(fee)

    def _of_sell(self, qty: int, value: int) -> int:
        """Return what regulators take of a sale: each of the two is rounded up to the cent."""
        by_value = divide(value * self._sell_per_million, SCALE * _MILLION, Rounding.UP)
        by_share = divide(qty * self._sell_per_share, SCALE, Rounding.UP)
        by_share = round_to(by_share, CENT, Rounding.UP)
        if self._sell_per_share_max:
            by_share = min(by_share, self._sell_per_share_max)
        return round_to(by_value, CENT, Rounding.UP) + by_share

    def exposure(
        self,
        price: PriceUnits,
        left: QuantityUnits,
        filled_qty: QuantityUnits,
        filled_value: MoneyUnits,
        order_fees: MoneyUnits,
    ) -> MoneyUnits:
        """Return the most that the rest of a buy can still cost at ``price``, fees included.

        ``order_fees`` is the order's part of what it has paid so far.
        """
        if not left:
            return MoneyUnits(0)
        value = multiply_units(price, left, Rounding.UP)
        if self.free:
            return value
        final = self.total(
            OrderSide.BUY,
            QuantityUnits(filled_qty + left),
            MoneyUnits(filled_value + value),
        )
        return MoneyUnits(value + max(0, final - order_fees) + self.worst_liquidity(left, value))

    def worst_liquidity(self, qty: QuantityUnits, value: MoneyUnits) -> MoneyUnits:
        """Return the most that the liquidity parts of fills of so much together can be."""
        if not self._by_liquidity:
            return MoneyUnits(0)
        return MoneyUnits(self._worst.of(qty, value, 1, Rounding.UP))

    def of_fill(
        self,
        side: OrderSide,
        liquidity: Liquidity,
        qty: QuantityUnits,
        value: MoneyUnits,
        order_fees: MoneyUnits,
        fill_qty: QuantityUnits,
        fill_value: MoneyUnits,
    ) -> FillFee:
        """Return what one more fill adds, given the order's totals after it and its part before.

        A sell never pays more than it brings in; what the order's part lacks comes with its later
        fills.
        """
        if self.free:
            return NO_FEE
        own = 0
        if self._by_liquidity and liquidity is not Liquidity.AUCTION:
            rate = self._liquidity[liquidity]
            own = rate.of(fill_qty, fill_value, _LIQUIDITY_STEP, Rounding.DOWN)
        order_part = max(0, self.total(side, qty, value) - order_fees)
        # The other side may be a sell that pays no more than it brings in: nor is more paid back.
        own = max(own, -fill_value)
        if side is OrderSide.SELL:
            own = min(own, fill_value)
            order_part = min(order_part, fill_value - own)
        return FillFee(MoneyUnits(order_part + own), MoneyUnits(own))


NO_FEE = FillFee(MoneyUnits(0), MoneyUnits(0))
