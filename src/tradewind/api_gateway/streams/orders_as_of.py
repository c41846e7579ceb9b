"""What an order was when an event of the journal happened.

The order service can only tell what an order is now, which may be later than the event that is
being told. The events carry what the order has become, so that laying one over any other version
of the same order gives the order as of that event.
"""

from collections import OrderedDict

from msgspec.structs import replace

from tradewind.contracts.journal import (
    CancelRequested,
    JournalRecord,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderReduced,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderRouted,
    OrderTriggered,
    ReplacementDue,
    ReplaceRejected,
    ReplaceRequested,
    TrailMoved,
)
from tradewind.contracts.orders import Order
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import AccountId, OrderId, OrderStatus
from tradewind.platform.money import MoneyUnits, QuantityUnits

OrderEvent = (
    OrderAccepted
    | OrderActivated
    | OrderTriggered
    | TrailMoved
    | OrderReduced
    | OrderFilled
    | OrderCanceled
    | OrderExpired
    | OrderReplaced
    | OrderRouted
    | OrderRejected
    | CancelRequested
    | ReplaceRequested
    | ReplaceRejected
    | ReplacementDue
    | OrderRestated
)


def order_accepted(record: JournalRecord, event: OrderAccepted) -> Order:
    """Return the order that an acceptance begins."""
    return Order(
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
        filled_qty=QuantityUnits(0),
        filled_value=MoneyUnits(0),
        created_at=record.at,
        updated_at=record.at,
        replaces=event.replaces,
        terms=event.terms,
    )


def order_as_of(order: Order, record: JournalRecord, event: OrderEvent) -> Order:
    """Return the order right after an event, from any version of it."""
    past = replace(
        order,
        updated_at=record.at,
        filled_at=None,
        canceled_at=None,
        expired_at=None,
        replaced_at=None,
        replaced_by=None,
    )
    match event:
        case OrderAccepted():
            return order_accepted(record, event)
        case OrderRouted() | ReplacementDue() | CancelRequested() | ReplaceRequested():
            return _asked(past, event)
        case OrderCanceled() | OrderExpired() | OrderRejected() | OrderReplaced():
            return _ended(past, record, event)
        case OrderActivated():
            # Only an order that waited is activated, and what waited has not traded.
            return replace(
                past,
                status=OrderStatus.NEW,
                filled_qty=QuantityUnits(0),
                filled_value=MoneyUnits(0),
            )
        case OrderTriggered() | TrailMoved() | OrderReduced() | OrderRestated():
            return _restated(past, record, event)
        case OrderFilled():
            return replace(
                past,
                status=event.status,
                filled_qty=event.filled_qty,
                filled_value=event.filled_value,
                filled_at=record.at if event.status is OrderStatus.FILLED else None,
            )
        case ReplaceRejected():
            # Told of an order that has just ended, it leaves the time of its end.
            return replace(
                past if event.status.is_open else order,
                status=event.status,
                filled_qty=event.filled_qty,
                filled_value=event.filled_value,
            )


def _ended(
    order: Order,
    record: JournalRecord,
    event: OrderCanceled | OrderExpired | OrderRejected | OrderReplaced,
) -> Order:
    """Return an order that has ended otherwise than by a fill."""
    match event:
        case OrderCanceled():
            return replace(order, status=OrderStatus.CANCELED, canceled_at=record.at)
        case OrderExpired():
            return replace(order, status=OrderStatus.EXPIRED, expired_at=record.at)
        case OrderRejected():
            return replace(order, status=OrderStatus.REJECTED)
        case OrderReplaced():
            return replace(
                order,
                status=OrderStatus.REPLACED,
                replaced_at=record.at,
                replaced_by=event.replaced_by,
            )


def _asked(
    order: Order, event: OrderRouted | CancelRequested | ReplaceRequested | ReplacementDue
) -> Order:
    """Return an order between what was asked of its market or broker and what came of it."""
    if isinstance(event, CancelRequested | ReplaceRequested):
        is_cancel = isinstance(event, CancelRequested)
        return replace(
            order,
            status=OrderStatus.PENDING_CANCEL if is_cancel else OrderStatus.PENDING_REPLACE,
            filled_qty=event.filled_qty,
            filled_value=event.filled_value,
        )
    # The market or the broker has only just got it, or not even that.
    order = replace(order, filled_qty=QuantityUnits(0), filled_value=MoneyUnits(0))
    if isinstance(event, OrderRouted):
        return replace(order, status=event.status)
    terms = order.terms
    if terms is not None and event.hwm is not None:
        terms = replace(terms, hwm=event.hwm, stop_price=event.stop_price)
    return replace(order, status=event.status, qty=event.qty, terms=terms)


def _restated(
    order: Order,
    record: JournalRecord,
    event: OrderTriggered | TrailMoved | OrderReduced | OrderRestated,
) -> Order:
    """Return an order whose terms have changed while it stood."""
    if isinstance(event, OrderRestated):
        return replace(
            order,
            status=event.status,
            filled_qty=event.filled_qty,
            filled_value=event.filled_value,
            qty=event.qty,
            limit_price=event.limit_price,
            terms=event.terms,
        )
    # What waits for its stop price has not traded.
    return replace(
        order,
        status=OrderStatus.NEW,
        filled_qty=QuantityUnits(0),
        filled_value=MoneyUnits(0),
        qty=event.qty if isinstance(event, OrderReduced) else order.qty,
        terms=_terms_as_of(order, record, event),
    )


def _terms_as_of(
    order: Order, record: JournalRecord, event: OrderTriggered | TrailMoved | OrderReduced
) -> Terms | None:
    if order.terms is None or isinstance(event, OrderReduced):
        return order.terms
    if isinstance(event, OrderTriggered):
        return replace(order.terms, triggered_at=record.at)
    return replace(order.terms, hwm=event.hwm, stop_price=event.stop_price, triggered_at=None)


class OrderCache:
    """The live orders seen lately, least recently used out first; ended orders leave at once."""

    def __init__(self, size_max: int) -> None:
        self._size_max = size_max
        self._orders: OrderedDict[OrderId, Order] = OrderedDict()

    def __contains__(self, order_id: OrderId) -> bool:
        return order_id in self._orders

    def __len__(self) -> int:
        return len(self._orders)

    def get(self, order_id: OrderId) -> Order | None:
        """Return an order as of the newest event seen."""
        return self._orders.get(order_id)

    def put(self, order: Order) -> None:
        """Remember an order, or forget it when it has ended."""
        self._orders.pop(order.order_id, None)
        if not order.status.is_open:
            return
        self._orders[order.order_id] = order
        if len(self._orders) > self._size_max:
            self._orders.popitem(last=False)

    def forget(self, account_id: AccountId) -> None:
        """Drop an account's orders, because their events are not followed any longer."""
        for order_id in [
            key for key, each in self._orders.items() if each.account_id == account_id
        ]:
            del self._orders[order_id]
