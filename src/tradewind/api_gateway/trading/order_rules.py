"""The rules for amounts of an order, with the codes and words that Alpaca's clients know.

Each function raises a ``Refusal`` that names the value and what would be right.
"""

from decimal import Decimal
from functools import lru_cache

from tradewind.contracts.market_data import Instrument, Listing
from tradewind.contracts.vocabulary import AssetClass, TimeInForce
from tradewind.platform.errors import MalformedRequest, Refusal
from tradewind.platform.money import (
    SCALE,
    InexactAmount,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    format_units,
    to_units,
)

_AMOUNT_MAX = 1_000_000_000 * SCALE
"""Largest quantity and largest price: a billion fits every column and every client."""

_PERCENT_MAX = 100 * SCALE


class OrderNotAcceptable(Refusal):
    """The order is well formed, but a rule of the market or of this server forbids it."""

    title = "Order not acceptable"


def read_qty(value: Decimal) -> QuantityUnits:
    """Return a quantity in billionths."""
    return QuantityUnits(_positive("qty", value))


def read_price(name: str, value: Decimal, rules: Instrument | Listing) -> PriceUnits:
    """Return a price in billionths that respects the smallest step of its range."""
    price = PriceUnits(_positive(name, value))
    if price % (step := rules.tick_at(price)):
        raise OrderNotAcceptable(
            f"invalid {name} {format_units(price)}. sub-penny increment does not fulfill minimum "
            f"pricing criteria: {rules.symbol} is quoted in steps of {format_units(step)} there"
        )
    return price


def read_notional(value: Decimal, instrument: Instrument) -> MoneyUnits:
    """Return an amount of money in billionths that an instrument can be traded for."""
    if instrument.asset_class is AssetClass.US_EQUITY and not instrument.fractionable:
        raise OrderNotAcceptable(f'asset "{instrument.symbol}" is not fractionable')
    return MoneyUnits(_positive("notional", value))


def read_percent(name: str, value: Decimal) -> int:
    """Return a percentage in billionths of a percent; it must be below a hundred."""
    units = _positive(name, value)
    if units >= _PERCENT_MAX:
        raise MalformedRequest(
            f"{name.replace('_', ' ')} must be below 100, was {format_units(units)}"
        )
    return units


def check_quantity(qty: QuantityUnits, instrument: Instrument, time_in_force: TimeInForce) -> None:
    """Refuse a fraction that the instrument or the time in force does not allow."""
    if qty % instrument.quantity_increment:
        raise OrderNotAcceptable(
            f"invalid qty {format_units(qty)}: {instrument.symbol} trades in steps of "
            f"{format_units(instrument.quantity_increment)}"
        )
    if instrument.asset_class is not AssetClass.US_EQUITY or qty % SCALE == 0:
        return
    if not instrument.fractionable:
        raise OrderNotAcceptable(f'asset "{instrument.symbol}" is not fractionable')
    if time_in_force is not TimeInForce.DAY:
        raise OrderNotAcceptable(f"fractional orders must be DAY orders, not {time_in_force.value}")


# Remembered like the amounts themselves; a refusal is not.
@lru_cache(maxsize=4096)
def _positive(name: str, value: Decimal) -> int:
    spoken = name.replace("_", " ")
    try:
        units = to_units(value)
    except InexactAmount as error:
        raise MalformedRequest(f"{spoken}: {error}") from None
    if units <= 0:
        raise MalformedRequest(f"{spoken} must be > 0, was {format_units(units)}")
    if units > _AMOUNT_MAX:
        raise MalformedRequest(f"{spoken} must be at most {format_units(_AMOUNT_MAX)}")
    return units
