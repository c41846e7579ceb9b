"""What the fold insists on, and what it says of the running day."""

from datetime import date

import pytest
from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.contracts.journal import (
    AccountOpened,
    CashDeposited,
    CashTransferred,
    JournalRecord,
)
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.errors import InvariantBroken
from tradewind.platform.ids import new_id
from tradewind.platform.money import CENT, MoneyUnits, from_units
from tradewind.portfolio_service.domain.projection import Projection
from tradewind.testing.journal import AccountStory


def test_missing_or_repeated_record_stops_the_fold() -> None:
    story = AccountStory()
    story.deposit(1000)
    projection = Projection(story.venue_id)
    with pytest.raises(InvariantBroken, match=r"record 2 .* came after 0"):
        projection.apply(story.records[1])
    projection.apply(story.records[0])
    with pytest.raises(InvariantBroken, match=r"record 1 .* came after 1"):
        projection.apply(story.records[0])


def test_account_that_was_never_opened_stops_the_fold() -> None:
    story = AccountStory()
    projection = Projection(story.venue_id)
    projection.apply(story.records[0])
    stranger = CashDeposited(AccountId(new_id()), MoneyUnits(CENT), "test")
    with pytest.raises(InvariantBroken, match="never opened"):
        projection.apply(JournalRecord(story.venue_id, 2, story.records[0].at, stranger))


def test_trading_date_that_ends_twice_or_goes_back_adds_to_the_newest() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.buy("IBM", 1, 100)
    story.end("2024-01-03", IBM=110)
    story.deposit(5)
    story.end("2024-01-03", IBM=120)
    story.sell("IBM", 1, 130, fee=1)
    story.end("2024-01-02", IBM=130)
    first, second, third = Figures(story).points
    assert {point.trading_date for point in (first, second, third)} == {date(2024, 1, 3)}
    merged = first.followed_by(second).followed_by(third)
    assert from_units(merged.equity) == 1034
    assert (from_units(merged.net_cash_flow), from_units(merged.profit_loss)) == (1005, 29)
    assert (from_units(merged.fees), merged.fills, merged.equity_before) == (1, 2, 0)


def test_present_is_valued_at_the_newest_fill_before_the_first_close() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 5, 100)
    story.buy("IBM", 1, 110, fee=2)
    present = Figures(story).projection.current_point(story.account_id)
    assert present.trading_date == date(2024, 1, 2)
    assert from_units(present.equity) == 1000 - 500 - 110 - 2 + 6 * 110


def test_present_outside_a_session_has_the_exchanges_date() -> None:
    story = AccountStory(start="2024-01-02")
    story.deposit(1000)
    present = Figures(story).projection.current_point(story.account_id)
    assert present.trading_date == date(2024, 1, 2)


def test_changes_that_could_not_be_written_come_again_in_order() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.end("2024-01-02")
    story.buy("IBM", 1, 100)
    story.end("2024-01-03")
    projection = Projection(story.venue_id)
    for record in story.records[:3]:
        projection.apply(record)
    changes = projection.take_changes()
    for record in story.records[3:]:
        projection.apply(record)
    projection.restore_changes(changes)
    again = projection.take_changes()
    assert [point.trading_date.day for point in again.points] == [2, 3]
    assert again.accounts == {story.account_id}
    assert again.positions == {(story.account_id, "IBM")}
    assert again.prices == {"IBM"}
    assert projection.take_changes().points == []


def test_transfer_is_a_flow_of_both_accounts_and_nobodys_profit() -> None:
    story = AccountStory()
    story.deposit(1000)
    taker, number = AccountId(new_id()), len(story.records)
    projection = Projection(story.venue_id)
    transfer = CashTransferred(story.account_id, taker, MoneyUnits(300 * 100 * CENT), "loan")
    for record in [
        *story.records,
        JournalRecord(story.venue_id, number + 1, story.records[-1].at, AccountOpened(taker)),
        JournalRecord(story.venue_id, number + 2, story.records[-1].at, transfer),
    ]:
        projection.apply(record)
    given, got = projection.current_point(story.account_id), projection.current_point(taker)
    assert (from_units(given.net_cash_flow), from_units(got.net_cash_flow)) == (700, 300)
    assert (from_units(given.equity), from_units(got.equity)) == (700, 300)
    assert (given.profit_loss, got.profit_loss) == (0, 0)
