"""What the portfolio answers about a known story.

day 1  Jan 2   deposit 1000; buy 10 IBM at 100, close 110     equity 1100   factor 1.1
day 2  Jan 3   deposit 1100; dividend 1 a share; close 98     equity 980 + 1110 = 2090
               factor 2090 / 2200 = 0.95
day 3  Jan 4   sell 10 at 119 with fee 1                      equity 1110 + 1189 = 2299
               factor 2299 / 2090 = 1.1
"""

from datetime import date
from decimal import Decimal

import pytest
from tests.integration.portfolio.conftest import StartApp

from tradewind.contracts.portfolio import EquityHistory, Income
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.errors import NotFound
from tradewind.platform.ids import new_id
from tradewind.platform.money import from_units
from tradewind.portfolio_service.app import PortfolioApp
from tradewind.testing.journal import AccountStory


@pytest.fixture
def story() -> AccountStory:
    """Return the story above."""
    story = AccountStory(start="2024-01-02")
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100)
    story.end("2024-01-02", IBM=110)
    story.deposit(1100)
    story.dividend("IBM", 1)
    story.begin("2024-01-03")
    story.end("2024-01-03", IBM=98)
    story.begin("2024-01-04")
    story.sell("IBM", 10, 119, fee=1)
    story.end("2024-01-04", IBM=120)
    return story


@pytest.fixture
async def app(start_app: StartApp, story: AccountStory) -> PortfolioApp:
    """Return a portfolio service that follows the story."""
    return await start_app(story.journal)


def equities(history: EquityHistory) -> list[Decimal]:
    return [from_units(point.equity) for point in history.points]


async def test_whole_history_starts_from_nothing(app: PortfolioApp, story: AccountStory) -> None:
    history = await app.equity_history(story.venue_id, story.account_id, None, None)
    assert equities(history) == [1100, 2090, 2299]
    assert [from_units(point.net_cash_flow) for point in history.points] == [1000, 1100, 0]
    assert [from_units(point.profit_loss) for point in history.points] == [100, -110, 209]
    assert (history.base_value, history.base_value_at) == (0, None)
    assert history.points[0].at.isoformat().startswith("2024-01-02T21:00:00.001")


async def test_part_of_the_history_starts_from_the_close_before(
    app: PortfolioApp, story: AccountStory
) -> None:
    day = date(2024, 1, 3)
    history = await app.equity_history(story.venue_id, story.account_id, day, day)
    assert equities(history) == [2090]
    assert from_units(history.base_value) == 1100
    assert history.base_value_at == date(2024, 1, 2)


async def test_days_without_a_close_have_no_point(app: PortfolioApp, story: AccountStory) -> None:
    late = await app.equity_history(story.venue_id, story.account_id, date(2024, 1, 5), None)
    assert late.points == []
    assert from_units(late.base_value) == 2299
    early = await app.equity_history(story.venue_id, story.account_id, None, date(2024, 1, 1))
    assert (early.points, early.base_value) == ([], 0)
    swapped = await app.equity_history(
        story.venue_id, story.account_id, date(2024, 1, 4), date(2024, 1, 2)
    )
    assert swapped.points == []


async def test_performance_of_everything(app: PortfolioApp, story: AccountStory) -> None:
    found = await app.performance(story.venue_id, story.account_id, None, None)
    assert found.time_weighted_return == Decimal("0.1495")
    assert found.max_drawdown == Decimal("0.05")
    assert (found.start_date, found.end_date) == (date(2024, 1, 2), date(2024, 1, 4))
    assert from_units(found.start_equity) == 0
    assert from_units(found.end_equity) == 2299
    assert from_units(found.net_cash_flow) == 2100
    assert from_units(found.profit_loss) == 199
    assert (from_units(found.fees), from_units(found.dividends), found.fills) == (1, 10, 2)


async def test_performance_of_a_part(app: PortfolioApp, story: AccountStory) -> None:
    found = await app.performance(story.venue_id, story.account_id, date(2024, 1, 4), None)
    assert found.time_weighted_return == Decimal("0.1")
    assert from_units(found.start_equity) == 2090
    assert (found.fills, found.dividends) == (1, 0)


