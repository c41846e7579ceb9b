"""Journal events of corporate actions, interest and borrowing: what ``contracts.journal`` has."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from tradewind.contracts.corporate_actions import CorporateAction
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits


class PositionSplit(Struct, frozen=True, tag="position_split"):
    """A split changed the number of shares of one position; its cost stays."""

    action_id: str
    account_id: AccountId
    symbol: str
    qty_before: QuantityUnits
    qty_after: QuantityUnits


class DividendAccrued(Struct, frozen=True, tag="dividend_accrued"):
    """A position went ex-dividend: the account is owed cash, or owes it where it was short."""

    action_id: str
    account_id: AccountId
    symbol: str
    qty: QuantityUnits
    rate: MoneyUnits
    amount: MoneyUnits
    payable_date: date


class DividendPaid(Struct, frozen=True, tag="dividend_paid"):
    """Cash for the shares of one position; ``qty`` and ``amount`` are below zero of a short."""

    action_id: str
    account_id: AccountId
    symbol: str
    qty: QuantityUnits
    rate: MoneyUnits
    amount: MoneyUnits
    accrued: bool = False
    """Whether the account has been owed it since the ex-date."""


class PositionRenamed(Struct, frozen=True, tag="position_renamed"):
    """The shares of one position are traded under another symbol; their cost stays."""

    action_id: str
    account_id: AccountId
    symbol: str
    new_symbol: str
    qty: QuantityUnits


class MergerPaid(Struct, frozen=True, tag="merger_paid"):
    """Cash took the place of the shares of one position; below zero of a short."""

    action_id: str
    account_id: AccountId
    symbol: str
    qty: QuantityUnits
    rate: MoneyUnits
    amount: MoneyUnits


class StockDividendPaid(Struct, frozen=True, tag="stock_dividend_paid"):
    """A dividend in shares changed the number of shares of one position; its cost stays."""

    action_id: str
    account_id: AccountId
    symbol: str
    qty_before: QuantityUnits
    qty_after: QuantityUnits


class CashInLieuPaid(Struct, frozen=True, tag="cash_in_lieu_paid"):
    """Cash took the place of the fraction of a share that an action left; below zero of a short."""

    action_id: str
    account_id: AccountId
    symbol: str
    qty: QuantityUnits
    """The fraction, signed as the position."""
    price: PriceUnits
    """Of a whole share."""
    amount: MoneyUnits


class CorporateActionApplied(Struct, frozen=True, tag="corporate_action_applied"):
    """A corporate action has reached every account; it will not be applied again.

    ``new_rate`` and ``old_rate`` say how the number of shares changed, zero where it did not.
    """

    action_id: str
    symbol: str
    ex_date: date
    new_rate: int = 0
    old_rate: int = 0
    new_symbol: str = ""
    """What the shares are called from here on, empty where that stays."""
    delisted: bool = False
    """Whether ``symbol`` is traded no more."""


class CorporateActionAnnounced(Struct, frozen=True, tag="corporate_action_announced"):
    """An administrator entered an action that takes effect with a later session."""

    action: CorporateAction
    by: str


class CorporateActionWithdrawn(Struct, frozen=True, tag="corporate_action_withdrawn"):
    """An action will not be applied, unless somebody tells it anew."""

    action_id: str
    by: str
    """Who took it back; empty for the venue itself."""
    reason: str = ""


class InterestPosted(Struct, frozen=True, tag="interest_posted"):
    """Interest on cash, or on margin debt: then ``principal`` and ``amount`` are below zero."""

    account_id: AccountId
    principal: MoneyUnits
    """What stood since the close before: cash without the proceeds of shorts."""
    bps: Decimal
    """Ten-thousandths a year."""
    days: int
    amount: MoneyUnits


class BorrowFeePosted(Struct, frozen=True, tag="borrow_fee_posted"):
    """What an account was charged for the shares that it has borrowed."""

    account_id: AccountId
    value: MoneyUnits
    """What its short positions were worth at the close before."""
    bps: Decimal
    """Ten-thousandths a year."""
    days: int
    amount: MoneyUnits
    """Above zero."""
