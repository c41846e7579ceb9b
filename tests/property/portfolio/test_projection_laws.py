"""Laws of the fold, for any story of an account."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.portfolio_service.domain.projection import Projection
from tradewind.testing.journal import AccountStory

PRICE = st.decimals(min_value="0.01", max_value="5000", places=2)
QTY = st.decimals(min_value="0.000001", max_value="1000", places=6)
SYMBOL = st.sampled_from(["AAPL", "IBM"])


@st.composite
def stories(draw: st.DrawFn) -> AccountStory:
    """Draw what an account may live through in some days."""
    story = AccountStory(start="2024-01-01")
    held: dict[str, list[str]] = {"AAPL": [], "IBM": []}
    for number in range(draw(st.integers(1, 8))):
        day = str(date(2024, 1, 2) + timedelta(days=number))
        story.begin(day)
        for step in draw(st.lists(st.sampled_from(["in", "out", "buy", "sell", "div", "split"]))):
            symbol = draw(SYMBOL)
            match step:
                case "in":
                    story.deposit(draw(PRICE))
                case "out":
                    story.withdraw(draw(PRICE))
                case "buy":
                    story.buy(symbol, draw(QTY), draw(PRICE), fee="0.35")
                    held[symbol].append(day)
                case "sell" if held[symbol]:
                    story.sell(symbol, "0.000001", draw(PRICE))
                case "split" if held[symbol]:
                    rate = draw(st.integers(2, 7))
                    story.split(symbol, rate, 1, action_id=day + symbol)
                    story.split_done(symbol, rate, 1, action_id=day + symbol)
                case "div":
                    story.dividend(symbol, "0.01")
                case _:
                    pass
        story.end(day, AAPL=draw(PRICE), IBM=draw(PRICE))
    return story


@given(stories())
def test_equity_is_all_flows_and_all_profits(story: AccountStory) -> None:
    projection = Projection(story.venue_id)
    for record in story.records:
        projection.apply(record)
    points = projection.take_changes().points
    flows = sum(point.net_cash_flow for point in points)
    profits = sum(point.profit_loss for point in points)
    assert points[-1].equity == flows + profits
    assert [point.equity_before for point in points] == [0, *(p.equity for p in points[:-1])]


@settings(deadline=None)
@given(stories(), st.data())
def test_batches_do_not_matter(story: AccountStory, data: st.DataObject) -> None:
    whole, parts = Projection(story.venue_id), Projection(story.venue_id)
    points, income = [], Counter()
    for record in story.records:
        whole.apply(record)
        parts.apply(record)
        if data.draw(st.booleans()):
            # As after a restart: everything but the changes comes from what was written down.
            changes = parts.take_changes()
            points += changes.points
            income.update(changes.income)
            parts = Projection(story.venue_id, parts.progress(), parts.accounts, parts.prices)
    rest, everything = parts.take_changes(), whole.take_changes()
    income.update(rest.income)
    assert points + rest.points == everything.points
    assert income == everything.income
    assert (parts.accounts, parts.prices) == (whole.accounts, whole.prices)
    assert parts.progress() == whole.progress()
