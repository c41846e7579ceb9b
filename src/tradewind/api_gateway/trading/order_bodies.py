"""Order requests as clients send them; amounts may be JSON numbers or strings."""

from typing import Any

from msgspec import Struct

from tradewind.api_gateway.wire.amount import AnyAmount


class TakeProfitBody(Struct, frozen=True, kw_only=True):
    """The leg that takes a profit with a limit order."""

    limit_price: AnyAmount | None = None


class StopLossBody(Struct, frozen=True, kw_only=True):
    """The leg that limits a loss; with a limit price it is a stop-limit order."""

    stop_price: AnyAmount | None = None
    limit_price: AnyAmount | None = None


class NewOrderBody(Struct, frozen=True, kw_only=True):
    """An order as clients send it; amounts may be JSON numbers or strings."""

    symbol: str | None = None
    qty: AnyAmount | None = None
    notional: AnyAmount | None = None
    side: str | None = None
    type: str | None = None
    time_in_force: str | None = None
    limit_price: AnyAmount | None = None
    stop_price: AnyAmount | None = None
    trail_price: AnyAmount | None = None
    trail_percent: AnyAmount | None = None
    extended_hours: bool | None = None
    client_order_id: str | None = None
    order_class: str | None = None
    take_profit: TakeProfitBody | None = None
    stop_loss: StopLossBody | None = None
    legs: list[Any] | None = None  # Any: not offered; only their presence is looked at
    position_intent: str | None = None
    do_not_reduce: bool | None = None
    """Of our own: cash dividends leave a gtc order's prices as they are."""
    advanced_instructions: dict[str, Any] | None = None


class ReplaceOrderBody(Struct, frozen=True, kw_only=True):
    """What to change of an order; what is absent stays."""

    qty: AnyAmount | None = None
    notional: AnyAmount | None = None
    time_in_force: str | None = None
    limit_price: AnyAmount | None = None
    stop_price: AnyAmount | None = None
    trail: AnyAmount | None = None
    client_order_id: str | None = None
    advanced_instructions: dict[str, Any] | None = None  # Any: only its presence is looked at
