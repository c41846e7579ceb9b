"""What a corporate action does to open orders: some go on at other terms, the others end.

As FINRA's rule 5330 and Nasdaq's rule 4761 have it, for orders that are good until canceled:

- A cash dividend of a cent or more lowers buy limits and the stops of sells, which lie below the
  market that is about to fall, but for orders that say not to. Sell limits and the stops of buys
  stay.
- A split that makes more of the shares, and a dividend in shares, change the rest of an order as
  they change the shares; prices are rounded away from the market to the price step. The rules speak
  of buys; here sells follow as well, as brokers have it, for their shares have multiplied too.
- A split that leaves fewer shares ends every order, and so do a new symbol and a merger.
- What is on its way to replace an order of the symbol is rejected.
"""

from msgspec import Struct, structs

from tradewind.contracts.journal import CancelReason, OrderRestated
from tradewind.contracts.market_data import Listing
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import OrderSide, PositionIntent, TimeInForce
from tradewind.order_service.domain import groups, holds, margin, pending_replacement
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.matching import cancel, side_of
from tradewind.order_service.domain.risk import ORDER_VALUE_MAX
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.domain.triggers import journal_marks, stop_of
from tradewind.platform.money import (
    CENT,
    SCALE,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
    multiply_units,
)


class _Rest(Struct, frozen=True, kw_only=True):
    """What an order is to ask for from here on."""

    left: QuantityUnits
    limit_price: PriceUnits | None
    terms: Terms | None
    hold_price: PriceUnits | None


def end_orders(core: Core, symbol: str) -> None:
    """Cancel every open order of a symbol."""
    _reject_replacements(core, symbol)
    for order in _orders(core, symbol):
        # One may have ended with another that was canceled before it.
        if order.status.is_open:
            cancel(core, order, CancelReason.CORPORATE_ACTION)


def end_short_lived(core: Core, symbol: str) -> None:
    """Cancel the open orders of a symbol that are not good until canceled."""
    _reject_replacements(core, symbol)
    for order in _orders(core, symbol):
        if order.time_in_force is not TimeInForce.GTC and order.status.is_open:
            cancel(core, order, CancelReason.CORPORATE_ACTION)


def after_dividend(core: Core, action_id: str, symbol: str, rate: MoneyUnits) -> None:
    """Lower the prices of orders below the market by a dividend."""
    if rate < CENT:
        return
    journal_marks(core)
    _reject_replacements(core, symbol)
    for order in _ours(core, symbol):
        rest = _less_dividend(core, order, rate)
        if rest is not None:
            _restate(core, action_id, order, rest)


def after_split(core: Core, action_id: str, symbol: str, new: int, old: int) -> None:
    """Multiply the rest of the orders that stand by ``new / old``, which is above one."""
    journal_marks(core)
    _reject_replacements(core, symbol)
    for order in _ours(core, symbol):
        _restate(core, action_id, order, _multiplied(core, order, new, old))


def _reject_replacements(core: Core, symbol: str) -> None:
    """Let no change arrive that was asked for at the terms of before."""
    reason = f"a corporate action of {symbol} came before the replacement arrived"
    pending_replacement.reject_all(core, symbol, reason)


def _orders(core: Core, symbol: str) -> list[OrderState]:
    """Return the open orders of a symbol in the order in which they stand."""
    orders = [order for order in core.state.orders.values() if order.symbol == symbol]
    return sorted(orders, key=lambda order: order.priority)


def _ours(core: Core, symbol: str) -> list[OrderState]:
    """Return those that no broker has: what it makes of an order, it reports itself."""
    return [order for order in _orders(core, symbol) if order.routing is None]


def _less_dividend(core: Core, order: OrderState, rate: MoneyUnits) -> _Rest | None:
    """Return an order less a dividend, ``None`` where it stays as it is."""
    limit, terms, listing = order.limit_price, order.terms, core.listing(order.symbol)
    if order.time_in_force is not TimeInForce.GTC or order.waits is (order.side is OrderSide.BUY):
        return None
    if terms is not None and terms.do_not_reduce:
        return None
    if order.side is OrderSide.BUY and limit is None:
        return None
    new_limit = None if limit is None else _to_tick(listing, limit - rate, 1, Rounding.DOWN)
    if order.waits:
        assert terms is not None
        terms = _stop_less_dividend(listing, order, terms, rate)
    return _Rest(
        left=order.left,
        limit_price=new_limit,
        terms=terms,
        hold_price=_share_at(order, new_limit),
    )


def _share_at(order: OrderState, new_limit: PriceUnits | None) -> PriceUnits | None:
    """Return what an order reserves for a share where its limit has moved: as much of it."""
    if order.hold_price is None or order.limit_price is None or new_limit is None:
        return order.hold_price
    return PriceUnits(divide(order.hold_price * new_limit, order.limit_price, Rounding.UP))


