"""Fold events of an order in, but for its fills: taken, activated, triggered, ended."""

from datetime import datetime

from msgspec import structs

from tradewind.contracts import journal
from tradewind.contracts.vocabulary import OrderId, OrderSide, OrderStatus
from tradewind.order_service.domain.applying.entry import (
    NOTHING,
    Handlers,
    hold_asset,
    without_zeros,
)
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import (
    Posting,
)
from tradewind.order_service.domain.lifecycle import move
from tradewind.order_service.domain.recent import remember
from tradewind.order_service.domain.state import (
    APART,
    AccountState,
    OrderState,
    Replacing,
    Routing,
    VenueState,
)


def _order_accepted(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderAccepted
) -> list[Posting]:
    account = state.accounts[event.account_id]
    order = OrderState(
        order_id=event.order_id,
        account_id=event.account_id,
        client_order_id=event.client_order_id,
        symbol=event.symbol,
        side=event.side,
        order_type=event.order_type,
        time_in_force=event.time_in_force,
        qty=event.qty,
        limit_price=event.limit_price,
        extended_hours=event.extended_hours,
        status=event.status,
        hold=event.hold,
        hold_price=event.hold_price,
        queue_ahead=event.queue_ahead,
        priority=number,
        created_at=at,
        updated_at=at,
        replaces=event.replaces,
        effective_at=event.effective_at,
    )
    order.terms = event.terms
    if event.routed:
        order.routing = _routing(state, event)
    elif event.replaces is not None:
        order.replacing = _place_to_take(state, event.replaces)
    if order.replacing is None:
        join_group(state, order)
    state.orders[order.order_id] = order
    account.client_order_ids[order.client_order_id] = order.order_id
    if account.is_margin:
        _count_opening(account, order, 1)
    if order.status is not OrderStatus.HELD:
        remember(account, at, event)
    if order.status not in APART:
        books.add(order)
    return held(state, order, order.hold)


def _routing(state: VenueState, event: journal.OrderAccepted) -> Routing:
    if event.replaces is None:
        return Routing()
    return Routing(waits_for=event.replaces, filled_before=state.orders[event.replaces].filled_qty)


def _place_to_take(state: VenueState, replaces: OrderId) -> Replacing | None:
    """Return what a replacement waits for, ``None`` where the other has ended already."""
    old = state.orders.get(replaces)
    return None if old is None else Replacing(instead_of=replaces, left_before=old.left)


def join_group(state: VenueState, order: OrderState) -> None:
    """Count an order among those of its group, if it has one."""
    if order.terms is not None and order.terms.group_id is not None:
        state.groups.setdefault(order.terms.group_id, {})[order.order_id] = None


def held(state: VenueState, order: OrderState, amount: int) -> list[Posting]:
    """Return the entry that moves so much of what an order pays with into its hold."""
    if not amount:
        return NOTHING
    account = state.accounts[order.account_id]
    asset, sign = hold_asset(account, order)
    return [
        (account.ledger_available, asset, -sign * amount),
        (account.ledger_held, asset, sign * amount),
    ]


def _order_activated(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderActivated
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.status = move(order.status, OrderStatus.NEW)
    order.effective_at = None
    order.queue_ahead = event.queue_ahead
    order.priority = number
    order.updated_at = at
    books.add(order)
    return _reserve(state, order, event)


def _reserve(
    state: VenueState, order: OrderState, event: journal.OrderActivated | journal.OrderTriggered
) -> list[Posting]:
    """Post what a leg reserves once it has to."""
    if not event.hold:
        return NOTHING
    order.hold = event.hold
    order.hold_price = event.hold_price
    return held(state, order, event.hold)


def _order_triggered(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderTriggered
) -> list[Posting]:
    order = state.orders[event.order_id]
    assert order.terms is not None
    books.remove(order)
    order.terms = structs.replace(order.terms, triggered_at=at)
    order.queue_ahead = event.queue_ahead
    order.priority = number
    order.updated_at = at
    books.add(order)
    return _reserve(state, order, event)


def _trail_moved(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.TrailMoved
) -> list[Posting]:
    order = state.orders[event.order_id]
    assert order.terms is not None
    order.terms = structs.replace(order.terms, hwm=event.hwm, stop_price=event.stop_price)
    order.updated_at = at
    return NOTHING


def _order_reduced(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderReduced
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.qty = event.qty
    order.updated_at = at
    return NOTHING


def _order_restated(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderRestated
) -> list[Posting]:
    order = state.orders[event.order_id]
    books.remove(order)
    order.qty = event.qty
    order.limit_price = event.limit_price
    order.terms = event.terms
    change, order.hold = event.hold - order.hold, event.hold
    order.hold_price = event.hold_price
    order.queue_ahead = event.queue_ahead
    order.priority = number
    order.updated_at = at
    if state.stands(order):
        books.add(order)
    return held(state, order, change)


def _order_canceled(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderCanceled
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.canceled_at = at
    return end(state, books, at, order, OrderStatus.CANCELED)


def _order_expired(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderExpired
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.expired_at = at
    return end(state, books, at, order, OrderStatus.EXPIRED)


def _order_replaced(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderReplaced
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.replaced_at = at
    order.replaced_by = event.replaced_by
    return end(state, books, at, order, OrderStatus.REPLACED)


def end(
    state: VenueState, books: Books, at: datetime, order: OrderState, status: OrderStatus
) -> list[Posting]:
    """Take an order out of everything and give its hold back."""
    account = state.accounts[order.account_id]
    books.remove(order)
    order.status = move(order.status, status)
    order.updated_at = at
    order.effective_at = order.leaves_at = None
    hold, order.hold = order.hold, 0
    forget(state, account, order.order_id)
    asset, sign = hold_asset(account, order)
    return without_zeros(
        (account.ledger_held, asset, -sign * hold), (account.ledger_available, asset, sign * hold)
    )


def forget(state: VenueState, account: AccountState, order_id: OrderId) -> None:
    """Drop an order that has ended."""
    order = state.orders.pop(order_id)
    if order.terms is not None and order.terms.group_id is not None and not order.waits_to_replace:
        members = state.groups[order.terms.group_id]
        del members[order_id]
        if not members:
            del state.groups[order.terms.group_id]
    if account.is_margin:
        _count_opening(account, order, -1)
    del account.client_order_ids[order.client_order_id]


def _count_opening(account: AccountState, order: OrderState, change: int) -> None:
    if not order.intent.opens:
        return
    if order.side is OrderSide.SELL:
        change = -change
    count = account.opening_orders.get(order.symbol, 0) + change
    if count:
        account.opening_orders[order.symbol] = count
    else:
        account.opening_orders.pop(order.symbol, None)


HANDLERS: Handlers = {
    journal.OrderAccepted: _order_accepted,
    journal.OrderActivated: _order_activated,
    journal.OrderTriggered: _order_triggered,
    journal.TrailMoved: _trail_moved,
    journal.OrderReduced: _order_reduced,
    journal.OrderCanceled: _order_canceled,
    journal.OrderExpired: _order_expired,
    journal.OrderReplaced: _order_replaced,
    journal.OrderRestated: _order_restated,
}
