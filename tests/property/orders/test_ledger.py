"""The ledger: everything posts, nothing updates, and what is not balanced is not taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.contracts.vocabulary import AccountId
from tradewind.order_service.domain.ledger import Ledger, Posting, available, held
from tradewind.platform.errors import InvariantBroken

names = st.sampled_from(["alice:available", "alice:held", "bob:available", "outside"])
assets = st.sampled_from(["USD", "AAPL"])
amounts = st.integers(-(10**30), 10**30)
lines = st.lists(st.tuples(names, assets, amounts), max_size=6)


def balanced(entry: list[Posting]) -> list[Posting]:
    """Return an entry with the lines that balance it."""
    rest: dict[str, int] = {}
    for _, asset, amount in entry:
        rest[asset] = rest.get(asset, 0) - amount
    return entry + [("outside", asset, amount) for asset, amount in rest.items()]


@given(st.lists(lines, max_size=10))
def test_posted_is_the_sum_of_the_postings_and_every_asset_sums_to_zero(
    entries: list[list[Posting]],
) -> None:
    ledger, expected = Ledger(), dict[tuple[str, str], int]()
    for entry in map(balanced, entries):
        ledger.post(entry)
        for name, asset, amount in entry:
            expected[name, asset] = expected.get((name, asset), 0) + amount
    for (name, asset), amount in expected.items():
        assert ledger.posted(name, asset) == amount
    for by_account in ledger.sums.values():
        assert sum(by_account.values()) == 0
        assert 0 not in by_account.values(), "accounts without anything take no memory"


@given(lines, names, assets, amounts.filter(bool))
def test_entry_that_is_off_is_refused(
    entry: list[Posting], name: str, asset: str, amount: int
) -> None:
    with pytest.raises(InvariantBroken, match=f"off by {amount} billionths of {asset}"):
        Ledger().post([*balanced(entry), (name, asset, amount)])


def test_assets_do_not_balance_one_another() -> None:
    with pytest.raises(InvariantBroken):
        Ledger().post([("a", "USD", 5), ("b", "AAPL", -5)])


def test_two_ledgers_share_nothing() -> None:
    one, other = Ledger(), Ledger()
    one.post([("a", "USD", 5), ("b", "USD", -5)])
    assert other.sums == {}


def test_unknown_account_and_asset_have_nothing_posted() -> None:
    account = AccountId("x")
    assert Ledger().posted(available(account), "USD") == Ledger().posted(held(account), "X") == 0
