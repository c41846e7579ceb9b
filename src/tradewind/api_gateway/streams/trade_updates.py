"""Alpaca's ``trade_updates`` messages from the journal's events."""

from datetime import datetime
from typing import assert_never

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.streams.orders_as_of import OrderEvent
from tradewind.api_gateway.trading.order_shapes import WireOrder, wire_order
from tradewind.api_gateway.wire.numbers import decimal_text
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
from tradewind.contracts.market_data import Instrument
from tradewind.contracts.orders import Order
from tradewind.contracts.vocabulary import OrderStatus

STREAM = "trade_updates"

_ACCEPTED = {
    OrderStatus.ACCEPTED: "accepted",
    OrderStatus.HELD: "held",
    OrderStatus.NEW: "new",
    OrderStatus.PENDING_NEW: "pending_new",
}
_ALWAYS: dict[type, str] = {
    CancelRequested: "pending_cancel",
    ReplaceRequested: "pending_replace",
    ReplaceRejected: "order_replace_rejected",
    OrderCanceled: "canceled",
    OrderExpired: "expired",
    OrderReplaced: "replaced",
    OrderRejected: "rejected",
}


class _TradeUpdate(Struct, frozen=True, kw_only=True):
    event: str
    execution_id: str | UnsetType = UNSET
    price: str | UnsetType = UNSET
    qty: str | UnsetType = UNSET
    position_qty: str | UnsetType = UNSET
    order: WireOrder
    timestamp: datetime
    at: datetime


class _TradeUpdateMessage(Struct, frozen=True):
    stream: str
    data: _TradeUpdate


def trade_update(
    record: JournalRecord, event: OrderEvent, order: Order, instrument: Instrument | None
) -> Struct | None:
    """Return the message about an event, if there is one; ``order`` is the order right after it."""
    name = event_name(event)
    if name is None:
        return None
    update = _TradeUpdate(
        event=name,
        order=wire_order(order, instrument),
        timestamp=record.at,
        at=record.at,
    )
    if isinstance(event, OrderFilled):
        update = _TradeUpdate(
            event=update.event,
            execution_id=event.execution_id,
            price=decimal_text(event.price),
            qty=decimal_text(event.qty),
            position_qty=decimal_text(event.position_qty),
            order=update.order,
            timestamp=record.at,
            at=record.at,
        )
    return _TradeUpdateMessage(STREAM, update)


def event_name(event: OrderEvent) -> str | None:
    """Return Alpaca's word for an event, ``None`` for one that clients are not told."""
    match event:
        case OrderAccepted():
            return _ACCEPTED[event.status]
        case OrderTriggered() | OrderReduced() | OrderRestated():
            return "restated"
        case ReplacementDue():
            return "restated" if event.taken_off else None
        case TrailMoved():
            return None
        case OrderActivated() | OrderRouted():
            return "new"
        case OrderFilled():
            return "fill" if event.status is OrderStatus.FILLED else "partial_fill"
        case (
            OrderCanceled() | OrderExpired() | OrderReplaced() | OrderRejected()
            | CancelRequested() | ReplaceRequested() | ReplaceRejected()
        ):  # fmt: skip
            return _ALWAYS[type(event)]
        case _:
            assert_never(event)
