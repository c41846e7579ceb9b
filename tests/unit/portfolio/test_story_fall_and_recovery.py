"""A fall from the peak, a deeper worth than at the start, and a recovery beyond both.

closes   100  120  90  150     equity  1000  1200  900  1500
return   +50 %                 drawdown (1200 - 900) / 1200 = 25 %
A partial sale on the way down and a halted day change neither.
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def test_drawdown_is_measured_from_the_peak() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100)
    story.end("2024-01-02", IBM=100)
    for day, close in (("2024-01-03", 120), ("2024-01-04", 90), ("2024-01-05", 150)):
        story.begin(day)
        story.end(day, IBM=close)

    figures = Figures(story)
    assert figures.each("equity") == [1000, 1200, 900, 1500]
    assert figures.time_weighted_return == Decimal("0.5")
    assert figures.max_drawdown == Decimal("0.25")


def test_symbol_without_a_close_is_valued_at_its_newest_price() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100)
    story.end("2024-01-02", MSFT=7)
    story.begin("2024-01-03")
    story.sell("IBM", 5, 90)
    story.end("2024-01-03")
    assert Figures(story).each("equity") == [1000, 900]


def test_total_loss_is_minus_one_hundred_percent_for_good() -> None:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100)
    story.end("2024-01-02", IBM=0)
    story.deposit(1000)
    story.begin("2024-01-03")
    story.end("2024-01-03", IBM=0)

    figures = Figures(story)
    assert figures.time_weighted_return == Decimal(-1)
    assert figures.max_drawdown == Decimal(1)
