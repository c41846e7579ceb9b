"""The one price at which an auction trades: most volume, least left over, nearest the reference.

The order of the three is that of the exchanges' opening and closing crosses (Nasdaq rules 4752 and
4754, NYSE rule 7.35): the price that maximizes what changes hands; of several, the one that leaves
the smallest imbalance; of several, the one nearest to the reference price, the lower of two that
are equally near.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from msgspec import Struct

Interest = tuple[int | None, int]
"""A limit in billionths, ``None`` at market, and a quantity."""


class Crossing(Struct, frozen=True, gc=False):
    """Where an auction crosses; ``imbalance`` is what is bid beyond what is offered."""

    price: int
    volume: int
    imbalance: int


def find_crossing(
    buys: Iterable[Interest], sells: Iterable[Interest], reference: int | None
) -> Crossing | None:
    """Return where an auction trades, ``None`` when nothing can change hands.

    Only limits and the reference can be the price: orders at market alone, without a reference,
    have none.
    """
    bids, asks = _Side(buys, sign=-1), _Side(sells, sign=1)
    candidates = {*bids.prices(), *asks.prices()}
    if reference is not None:
        candidates.add(reference)
    best: tuple[tuple[int, int, int, int], Crossing] | None = None
    for price in candidates:
        bid, offered = bids.within(price), asks.within(price)
        volume = min(bid, offered)
        if not volume:
            continue
        distance = 0 if reference is None else abs(price - reference)
        rank = (-volume, abs(bid - offered), distance, price)
        if best is None or rank < best[0]:
            best = rank, Crossing(price, volume, bid - offered)
    return best[1] if best else None


class _Side:
    """One side's quantities, added up from the most willing; signed so that willing is small."""

    def __init__(self, interests: Iterable[Interest], sign: int) -> None:
        self._sign = sign
        at_market = 0
        sizes: dict[int, int] = {}
        for limit, qty in interests:
            if limit is None:
                at_market += qty
            else:
                sizes[sign * limit] = sizes.get(sign * limit, 0) + qty
        self._keys = sorted(sizes)
        self._sums = list(accumulate((sizes[key] for key in self._keys), initial=at_market))

    def prices(self) -> Sequence[int]:
        return [self._sign * key for key in self._keys]

    def within(self, price: int) -> int:
        """Return how much of the side trades at a price."""
        return self._sums[bisect_right(self._keys, self._sign * price)]
