"""An account that only pays in and out: its equity moves, its return does not.

day 1   deposit 1000                         equity 1000   flow +1000   profit 0
day 2   deposit 500, withdraw 200            equity 1300   flow  +300   profit 0
day 3   nothing                              equity 1300   flow     0   profit 0
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def test_flows_move_equity_and_are_no_profit() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.end("2024-01-02")
    story.deposit(500)
    story.begin("2024-01-03")
    story.withdraw(200)
    story.end("2024-01-03")
    story.begin("2024-01-04")
    story.end("2024-01-04")

    figures = Figures(story)
    assert figures.each("equity") == [1000, 1300, 1300]
    assert figures.each("net_cash_flow") == [1000, 300, 0]
    assert figures.each("profit_loss") == [0, 0, 0]
    assert figures.time_weighted_return == Decimal(0)
    assert figures.max_drawdown == Decimal(0)
