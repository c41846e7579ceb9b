"""Double entry: every change of value is a journal entry whose postings sum to zero.

A ledger account is a text: ``<account id>:available`` and ``<account id>:held`` for a customer (the
sum of both is what is posted), ``<account id>:receivable`` for what a customer is owed and has not
got, and the venue's own ``venue:clearing`` (the other side of trades with the feed),
``venue:fees``, ``venue:corporate_actions``, ``venue:interest`` and ``outside`` (where deposits come
from). The asset is a currency or a symbol, the amount a signed integer in billionths.
"""

from collections.abc import Iterable

from msgspec import Struct

from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.errors import InvariantBroken

CLEARING = "venue:clearing"
FEES = "venue:fees"
CORPORATE_ACTIONS = "venue:corporate_actions"
INTEREST = "venue:interest"
OUTSIDE = "outside"

Posting = tuple[str, str, int]
"""Ledger account, asset, signed amount."""


def available(account_id: AccountId) -> str:
    """Name the ledger account of what a customer may spend or sell."""
    return f"{account_id}:available"


def held(account_id: AccountId) -> str:
    """Name the ledger account of what open orders reserve."""
    return f"{account_id}:held"


def receivable(account_id: AccountId) -> str:
    """Name the ledger account of what a customer is owed; below zero, what they owe."""
    return f"{account_id}:receivable"


class Ledger(Struct):
    """The sums of all postings, by asset and ledger account; changed by ``post`` alone."""

    sums: dict[str, dict[str, int]] = {}

    def posted(self, ledger_account: str, asset: str) -> int:
        """Return the sum of the postings to one ledger account in one asset."""
        by_account = self.sums.get(asset)
        return by_account.get(ledger_account, 0) if by_account else 0

    def post(self, postings: Iterable[Posting]) -> None:
        """Add one balanced journal entry; raises ``InvariantBroken`` when it is not balanced."""
        rest: dict[str, int] = {}
        for ledger_account, asset, amount in postings:
            rest[asset] = rest.get(asset, 0) + amount
            by_account = self.sums.get(asset)
            if by_account is None:
                by_account = self.sums[asset] = {}
            total = by_account.get(ledger_account, 0) + amount
            if total:
                by_account[ledger_account] = total
            else:
                by_account.pop(ledger_account, None)
        for asset, amount in rest.items():
            if amount:
                raise InvariantBroken(f"a journal entry is off by {amount} billionths of {asset}")
