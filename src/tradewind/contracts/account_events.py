"""Journal events of an account but for its orders: what ``contracts.journal`` has of them."""

from datetime import datetime

from msgspec import Struct

from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.margin import MarginSettings
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.money import MoneyUnits


class AccountOpened(Struct, frozen=True, tag="account_opened"):
    """An account may trade at this venue."""

    account_id: AccountId
    currency: str = "USD"


class CashDeposited(Struct, frozen=True, tag="cash_deposited"):
    """Cash came in from outside."""

    account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty where the platform itself moved the cash."""


class CashWithdrawn(Struct, frozen=True, tag="cash_withdrawn"):
    """Cash went out; ``amount`` is positive."""

    account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty where the platform itself moved the cash."""


class CashTransferred(Struct, frozen=True, tag="cash_transferred"):
    """Cash went from one account of the venue to another; ``amount`` is positive."""

    account_id: AccountId
    """Who gave it."""
    to_account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty where the platform itself moved the cash."""


class AccountConfigured(Struct, frozen=True, tag="account_configured"):
    """The settings that an account's owner may change, all of them."""

    account_id: AccountId
    suspend_trade: bool
    fractional_trading: bool
    no_shorting: bool
    trade_confirm_email: str
    max_margin_multiplier: str
    ptp_no_exception_entry: bool


class AccountLimitsSet(Struct, frozen=True, tag="account_limits_set"):
    """An administrator set an account's limits, all of them; ``by`` is that user's id."""

    account_id: AccountId
    limits: AccountLimits
    by: str


class KillSwitchEngaged(Struct, frozen=True, tag="kill_switch_engaged"):
    """The account takes no orders from now on; cancellations of the open ones follow."""

    account_id: AccountId
    reason: str
    by: str


class KillSwitchReleased(Struct, frozen=True, tag="kill_switch_released"):
    """The account takes orders again."""

    account_id: AccountId
    by: str


class AccountMarginSet(Struct, frozen=True, tag="account_margin_set"):
    """An administrator set an account's type and its margin; ``by`` is that user's id."""

    account_id: AccountId
    settings: MarginSettings
    by: str


class MarginCallIssued(Struct, frozen=True, tag="margin_call_issued"):
    """An account's equity fell below what its positions require; nothing is closed yet."""

    account_id: AccountId
    equity: MoneyUnits
    required: MoneyUnits
    due_at: datetime
    """From then on positions are closed while a session runs."""
    overnight: bool = False
    """Whether the multiplier of 2 is required, which a session must end within, not maintenance."""


class MarginCallMet(Struct, frozen=True, tag="margin_call_met"):
    """An account that was called has again what its positions require."""

    account_id: AccountId
    equity: MoneyUnits
    required: MoneyUnits


class LiveTradingSet(Struct, frozen=True, tag="live_trading_set"):
    """An administrator let an account's orders go to the broker, or stopped that."""

    account_id: AccountId
    enabled: bool
    by: str
