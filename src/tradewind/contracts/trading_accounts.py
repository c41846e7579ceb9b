"""An account at a venue: its money, its positions and what its owner may set."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from tradewind.contracts.margin import MarginFigures
from tradewind.contracts.vocabulary import (
    AccountId,
    VenueId,
)
from tradewind.platform.money import (
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
)


class Position(Struct, frozen=True, kw_only=True):
    """Net signed quantity of one instrument in one account."""

    account_id: AccountId
    symbol: str
    qty: QuantityUnits
    """Below zero for a short position."""
    qty_available: QuantityUnits
    """Not held for open orders that close the position; below zero for a short position."""
    cost_basis: MoneyUnits
    """What the open quantity cost, by average cost, without fees. Of a short position: what it
    brought in, below zero."""
    current_price: PriceUnits | None
    last_day_price: PriceUnits | None
    """Newest closing price before the newest session began; it stays until the next one begins, so
    that the change of the day can also be read after the close."""
    qty_at_day_start: QuantityUnits
    """Quantity held when the newest session began, for the profit of the day; 0 for a position that
    was opened since, also when it had been closed since."""
    cost_today: MoneyUnits = MoneyUnits(0)
    """Cost of what was bought since, less proceeds of what was sold."""


class TradingAccount(Struct, frozen=True, kw_only=True):
    """An account's money as the ledger has it."""

    account_id: AccountId
    venue_id: VenueId
    currency: str
    cash_posted: MoneyUnits
    """Below zero where a margin account owes."""
    cash_held: MoneyUnits
    """Reserved for open orders that open positions; in a cash account posted less held is what may
    still be spent."""
    long_market_value: MoneyUnits
    short_market_value: MoneyUnits = MoneyUnits(0)
    """Zero or below: what the short positions would cost to buy back."""
    equity: MoneyUnits
    last_equity: MoneyUnits
    """Equity at the newest close before the newest session began, plus deposits less withdrawals
    since: ``equity`` less this is the profit of the day. Before the first close it is what was
    deposited."""
    fees_paid: MoneyUnits
    configuration: "Configuration"
    opened_at: datetime
    trading_blocked: bool = False
    """Whether the kill switch is on."""
    margin: MarginFigures | None = None
    """``None`` for a cash account."""


class Configuration(Struct, frozen=True, kw_only=True):
    """What an account's owner may set."""

    suspend_trade: bool = False
    fractional_trading: bool = True
    no_shorting: bool = True
    trade_confirm_email: str = "all"
    max_margin_multiplier: str = "1"
    ptp_no_exception_entry: bool = False


class ConfigurationChange(Struct, frozen=True, kw_only=True):
    """What to change; ``UNSET`` keeps the old value."""

    suspend_trade: bool | UnsetType = UNSET
    fractional_trading: bool | UnsetType = UNSET
    no_shorting: bool | UnsetType = UNSET
    trade_confirm_email: str | UnsetType = UNSET
    max_margin_multiplier: str | UnsetType = UNSET
    ptp_no_exception_entry: bool | UnsetType = UNSET
