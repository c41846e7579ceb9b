"""What an order reserves: cash of one that opens a position, shares of one that closes it.

A cash account reserves all that a buy can cost. A margin account reserves what the position will
require, for buys and for short sales alike, out of the equity that is free. An order that buys a
short position back reserves the shares that are owed, as one that sells reserves those that are
owned.
"""

from msgspec import Struct

from tradewind.contracts.vocabulary import OrderSide, PositionIntent
from tradewind.order_service.domain import margin
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import AccountState, VenueState
from tradewind.platform.money import (
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    multiply_units,
)


class Hold(Struct, frozen=True, gc=False):
    """What an order reserves: cash with the amount for a share, or shares."""

    amount: int
    price: PriceUnits | None


NOTHING = Hold(0, None)


def closable(state: VenueState, account: AccountState, symbol: str, side: OrderSide) -> int:
    """Return how many shares an order that closes may still be for."""
    available = state.qty_available(account, symbol)
    return available if side is OrderSide.SELL else -available


def opening(
    core: Core,
    account: AccountState,
    symbol: str,
    intent: PositionIntent,
    qty: QuantityUnits,
    price: PriceUnits,
) -> tuple[Hold, MoneyUnits]:
    """Return what an order that opens must reserve, counted at ``price``, and what may be."""
    if not account.is_margin:
        return _reserve(core, intent, qty, price), core.state.cash_available(account)
    now = margin.standing(core, account)
    is_short = intent is PositionIntent.SELL_TO_OPEN
    share = margin.per_share(core.listing(symbol), price, now.multiplier, short=is_short)
    return _reserve(core, intent, qty, share), margin.free(core, now)


def _reserve(core: Core, intent: PositionIntent, qty: QuantityUnits, share: PriceUnits) -> Hold:
    zero = MoneyUnits(0)
    side = OrderSide.BUY if intent is PositionIntent.BUY_TO_OPEN else OrderSide.SELL
    return Hold(reserved(core, side, share, qty, QuantityUnits(0), zero, zero), share)


def reserved(
    core: Core,
    side: OrderSide,
    share: PriceUnits,
    left: QuantityUnits,
    filled_qty: QuantityUnits,
    filled_value: MoneyUnits,
    order_fees: MoneyUnits,
) -> int:
    """Return what the rest of an order that opens keeps reserved at ``share`` for each share.

    Fees of a short sale come out of what it brings in.
    """
    if side is OrderSide.BUY:
        return core.fees.exposure(share, left, filled_qty, filled_value, order_fees)
    return multiply_units(share, left, Rounding.UP)
