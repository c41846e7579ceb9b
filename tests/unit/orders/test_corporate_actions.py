"""Splits and dividends: every share counts, nothing counts twice, and nothing is made up."""

from decimal import Decimal

import pytest
from tests.unit.orders.margin_stage import MarginStage
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price, shares

from tradewind.contracts.corporate_actions import (
    CashDividend,
    CashMerger,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.journal import (
    CashInLieuPaid,
    CorporateActionWithdrawn,
    DividendAccrued,
    DividendPaid,
    PositionSplit,
)
from tradewind.contracts.market_data import SessionClosed, SessionOpened
from tradewind.contracts.vocabulary import AccountId
from tradewind.order_service.domain.ledger import CORPORATE_ACTIONS
from tradewind.order_service.domain.refusals import InstrumentDelisted

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


def test_split_gives_the_shares_of_day_orders_back_before_it_multiplies_them() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.submit(ALICE, "sell", 10, "12")
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


def posted(stage: Stage, account: AccountId, asset: str = "AAPL") -> Decimal:
    state = stage.core.state
    return Decimal(state.qty(state.accounts[account], asset)).scaleb(-9)


def owed(stage: Stage, account: AccountId) -> Decimal:
    ledger_account = stage.core.state.accounts[account].ledger_receivable
    return Decimal(stage.core.state.ledger.posted(ledger_account, "USD")).scaleb(-9)


def short_stage(qty: int) -> MarginStage:
    """Return a stage where Alice is short so many shares, sold at 10."""
    stage = MarginStage()
    stage.depth(bids=[("10", qty)])
    stage.submit(ALICE, "sell", qty, "10")
    stage.depth()
    assert posted(stage, ALICE) == -qty
    return stage


def test_reverse_split_pays_the_fraction_of_a_share_in_cash_at_the_price_of_a_new_one() -> None:
    stage = Stage()
    stage.give(ALICE, 25, "4")
    stage.trade("4.40", 1)
    before = stage.cash(ALICE)
    events = stage.feed(Split("s1", "AAPL", DAY, 1, 10))
    # 25 old are 2.5 new ones, worth 44 each.
    paid = next(event for event in events if isinstance(event, CashInLieuPaid))
    assert (paid.qty, paid.price, paid.amount) == (shares("0.5"), price("44"), money("22"))
    assert (stage.position(ALICE), stage.cash(ALICE) - before) == (2, 22)
    # The cost of the half share goes with it.
    assert stage.core.state.accounts[ALICE].positions["AAPL"].cost_basis == money("80")


def test_position_of_less_than_one_new_share_is_paid_out_whole() -> None:
    stage = Stage()
    stage.give(ALICE, 3)
    stage.trade("10", 1)
    before = stage.cash(ALICE)
    stage.feed(Split("s1", "AAPL", DAY, 1, 10))
    assert "AAPL" not in stage.core.state.accounts[ALICE].positions
    assert (posted(stage, ALICE), stage.cash(ALICE) - before) == (0, 30)


def test_dividend_with_a_payable_date_is_owed_from_the_ex_date_and_paid_on_that_date() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    before = stage.cash(ALICE)
    action = CashDividend("d1", "AAPL", NEXT, money("0.5"), payable_date=DAY.replace(day=8))
    stage.feed(action, SessionOpened(NEXT, stage.now))
    assert (stage.cash(ALICE) - before, owed(stage, ALICE)) == (0, 5)
    # Who sells after the ex-date is paid all the same.
    stage.depth(bids=[("10", 10)])
    stage.submit(ALICE, "sell", 10)
    sold = stage.cash(ALICE)
    stage.feed(SessionClosed(NEXT, stage.now, {"AAPL": price("10")}))
    stage.feed(SessionOpened(DAY.replace(day=5), stage.now))
    assert stage.cash(ALICE) == sold
    stage.feed(SessionClosed(DAY.replace(day=5), stage.now, {"AAPL": price("10")}))
    # No session on the 8th: it is paid with the next.
    events = stage.feed(SessionOpened(DAY.replace(day=9), stage.now))
    assert [event.accrued for event in events if isinstance(event, DividendPaid)] == [True]
    assert (stage.cash(ALICE) - sold, owed(stage, ALICE)) == (5, 0)
    assert stage.core.state.entitlements == {}


def test_who_buys_on_the_ex_date_gets_no_dividend() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    action = CashDividend("d1", "AAPL", NEXT, money("0.5"), payable_date=DAY.replace(day=8))
    events = stage.feed(action, SessionOpened(NEXT, stage.now))
    stage.give(BOB, 10)
    assert [e.account_id for e in events if isinstance(e, DividendAccrued)] == [ALICE]
    assert owed(stage, BOB) == 0


def test_short_position_pays_what_a_holder_gets() -> None:
    stage = short_stage(10)
    before = stage.cash(ALICE)
    stage.feed(CashDividend("d1", "AAPL", DAY, money("0.5")))
    assert stage.cash(ALICE) - before == -5


def test_short_position_splits_towards_zero_and_pays_in_lieu_of_its_fraction() -> None:
    stage = short_stage(25)
    stage.trade("4", 1)
    before = stage.cash(ALICE)
    stage.feed(Split("s1", "AAPL", DAY, 1, 10))
    assert (posted(stage, ALICE), stage.cash(ALICE) - before) == (-2, -20)
    assert stage.core.state.accounts[ALICE].positions["AAPL"].cost_basis == money("-200")


def test_short_position_owes_the_shares_of_a_stock_dividend() -> None:
    stage = short_stage(10)
    stage.feed(StockDividend("d1", "AAPL", DAY, shares("0.1")))
    assert posted(stage, ALICE) == -11


def test_stock_dividend_adds_shares_and_keeps_their_cost() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.trade("11", 1)
    stage.feed(StockDividend("d1", "AAPL", DAY, shares("0.1")))
    assert posted(stage, ALICE) == 11
    assert stage.core.state.accounts[ALICE].positions["AAPL"].cost_basis == money("100")
    assert stage.core.view.last_price("AAPL") == price("10")


def test_symbol_change_takes_position_cost_and_closes_along_and_ends_orders() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.trade("11", 1)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("11")}))
    order = stage.submit(ALICE, "sell", 10, "12", "gtc")
    stage.feed(SymbolChange("n1", "AAPL", NEXT, "APLX"), SessionOpened(NEXT, stage.now))
    state = stage.core.state
    assert order.status == "canceled"
    assert (posted(stage, ALICE), posted(stage, ALICE, "APLX")) == (0, 10)
    position = state.accounts[ALICE].positions["APLX"]
    assert (position.cost_basis, position.qty_at_day_start) == (money("100"), shares(10))
    assert state.previous_closing_prices == {"APLX": price("11")}
    assert stage.core.view.last_price("APLX") == price("11")


