"""A short sale that falls, pays a dividend and is bought back; and one that loses everything.

Sell 10 at 100 with 1000 of own money:
closes   100   80   85(bought back at 90, after 1 a share of dividend)
cash    2000  2000  2000 - 10 - 900 = 1090     equity  1000  1200  1090
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def test_short_sale_earns_what_the_price_falls_and_pays_the_dividend() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.sell("IBM", 10, 100)
    story.end("2024-01-02", IBM=100)
    story.begin("2024-01-03")
    story.end("2024-01-03", IBM=80)
    story.begin("2024-01-04")
    story.dividend("IBM", 1)
    story.buy("IBM", 10, 90)
    story.end("2024-01-04", IBM=85)

    figures = Figures(story)
    assert figures.each("equity") == [1000, 1200, 1090]
    assert figures.each("profit_loss") == [0, 200, -110]
    assert figures.each("dividends") == [0, 0, -10]
    assert figures.time_weighted_return == Decimal("0.09")


def test_split_multiplies_what_is_owed_and_changes_no_equity() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.sell("IBM", 5, 100)
    story.end("2024-01-02", IBM=100)
    story.split("IBM", 2, 1)
    story.split_done("IBM", 2, 1)
    story.begin("2024-01-03")
    story.end("2024-01-03")
    assert Figures(story).each("equity") == [1000, 1000]


def test_loss_beyond_everything_is_minus_one_hundred_percent() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.sell("IBM", 10, 100)
    story.end("2024-01-02", IBM=100)
    story.begin("2024-01-03")
    story.end("2024-01-03", IBM=250)
    story.begin("2024-01-04")
    story.end("2024-01-04", IBM=150)

    figures = Figures(story)
    assert figures.each("equity") == [1000, -500, 500]
    assert figures.time_weighted_return == Decimal(-1)
    assert figures.max_drawdown == Decimal(1)
