"""Double entry: every change of value is a journal entry whose postings sum to zero.

A ledger account has a name: ``<account id>:available`` and ``<account id>:held`` for a customer
(the sum of both is what is posted), ``<account id>:receivable`` for what a customer is owed and has
not got, and the venue's own ``venue:clearing`` (the other side of trades with the feed),
``venue:fees``, ``venue:corporate_actions``, ``venue:interest`` and ``outside`` (where deposits come
from). The asset is a currency or a symbol, the amount a signed integer in billionths.
"""

from collections.abc import Iterable

from msgspec import Struct

from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.errors import InvariantBroken


class LedgerAccount(Struct, array_like=True, gc=False):
    """One account of the ledger."""

    name: str = ""
    currency: str = ""
    """What most of its postings are of, of a customer's account; empty for the venue's own."""
    cash: int = 0
    """The sum of its postings in that currency, at hand: with many customers, a search for it among
    all sums is what an order would wait for."""


CLEARING = LedgerAccount("venue:clearing")
FEES = LedgerAccount("venue:fees")
CORPORATE_ACTIONS = LedgerAccount("venue:corporate_actions")
INTEREST = LedgerAccount("venue:interest")
OUTSIDE = LedgerAccount("outside")

Posting = tuple[LedgerAccount, str, int]
"""Ledger account, asset, signed amount."""

Line = tuple[str, str, int]
"""A posting as the journal has it: with the name of the ledger account."""


def lines(postings: Iterable[Posting]) -> list[Line]:
    """Return the lines of a journal entry."""
    return [(account.name, asset, amount) for account, asset, amount in postings]


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
    """The sums of all postings; changed by ``post`` alone."""

    sums: dict[str, dict[str, int]] = {}
    """By asset and name of the ledger account, but for what accounts keep at hand themselves."""

    def posted(self, ledger_account: LedgerAccount, asset: str) -> int:
        """Return the sum of the postings to one ledger account in one asset."""
        if asset == ledger_account.currency:
            return ledger_account.cash
        by_account = self.sums.get(asset)
        return by_account.get(ledger_account.name, 0) if by_account else 0

    def post(self, postings: Iterable[Posting]) -> None:
        """Add one balanced journal entry; raises ``InvariantBroken`` when it is not balanced."""
        rest: dict[str, int] = {}
        for ledger_account, asset, amount in postings:
            rest[asset] = rest.get(asset, 0) + amount
            if asset == ledger_account.currency:
                ledger_account.cash += amount
            else:
                self._add(ledger_account.name, asset, amount)
        for asset, amount in rest.items():
            if amount:
                raise InvariantBroken(f"a journal entry is off by {amount} billionths of {asset}")

    def _add(self, name: str, asset: str, amount: int) -> None:
        by_account = self.sums.get(asset)
        if by_account is None:
            by_account = self.sums[asset] = {}
        total = by_account.get(name, 0) + amount
        if total:
            by_account[name] = total
        else:
            by_account.pop(name, None)

    def all_sums(self, at_hand: Iterable[LedgerAccount]) -> dict[str, dict[str, int]]:
        """Return every sum but zero by asset and name, with those that accounts keep at hand."""
        sums = {asset: dict(by_account) for asset, by_account in self.sums.items()}
        for account in at_hand:
            if account.cash:
                sums.setdefault(account.currency, {})[account.name] = account.cash
        return sums
