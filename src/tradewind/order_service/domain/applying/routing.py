"""Fold in what is asked of a market or a broker, and what a broker answers but for its fills."""

from datetime import datetime

from msgspec import structs

from tradewind.contracts import journal
from tradewind.contracts.vocabulary import OrderId, OrderStatus
from tradewind.order_service.domain.applying.entry import NOTHING, Handlers
from tradewind.order_service.domain.applying.orders import end, held, join_group
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import Posting
from tradewind.order_service.domain.lifecycle import move
from tradewind.order_service.domain.state import OrderState, Replacing, Routing, VenueState
from tradewind.platform.money import QuantityUnits


def _order_routed(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderRouted
) -> list[Posting]:
    order, routing = _routed(state, event.order_id)
    routing.broker_order_id = event.broker_order_id
    if order.status is not event.status:
        order.status = move(order.status, event.status)
    order.updated_at = at
    return NOTHING


def _order_rejected(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderRejected
) -> list[Posting]:
    return end(state, books, at, state.orders[event.order_id], OrderStatus.REJECTED)


def _cancel_requested(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CancelRequested
) -> list[Posting]:
    order = state.orders[event.order_id]
    if order.routing is not None:
        order.routing.cancel_reason = event.reason
    order.leaves_at = event.effective_at
    order.status = move(order.status, OrderStatus.PENDING_CANCEL)
    order.updated_at = at
    return NOTHING


def _replace_requested(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.ReplaceRequested
) -> list[Posting]:
    order = state.orders[event.order_id]
    if order.routing is not None:
        order.routing.replaced_by = event.replaced_by
    else:
        order.replacing = Replacing(by=event.replaced_by)
    order.status = move(order.status, OrderStatus.PENDING_REPLACE)
    order.updated_at = at
    return NOTHING


def _replace_rejected(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.ReplaceRejected
) -> list[Posting]:
    order = state.orders.get(event.order_id)
    if order is None:
        return NOTHING
    order.replacing = None
    if order.status is not event.status:
        order.status = move(order.status, event.status)
    order.updated_at = at
    return NOTHING


def _replacement_due(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.ReplacementDue
) -> list[Posting]:
    order = state.orders[event.order_id]
    if order.routing is not None:
        order.routing.waits_for = None
        order.routing.filled_before = QuantityUnits(0)
    else:
        order.replacing = None
        join_group(state, order)
    if event.hwm is not None:
        assert order.terms is not None
        order.terms = structs.replace(order.terms, hwm=event.hwm, stop_price=event.stop_price)
    change = event.hold - order.hold
    order.qty = event.qty
    order.hold = event.hold
    order.updated_at = at
    return held(state, order, change)


def _live_trading_set(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.LiveTradingSet
) -> list[Posting]:
    state.accounts[event.account_id].live_trading = event.enabled
    return NOTHING


def _routed(state: VenueState, order_id: OrderId) -> tuple[OrderState, Routing]:
    order = state.orders[order_id]
    assert order.routing is not None
    return order, order.routing


HANDLERS: Handlers = {
    journal.OrderRouted: _order_routed,
    journal.OrderRejected: _order_rejected,
    journal.CancelRequested: _cancel_requested,
    journal.ReplaceRequested: _replace_requested,
    journal.ReplaceRejected: _replace_rejected,
    journal.ReplacementDue: _replacement_due,
    journal.LiveTradingSet: _live_trading_set,
}
