"""The book against a naive one that is obviously right: a list that is searched from the front."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewind.order_service.domain.book import BUY, SELL, Book, Resting


class NaiveBook:
    """Orders in order of arrival; the best of them is looked for each time."""

    def __init__(self) -> None:
        self.orders: list[tuple[str, int, int, int]] = []

    def submit(self, order_id: str, side: int, price: int, quantity: int) -> list[tuple[str, int]]:
        matches = []
        while quantity:
            reached = [
                order
                for order in self.orders
                if order[1] != side and (order[2] <= price if side == BUY else order[2] >= price)
            ]
            if not reached:
                break
            best = min(reached, key=lambda order: order[2] if side == BUY else -order[2])
            traded = min(quantity, best[3])
            matches.append((best[0], traded))
            quantity -= traded
            index = self.orders.index(best)
            if traded == best[3]:
                del self.orders[index]
            else:
                self.orders[index] = (*best[:3], best[3] - traded)
        if quantity:
            self.orders.append((order_id, side, price, quantity))
        return matches

    def cancel(self, order_id: str) -> None:
        self.orders = [order for order in self.orders if order[0] != order_id]

    def side(self, side: int) -> list[tuple[str, int, int]]:
        mine = [(o[0], o[2], o[3]) for o in self.orders if o[1] == side]
        return sorted(mine, key=lambda order: -order[1] if side == BUY else order[1])


def submit(
    book: Book, order_id: str, side: int, price: int, quantity: int
) -> tuple[Resting, list[tuple[str, int]]]:
    """Add an order and let it trade; return its place and what it met."""
    place = book.add(order_id, side, price, quantity)
    matches = []
    while place.quantity and (maker := book.first(1 - side, price)):
        traded = min(maker.quantity, place.quantity)
        book.reduce(maker, traded)
        book.reduce(place, traded)
        matches.append((maker.order_id, traded))
    return place, matches


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("submit"), st.sampled_from([BUY, SELL]), st.integers(95, 105), st.integers(1, 9)
        ),
        st.tuples(st.just("cancel"), st.integers(0, 200)),
    ),
    max_size=200,
)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_the_book_does_what_the_naive_book_does(steps: list[tuple[object, ...]]) -> None:
    book, naive = Book(), NaiveBook()
    places: list[Resting] = []
    for number, step in enumerate(steps):
        match step:
            case ("submit", int(side), int(price), int(quantity)):
                order = (str(number), side, price, quantity)
                place, matches = submit(book, *order)
                places.append(place)
                assert matches == naive.submit(*order)
            case ("cancel", int(index)) if places:
                place = places[index % len(places)]
                book.remove(place)
                naive.cancel(place.order_id)
        for side in (BUY, SELL):
            ours_resting = [(p.order_id, p.price, p.quantity) for p in book.walk(side)]
            assert ours_resting == naive.side(side)
            first = book.first(side)
            assert (first.order_id if first else None) == (
                ours_resting[0][0] if ours_resting else None
            )


def test_gaps_are_swept_so_that_canceled_orders_take_no_memory() -> None:
    book = Book()
    survivors = []
    for number in range(20_000):
        place = book.add(str(number), BUY, 1 + number % 50, 1)
        if number % 1_000:
            book.remove(place)
        else:
            survivors.append(place.order_id)
    queued = sum(len(queue) for queue in book._levels[BUY].values())
    assert queued < 10_000
    assert sorted(place.order_id for place in book.walk(BUY)) == sorted(survivors)


def test_prices_that_were_traded_through_take_no_memory() -> None:
    book = Book()
    for number in range(6_000):
        book.add(str(number), SELL, 1 + number, 1)
    while maker := book.first(SELL):
        book.reduce(maker, 1)
    assert not book._levels[SELL]
    assert len(book._spare) < 4_000


EXAMPLES = 200
OPERATIONS = 5_000
"""In each example: a million in all."""


def drive(dice: Random, width: int, cancels: float, size: int) -> None:
    """Send the same operations to both books and compare what each of them does."""
    book, naive = Book(), NaiveBook()
    live: list[Resting] = []
    for number in range(OPERATIONS):
        if live and (len(naive.orders) > 100 or dice.random() < cancels):
            index = dice.randrange(len(live))
            live[index], live[-1] = live[-1], live[index]
            place = live.pop()
            while not place.quantity and live:
                place = live.pop()
            book.remove(place)
            naive.cancel(place.order_id)
        else:
            side, price = dice.randrange(2), 1_000 + dice.randrange(width)
            quantity = dice.randrange(1, size)
            order = (str(number), side, price, quantity)
            place, matches = submit(book, *order)
            assert matches == naive.submit(*order)
            live.append(place)
        if number % 100 == 0:
            for side in (BUY, SELL):
                resting = [(p.order_id, p.price, p.quantity) for p in book.walk(side)]
                assert resting == naive.side(side)
                first = book.first(side)
                assert (first and first.order_id) == (resting[0][0] if resting else None)


@pytest.mark.timeout(600)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**64),
    width=st.sampled_from([1, 2, 5, 20, 100]),
    cancels=st.sampled_from([0.0, 0.1, 0.3, 0.5]),
    size=st.sampled_from([2, 10, 1_000_000]),
)
def test_a_million_operations_do_what_the_naive_book_does(
    seed: int, width: int, cancels: float, size: int
) -> None:
    drive(Random(seed), width, cancels, size)
