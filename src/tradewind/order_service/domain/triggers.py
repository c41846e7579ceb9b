"""Stops: which orders a trade sets going, and how far it takes the marks of trailing ones.

A stop is triggered by the feed's trades of an open session, at or beyond its stop price, and is a
market order (``stop``, ``trailing_stop``) or a limit order (``stop_limit``) from then on. The mark
of a trailing order is the highest trade since it was taken for a sell, the lowest for a buy; its
stop price keeps the trail's distance from the mark, rounded away from the market to the price step.
The mark is journaled once for each message of the feed, and only when it moves the stop price.
"""

from msgspec import structs

from tradewind.contracts.journal import OrderTriggered, TrailMoved
from tradewind.contracts.market_data import Listing
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import OrderId, OrderSide
from tradewind.order_service.domain import groups
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.matching import side_of, take
from tradewind.order_service.domain.refusals import NoPriceKnown, TrailTooLong
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.domain.trigger_book import reaches
from tradewind.order_service.domain.valuation import current_price
from tradewind.platform.money import (
    SCALE,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
    format_units,
    round_to,
)

_WHOLE = 100 * SCALE


def stop_of(terms: Terms, side: OrderSide, mark: PriceUnits, listing: Listing) -> PriceUnits:
    """Return the stop price of a trailing order at a mark; zero or less when the trail is longer.

    Rounded away from the market to the instrument's price step.
    """
    if terms.trail_price is not None:
        distance: int = terms.trail_price
    else:
        assert terms.trail_percent is not None
        distance = divide(mark * terms.trail_percent, _WHOLE, Rounding.UP)
    raw = PriceUnits(mark + distance if side is OrderSide.BUY else mark - distance)
    step = listing.tick_at(raw)
    return PriceUnits(round_to(raw, step, Rounding.UP if side is OrderSide.BUY else Rounding.DOWN))


def with_stop_price(core: Core, command: SubmitOrder) -> SubmitOrder:
    """Return a command whose trailing stop starts from the newest price, where there is one."""
    terms = command.terms
    if terms is None or not _trails(terms):
        return command
    mark = current_price(core, command.symbol)
    if mark is None:
        return command
    stop_price = stop_of(terms, command.side, mark, core.listing(command.symbol))
    return structs.replace(command, terms=structs.replace(terms, hwm=mark, stop_price=stop_price))


def check(command: SubmitOrder) -> None:
    """Refuse a trailing order that has nothing to start from, or a trail longer than its price."""
    terms = command.terms
    if terms is None or not _trails(terms):
        return
    if terms.stop_price is None:
        raise NoPriceKnown(
            f"no price of {command.symbol} is known yet for the stop to trail; send a stop order"
        )
    if terms.stop_price <= 0:
        assert terms.hwm is not None
        raise TrailTooLong(
            f"the trail is as long as the price {format_units(terms.hwm)} that it starts from; "
            "send a shorter one"
        )


def _trails(terms: Terms) -> bool:
    return terms.trail_price is not None or terms.trail_percent is not None


def on_trade(core: Core, symbol: str, price: PriceUnits) -> None:
    """Trigger what a trade reaches: the stops reached first, first."""
    if not core.state.may_trade(symbol, extended_hours=False):
        return
    book = core.books.triggers
    groups.settle(core)
    for order_id in tuple(book.trailing.get(symbol, ())):
        order = core.state.orders.get(order_id)
        if order is not None and order.waits:
            _trail(core, order, price)
    for side in (OrderSide.SELL, OrderSide.BUY):
        while (found := book.first_reached(symbol, side, price)) is not None:
            trigger(core, core.state.orders[found], price)


def start(core: Core, order: OrderState) -> None:
    """Trigger an order that begins to wait when the newest price is beyond its stop already."""
    price = core.view.last_price(order.symbol)
    assert order.terms is not None
    assert order.terms.stop_price is not None
    if price is not None and reaches(order.side, order.terms.stop_price, price):
        trigger(core, order, price)


def trigger(core: Core, order: OrderState, price: PriceUnits) -> None:
    """Set an order going: its sibling ends, and what it reaches it trades with."""
    hold = groups.take_over(core, order)
    if hold is None:
        return
    ahead = QuantityUnits(0)
    if order.limit_price is not None:
        ahead = core.view.queue_ahead(order.symbol, side_of(order), order.limit_price)
    core.emit(
        OrderTriggered(order.order_id, order.account_id, price, ahead, hold.amount, hold.price)
    )
    take(core, order)
    groups.settle(core)


def _trail(core: Core, order: OrderState, price: PriceUnits) -> None:
    """Move a trailing order's mark by a trade, or trigger the order."""
    terms = order.terms
    assert terms is not None
    mark = core.marks.get(order.order_id, terms.hwm)
    assert mark is not None
    if price < mark if order.side is OrderSide.BUY else price > mark:
        core.marks[order.order_id] = price
    elif reaches(order.side, stop_of(terms, order.side, mark, core.listing(order.symbol)), price):
        _journal_mark(core, order.order_id, mark)
        trigger(core, order, price)


def journal_marks(core: Core) -> None:
    """Journal the marks that a message of the feed has moved."""
    for order_id, mark in core.marks.items():
        _journal_mark(core, order_id, mark)
    core.marks.clear()


def _journal_mark(core: Core, order_id: OrderId, mark: PriceUnits) -> None:
    order = core.state.orders.get(order_id)
    if order is None or order.terms is None or not order.terms.waits:
        return
    stop_price = stop_of(order.terms, order.side, mark, core.listing(order.symbol))
    if stop_price != order.terms.stop_price:
        core.emit(TrailMoved(order_id, order.account_id, mark, stop_price))
