"""Splits and dividends: every share counts, nothing counts twice, and nothing is made up."""

from decimal import Decimal

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price, shares

from tradewind.contracts.journal import DividendPaid, PositionSplit
from tradewind.contracts.market_data import CashDividend, SessionClosed, SessionOpened, Split
from tradewind.order_service.domain.ledger import CORPORATE_ACTIONS

NEXT = DAY.replace(day=3)


def fraction(stage: Stage, billionths: int) -> None:
    """Let Alice hold so many billionths of a share, and nothing else."""
    stage.depth(asks=[("10", 1)])
    stage.submit(ALICE, "buy", f"0.{billionths:09d}")
    stage.depth()


def test_reverse_split_rounds_a_fraction_down_and_books_the_rest() -> None:
    stage = Stage()
    fraction(stage, 19)
    stage.feed(Split("s1", "AAPL", DAY, 1, 10))
    assert stage.position(ALICE) == Decimal("0.000000001")
    assert stage.core.state.ledger.posted(CORPORATE_ACTIONS, "AAPL") == 18


def test_position_that_a_reverse_split_leaves_nothing_of_is_gone() -> None:
    stage = Stage()
    fraction(stage, 9)
    stage.feed(Split("s1", "AAPL", DAY, 1, 10))
    assert "AAPL" not in stage.core.state.accounts[ALICE].positions
    # Nothing is left to split or to pay a dividend for.
    events = stage.feed(Split("s2", "AAPL", DAY, 2, 1), CashDividend("d1", "AAPL", DAY, money("1")))
    assert not [e for e in events if isinstance(e, PositionSplit | DividendPaid)]


def test_split_in_fractions_keeps_every_billionth() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.feed(Split("s1", "AAPL", DAY, 3, 2))
    assert stage.position(ALICE) == 15
    assert stage.core.state.accounts[ALICE].positions["AAPL"].cost_basis == money("100")


def test_split_gives_held_shares_back_before_it_multiplies_them() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.submit(ALICE, "sell", 10, "12", "gtc")
    stage.feed(Split("s1", "AAPL", DAY, 2, 1))
    assert stage.core.state.qty_available(stage.core.state.accounts[ALICE], "AAPL") == shares(20)


def test_split_cancels_orders_that_wait_for_the_open_and_market_orders_too() -> None:
    stage = Stage()
    stage.trade("10", 1)
    waiting = stage.submit(BOB, "buy", 1)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    accepted = stage.submit(ALICE, "buy", 1, "10")
    stage.feed(Split("s1", "AAPL", NEXT, 2, 1), SessionOpened(NEXT, stage.now))
    assert (waiting.status, accepted.status) == ("expired", "canceled")
    assert (stage.cash(ALICE), stage.cash(BOB)) == (10_000, 10_000)


def test_prices_of_before_a_split_are_not_traded_at_after_it() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 100)])
    stage.trade("10", 1)
    stage.feed(Split("s1", "AAPL", DAY, 2, 1))
    order = stage.submit(ALICE, "buy", 1)
    assert (order.status, order.hold_price) == ("new", price("5.25"))


@pytest.mark.parametrize(("rate", "paid"), [("0.005", "0.02"), ("0.015", "0.04"), ("0.001", "0")])
def test_dividend_is_paid_to_the_cent_half_even(rate: str, paid: str) -> None:
    stage = Stage()
    stage.give(ALICE, 3)
    before = stage.cash(ALICE)
    events = stage.feed(CashDividend("d1", "AAPL", DAY, money(rate)))
    assert stage.cash(ALICE) - before == Decimal(paid)
    assert len([e for e in events if isinstance(e, DividendPaid)]) == (1 if paid != "0" else 0)


def test_dividend_counts_shares_that_are_held_for_orders() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.submit(ALICE, "sell", 10, "12")
    before = stage.cash(ALICE)
    stage.feed(CashDividend("d1", "AAPL", DAY, money("0.5")))
    assert stage.cash(ALICE) - before == 5
