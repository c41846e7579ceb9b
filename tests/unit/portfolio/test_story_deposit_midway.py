"""A deposit at the wrong moment: money is lost, and yet the investing was good.

day 1   deposit 1000; buy 10 at 100; close 110    equity 1100   factor 1.10
day 2   deposit 1100; close 99                    equity 990 + 1100 = 2090
        factor 2090 / (1100 + 1100) = 0.95        profit -110
return  1.10 x 0.95 - 1 = +4.5 %, though 2100 went in and 2090 are there
drawdown 5 %, from the close of day 1
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def test_size_of_a_deposit_does_not_weigh_the_return() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100)
    story.end("2024-01-02", IBM=110)
    story.begin("2024-01-03")
    story.deposit(1100)
    story.end("2024-01-03", IBM=99)

    figures = Figures(story)
    assert figures.each("equity") == [1100, 2090]
    assert figures.each("profit_loss") == [100, -110]
    assert figures.time_weighted_return == Decimal("0.045")
    assert figures.max_drawdown == Decimal("0.05")
