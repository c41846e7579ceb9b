"""Laws of the time-weighted return and the drawdown, for any history."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tradewind.portfolio_service.domain.performance import (
    Day,
    growth_factor,
    max_drawdown,
    rounded,
    time_weighted_return,
)

TINY = Fraction(1, 10**40)
EQUITY = st.integers(min_value=0, max_value=10**18)
FLOW = st.integers(min_value=-(10**18), max_value=10**18)


@st.composite
def histories(draw: st.DrawFn, *, profitable: bool = True) -> list[Day]:
    """Draw days whose equity is never negative, as in a cash account."""
    days: list[Day] = []
    equity = 0
    for _ in range(draw(st.integers(0, 30))):
        flow = max(draw(FLOW), -equity)
        end = draw(EQUITY) if profitable else equity + flow
        days.append(Day(equity, flow, end))
        equity = end
    return days


@given(histories(profitable=False))
def test_flows_alone_give_no_return_and_no_drawdown(days: list[Day]) -> None:
    assert time_weighted_return(days) == 0
    assert max_drawdown(days) == 0


@given(histories(), st.integers(0, 30))
def test_returns_of_two_parts_chain_to_that_of_the_whole(days: list[Day], cut: int) -> None:
    first, second, whole = (
        1 + Fraction(time_weighted_return(part)) for part in (days[:cut], days[cut:], days)
    )
    # Each is rounded to 50 digits of itself or of one: what one lost, the other multiplies.
    assert abs(first * second - whole) <= TINY * (1 + first) * (1 + second)


@given(histories(), st.integers(1, 10**6))
def test_unit_of_account_does_not_matter(days: list[Day], factor: int) -> None:
    scaled = [
        Day(day.equity_start * factor, day.flow * factor, day.equity_end * factor) for day in days
    ]
    assert rounded(time_weighted_return(scaled)) == rounded(time_weighted_return(days))
    assert rounded(max_drawdown(scaled)) == rounded(max_drawdown(days))


@given(histories())
def test_nothing_falls_by_more_than_all(days: list[Day]) -> None:
    assert 0 <= max_drawdown(days) <= 1
    assert time_weighted_return(days) >= -1
    assert all(growth_factor(day) >= 0 for day in days)


@given(histories(), st.integers(0, 30))
def test_drawdown_of_a_part_is_not_deeper_than_that_of_the_whole(days: list[Day], cut: int) -> None:
    whole = Fraction(max_drawdown(days)) + TINY
    assert max_drawdown(days[:cut]) <= whole
    assert max_drawdown(days[cut:]) <= whole


@given(st.lists(EQUITY.filter(bool), min_size=1, max_size=30))
def test_without_flows_the_return_is_that_of_the_ends(equities: list[int]) -> None:
    days = [Day(equities[0], 0, equities[0])]
    days += [Day(start, 0, end) for start, end in pairwise(equities)]
    expected = Fraction(equities[-1], equities[0])
    assert abs(1 + Fraction(time_weighted_return(days)) - expected) <= TINY * (1 + expected)


@given(histories())
def test_return_is_shown_with_at_most_twelve_decimals(days: list[Day]) -> None:
    exponent = rounded(time_weighted_return(days)).as_tuple().exponent
    assert isinstance(exponent, int)
    assert exponent >= -50
    assert exponent >= -12 or time_weighted_return(days) > 10**30
