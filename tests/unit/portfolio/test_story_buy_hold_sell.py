"""A position bought, held over a night and sold, with fees.

day 1   deposit 1000; buy 10 at 50, fee 1    cash 499
        close 55                             equity 499 + 550 = 1049    profit  49
day 2   sell 10 at 60, fee 1                 cash 499 + 600 - 1 = 1098
        close 61                             equity 1098                profit  49
return  1049/1000 x 1098/1049 - 1 = 9.8 %
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def test_fees_lower_equity_and_prices_move_it() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 50, fee=1)
    story.end("2024-01-02", IBM=55)
    story.begin("2024-01-03")
    story.sell("IBM", 10, 60, fee=1)
    story.end("2024-01-03", IBM=61)

    figures = Figures(story)
    assert figures.each("equity") == [1049, 1098]
    assert figures.each("profit_loss") == [49, 49]
    assert figures.each("fees") == [1, 1]
    assert [point.fills for point in figures.points] == [1, 1]
    assert figures.time_weighted_return == Decimal("0.098")
    assert figures.projection.accounts[story.account_id].positions == {}
