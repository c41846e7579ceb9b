"""The limit order book of one instrument: price-time priority over the users' resting orders.

Prices and quantities are integers in billionths; the book does not care about the scale. Each side
keeps its queues by price, its prices in a sorted list, best last (asks negated), and the best of
them at hand. Adding at a known price, canceling and trading at the best take constant time; only a
new price costs a binary search and a short move of memory. Callers hold the ``Resting`` objects and
cancel by them. An order that goes leaves a gap in its queue; gaps are skipped when trading reaches
them and swept out when, since the last sweep, so many orders have gone that gaps may be two thirds
of what is queued.
"""

from bisect import insort
from collections import deque
from collections.abc import Iterator

from msgspec import Struct

BUY = 0
SELL = 1

_GONE_MIN = 4096
_FAR = 1 << 100
_EMPTY = (-_FAR, _FAR)
"""The best price of a side without orders: no limit of the other side reaches it."""
_ANY = (1 - _FAR, _FAR - 1)
"""The limit that reaches every order of a side."""


class Resting(Struct, gc=False):
    """An order's place in the book. ``quantity`` is what is left; 0 once it has gone."""

    order_id: str
    price: int
    quantity: int


class Book:
    """Both sides of one instrument."""

    __slots__ = ("_best", "_gone", "_gone_max", "_keys", "_levels", "_spare")

    def __init__(self) -> None:
        self._levels: tuple[dict[int, deque[Resting]], dict[int, deque[Resting]]] = ({}, {})
        self._keys: tuple[list[int], list[int]] = ([], [])
        self._best = list(_EMPTY)
        self._spare: list[deque[Resting]] = []
        self._gone = 0
        self._gone_max = _GONE_MIN

    def add(self, order_id: str, side: int, price: int, quantity: int) -> Resting:
        """Put an order behind the others at its price and return its place."""
        place = Resting(order_id, price, quantity)
        queue = self._levels[side].get(price)
        if queue is None:
            queue = self._open_level(side, price)
        queue.append(place)
        return place

    def _open_level(self, side: int, price: int) -> deque[Resting]:
        # Prices come and go with single orders; a queue costs more to make than to use again.
        queue = self._levels[side][price] = self._spare.pop() if self._spare else deque()
        insort(self._keys[side], -price if side else price)
        self._note_best(side)
        return queue

    def _note_best(self, side: int) -> int:
        keys = self._keys[side]
        best = (-keys[-1] if side else keys[-1]) if keys else _EMPTY[side]
        self._best[side] = best
        return best

    def remove(self, place: Resting) -> None:
        """Take an order out; one that has gone already is left alone."""
        if place.quantity:
            place.quantity = 0
            gone = self._gone = self._gone + 1
            if gone > self._gone_max:
                self._sweep()

    def reduce(self, place: Resting, quantity: int) -> None:
        """Take a traded quantity off an order; it leaves the book when nothing is left."""
        left = place.quantity = place.quantity - quantity
        if left <= 0:
            assert not left, "an order cannot trade more than it rests"
            gone = self._gone = self._gone + 1
            if gone > self._gone_max:
                self._sweep()

    def first(self, side: int, limit: int | None = None) -> Resting | None:
        """Return the order that is next to trade on a side, ``None`` when there is none.

        With a limit only one that a limit of the other side reaches.
        """
        if limit is None:
            limit = _ANY[side]
        best = self._best[side]
        # Most limits reach nothing, which the best price tells, gaps or not.
        while (best <= limit) if side else (best >= limit):
            queue = self._levels[side][best]
            while queue:
                place = queue[0]
                if place.quantity:
                    return place
                queue.popleft()
            self._spare.append(self._levels[side].pop(best))
            self._keys[side].pop()
            best = self._note_best(side)
        return None

    def walk(self, side: int, limit: int | None = None) -> Iterator[Resting]:
        """Yield the orders of a side in priority, as far as a limit of the other side reaches.

        Without a limit all of them. The book must not change while the walk goes on.
        """
        if limit is None:
            limit = _ANY[side]
        reach = -limit if side else limit
        levels = self._levels[side]
        for key in reversed(self._keys[side]):
            if key < reach:
                return
            for place in levels[-key if side else key]:
                if place.quantity:
                    yield place

    def _sweep(self) -> None:
        """Drop every gap and every price without orders, if there can be many gaps."""
        queued = sum(len(queue) for levels in self._levels for queue in levels.values())
        if 3 * self._gone > 2 * queued:
            queued = sum(self._sweep_side(side) for side in (BUY, SELL))
            self._spare.clear()
            self._gone = 0
        self._gone_max = max(_GONE_MIN, 2 * queued // 3)

    def _sweep_side(self, side: int) -> int:
        levels = self._levels[side]
        entries = 0
        for price, queue in list(levels.items()):
            kept = deque([place for place in queue if place.quantity])
            entries += len(kept)
            if kept:
                levels[price] = kept
            else:
                del levels[price]
        self._keys[side][:] = sorted(-price if side else price for price in levels)
        self._note_best(side)
        return entries
