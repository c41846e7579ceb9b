"""Matching: a taker meets the users' orders and the feed's depth in price-time priority.

At one price the feed's depth that was shown before a user's order came stands before it; the rest
of the feed's depth stands behind all users. Trades happen at the price of the side that waited.
"""

from tradewind.contracts.journal import (
    CancelReason,
    Liquidity,
    OrderCanceled,
    OrderFilled,
)
from tradewind.contracts.vocabulary import ExecutionId, OrderId, OrderSide, OrderStatus
from tradewind.order_service.domain.book import BUY, SELL, Resting
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.ids import derived_id
from tradewind.platform.money import (
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    multiply_units,
)


def side_of(order: OrderState) -> int:
    """Return the side as the book counts it."""
    return BUY if order.side is OrderSide.BUY else SELL


def cancel(core: Core, order: OrderState, reason: CancelReason) -> None:
    """End an open order and give its hold back."""
    core.emit(OrderCanceled(order.order_id, order.account_id, reason, order.hold))


def fill(
    core: Core,
    order: OrderState,
    price: PriceUnits,
    qty: QuantityUnits,
    liquidity: Liquidity,
    contra: OrderId | None = None,
) -> None:
    """Emit one side of a trade: its fee, and what it takes out of the order's hold."""
    value = multiply_units(price, qty, Rounding.DOWN)
    filled_qty = QuantityUnits(order.filled_qty + qty)
    filled_value = MoneyUnits(order.filled_value + value)
    fee = core.fees.of_fill(order.side, filled_qty, filled_value, order.fees, value)
    account = core.state.accounts[order.account_id]
    position = core.state.qty(account, order.symbol)
    if order.side is OrderSide.BUY:
        assert order.hold_price is not None
        left = QuantityUnits(order.left - qty)
        fees = MoneyUnits(order.fees + fee)
        released = order.hold - core.fees.exposure(
            order.hold_price, left, filled_qty, filled_value, fees
        )
        position = QuantityUnits(position + qty)
    else:
        released = qty
        position = QuantityUnits(position - qty)
    assert core.at is not None
    core.emit(
        OrderFilled(
            order_id=order.order_id,
            account_id=order.account_id,
            execution_id=ExecutionId(
                derived_id(core.at, core.spec.venue_id, core.state.number + 1)
            ),
            symbol=order.symbol,
            side=order.side,
            price=price,
            qty=qty,
            fee=fee,
            liquidity=liquidity,
            hold_released=released,
            filled_qty=filled_qty,
            filled_value=filled_value,
            status=OrderStatus.PARTIALLY_FILLED if filled_qty < order.qty else OrderStatus.FILLED,
            position_qty=position,
            contra_order_id=contra,
        )
    )


def affordable(core: Core, order: OrderState, price: PriceUnits, qty: QuantityUnits) -> bool:
    """Tell whether a fill can be paid: a market buy may meet prices above its hold."""
    if order.side is OrderSide.SELL or order.limit_price is not None:
        return True
    assert order.hold_price is not None
    value = multiply_units(price, qty, Rounding.DOWN)
    filled_qty = QuantityUnits(order.filled_qty + qty)
    filled_value = MoneyUnits(order.filled_value + value)
    fee = core.fees.of_fill(order.side, filled_qty, filled_value, order.fees, value)
    rest = core.fees.exposure(
        order.hold_price,
        QuantityUnits(order.left - qty),
        filled_qty,
        filled_value,
        MoneyUnits(order.fees + fee),
    )
    account = core.state.accounts[order.account_id]
    return core.state.cash_available(account) + order.hold - rest >= value + fee


def match_incoming(core: Core, order: OrderState) -> None:
    """Let an order that just joined take what it can, then honour its time in force."""
    if order.time_in_force == "fok" and not _fillable(core, order):
        cancel(core, order, CancelReason.FILL_OR_KILL)
        return
    take(core, order)
    if order.status.is_open and order.time_in_force == "ioc":
        cancel(core, order, CancelReason.IMMEDIATE)


