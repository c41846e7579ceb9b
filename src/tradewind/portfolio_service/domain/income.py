"""What an account has received and been charged besides the prices of what it trades.

Amounts are summed by trading date, symbol and kind. The date is that of the running session, else
the exchange's date of the record: the day on which the ledger posted it.
"""

from enum import StrEnum
from typing import NamedTuple

from tradewind.contracts.journal import (
    BorrowFeePosted,
    DividendPaid,
    InterestPosted,
    OrderFilled,
)
from tradewind.contracts.vocabulary import AccountId

WHOLE_ACCOUNT = ""
"""The symbol of what belongs to no position."""


class IncomeKind(StrEnum):
    """What an amount was for; fees are above zero where they were charged."""

    DIVIDENDS = "dividends"
    INTEREST = "interest"
    FEES = "fees"
    BORROW_FEES = "borrow_fees"


class Received(NamedTuple):
    """Whose an amount is, and what it was for."""

    account_id: AccountId
    symbol: str
    kind: IncomeKind


Earning = DividendPaid | InterestPosted | OrderFilled | BorrowFeePosted
"""Events that may post income or fees."""


def received(event: Earning) -> tuple[Received, int]:
    """Return what an event posted, signed as its kind; zero for a fill without fees."""
    match event:
        case DividendPaid():
            return Received(event.account_id, event.symbol, IncomeKind.DIVIDENDS), event.amount
        case InterestPosted():
            return Received(event.account_id, WHOLE_ACCOUNT, IncomeKind.INTEREST), event.amount
        case OrderFilled():
            return Received(event.account_id, event.symbol, IncomeKind.FEES), event.fee
        case BorrowFeePosted():
            return Received(event.account_id, WHOLE_ACCOUNT, IncomeKind.BORROW_FEES), event.amount
