"""The price of an auction: most volume, then least left over, then nearest the reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.order_service.domain.uniform_price import Crossing, Interest, find_crossing

interests = st.lists(st.tuples(st.none() | st.integers(95, 105), st.integers(1, 30)), max_size=8)


@pytest.mark.parametrize(
    ("buys", "sells", "reference", "expected"),
    [
        # Volume first: 30 change hands at 101, fewer anywhere else.
        ([(102, 10), (101, 20)], [(99, 15), (101, 15)], 99, Crossing(101, 30, 0)),
        # 10 change hands from 99 to 102; nobody is left over at any of them: nearest to 101.
        ([(102, 10)], [(99, 10)], 101, Crossing(101, 10, 0)),
        # 10 change hands at 100 and at 101, but at 100 twenty more are bid for.
        ([(101, 10), (100, 20)], [(100, 10)], 100, Crossing(101, 10, 0)),
        # At market on both sides: the reference alone is a price.
        ([(None, 10)], [(None, 4)], 100, Crossing(100, 4, 6)),
        # Equally near: the lower.
        ([(102, 10)], [(98, 10)], None, Crossing(98, 10, 0)),
        ([(None, 10)], [(None, 10)], None, None),
        ([(99, 10)], [(100, 10)], 100, None),
        ([], [(100, 10)], 100, None),
    ],
)
def test_price_worked_by_hand(
    buys: list[Interest], sells: list[Interest], reference: int | None, expected: Crossing | None
) -> None:
    assert find_crossing(buys, sells, reference) == expected


@given(buys=interests, sells=interests, reference=st.integers(95, 105))
def test_no_other_price_trades_more_or_leaves_less(
    buys: list[Interest], sells: list[Interest], reference: int
) -> None:
    """Against a search that adds everything up at every price there is."""

    def rank(price: int) -> tuple[int, int, int, int]:
        bid = sum(qty for limit, qty in buys if limit is None or limit >= price)
        offered = sum(qty for limit, qty in sells if limit is None or limit <= price)
        return -min(bid, offered), abs(bid - offered), abs(price - reference), price

    known = {reference, *(limit for limit, _ in [*buys, *sells] if limit is not None)}
    best = min(map(rank, known))
    found = find_crossing(buys, sells, reference)
    if best[0] == 0:
        assert found is None
    else:
        assert found is not None
        assert rank(found.price) == best
        assert found.volume == -best[0]


@given(buys=interests, sells=interests, reference=st.integers(95, 105))
def test_nobody_left_over_on_both_sides_could_have_traded(
    buys: list[Interest], sells: list[Interest], reference: int
) -> None:
    """No price anywhere, limit or not, trades more than the one that was found."""
    found = find_crossing(buys, sells, reference)
    volume = found.volume if found else 0
    for price in range(90, 111):
        bid = sum(qty for limit, qty in buys if limit is None or limit >= price)
        offered = sum(qty for limit, qty in sells if limit is None or limit <= price)
        assert min(bid, offered) <= volume
