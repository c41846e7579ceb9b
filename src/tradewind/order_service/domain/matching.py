"""Matching: a taker meets the users' orders and the feed's depth in price-time priority.

At one price the feed's depth that was shown before a user's order came stands before it; the rest
of the feed's depth stands behind all users. Trades happen at the price of the side that waited.
"""

from collections.abc import Iterator
from heapq import merge

from tradewind.contracts.journal import (
    CancelReason,
    Liquidity,
    OrderCanceled,
    OrderFilled,
)
from tradewind.contracts.vocabulary import (
    AccountId,
    ExecutionId,
    OrderId,
    OrderSide,
    OrderStatus,
    PositionIntent,
)
from tradewind.order_service.domain import holds, margin, pending_replacement
from tradewind.order_service.domain.book import BUY, Resting
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.routing import request_cancel
from tradewind.order_service.domain.state import OrderState, book_side
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
    return book_side(order.side)


def cancel(core: Core, order: OrderState, reason: CancelReason) -> None:
    """End an open order and give its hold back; one that a broker has is asked for."""
    if order.routing is not None:
        request_cancel(core, order, reason)
        return
    core.emit(OrderCanceled(order.order_id, order.account_id, reason, order.hold))
    pending_replacement.after_end(core, order)


def cancel_newer(core: Core, one: OrderState, other: OrderState) -> None:
    """Keep two orders of one account from trading with each other: the later one ends."""
    newer = one if one.priority > other.priority else other
    cancel(core, newer, CancelReason.WASH_TRADE)


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
    fee = core.fees.of_fill(
        order.side, liquidity, filled_qty, filled_value, order.order_fees, qty, value
    )
    account = core.state.accounts[order.account_id]
    position = core.state.qty(account, order.symbol)
    if order.intent.opens:
        assert order.hold_price is not None
        left = QuantityUnits(order.left - qty)
        fees = MoneyUnits(order.order_fees + fee.amount - fee.liquidity)
        released = order.hold - holds.reserved(
            core, order.side, order.hold_price, left, filled_qty, filled_value, fees
        )
    else:
        released = qty
    position = QuantityUnits(position + qty if order.side is OrderSide.BUY else position - qty)
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
            fee=fee.amount,
            liquidity=liquidity,
            hold_released=released,
            filled_qty=filled_qty,
            filled_value=filled_value,
            status=OrderStatus.PARTIALLY_FILLED if filled_qty < order.qty else OrderStatus.FILLED,
            position_qty=position,
            contra_order_id=contra,
            liquidity_fee=fee.liquidity,
        )
    )
    if order.status is OrderStatus.FILLED:
        pending_replacement.after_end(core, order)


def affordable(core: Core, order: OrderState, price: PriceUnits, qty: QuantityUnits) -> bool:
    """Tell whether a fill can be paid: a market buy may meet prices above its hold."""
    if not pays_at_market(order):
        return True
    value = multiply_units(price, qty, Rounding.DOWN)
    spendable = margin.spendable(core, core.state.accounts[order.account_id])
    return beyond_hold(core, order, order.filled_qty + qty, order.filled_value + value) <= (
        spendable
    )


def pays_at_market(order: OrderState) -> bool:
    """Tell whether an order opens a position at prices that its hold may not cover."""
    return order.limit_price is None and order.intent is PositionIntent.BUY_TO_OPEN


def beyond_hold(core: Core, order: OrderState, filled_qty: int, filled_value: int) -> int:
    """Return the cash that a buy takes besides its hold once it has traded so much.

    Of a margin account what it requires of the free equity. Its rest stays reserved at the price it
    was reserved at. Negative when the hold is more than enough.
    """
    assert order.hold_price is not None
    qty, value = QuantityUnits(filled_qty), MoneyUnits(filled_value)
    fees = MoneyUnits(max(order.order_fees, core.fees.total(order.side, qty, value)))
    left = QuantityUnits(order.qty - filled_qty)
    rest = core.fees.exposure(order.hold_price, left, qty, value, fees)
    more_qty, more = filled_qty - order.filled_qty, filled_value - order.filled_value
    liquidity = core.fees.worst_liquidity(QuantityUnits(more_qty), MoneyUnits(more))
    account = core.state.accounts[order.account_id]
    if account.is_margin:
        more = margin.requirement(core, account, order.symbol, more_qty, more)
    return more + fees - order.order_fees + liquidity + rest - order.hold


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
        if not core.bands.allows(order.symbol, price):
            return
        if maker is not None and maker.account_id == order.account_id:
            # Refused when it was sent, unless it could not meet its own kind yet.
            cancel_newer(core, order, maker)
            continue
        if not affordable(core, order, price, qty):
            cancel(core, order, CancelReason.UNFUNDED)
            return
        if maker is None:
            assert level is not None
            level[1] -= qty
            core.view.push(order.symbol, 1 - side_of(order), price, qty)
            advance_queue(core, order.symbol, 1 - side_of(order), price, qty)
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


