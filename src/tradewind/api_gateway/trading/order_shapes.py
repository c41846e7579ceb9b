"""An order as it stands on the wire, in responses and in the stream of trade updates."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.trading.order_groups import roll_up
from tradewind.api_gateway.wire.numbers import decimal_text, decimal_text_or_none
from tradewind.contracts.market_data import Instrument
from tradewind.contracts.orders import Order
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import (
    LONG_INTENT,
    AssetClass,
    OrderClass,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionIntent,
    TimeInForce,
)

_PLAIN = Terms()


class WireOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Alpaca's order. Amounts are strings; instants RFC 3339 in UTC."""

    id: str
    client_order_id: str
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime
    filled_at: datetime | None
    expires_at: datetime | UnsetType
    expired_at: datetime | None
    canceled_at: datetime | None
    failed_at: datetime | None
    replaced_at: datetime | None
    replaced_by: str | None
    replaces: str | None
    asset_id: str | UnsetType
    symbol: str
    asset_class: AssetClass
    notional: str | None = None
    qty: str | None
    filled_qty: str
    filled_avg_price: str | None
    order_class: OrderClass
    order_type: OrderType
    type: OrderType
    side: OrderSide
    position_intent: PositionIntent
    time_in_force: TimeInForce
    limit_price: str | None
    stop_price: str | None
    status: OrderStatus
    extended_hours: bool
    legs: list["WireOrder"] | None = None
    trail_percent: str | None = None
    trail_price: str | None = None
    hwm: str | None = None
    subtag: str | None = None
    source: str | None = None


def wire_order(
    order: Order, instrument: Instrument | None, legs: list[Order] | None = None
) -> WireOrder:
    """Return an order as the wire shows it; ``instrument`` adds what the core does not know.

    ``legs`` are the orders of its group that are shown below it.
    """
    terms = order.terms or _PLAIN
    return WireOrder(
        id=order.order_id,
        client_order_id=order.client_order_id,
        created_at=order.created_at,
        updated_at=order.updated_at,
        submitted_at=order.created_at,
        filled_at=order.filled_at,
        expires_at=order.expires_at or UNSET,
        expired_at=order.expired_at,
        canceled_at=order.canceled_at,
        # Nothing happens to an order after it was rejected.
        failed_at=order.updated_at if order.status is OrderStatus.REJECTED else None,
        replaced_at=order.replaced_at,
        replaced_by=order.replaced_by,
        replaces=order.replaces,
        asset_id=UNSET if instrument is None else instrument.instrument_id,
        symbol=order.symbol,
        asset_class=AssetClass.US_EQUITY if instrument is None else instrument.asset_class,
        notional=decimal_text_or_none(terms.notional),
        qty=decimal_text(order.qty) if terms.notional is None else None,
        filled_qty=decimal_text(order.filled_qty),
        filled_avg_price=decimal_text_or_none(order.filled_avg_price),
        order_class=terms.order_class,
        order_type=order.order_type,
        type=order.order_type,
        side=order.side,
        position_intent=terms.intent or LONG_INTENT[order.side],
        time_in_force=order.time_in_force,
        limit_price=decimal_text_or_none(order.limit_price),
        stop_price=decimal_text_or_none(terms.stop_price),
        status=order.status,
        extended_hours=order.extended_hours,
        legs=[wire_order(leg, instrument) for leg in legs] if legs else None,
        trail_percent=decimal_text_or_none(terms.trail_percent),
        trail_price=decimal_text_or_none(terms.trail_price),
        hwm=decimal_text_or_none(terms.hwm),
    )


def wire_orders(
    orders: list[Order], instruments: Mapping[str, Instrument], *, nested: bool = False
) -> list[WireOrder]:
    """Return orders as the wire shows them, ``nested`` with the legs of groups below the first."""
    legs: dict[OrderId, list[Order]] = {}
    if nested:
        orders, legs = roll_up(orders)
    return [
        wire_order(order, instruments.get(order.symbol), legs.get(order.order_id))
        for order in orders
    ]
