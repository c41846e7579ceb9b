"""What an order may say beyond side, quantity and limit: triggers, groups, amounts of money."""

from datetime import datetime, timedelta

from msgspec import Struct

from tradewind.contracts.vocabulary import GroupRole, OrderClass, OrderId, PositionIntent
from tradewind.platform.money import MoneyUnits, PriceUnits

GTC_LIFETIME = timedelta(days=90)
"""How long a gtc order stands; it expires with the first session that ends after that."""


class Terms(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The terms of an order that is more than a simple market or limit order."""

    stop_price: PriceUnits | None = None
    """Where the order is triggered; of a trailing one, where its mark has brought it."""
    trail_price: PriceUnits | None = None
    trail_percent: int | None = None
    """Billionths of a percent."""
    hwm: PriceUnits | None = None
    """High-water mark: the best price since a trailing order was taken, as far as it has moved the
    stop price by a step."""
    triggered_at: datetime | None = None
    order_class: OrderClass = OrderClass.SIMPLE
    group_id: OrderId | None = None
    """The first order of the group: all of its orders have it, also those that replace others."""
    group_role: GroupRole | None = None
    notional: MoneyUnits | None = None
    """The money that the quantity was worked out from."""
    intent: PositionIntent | None = None
    """Of an order that opens or closes a short position. Of a new one, what its sender expects it
    to do; ``None``: whatever fits the position."""
    do_not_reduce: bool = False
    """Whether cash dividends leave the order's prices as they are."""

    @property
    def waits(self) -> bool:
        """Whether the order stands aside until its stop price is reached."""
        return self.stop_price is not None and self.triggered_at is None


class Leg(Struct, frozen=True, kw_only=True, gc=False):
    """A take-profit (``limit_price`` alone) or stop-loss (``stop_price``) of a group."""

    order_id: OrderId
    limit_price: PriceUnits | None = None
    stop_price: PriceUnits | None = None