def advance_queue(core: Core, symbol: str, side: int, price: int, qty: int) -> None:
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
    price = _price_beside_waiting(core, order, order.limit_price)
    if not core.bands.allows(order.symbol, price):
        return
    for other in list(waiting.values()):
        if not order.status.is_open:
            return
        if other.side is order.side or other.account_id == order.account_id:
            continue
        qty = min(order.left, other.left)
        if not affordable(core, other, price, qty):
            cancel(core, other, CancelReason.UNFUNDED)
            continue
        fill(core, other, price, qty, Liquidity.MAKER, order.order_id)
        fill(core, order, price, qty, Liquidity.TAKER, other.order_id)


def _price_beside_waiting(core: Core, order: OrderState, limit: PriceUnits) -> PriceUnits:
    """Return at what price a limit order trades with market orders that wait.

    A market order goes first, but not at a worse price for the newcomer than the best that stands
    behind it; when there is none, the newcomer's limit.
    """
    other = 1 - side_of(order)
    book = core.books.books.get(order.symbol)
    place = book.first(other, limit) if book else None
    level = next(core.view.instrument(order.symbol).shown[other].reaches(limit), None)
    standing = [limit]
    if place is not None:
        standing.append(PriceUnits(place.price))
    if level is not None:
        standing.append(PriceUnits(level[0]))
    return max(standing) if order.side is OrderSide.SELL else min(standing)


def _fillable(core: Core, order: OrderState) -> bool:
    """Tell whether an order can trade in full at once, and pay for all of it."""
    left: int = order.qty - _taken_by_waiting(core, order)
    value = 0
    at_market = pays_at_market(order)
    account = core.state.accounts[order.account_id]
    spendable = margin.spendable(core, account) if at_market else 0
    for price, size in _reachable(core, order):
        if left <= 0 or not core.bands.allows(order.symbol, price):
            break
        qty = min(size, left)
        left -= qty
        if at_market:
            value += multiply_units(PriceUnits(price), QuantityUnits(qty), Rounding.DOWN)
            if beyond_hold(core, order, order.qty - left, value) > spendable:
                return False
    return left <= 0


def _reachable(core: Core, order: OrderState) -> Iterator[tuple[int, int]]:
    """Yield price and size of everything that an order's price reaches, best first."""
    other = 1 - side_of(order)
    shown = core.view.instrument(order.symbol).shown[other]
    levels = ((level[0], level[1]) for level in shown.reaches(order.limit_price))
    book = core.books.books.get(order.symbol)
    if book is None:
        return levels
    places = ((place.price, place.quantity) for place in book.walk(other, order.limit_price))
    return merge(levels, places, key=lambda offer: -offer[0] if other == BUY else offer[0])


def _taken_by_waiting(core: Core, order: OrderState) -> int:
    """Return how much the market orders that wait would take of a limit order and can pay."""
    waiting = core.books.market_orders.get(order.symbol)
    if not waiting or order.limit_price is None:
        return 0
    price = _price_beside_waiting(core, order, order.limit_price)
    if not core.bands.allows(order.symbol, price):
        return 0
    left: int = order.qty
    spendable: dict[AccountId, int] = {}
    for other in waiting.values():
        if other.side is order.side or other.account_id == order.account_id:
            continue
        qty = QuantityUnits(min(left, other.left))
        if other.intent is PositionIntent.BUY_TO_OPEN:
            cash = spendable.get(other.account_id)
            if cash is None:
                cash = margin.spendable(core, core.state.accounts[other.account_id])
            value = other.filled_value + multiply_units(price, qty, Rounding.DOWN)
            cash -= beyond_hold(core, other, other.filled_qty + qty, value)
            if cash < 0:
                continue
            spendable[other.account_id] = cash
        left -= qty
    return order.qty - left
