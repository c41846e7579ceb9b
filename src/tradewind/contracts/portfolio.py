"""What the portfolio service offers: equity by day and how an account has performed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.platform.money import MoneyUnits
from tradewind.platform.rpc.interface import repeatable


class EquityPoint(Struct, frozen=True, kw_only=True):
    """An account's equity at the close of a trading date."""

    trading_date: date
    at: datetime
    equity: MoneyUnits
    """Posted cash plus positions at closing prices."""
    net_cash_flow: MoneyUnits
    """Deposits less withdrawals of that day, which are no profit."""
    profit_loss: MoneyUnits
    """Equity less the previous day's, less the net cash flow."""


class EquityHistory(Struct, frozen=True, kw_only=True):
    """Points in order of date; ``base_value`` is the equity before the first of them."""

    points: list[EquityPoint]
    base_value: MoneyUnits
    base_value_at: date | None


class Performance(Struct, frozen=True, kw_only=True):
    """How an account did over its points; ratios as fractions (0.05 is five percent)."""

    account_id: AccountId
    start_date: date | None
    end_date: date | None
    start_equity: MoneyUnits
    end_equity: MoneyUnits
    net_cash_flow: MoneyUnits
    profit_loss: MoneyUnits
    time_weighted_return: Decimal
    """Product of the daily growth factors less one; flows count at the start of their day."""
    max_drawdown: Decimal
    """Largest fall of the time-weighted index from its peak, as a positive fraction."""
    fees: MoneyUnits
    dividends: MoneyUnits
    fills: int


class PositionIncome(Struct, frozen=True, kw_only=True):
    """What one instrument brought in and what trading it cost, held or not by now."""

    symbol: str
    dividends: MoneyUnits
    """Received; below zero for what a short position paid."""
    fees: MoneyUnits
    """Of its fills; below zero for a rebate."""


class Income(Struct, frozen=True, kw_only=True):
    """What an account received and was charged besides the prices of what it traded.

    By the day on which the ledger posted it, today included: a dividend counts when it is paid.
    """

    account_id: AccountId
    positions: list[PositionIncome]
    """By symbol; the symbol is that of the day."""
    interest: MoneyUnits
    """On cash, less that on margin debt."""
    borrow_fees: MoneyUnits
    """For borrowed shares."""

    @property
    def dividends(self) -> MoneyUnits:
        """Return the dividends of all instruments."""
        return MoneyUnits(sum(each.dividends for each in self.positions))

    @property
    def fees(self) -> MoneyUnits:
        """Return the fees of all fills, and those for borrowed shares."""
        return MoneyUnits(sum(each.fees for each in self.positions) + self.borrow_fees)

    @property
    def total(self) -> MoneyUnits:
        """Return the income: dividends and interest."""
        return MoneyUnits(self.dividends + self.interest)


class PortfolioService(Protocol):
    """What other services may ask about history. Answers cover the journal up to the newest record
    that was committed before the call."""

    @repeatable
    async def equity_history(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> EquityHistory:
        """Return equity by trading date between two dates, inclusive."""
        ...

    @repeatable
    async def performance(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> Performance:
        """Return the account's performance between two dates, inclusive."""
        ...

    @repeatable
    async def income(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> Income:
        """Return what was received and charged between two dates, inclusive."""
        ...
