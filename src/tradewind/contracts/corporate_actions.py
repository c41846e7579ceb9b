"""What companies do to those who hold their shares, as feeds and administrators tell it.

Every action takes effect before the open of its ``ex_date``: who holds a share then has what the
action gives. Ids make actions unique: one that has been applied is never applied again.
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from tradewind.platform.money import MoneyUnits, QuantityUnits


class Split(Struct, frozen=True, tag="split"):
    """``new_rate`` shares replace ``old_rate`` shares before the open of ``ex_date``."""

    action_id: str
    symbol: str
    ex_date: date
    new_rate: int
    old_rate: int

    @property
    def is_reverse(self) -> bool:
        """Whether there are fewer shares than before."""
        return self.new_rate < self.old_rate


class CashDividend(Struct, frozen=True, tag="cash_dividend"):
    """``rate`` of cash for each share held before the open of ``ex_date``."""

    action_id: str
    symbol: str
    ex_date: date
    rate: MoneyUnits
    special: bool = False
    record_date: date | None = None
    """When the company looks its holders up; who holds before the ex-date is among them."""
    payable_date: date | None = None
    """Paid before the open of this date; ``None`` pays on the ex-date."""


class StockDividend(Struct, frozen=True, tag="stock_dividend"):
    """``rate`` of a new share for each share held before the open of ``ex_date``."""

    action_id: str
    symbol: str
    ex_date: date
    rate: QuantityUnits
    record_date: date | None = None
    payable_date: date | None = None
    """Told for its own sake: the shares are in the account from the ex-date on, when their price
    has fallen."""


class SymbolChange(Struct, frozen=True, tag="symbol_change"):
    """The shares of ``symbol`` are traded as ``new_symbol`` from the open of ``ex_date``."""

    action_id: str
    symbol: str
    ex_date: date
    new_symbol: str


class CashMerger(Struct, frozen=True, tag="cash_merger"):
    """Every share of ``symbol`` gives way to ``rate`` of cash before the open of ``ex_date``."""

    action_id: str
    symbol: str
    ex_date: date
    rate: MoneyUnits
    acquirer: str = ""
    """Symbol of who pays, empty when it has none."""


PriceAction = Split | CashDividend
"""What histories of prices tell, and are adjusted for."""

CorporateAction = PriceAction | StockDividend | SymbolChange | CashMerger


class ActionStatus(StrEnum):
    """Where an action that was entered at a venue stands."""

    ANNOUNCED = "announced"
    """It takes effect with the first session of its ex-date."""
    APPLIED = "applied"


class OwedDividend(Struct, frozen=True, kw_only=True):
    """A dividend between its ex-date and its payable date, over all accounts of a venue."""

    action_id: str
    symbol: str
    rate: MoneyUnits
    payable_date: date
    accounts: int
    amount: MoneyUnits
    """What all are owed, less what those that were short owe."""


class PendingActions(Struct, frozen=True, kw_only=True):
    """What was entered at a venue, and what it has still to pay; each by date."""

    announced: list[CorporateAction] = []
    applied: list[CorporateAction] = []
    """What has taken effect; an action that the feed told is not among these."""
    owed: list[OwedDividend] = []
