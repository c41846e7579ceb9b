"""The limit order book of one instrument: price-time priority over the users' resting orders.

Prices and quantities are integers in billionths; the book does not care about the scale. Bids are
kept under their price, asks under the negated price (the *key*), so that on both sides larger is
better and the best level is the last of a sorted list. Adding at a known price, canceling and
trading at the best take constant time; only a new price costs a binary search and a short move of
memory. Callers hold the ``Resting`` objects and cancel by them. Canceling leaves a gap in its
queue; gaps are skipped when trading reaches them and swept out when there are twice as many gaps
as orders.
"""

from bisect import insort
from collections import deque
from collections.abc import Iterator

from msgspec import Struct

BUY = 0
SELL = 1

_GAPS_MIN = 4096


class Resting(Struct, gc=False):
    """An order's place in the book. ``quantity`` is what is left; 0 once it has gone."""

    order_id: str
    side: int
    key: int
    quantity: int

    @property
    def price(self) -> int:
        """The limit price."""
        return -self.key if self.side else self.key


class Book:
    """Both sides of one instrument."""

    __slots__ = ("_gaps", "_gaps_max", "_keys", "_levels")

    def __init__(self) -> None:
        self._levels: tuple[dict[int, deque[Resting]], dict[int, deque[Resting]]] = ({}, {})
        self._keys: tuple[list[int], list[int]] = ([], [])
        self._gaps = 0
        self._gaps_max = _GAPS_MIN

    def add(self, order_id: str, side: int, price: int, quantity: int) -> Resting:
        """Put an order behind the others at its price and return its place."""
        key = -price if side else price
        place = Resting(order_id, side, key, quantity)
        try:
            self._levels[side][key].append(place)
        except KeyError:
            self._open_level(place)
        return place

    def _open_level(self, place: Resting) -> None:
        self._levels[place.side][place.key] = deque((place,))
        insort(self._keys[place.side], place.key)

    def remove(self, place: Resting) -> None:
        """Take an order out; one that has gone already is left alone."""
        if place.quantity:
            place.quantity = 0
            gaps = self._gaps = self._gaps + 1
            if gaps > self._gaps_max:
                self._sweep()

    def reduce(self, place: Resting, quantity: int) -> None:
        """Take a traded quantity off an order; it leaves the book when nothing is left."""
        left = place.quantity = place.quantity - quantity
        if not left:
            gaps = self._gaps = self._gaps + 1
            if gaps > self._gaps_max:
                self._sweep()
        assert left >= 0, "an order cannot trade more than it rests"

    def first(self, side: int, limit: int | None = None) -> Resting | None:
        """Return the order that is next to trade on a side, ``None`` when there is none.

        With a limit only one that a limit of the other side reaches.
        """
        keys = self._keys[side]
        # Most limits reach nothing, which the best price tells, gaps or not.
        if limit is not None and (not keys or keys[-1] < (-limit if side else limit)):
            return None
        levels = self._levels[side]
        while keys:
            queue = levels[keys[-1]]
            while queue:
                place = queue[0]
                if place.quantity:
                    if limit is not None and place.key < (-limit if side else limit):
                        return None
                    return place
                queue.popleft()
                self._gaps -= 1
            del levels[keys.pop()]
        return None

    def walk(self, side: int, limit: int | None = None) -> Iterator[Resting]:
        """Yield the orders of a side in priority, as far as a limit of the other side reaches.

        Without a limit all of them. The book must not change while the walk goes on.
        """
        reach = None if limit is None else -limit if side else limit
        levels = self._levels[side]
        for key in reversed(self._keys[side]):
            if reach is not None and key < reach:
                return
            for place in levels[key]:
                if place.quantity:
                    yield place

    def _sweep(self) -> None:
        """Drop every gap and every price without orders."""
        entries = 0
        for side in (BUY, SELL):
            levels = self._levels[side]
            for key, queue in list(levels.items()):
                kept = deque([place for place in queue if place.quantity])
                entries += len(kept)
                if kept:
                    levels[key] = kept
                else:
                    del levels[key]
            self._keys[side][:] = sorted(levels)
        self._gaps = 0
        self._gaps_max = max(_GAPS_MIN, 2 * entries)