def take(core: Core, order: OrderState) -> None:
    """Trade an order against everything that its price reaches, best first."""
    _meet_waiting_market_orders(core, order)
    while order.status.is_open:
        step = _next(core, order)
        if step is None:
            return
        price, qty, maker, level = step
        if not affordable(core, order, price, qty):
            cancel(core, order, CancelReason.UNFUNDED)
            return
        if maker is None:
            assert level is not None
            level[1] -= qty
            _advance_queue(core, order.symbol, 1 - side_of(order), price, qty)
            fill(core, order, price, qty, Liquidity.TAKER)
        else:
            fill(core, maker, price, qty, Liquidity.MAKER, order.order_id)
            fill(core, order, price, qty, Liquidity.TAKER, maker.order_id)


def _next(
    core: Core, order: OrderState
) -> tuple[PriceUnits, QuantityUnits, OrderState | None, list[int] | None] | None:
    """Find what an order meets next: price, quantity, and a user's order or a level of the feed."""
    other = 1 - side_of(order)
    book = core.books.books.get(order.symbol)
    place = book.first(other, order.limit_price) if book else None
    shown = core.view.instrument(order.symbol).shown[other]
    level = next(shown.reaches(order.limit_price), None)
    if place is None and level is None:
        return None
    if place is not None and (level is None or not _feed_first(core, place, level, other)):
        qty = min(order.left, place.quantity)
        maker = core.state.orders[OrderId(place.order_id)]
        return PriceUnits(place.price), QuantityUnits(qty), maker, None
    assert level is not None
    qty = min(order.left, level[1])
    if place is not None and place.price == level[0]:
        qty = min(qty, core.view.ahead[OrderId(place.order_id)])
    return PriceUnits(level[0]), QuantityUnits(qty), None, level


def _feed_first(core: Core, place: Resting, level: list[int], side: int) -> bool:
    """Tell whether a level of the feed comes before a user's order on the same side."""
    if place.price != level[0]:
        return (level[0] > place.price) if side == BUY else (level[0] < place.price)
    return core.view.ahead.get(OrderId(place.order_id), 0) > 0


def _advance_queue(core: Core, symbol: str, side: int, price: int, qty: int) -> None:
    """Move the users' orders at a price up by what has traded before them."""
    book = core.books.books.get(symbol)
    if not book or not core.view.ahead:
        return
    for place in book.walk(side, price):
        if place.price == price:
            ahead = core.view.ahead.get(OrderId(place.order_id), 0)
            if ahead:
                core.view.ahead[OrderId(place.order_id)] = max(0, ahead - qty)


def _meet_waiting_market_orders(core: Core, order: OrderState) -> None:
    """Trade a limit order against market orders of the other side that found nothing so far."""
    waiting = core.books.market_orders.get(order.symbol)
    if not waiting or order.limit_price is None:
        return
    for other in list(waiting.values()):
        if not order.status.is_open:
            return
        if other.side is order.side or other.account_id == order.account_id:
            continue
        qty = min(order.left, other.left)
        if not affordable(core, other, order.limit_price, qty):
            cancel(core, other, CancelReason.UNFUNDED)
            continue
        fill(core, other, order.limit_price, qty, Liquidity.MAKER, order.order_id)
        fill(core, order, order.limit_price, qty, Liquidity.TAKER, other.order_id)


def _fillable(core: Core, order: OrderState) -> bool:
    """Tell whether everything that an order's price reaches is enough for it."""
    other = 1 - side_of(order)
    found = 0
    for level in core.view.instrument(order.symbol).shown[other].reaches(order.limit_price):
        found += level[1]
    book = core.books.books.get(order.symbol)
    if book is not None and found < order.qty:
        for place in book.walk(other, order.limit_price):
            found += place.quantity
            if found >= order.qty:
                break
    return found >= order.qty