def _stop_less_dividend(
    listing: Listing, order: OrderState, terms: Terms, rate: MoneyUnits
) -> Terms:
    if terms.hwm is None:
        assert terms.stop_price is not None
        stop = _to_tick(listing, terms.stop_price - rate, 1, Rounding.DOWN)
        return structs.replace(terms, stop_price=stop)
    return _trailing_from(listing, order, structs.replace(terms, hwm=PriceUnits(terms.hwm - rate)))


def _trailing_from(listing: Listing, order: OrderState, terms: Terms) -> Terms:
    assert terms.hwm is not None
    return structs.replace(terms, stop_price=stop_of(terms, order.side, terms.hwm, listing))


def _multiplied(core: Core, order: OrderState, new: int, old: int) -> _Rest:
    is_buy = order.side is OrderSide.BUY
    below, above = Rounding.DOWN, Rounding.UP
    limit, held_at, terms = order.limit_price, order.hold_price, order.terms
    listing = core.listing(order.symbol)
    new_limit = None
    if limit is not None:
        new_limit = _to_tick(listing, limit * old, new, below if is_buy else above)
    if held_at is not None:
        held_at = PriceUnits(divide(held_at * old, new, Rounding.UP))
    if terms is not None and order.waits:
        if terms.hwm is not None:
            terms = _trail_multiplied(listing, order, terms, new, old)
        else:
            assert terms.stop_price is not None
            stop = _to_tick(listing, terms.stop_price * old, new, above if is_buy else below)
            terms = structs.replace(terms, stop_price=stop)
    # What is not owned is sold in whole shares only.
    is_short = order.intent is PositionIntent.SELL_TO_OPEN
    lot = max(listing.quantity_increment, SCALE) if is_short else listing.quantity_increment
    return _Rest(
        left=QuantityUnits(divide(order.left * new, old * lot, Rounding.DOWN) * lot),
        limit_price=new_limit,
        terms=terms,
        hold_price=new_limit if order.hold_price == limit else held_at,
    )


def _trail_multiplied(
    listing: Listing, order: OrderState, terms: Terms, new: int, old: int
) -> Terms:
    assert terms.hwm is not None
    hwm = PriceUnits(divide(terms.hwm * old, new, Rounding.HALF_EVEN))
    trail = terms.trail_price
    if trail is not None:
        trail = _to_tick(listing, trail * old, new, Rounding.UP)
    return _trailing_from(listing, order, structs.replace(terms, hwm=hwm, trail_price=trail))


def _to_tick(listing: Listing, numerator: int, denominator: int, rounding: Rounding) -> PriceUnits:
    """Return a quotient in the steps in which prices of its height are quoted."""
    tick = listing.tick_at(PriceUnits(numerator // denominator))
    return PriceUnits(divide(numerator, denominator * tick, rounding) * tick)


def _restate(core: Core, action_id: str, order: OrderState, rest: _Rest) -> None:
    """Let an order go on, or end it where it cannot: no price left, too much, or unfunded."""
    hold = _hold(core, order, rest) if _is_possible(rest) else None
    if hold is None:
        cancel(core, order, CancelReason.CORPORATE_ACTION)
        return
    ahead = QuantityUnits(0)
    waits = rest.terms is not None and rest.terms.waits
    if core.state.stands(order) and not waits and rest.limit_price is not None:
        ahead = core.view.queue_ahead(order.symbol, side_of(order), rest.limit_price)
    core.emit(
        OrderRestated(
            order_id=order.order_id,
            account_id=order.account_id,
            action_id=action_id,
            qty=QuantityUnits(order.filled_qty + rest.left),
            limit_price=rest.limit_price,
            terms=rest.terms,
            hold=hold,
            hold_price=rest.hold_price,
            queue_ahead=ahead,
            status=order.status,
            filled_qty=order.filled_qty,
            filled_value=order.filled_value,
        )
    )


def _is_possible(rest: _Rest) -> bool:
    stop = rest.terms.stop_price if rest.terms is not None else None
    prices = [price for price in (rest.limit_price, stop) if price is not None]
    if not 0 < rest.left <= ORDER_VALUE_MAX or any(price <= 0 for price in prices):
        return False
    return all(multiply_units(price, rest.left) <= ORDER_VALUE_MAX for price in prices)


def _hold(core: Core, order: OrderState, rest: _Rest) -> int | None:
    """Return what an order reserves from here on, ``None`` when the account has not got it."""
    if not groups.reserves(core.state, order):
        return 0
    if not order.intent.opens:
        return rest.left
    assert rest.hold_price is not None
    amount = holds.reserved(
        core,
        order.side,
        rest.hold_price,
        rest.left,
        order.filled_qty,
        order.filled_value,
        order.order_fees,
    )
    if amount > order.hold:
        account = core.state.accounts[order.account_id]
        if amount - order.hold > margin.spendable(core, account):
            return None
    return amount
