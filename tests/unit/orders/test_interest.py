"""Interest and borrow fees: actual/360 from close to close, on what stood at the earlier close."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.orders.margin_stage import MarginStage
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price

from tradewind.contracts.journal import BorrowFeePosted, InterestPosted
from tradewind.contracts.market_data import SessionClosed, SessionOpened
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.interest import check_interest, interest
from tradewind.order_service.domain.ledger import FEES, INTEREST
from tradewind.platform.errors import MalformedRequest


def rates(cash: str, debt: str = "0") -> Stage:
    return Stage(interest_bps=Decimal(cash), debit_interest_bps=Decimal(debt))


def session(stage: Stage, day: date) -> list[InterestPosted]:
    """Begin a trading date where none runs, and end it."""
    if stage.core.state.session_date is None:
        stage.feed(SessionOpened(day, stage.now))
    events = stage.feed(SessionClosed(day, stage.now, {"AAPL": price("10")}))
    return [event for event in events if isinstance(event, InterestPosted)]


def test_nothing_is_posted_at_the_first_close() -> None:
    assert session(rates("360"), DAY) == []


def test_cash_earns_for_every_day_since_the_close_before() -> None:
    stage = rates("360")
    session(stage, DAY)
    # 10,000 at 3.6 percent a year of 360 days is a dollar a day.
    posted = session(stage, DAY.replace(day=5))
    assert [(event.days, event.amount) for event in posted] == [(3, money("3"))] * 3
    assert stage.cash(ALICE) == 10_003
    assert stage.core.state.ledger.posted(INTEREST, "USD") == -money("9")


def test_interest_is_borne_by_what_stood_and_not_by_what_came_since() -> None:
    stage = rates("360")
    session(stage, DAY)
    stage.run(commands.Deposit(ALICE, money("10000"), "more"))
    posted = {event.account_id: event for event in session(stage, DAY.replace(day=3))}
    assert posted[ALICE].amount == money("1")
    posted = {event.account_id: event for event in session(stage, DAY.replace(day=4))}
    assert posted[ALICE].principal == money("20001")


def test_cash_that_orders_hold_earns_as_well() -> None:
    stage = rates("360")
    stage.submit(ALICE, "buy", 100, "50", "gtc")
    session(stage, DAY)
    assert {event.amount for event in session(stage, DAY.replace(day=3))} == {money("1")}


def test_interest_is_profit_of_the_day_on_which_it_is_posted() -> None:
    stage = rates("360")
    session(stage, DAY)
    session(stage, DAY.replace(day=3))
    assert stage.core.state.accounts[ALICE].closing_equity == money("10001")


def margin_rates(cash: str, debt: str) -> MarginStage:
    venue = {"interest_bps": Decimal(cash), "debit_interest_bps": Decimal(debt)}
    return MarginStage(venue=venue)


def test_debt_pays_the_debit_rate() -> None:
    stage = margin_rates("100", "720")
    stage.quote("9.99", "10")
    stage.submit(ALICE, "buy", 1_500, "10")
    assert stage.cash(ALICE) == -5_000
    session(stage, DAY)
    posted = {event.account_id: event for event in session(stage, DAY.replace(day=3))}
    assert (posted[ALICE].bps, posted[ALICE].amount) == (Decimal(720), money("-1"))
    assert stage.cash(ALICE) == -5_001


def test_proceeds_of_shorts_bear_no_interest_and_repay_no_debt() -> None:
    stage = margin_rates("360", "720")
    stage.depth(bids=[("10", 500)])
    stage.submit(ALICE, "sell", 500, "10")
    assert stage.cash(ALICE) == 15_000
    session(stage, DAY)
    posted = {event.account_id: event for event in session(stage, DAY.replace(day=3))}
    assert (posted[ALICE].principal, posted[ALICE].amount) == (money("10000"), money("1"))


def test_borrowed_shares_cost_their_rate_for_every_day() -> None:
    stage = MarginStage(venue={"borrow_bps": Decimal(720)})
    stage.depth(bids=[("10", 500)])
    stage.submit(ALICE, "sell", 500, "10")
    session(stage, DAY)
    before = stage.core.state.ledger.posted(FEES, "USD")
    stage.feed(SessionOpened(DAY.replace(day=5), stage.now))
    closed = stage.feed(SessionClosed(DAY.replace(day=5), stage.now, {"AAPL": price("12")}))
    # 5,000 at 7.2 percent a year of 360 days is a dollar a day.
    assert [event for event in closed if isinstance(event, BorrowFeePosted)] == [
        BorrowFeePosted(ALICE, money("5000"), Decimal(720), 3, money("3"))
    ]
    assert stage.cash(ALICE) == 15_000 - 3
    assert stage.core.state.ledger.posted(FEES, "USD") - before == money("3")
    stage.feed(SessionOpened(DAY.replace(day=6), stage.now))
    closed = stage.feed(SessionClosed(DAY.replace(day=6), stage.now, {"AAPL": price("12")}))
    assert [event.amount for event in closed if isinstance(event, BorrowFeePosted)] == [
        money("1.2")
    ]


def test_long_positions_cost_no_borrow_fee() -> None:
    stage = Stage(borrow_bps=Decimal(720))
    stage.give(BOB, 10)
    session(stage, DAY)
    events = stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    events += stage.feed(SessionClosed(DAY.replace(day=3), stage.now, {"AAPL": price("10")}))
    assert not [event for event in events if isinstance(event, BorrowFeePosted)]


def test_rates_of_zero_post_nothing() -> None:
    stage = rates("0")
    session(stage, DAY)
    assert session(stage, DAY.replace(day=3)) == []


@pytest.mark.parametrize(
    ("principal", "bps", "days", "amount"),
    [
        ("10000", "425", 1, "1.1806"),
        ("10000", "425", 3, "3.5417"),
        ("-10000", "825.5", 1, "-2.2931"),
        ("0.01", "100", 1, "0"),
    ],
)
def test_interest_is_rounded_to_a_hundredth_of_a_cent(
    principal: str, bps: str, days: int, amount: str
) -> None:
    assert interest(money(principal), Decimal(bps), days) == money(amount)


@pytest.mark.parametrize("bps", ["-1", "10001", "0.0000000001"])
def test_rates_that_mean_nothing_are_refused(bps: str) -> None:
    spec = VenueSpec(venue_id=VenueId("v"), name="V", debit_interest_bps=Decimal(bps))
    with pytest.raises(MalformedRequest, match="debit_interest_bps"):
        check_interest(spec)
