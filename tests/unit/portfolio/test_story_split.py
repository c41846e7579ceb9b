"""A split changes the number of shares and the price, and nothing else.

day 1   deposit 1000; buy 10 at 100; close 100   equity 1000
day 2   4 for 1: 40 shares; close 26             equity 1040   profit 40
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.platform.money import from_units
from tradewind.testing.journal import AccountStory


def hold_ten_at_a_hundred() -> AccountStory:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("AAPL", 10, 100)
    story.end("2024-01-02", AAPL=100)
    return story


def test_split_makes_neither_profit_nor_loss() -> None:
    story = hold_ten_at_a_hundred()
    story.split("AAPL", 4, 1)
    story.split_done("AAPL", 4, 1)
    story.begin("2024-01-03")
    story.end("2024-01-03", AAPL=26)

    figures = Figures(story)
    assert figures.each("equity") == [1000, 1040]
    assert figures.time_weighted_return == Decimal("0.04")


def test_split_without_a_new_price_keeps_the_worth() -> None:
    story = hold_ten_at_a_hundred()
    story.split("AAPL", 4, 1)
    story.split_done("AAPL", 4, 1)
    story.begin("2024-01-03")
    story.end("2024-01-03")
    assert Figures(story).each("equity") == [1000, 1000]


def test_one_split_of_two_holders_adjusts_the_price_once() -> None:
    story = hold_ten_at_a_hundred()
    other = AccountStory(story.journal, start="2024-01-03")
    other.deposit(500)
    other.buy("AAPL", 5, 100)
    story.split("AAPL", 4, 1)
    other.split("AAPL", 4, 1)
    story.split_done("AAPL", 4, 1)
    story.end("2024-01-03")

    figures = Figures(story)
    assert figures.each("equity") == [1000, 1000]
    present = figures.projection.current_point(other.account_id)
    assert from_units(present.equity) == 500
