"""Corporate actions entered by hand: when they take effect, and which are refused."""

from datetime import date

import pytest
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price, shares

from tradewind.contracts.corporate_actions import (
    ActionStatus,
    CashDividend,
    CashMerger,
    CorporateAction,
    PendingActions,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.journal import CorporateActionAnnounced, DividendPaid
from tradewind.contracts.market_data import (
    ExtendedHoursOpened,
    SessionClosed,
    SessionOpened,
)
from tradewind.contracts.vocabulary import ExtendedPhase
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.action_entry import pending
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.refusals import (
    CorporateActionExists,
    CorporateActionNotPending,
    CorporateActionTooLarge,
    InstrumentDelisted,
)
from tradewind.platform.errors import MalformedRequest, Refusal

NEXT = DAY.replace(day=3)


def enter(stage: Stage, action: CorporateAction) -> ActionStatus:
    status: ActionStatus = decide(
        stage.core, commands.EnterCorporateAction(action, "admin"), stage.now
    )
    return status


def end_day(stage: Stage, day: date) -> None:
    stage.feed(SessionClosed(day, stage.now, {"AAPL": price("10")}))


def test_action_waits_for_the_first_session_of_its_ex_date() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    later = DAY.replace(day=4)
    assert enter(stage, Split("s1", "AAPL", later, 2, 1)) is ActionStatus.ANNOUNCED
    end_day(stage, DAY)
    stage.feed(SessionOpened(NEXT, stage.now))
    assert stage.position(ALICE) == 10
    end_day(stage, NEXT)
    stage.feed(ExtendedHoursOpened(later, stage.now, ExtendedPhase.PRE_MARKET))
    assert stage.position(ALICE) == 20
    stage.feed(SessionOpened(later, stage.now))
    assert stage.position(ALICE) == 20
    assert stage.core.state.announced == {}


def test_action_whose_ex_date_fell_on_a_holiday_takes_effect_with_the_next_session() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    enter(stage, Split("s1", "AAPL", NEXT, 2, 1))
    end_day(stage, DAY)
    stage.feed(SessionOpened(DAY.replace(day=8), stage.now))
    assert stage.position(ALICE) == 20


def test_action_whose_ex_date_has_begun_takes_effect_at_once() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    assert enter(stage, CashDividend("d1", "AAPL", DAY, money("0.5"))) is ActionStatus.APPLIED
    assert stage.cash(ALICE) == 9_905


def test_late_dividend_is_owed_only_until_its_payable_date() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    enter(stage, CashDividend("d1", "AAPL", DAY, money("1"), payable_date=DAY))
    assert stage.cash(ALICE) == 9_910
    enter(stage, CashDividend("d2", "AAPL", DAY, money("1"), payable_date=NEXT))
    assert stage.cash(ALICE) == 9_910
    [owed] = pending(stage.core.state).owed
    assert (owed.accounts, owed.amount, owed.payable_date) == (1, money("10"), NEXT)
    end_day(stage, DAY)
    events = stage.feed(SessionOpened(NEXT, stage.now))
    assert [event.action_id for event in events if isinstance(event, DividendPaid)] == ["d2"]
    assert pending(stage.core.state).owed == []


def test_actions_of_one_date_take_effect_in_order_of_date_then_id() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    enter(stage, Split("b", "AAPL", NEXT, 2, 1))
    enter(stage, CashDividend("c", "AAPL", NEXT, money("1")))
    enter(stage, CashDividend("a", "AAPL", NEXT, money("1")))
    assert [action.action_id for action in pending(stage.core.state).announced] == ["a", "b", "c"]
    end_day(stage, DAY)
    stage.feed(SessionOpened(NEXT, stage.now))
    assert stage.cash(ALICE) == 9_900 + 10 + 20


def test_same_action_again_changes_nothing_and_another_under_its_id_is_refused() -> None:
    stage = Stage()
    action = Split("s1", "AAPL", NEXT, 2, 1)
    enter(stage, action)
    stage.core.drain()
    assert enter(stage, action) is ActionStatus.ANNOUNCED
    assert stage.core.drain()[0] == []
    with pytest.raises(CorporateActionExists):
        enter(stage, Split("s1", "AAPL", NEXT, 3, 1))
    end_day(stage, DAY)
    stage.feed(SessionOpened(NEXT, stage.now))
    assert enter(stage, action) is ActionStatus.APPLIED
    assert stage.core.drain()[0] == []


def test_action_that_has_taken_effect_is_remembered_with_its_terms() -> None:
    stage = Stage()
    at_once, later = Split("s1", "AAPL", DAY, 2, 1), CashDividend("d1", "AAPL", NEXT, money("1"))
    enter(stage, later)
    enter(stage, at_once)
    stage.feed(Split("told", "IBM", DAY, 2, 1))
    assert pending(stage.core.state).applied == [at_once]
    stage.feed(SessionOpened(NEXT, stage.now))
    assert pending(stage.core.state) == PendingActions(applied=[at_once, later])


def test_action_that_was_taken_back_takes_no_effect_unless_it_is_entered_anew() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    action = Split("s1", "AAPL", NEXT, 2, 1)
    enter(stage, action)
    stage.run(commands.WithdrawCorporateAction("s1", "admin"))
    with pytest.raises(CorporateActionNotPending):
        stage.run(commands.WithdrawCorporateAction("s1", "admin"))
    end_day(stage, DAY)
    stage.feed(SessionOpened(NEXT, stage.now))
    assert stage.position(ALICE) == 10
    assert enter(stage, action) is ActionStatus.APPLIED
    assert stage.position(ALICE) == 20


def test_action_entered_in_a_session_changes_the_orders_that_stand_then() -> None:
    stage = Stage()
    order = stage.submit(BOB, "buy", 10, "10", "gtc")
    enter(stage, CashDividend("d1", "AAPL", DAY, money("0.5")))
    assert order.limit_price == price("9.5")
    stage.depth(asks=[("9.5", 10)])
    assert order.status == "filled"


@pytest.mark.parametrize(
    ("action", "refusal", "says"),
    [
        (Split("s", "AAPL", NEXT, 2, 2), MalformedRequest, "differ"),
        (Split("s", "AAPL", NEXT, -2, 1), MalformedRequest, "above 0"),
        (Split("s", "AAPL", NEXT, 1001, 1), MalformedRequest, "1000"),
        (Split("s", "aapl", NEXT, 2, 1), MalformedRequest, "upper case"),
        (Split("", "AAPL", NEXT, 2, 1), MalformedRequest, "action_id"),
        (CashDividend("d", "AAPL", NEXT, money("0")), MalformedRequest, "rate 0"),
        (
            CashDividend("d", "AAPL", NEXT, money("1"), payable_date=DAY),
            MalformedRequest,
            "payable_date",
        ),
        (StockDividend("d", "AAPL", NEXT, shares(1_000_001)), MalformedRequest, "rate"),
        (CashMerger("m", "AAPL", NEXT, money("-1")), MalformedRequest, "rate -1"),
        (SymbolChange("n", "AAPL", NEXT, "AAPL"), MalformedRequest, "differ"),
        (SymbolChange("n", "AAPL", NEXT, ""), MalformedRequest, "new_symbol"),
        (CashDividend("d", "GONE", NEXT, money("1")), InstrumentDelisted, "2024-01-02"),
        (CashMerger("m", "RICH", NEXT, money("1000000")), CorporateActionTooLarge, "counted"),
    ],
)
def test_action_that_means_nothing_or_cannot_be_carried_out_is_refused(
    action: CorporateAction, refusal: type[Refusal], says: str
) -> None:
    stage = Stage()
    stage.feed(CashMerger("gone", "GONE", DAY, money("1")))
    stage.give(ALICE, 900)
    for number in range(3):
        stage.feed(Split(f"{number}", "AAPL", DAY, 100, 1))
    stage.feed(SymbolChange("rich", "AAPL", DAY, "RICH"), SymbolChange("b", "X", DAY, "AAPL"))
    with pytest.raises(refusal, match=says):
        enter(stage, action)
    assert not [e for e in stage.core.drain()[0] if isinstance(e.event, CorporateActionAnnounced)]
