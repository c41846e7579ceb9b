"""An account emptied on the day of a profit, idle, and funded again.

day 1   deposit 100                                 equity 100
day 2   buy 1 at 100, sell 1 at 110, withdraw 110   equity 0
        nothing would be left to divide by (100 - 110 < 0), so the flow counts at the end:
        factor (0 + 110) / 100 = 1.1                profit 10
day 3   idle: nothing invested                      factor 1
day 4   deposit 50                                  factor 50 / 50 = 1
return  10 %
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def test_profit_of_the_day_of_leaving_counts() -> None:
    story = AccountStory()
    story.deposit(100)
    story.begin("2024-01-02")
    story.end("2024-01-02")
    story.begin("2024-01-03")
    story.buy("IBM", 1, 100)
    story.sell("IBM", 1, 110)
    story.withdraw(110)
    story.end("2024-01-03", IBM=110)
    story.begin("2024-01-04")
    story.end("2024-01-04", IBM=110)
    story.deposit(50)
    story.begin("2024-01-05")
    story.end("2024-01-05", IBM=110)

    figures = Figures(story)
    assert figures.each("equity") == [100, 0, 0, 50]
    assert figures.each("profit_loss") == [0, 10, 0, 0]
    assert figures.time_weighted_return == Decimal("0.1")
    assert figures.max_drawdown == Decimal(0)
