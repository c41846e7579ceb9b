"""Orders that wait for their stop price: which of them does a trade reach first?

Fixed stops stand sorted by side with the next to be reached last, so that looking costs nothing
and adding or taking one out a binary search. Trailing orders move with the market and are looked
at one by one at each trade of their symbol.
"""

from bisect import bisect_left, insort

from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import OrderId, OrderSide

_Entry = tuple[int, int, OrderId]
"""A key that is larger the sooner the stop is reached, the negated priority, and the order."""


def reaches(side: OrderSide, stop_price: int, price: int) -> bool:
    """Tell whether a trade at ``price`` triggers a stop: at or beyond it."""
    return price >= stop_price if side is OrderSide.BUY else price <= stop_price


class TriggerBook:
    """The waiting orders of one venue."""

    __slots__ = ("_fixed", "trailing")

    def __init__(self) -> None:
        self._fixed: dict[tuple[str, OrderSide], list[_Entry]] = {}
        self.trailing: dict[str, dict[OrderId, None]] = {}
        """Trailing orders by symbol, in order of their priority."""

    def add(
        self, order_id: OrderId, symbol: str, side: OrderSide, terms: Terms, priority: int
    ) -> None:
        """Let an order wait."""
        if terms.hwm is not None:
            self.trailing.setdefault(symbol, {})[order_id] = None
            return
        entries = self._fixed.setdefault((symbol, side), [])
        insort(entries, _entry(order_id, side, terms, priority))

    def remove(
        self, order_id: OrderId, symbol: str, side: OrderSide, terms: Terms, priority: int
    ) -> None:
        """Take an order out, if it waits at all."""
        if terms.hwm is not None:
            waiting = self.trailing.get(symbol)
            if waiting is not None and waiting.pop(order_id, 0) is None and not waiting:
                del self.trailing[symbol]
            return
        entries = self._fixed.get((symbol, side))
        if entries is None:
            return
        entry = _entry(order_id, side, terms, priority)
        index = bisect_left(entries, entry)
        if index < len(entries) and entries[index] == entry:
            del entries[index]
            if not entries:
                del self._fixed[symbol, side]

    def first_reached(self, symbol: str, side: OrderSide, price: int) -> OrderId | None:
        """Return the fixed stop that a trade reaches first, ``None`` when it reaches none."""
        entries = self._fixed.get((symbol, side))
        if not entries:
            return None
        key, _, order_id = entries[-1]
        return order_id if reaches(side, abs(key), price) else None


def _entry(order_id: OrderId, side: OrderSide, terms: Terms, priority: int) -> _Entry:
    assert terms.stop_price is not None
    key = -terms.stop_price if side is OrderSide.BUY else terms.stop_price
    return key, -priority, order_id
