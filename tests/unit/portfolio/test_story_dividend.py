"""A dividend is a part of the return, and no deposit.

day 1   deposit 1000; buy 10 at 100; close 100            equity 1000
day 2   0.50 a share on 10 shares: cash 5; close 99.75    equity 997.50 + 5 = 1002.50
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def test_dividend_is_profit() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100)
    story.end("2024-01-02", IBM=100)
    story.dividend("IBM", "0.5")
    story.begin("2024-01-03")
    story.end("2024-01-03", IBM="99.75")

    figures = Figures(story)
    assert figures.each("equity") == [1000, Decimal("1002.5")]
    assert figures.each("dividends") == [0, 5]
    assert figures.each("net_cash_flow") == [1000, 0]
    assert figures.time_weighted_return == Decimal("0.0025")
