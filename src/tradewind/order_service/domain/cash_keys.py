"""What an administrator moved under an idempotency key, folded from the journal like all else.

A key is part of its journal event. Whoever repeats a key after a time-out, a restart or at the same
moment is told what was done the first time; nothing is posted twice. A refused movement leaves no
key behind: it may be tried again under the same one.
"""

from datetime import datetime

from msgspec import Struct

from tradewind.contracts.journal import CashDeposited, CashTransferred, CashWithdrawn
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.money import MoneyUnits

Movement = CashDeposited | CashWithdrawn | CashTransferred


class CashMoved(Struct, frozen=True):
    """A movement of cash with its place in the journal."""

    number: int
    at: datetime
    activity_type: str
    """``CSD``, ``CSW`` or ``JNLC``."""
    account_id: AccountId
    """Who got it from outside, or who gave it."""
    amount: MoneyUnits
    """Above zero."""
    reference: str
    to_account_id: AccountId | None = None
    """Who got it from the other account."""

    @property
    def request(self) -> tuple[str, AccountId, AccountId | None, MoneyUnits, str]:
        """What was asked for: two movements under one key must not differ in it."""
        return (
            self.activity_type,
            self.account_id,
            self.to_account_id,
            self.amount,
            self.reference,
        )


def cash_moved(number: int, at: datetime, event: Movement) -> CashMoved:
    """Return the movement that a record tells of."""
    match event:
        case CashDeposited():
            kind = "CSD"
        case CashWithdrawn():
            kind = "CSW"
        case CashTransferred():
            kind = "JNLC"
    to_account_id = event.to_account_id if isinstance(event, CashTransferred) else None
    return CashMoved(
        number, at, kind, event.account_id, event.amount, event.reference, to_account_id
    )
