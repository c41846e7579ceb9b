"""What happened in an account: fills and movements of cash, as its history tells them."""

from datetime import date, datetime

from msgspec import Struct

from tradewind.contracts.journal import OrderFilled
from tradewind.contracts.vocabulary import (
    AccountId,
    OrderId,
)
from tradewind.platform.money import (
    MoneyUnits,
    QuantityUnits,
)


class ActivityQuery(Struct, frozen=True, kw_only=True):
    """Which activities; ``after`` and ``until`` are exclusive, ``types`` in Alpaca's spelling."""

    types: tuple[str, ...] = ()
    order_id: OrderId | None = None
    after: datetime | None = None
    until: datetime | None = None
    descending: bool = True
    limit: int = 100
    page_token: str | None = None
    """Id of the last activity of the previous page."""


class CashMovement(Struct, frozen=True, kw_only=True):
    """Cash that an administrator moved, as it was done the first time its key was sent."""

    activity_id: str
    at: datetime
    activity_type: str
    """``CSD``, ``CSW``, or ``JNLC`` for a transfer."""
    account_id: AccountId
    """Of a transfer: who gave it."""
    amount: MoneyUnits
    """Above zero."""
    reference: str
    to_account_id: AccountId | None = None


class FillActivity(Struct, frozen=True, kw_only=True, tag="fill"):
    """A fill as an activity. ``activity_id`` sorts by time."""

    activity_id: str
    at: datetime
    fill: OrderFilled
    order_qty: QuantityUnits


class CashActivity(Struct, frozen=True, kw_only=True, tag="cash"):
    """What is no trade: ``CSD CSW JNLC DIV SPLIT CIL MA NC INT`` in Alpaca's spelling."""

    activity_id: str
    at: datetime
    activity_date: date
    activity_type: str
    net_amount: MoneyUnits
    description: str
    sub_type: str | None = None
    """Alpaca's finer word, such as ``CDIV`` for a cash dividend and ``SDIV`` for one in shares."""
    symbol: str | None = None
    qty: QuantityUnits | None = None
    per_share_amount: MoneyUnits | None = None


Activity = FillActivity | CashActivity