async def test_performance_of_no_day_is_nothing(app: PortfolioApp, story: AccountStory) -> None:
    found = await app.performance(story.venue_id, story.account_id, date(2025, 1, 1), None)
    assert (found.start_date, found.time_weighted_return, found.fills) == (None, 0, 0)
    assert found.start_equity == found.end_equity


async def test_answer_covers_what_was_committed_just_before(
    app: PortfolioApp, story: AccountStory
) -> None:
    for number in range(5, 30):
        day = f"2024-01-{number:02}"
        story.deposit(1)
        story.begin(day)
        story.end(day)
        history = await app.equity_history(story.venue_id, story.account_id, None, None)
        assert history.points[-1].trading_date == date(2024, 1, number)


async def test_first_day_has_one_point_of_the_present(start_app: StartApp) -> None:
    story = AccountStory(start="2024-01-02")
    app = await start_app(story.journal)
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 5, 100)
    story.buy("IBM", 1, 110)
    history = await app.equity_history(story.venue_id, story.account_id, None, None)
    assert equities(history) == [1050]
    assert history.points[0].trading_date == date(2024, 1, 2)
    found = await app.performance(story.venue_id, story.account_id, None, None)
    assert found.time_weighted_return == Decimal("0.05")

    before = await app.equity_history(story.venue_id, story.account_id, None, date(2024, 1, 1))
    assert before.points == []

    story.end("2024-01-02", IBM=120)
    story.begin("2024-01-03")
    history = await app.equity_history(story.venue_id, story.account_id, None, None)
    assert equities(history) == [1000 - 610 + 720]


def replay(sessions: int, fills_a_session: int) -> AccountStory:
    """Make the journal of a long replay."""
    story = AccountStory(start="2000-01-02")
    story.deposit(1_000_000)
    for number in range(sessions):
        day = str(date.fromordinal(date(2000, 1, 3).toordinal() + number))
        story.begin(day)
        for _ in range(fills_a_session // 2):
            story.buy("IBM", 1, 100)
            story.sell("IBM", 1, 100)
        story.end(day, IBM=100)
    return story


async def test_long_replay_is_folded_within_the_waiting_time_of_a_query(
    start_app: StartApp,
) -> None:
    story = replay(sessions=3_270, fills_a_session=28)
    assert len(story.records) > 98_000
    app = await start_app(story.journal)
    history = await app.equity_history(story.venue_id, story.account_id, None, None)
    assert len(history.points) == 3_270
    assert from_units(history.points[-1].equity) == 1_000_000


async def test_income_is_by_position_and_date(start_app: StartApp) -> None:
    story = AccountStory(start="2024-01-01")
    app = await start_app(story.journal)
    story.deposit(10_000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100, fee="1.5")
    story.buy("AAPL", 10, 100, fee="-0.25")
    story.interest("0.1234")
    story.end("2024-01-02", IBM=100, AAPL=100)
    story.begin("2024-01-03")
    story.dividend("IBM", "0.5")
    story.sell("IBM", 10, 100)
    story.borrow_fee("0.02")
    story.interest("-0.1")

    async def income(start: date | None = None, end: date | None = None) -> Income:
        return await app.income(story.venue_id, story.account_id, start, end)

    # The second day has not ended, and what was sold still counts.
    whole = await income()
    assert [
        (each.symbol, from_units(each.dividends), from_units(each.fees)) for each in whole.positions
    ] == [("AAPL", 0, Decimal("-0.25")), ("IBM", 5, Decimal("1.5"))]
    assert (from_units(whole.interest), from_units(whole.borrow_fees)) == (
        Decimal("0.0234"),
        Decimal("0.02"),
    )
    assert (from_units(whole.total), from_units(whole.fees)) == (
        Decimal("5.0234"),
        Decimal("1.27"),
    )
    first = await income(end=date(2024, 1, 2))
    second = await income(start=date(2024, 1, 3), end=date(2024, 1, 3))
    assert (from_units(first.total), from_units(second.total)) == (
        Decimal("0.1234"),
        Decimal("4.9"),
    )
    assert [each.symbol for each in second.positions] == ["IBM"]
    assert (await income(start=date(2024, 1, 4))).positions == []
    with pytest.raises(NotFound):
        await app.income(story.venue_id, AccountId(new_id()), None, None)
