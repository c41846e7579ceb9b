"""The figures beside the bot's are right, and the chart needs nothing else."""

import re
from datetime import date, timedelta
from decimal import Decimal

from tradewind.demo.chart import write_chart
from tradewind.demo.command import DEFAULT_PLAN
from tradewind.demo.results import Curve, Results, buy_and_hold
from tradewind.demo.venue_client import AccountPerformance
from tradewind.demo.wording import dollars, percent

DATES = [date(2000, 3, 1) + timedelta(days=number) for number in range(4)]


def curve(*values: str) -> Curve:
    return Curve(tuple(DATES[: len(values)]), tuple(map(Decimal, values)))


def test_drawdown_is_the_fall_from_the_highest_value_so_far() -> None:
    falls = curve("100", "80", "120", "90").drawdowns()
    assert falls == [0, Decimal("0.2"), 0, Decimal("0.25")]


def test_yearly_return_compounds_to_the_total() -> None:
    grown = Curve((date(2000, 1, 1), date(2002, 1, 1)), (Decimal(100), Decimal(121)))
    assert grown.total_return == Decimal("0.21")
    assert abs(grown.yearly_return - Decimal("0.1")) < Decimal("0.001")


def test_holding_buys_equal_parts_at_the_first_close_and_pays_the_fee_once() -> None:
    closes = {
        "A": dict(zip(DATES, map(Decimal, ("10", "20", "20", "5")), strict=True)),
        "B": dict(zip(DATES, map(Decimal, ("50", "50", "25", "50")), strict=True)),
    }
    held = buy_and_hold(closes, DATES, Decimal(2002), Decimal(10))
    assert held.values == tuple(map(Decimal, ("2000.00", "3000.00", "2500.00", "1500.00")))


def test_symbol_that_is_not_listed_yet_stays_in_cash() -> None:
    closes = {
        "A": dict.fromkeys(DATES, Decimal(10)),
        "B": {DATES[2]: Decimal(10), DATES[3]: Decimal(20)},
    }
    held = buy_and_hold(closes, DATES, Decimal(2000), Decimal(0))
    assert held.values == tuple(map(Decimal, (2000, 2000, 2000, 3000)))


def test_amounts_and_fractions_are_written_for_people() -> None:
    assert dollars(Decimal("1234.5")) == "$1,234.50"
    assert dollars(Decimal("-0.5"), sign=True) == "−$0.50"
    assert dollars(Decimal(3), sign=True, cents=False) == "+$3"
    assert percent(Decimal("0.1234"), sign=True) == "+12.3%"
    assert percent(Decimal("-2")) == "−200.0%"


def test_chart_is_whole_and_asks_for_nothing_from_elsewhere() -> None:
    performance = AccountPerformance(
        start_equity=Decimal(0),
        end_equity=Decimal("121.50"),
        time_weighted_return=Decimal("0.215"),
        max_drawdown=Decimal("0.2"),
        fees=Decimal(1),
        dividends=Decimal(2),
        fills=3,
    )
    results = Results(
        DEFAULT_PLAN, performance, 2, curve("100", "80", "121.50"), curve("100", "110", "90")
    )
    page = write_chart(results)
    assert "$121.50" in page
    assert "AAPL · IBM · MSFT" in page
    assert not re.search(r"(src|href)=|https?://|@import|url\(", page)
    assert page.count('class="line bot"') == page.count('class="line holding"') == 1
    assert "nan" not in page.lower().replace("finance", "")


def test_chart_of_one_flat_day_can_be_drawn() -> None:
    performance = AccountPerformance(
        *map(Decimal, (0, 100, 0, 0, 0, 0)),  # type: ignore[arg-type]  # the last is a count
        fills=0,
    )
    assert "<svg" in write_chart(Results(DEFAULT_PLAN, performance, 0, curve("100"), curve("100")))
