"""A position as it stands on the wire, valued at the newest price."""

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.contracts.market_data import Instrument
from tradewind.contracts.trading_accounts import Position
from tradewind.contracts.vocabulary import AssetClass
from tradewind.platform.money import (
    SCALE,
    PriceUnits,
    Rounding,
    divide,
    multiply_units,
)


class WirePosition(Struct, frozen=True, kw_only=True):
    """Alpaca's position. Amounts are strings; ``…pc`` and ``change_today`` are fractions."""

    asset_id: str | UnsetType
    symbol: str
    exchange: str
    asset_class: AssetClass
    asset_marginable: bool
    qty: str
    avg_entry_price: str
    side: str
    market_value: str
    cost_basis: str
    unrealized_pl: str
    unrealized_plpc: str
    unrealized_intraday_pl: str
    unrealized_intraday_plpc: str
    current_price: str
    lastday_price: str
    change_today: str
    qty_available: str


def wire_position(position: Position, instrument: Instrument | None) -> WirePosition:
    """Return a position as the wire shows it.

    Clients need a number in every field. Where no price is known yet, the position is shown at what
    it cost, and without a close of an earlier day, today counts from what it cost. Of a short
    position quantity, value and cost are below zero.
    """
    average = PriceUnits(divide(position.cost_basis * SCALE, position.qty, Rounding.HALF_EVEN))
    current = average if position.current_price is None else position.current_price
    last_day = current if position.last_day_price is None else position.last_day_price
    value = multiply_units(current, position.qty)
    profit = value - position.cost_basis
    if position.last_day_price is None:
        basis_today: int = position.cost_basis
    else:
        basis_today = (
            multiply_units(position.last_day_price, position.qty_at_day_start) + position.cost_today
        )
    profit_today = value - basis_today
    way = 1 if position.qty > 0 else -1
    return WirePosition(
        asset_id=UNSET if instrument is None else instrument.instrument_id,
        symbol=position.symbol,
        exchange="" if instrument is None else instrument.exchange,
        asset_class=AssetClass.US_EQUITY if instrument is None else instrument.asset_class,
        asset_marginable=instrument is not None and instrument.marginable,
        qty=decimal_text(position.qty),
        avg_entry_price=decimal_text(average),
        side="long" if position.qty > 0 else "short",
        market_value=decimal_text(value),
        cost_basis=decimal_text(position.cost_basis),
        unrealized_pl=decimal_text(profit),
        unrealized_plpc=_fraction(profit, way * position.cost_basis),
        unrealized_intraday_pl=decimal_text(profit_today),
        unrealized_intraday_plpc=_fraction(profit_today, way * basis_today),
        current_price=decimal_text(current),
        lastday_price=decimal_text(last_day),
        change_today=_fraction(current - last_day, last_day),
        qty_available=decimal_text(position.qty_available),
    )


def _fraction(part: int, whole: int) -> str:
    # Sales of today can exceed what was held at its start: a ratio to that has no meaning.
    if whole <= 0:
        return "0"
    return decimal_text(divide(part * SCALE, whole, Rounding.HALF_EVEN))
