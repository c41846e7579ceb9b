"""Corporate actions and interest change what an account is worth, and are no flows of cash.

Every story begins with 1000 and 10 shares at 100, which closed at 100.
"""

from decimal import Decimal

from tests.unit.portfolio.portfolio_figures import Figures

from tradewind.testing.journal import AccountStory


def hold_ten_at_a_hundred() -> AccountStory:
    story = AccountStory()
    story.deposit(1000)
    story.begin("2024-01-02")
    story.buy("IBM", 10, 100)
    story.end("2024-01-02", IBM=100)
    story.begin("2024-01-03")
    return story


def test_cash_in_lieu_is_worth_what_the_fraction_was() -> None:
    story = hold_ten_at_a_hundred()
    # 10 are 1.25 for one in eight: one share at 800, and a quarter paid with 200.
    story.reverse_split("IBM", 1, 8, 800)
    story.end("2024-01-03", IBM=880)
    figures = Figures(story)
    assert figures.each("equity") == [1000, 1080]
    assert figures.each("net_cash_flow") == [1000, 0]
    assert figures.time_weighted_return == Decimal("0.08")


def test_dividend_in_shares_makes_neither_profit_nor_loss() -> None:
    story = hold_ten_at_a_hundred()
    story.stock_dividend("IBM", "0.25")
    story.end("2024-01-03")
    assert Figures(story).each("profit_loss") == [0, 0]


def test_position_is_worth_the_same_under_another_symbol() -> None:
    story = hold_ten_at_a_hundred()
    story.rename("IBM", "NEW")
    story.end("2024-01-03")
    story.begin("2024-01-04")
    story.end("2024-01-04", NEW=110)
    assert Figures(story).each("equity") == [1000, 1000, 1100]


def test_merger_for_cash_realizes_what_is_paid() -> None:
    story = hold_ten_at_a_hundred()
    story.merge("IBM", "123.45")
    story.end("2024-01-03")
    figures = Figures(story)
    assert figures.each("equity") == [1000, Decimal("1234.5")]
    assert figures.projection.current_point(story.account_id).fills == 0


def test_borrow_fee_is_a_fee_and_no_flow() -> None:
    story = hold_ten_at_a_hundred()
    story.borrow_fee("2.5")
    story.end("2024-01-03")
    figures = Figures(story)
    assert figures.each("profit_loss") == [0, Decimal("-2.5")]
    assert figures.each("net_cash_flow") == [1000, 0]
    assert figures.each("fees") == [0, Decimal("2.5")]


def test_interest_is_profit_and_no_flow() -> None:
    story = hold_ten_at_a_hundred()
    story.interest("2.5")
    story.end("2024-01-03")
    story.begin("2024-01-04")
    story.interest(-1)
    story.end("2024-01-04")
    figures = Figures(story)
    assert figures.each("profit_loss") == [0, Decimal("2.5"), -1]
    assert figures.each("net_cash_flow") == [1000, 0, 0]
