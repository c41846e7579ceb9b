"""The ledger: everything posts, nothing updates, and what is not balanced is not taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.order_service.domain.ledger import OUTSIDE, Ledger, LedgerAccount, Line, Posting
from tradewind.platform.errors import InvariantBroken

CURRENCIES = {"alice:available": "USD", "alice:held": "USD", "bob:available": "EUR", "fees": ""}
names = st.sampled_from(sorted(CURRENCIES))
assets = st.sampled_from(["USD", "AAPL"])
amounts = st.integers(-(10**30), 10**30)
lines = st.lists(st.tuples(names, assets, amounts), max_size=6)


def accounts_of_a_ledger() -> dict[str, LedgerAccount]:
    """Return accounts with nothing posted, of which some keep the sum in a currency themselves."""
    return {name: LedgerAccount(name, currency) for name, currency in CURRENCIES.items()}


def balanced(accounts: dict[str, LedgerAccount], entry: list[Line]) -> list[Posting]:
    """Return an entry with the lines that balance it."""
    rest: dict[str, int] = {}
    for _, asset, amount in entry:
        rest[asset] = rest.get(asset, 0) - amount
    written = [(accounts[name], asset, amount) for name, asset, amount in entry]
    return written + [(OUTSIDE, asset, amount) for asset, amount in rest.items()]


@given(st.lists(lines, max_size=10))
def test_posted_is_the_sum_of_the_postings_and_every_asset_sums_to_zero(
    entries: list[list[Line]],
) -> None:
    ledger, accounts, expected = Ledger(), accounts_of_a_ledger(), dict[tuple[str, str], int]()
    for entry in entries:
        ledger.post(balanced(accounts, entry))
        for name, asset, amount in entry:
            expected[name, asset] = expected.get((name, asset), 0) + amount
    sums = ledger.all_sums(accounts.values())
    for (name, asset), amount in expected.items():
        assert ledger.posted(accounts[name], asset) == amount == sums[asset].get(name, 0)
    for by_account in sums.values():
        assert sum(by_account.values()) == 0
        assert 0 not in by_account.values(), "accounts without anything take no memory"


@given(lines, names, assets, amounts.filter(bool))
def test_entry_that_is_off_is_refused(
    entry: list[Line], name: str, asset: str, amount: int
) -> None:
    accounts = accounts_of_a_ledger()
    written = [*balanced(accounts, entry), (accounts[name], asset, amount)]
    with pytest.raises(InvariantBroken, match=f"off by {amount} billionths of {asset}"):
        Ledger().post(written)


def test_assets_do_not_balance_one_another() -> None:
    with pytest.raises(InvariantBroken):
        Ledger().post([(LedgerAccount("a"), "USD", 5), (LedgerAccount("b"), "AAPL", -5)])


def test_two_ledgers_share_nothing() -> None:
    one, other = Ledger(), Ledger()
    one.post([(OUTSIDE, "USD", 5), (LedgerAccount("b"), "USD", -5)])
    assert other.sums == {}
    assert other.posted(OUTSIDE, "USD") == 0


def test_unknown_account_and_asset_have_nothing_posted() -> None:
    account = LedgerAccount("x", "USD")
    assert Ledger().posted(account, "USD") == Ledger().posted(account, "X") == 0
