"""Orders for an amount of money: how many shares it is for.

The quantity is worked out once, when the order is taken, in the instrument's lots and rounded down:
a market order in an open session walks what it would meet, level by level, so that it spends the
amount and not more; otherwise the limit or the newest known price divides it.
"""

from msgspec import structs

from tradewind.contracts.orders import SubmitOrder
from tradewind.order_service.domain import risk
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import NoPriceKnown, NotionalTooSmall
from tradewind.order_service.domain.state import book_side
from tradewind.platform.money import (
    SCALE,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    format_units,
    multiply_units,
)


def with_qty(core: Core, command: SubmitOrder) -> SubmitOrder:
    """Return a command with its quantity; raises ``NoPriceKnown`` and ``NotionalTooSmall``."""
    amount = command.terms and command.terms.notional
    if not amount:
        return command
    price = command.limit_price or risk.newest_price(core, command.symbol, command.side)
    if price is None:
        raise NoPriceKnown(f"no price of {command.symbol} is known yet; send qty and a limit")
    levels = []
    if core.takes(command) and command.limit_price is None:
        other = 1 - book_side(command.side)
        levels = core.view.instrument(command.symbol).shown[other].levels
    lot = core.listing(command.symbol).quantity_increment
    qty = QuantityUnits(_shares(amount, price, levels) // lot * lot)
    if not qty:
        raise NotionalTooSmall(
            f"notional {format_units(amount)} is less than {format_units(lot)} of "
            f"{command.symbol} at {format_units(price)}"
        )
    return structs.replace(command, qty=qty)


def _shares(amount: MoneyUnits, price: PriceUnits, levels: list[list[int]]) -> QuantityUnits:
    """Return what an amount trades, walking the feed's levels and going on at the last."""
    qty = 0
    left: int = amount
    for level in levels:
        size = level[1]
        if not size:
            continue
        price = PriceUnits(level[0])
        value = multiply_units(price, QuantityUnits(size), Rounding.UP)
        if value >= left:
            break
        qty += size
        left -= value
    return QuantityUnits(qty + left * SCALE // price)