def test_symbol_change_joins_shares_that_are_held_under_the_new_symbol() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.feed(SymbolChange("n1", "AAPL", DAY, "APLX"))
    stage.feed(SymbolChange("n2", "APLX", DAY, "AAPL"))
    stage.give(ALICE, 5, "20")
    assert stage.core.state.accounts[ALICE].positions["AAPL"].cost_basis == money("200")
    assert stage.position(ALICE) == 15


def test_merger_pays_cash_for_every_share_and_ends_trading() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    before = stage.cash(ALICE)
    stage.feed(CashMerger("m1", "AAPL", DAY, money("12.345")))
    assert (posted(stage, ALICE), stage.cash(ALICE) - before) == (0, Decimal("123.45"))
    assert "AAPL" not in stage.core.state.accounts[ALICE].positions
    with pytest.raises(InstrumentDelisted, match="2024-01-02"):
        stage.submit(BOB, "buy", 1, "10")


def test_action_that_gives_more_than_can_be_counted_is_withdrawn_whole() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    events = stage.feed(CashMerger("m1", "AAPL", DAY, money("1000000000")))
    assert len(events) == 1
    assert isinstance(events[0], CorporateActionWithdrawn)
    assert stage.position(ALICE) == 10
    # Told anew, with what can be counted, it takes effect.
    stage.feed(CashMerger("m1", "AAPL", DAY, money("1")))
    assert stage.position(ALICE) == 0
