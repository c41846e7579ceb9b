"""What the core can be told to do, besides the requests that ``contracts.orders`` defines."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradewind.contracts.corporate_actions import CorporateAction
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.margin import MarginSettings
from tradewind.contracts.market_data import FeedMessage
from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.contracts.trading_accounts import ConfigurationChange
from tradewind.contracts.vocabulary import AccountId, OrderId
from tradewind.order_service.domain.reports import BrokerReport
from tradewind.platform.money import MoneyUnits, QuantityUnits


class OpenAccount(Struct, frozen=True):
    """Let an account trade here; repeating it changes nothing."""

    account_id: AccountId
    currency: str = "USD"


class Deposit(Struct, frozen=True):
    """Post cash from outside."""

    account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty for none."""


class Withdraw(Struct, frozen=True):
    """Post cash to outside."""

    account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty for none."""


class Transfer(Struct, frozen=True):
    """Move cash from one account to another."""

    account_id: AccountId
    to_account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty for none."""


class Configure(Struct, frozen=True):
    """Change an account's settings."""

    account_id: AccountId
    change: ConfigurationChange


class SetLimits(Struct, frozen=True):
    """Replace an account's limits; ``by`` is the administrator's user id."""

    account_id: AccountId
    limits: AccountLimits
    by: str


class SetMargin(Struct, frozen=True):
    """Set an account's type and margin, all at once; ``by`` is the administrator's user id."""

    account_id: AccountId
    settings: MarginSettings
    by: str


class EngageKillSwitch(Struct, frozen=True):
    """Cancel every open order of an account and take no new ones."""

    account_id: AccountId
    reason: str
    by: str


class ReleaseKillSwitch(Struct, frozen=True):
    """Let an account trade again."""

    account_id: AccountId
    by: str


class SetLiveTrading(Struct, frozen=True):
    """Let an account's orders go to the broker, or stop that; ``by`` is the administrator."""

    account_id: AccountId
    enabled: bool
    by: str


class HaltTrading(Struct, frozen=True):
    """Let nothing trade in an instrument, or in the whole venue where ``symbol`` is empty."""

    symbol: str
    reason: str
    by: str
    """The administrator's user id."""
    resumes_at: datetime | None = None


class ResumeTrading(Struct, frozen=True):
    """Let an instrument, or the whole venue, trade again."""

    symbol: str
    by: str


class CancelOrder(Struct, frozen=True):
    """Cancel one open order."""

    account_id: AccountId
    order_id: OrderId


class CancelAllOrders(Struct, frozen=True):
    """Cancel every open order of an account."""

    account_id: AccountId


class ClosePosition(Struct, frozen=True):
    """Close a position at market, by quantity, by percentage, or whole."""

    account_id: AccountId
    order_id: OrderId
    symbol: str
    qty: QuantityUnits | None = None
    percentage: Decimal | None = None


class CloseAllPositions(Struct, frozen=True):
    """Close every position at market; the ids of the orders follow from ``seed``."""

    account_id: AccountId
    seed: str
    """Never used before."""
    cancel_orders: bool


class EnterCorporateAction(Struct, frozen=True):
    """Let a corporate action take effect: now, or with the first session of its ex-date."""

    action: CorporateAction
    by: str


class WithdrawCorporateAction(Struct, frozen=True):
    """Take back an action that has not taken effect."""

    action_id: str
    by: str


Command = (
    OpenAccount
    | Deposit
    | Withdraw
    | Transfer
    | Configure
    | SetLimits
    | SetMargin
    | EngageKillSwitch
    | ReleaseKillSwitch
    | HaltTrading
    | ResumeTrading
    | SetLiveTrading
    | BrokerReport
    | SubmitOrder
    | ReplaceOrder
    | CancelOrder
    | CancelAllOrders
    | ClosePosition
    | CloseAllPositions
    | FeedMessage
    | EnterCorporateAction
    | WithdrawCorporateAction
)
