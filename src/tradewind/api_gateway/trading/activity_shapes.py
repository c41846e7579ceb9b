"""Fills and cash movements as Alpaca's activities."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.wire.numbers import decimal_text
from tradewind.api_gateway.wire.unions import one_of
from tradewind.contracts.activities import Activity, CashActivity, FillActivity
from tradewind.contracts.journal import OrderFilled
from tradewind.contracts.vocabulary import OrderSide, OrderStatus


class WireFill(Struct, frozen=True, kw_only=True):
    """A trade activity.

    ``created_at`` is always ``null`` here and ``transaction_time`` always ``null`` in the other
    kind: by that alone a schema that knows both kinds can tell them apart.
    """

    id: str
    activity_type: str = "FILL"
    transaction_time: datetime
    type: str
    price: str
    qty: str
    side: Literal["buy", "sell", "sell_short"]
    symbol: str
    leaves_qty: str
    order_id: str
    cum_qty: str
    order_status: OrderStatus
    created_at: None = None


class WireCashMovement(Struct, frozen=True, kw_only=True, rename={"activity_date": "date"}):
    """A non-trade activity."""

    id: str
    activity_type: str
    activity_sub_type: str | UnsetType = UNSET
    activity_date: date
    net_amount: str
    description: str
    status: str = "executed"
    currency: str = "USD"
    created_at: datetime
    transaction_time: None = None
    symbol: str | UnsetType = UNSET
    qty: str | UnsetType = UNSET
    per_share_amount: str | UnsetType = UNSET


WireActivity = Annotated[Any, one_of(WireFill, WireCashMovement)]  # Any: see ``wire.unions``


def wire_activity(activity: Activity) -> WireFill | WireCashMovement:
    """Return an activity as the wire shows it."""
    match activity:
        case FillActivity():
            return _fill(activity)
        case CashActivity():
            return _cash_movement(activity)


def _fill(activity: FillActivity) -> WireFill:
    fill = activity.fill
    return WireFill(
        id=activity.activity_id,
        transaction_time=activity.at,
        type="fill" if fill.status is OrderStatus.FILLED else "partial_fill",
        price=decimal_text(fill.price),
        qty=decimal_text(fill.qty),
        side=_side(fill),
        symbol=fill.symbol,
        leaves_qty=decimal_text(activity.order_qty - fill.filled_qty),
        order_id=fill.order_id,
        cum_qty=decimal_text(fill.filled_qty),
        order_status=fill.status,
    )


def _side(fill: OrderFilled) -> Literal["buy", "sell", "sell_short"]:
    if fill.side is OrderSide.BUY:
        return "buy"
    # No order passes through zero: who is short after a sale has sold short.
    return "sell_short" if fill.position_qty < 0 else "sell"


def _cash_movement(activity: CashActivity) -> WireCashMovement:
    return WireCashMovement(
        id=activity.activity_id,
        activity_type=activity.activity_type,
        activity_sub_type=activity.sub_type or UNSET,
        activity_date=activity.activity_date,
        net_amount=decimal_text(activity.net_amount),
        description=activity.description,
        created_at=activity.at,
        symbol=activity.symbol or UNSET,
        qty=_text_or_unset(activity.qty),
        per_share_amount=_text_or_unset(activity.per_share_amount),
    )


def _text_or_unset(units: int | None) -> str | UnsetType:
    return UNSET if units is None else decimal_text(units)
