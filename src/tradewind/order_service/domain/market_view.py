"""What the feed shows: depth and last prices, and how far users' orders are back in its queues.

None of this is journaled. After a restart it is empty until the feed speaks again, and an order's
place in the queue is the one it was accepted with, which is never better than the true one.
"""

from collections.abc import Iterator

from tradewind.contracts.market_data import Depth
from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.domain.book import BUY
from tradewind.platform.money import PriceUnits, QuantityUnits


class Shown:
    """The feed's levels of one side, best first; what users take is gone until the feed renews."""

    __slots__ = ("levels", "side")

    def __init__(self, side: int) -> None:
        self.side = side
        self.levels: list[list[int]] = []
        """Pairs of price and size that is left."""

    def reaches(self, limit: int | None) -> Iterator[list[int]]:
        """Yield the levels with something left that an opposite limit reaches, best first."""
        for level in self.levels:
            if limit is not None and (level[0] < limit if self.side == BUY else level[0] > limit):
                return
            if level[1]:
                yield level

    def best(self) -> list[int] | None:
        """Return the best level with something left."""
        for level in self.levels:
            if level[1]:
                return level
        return None

    def size_at(self, price: int) -> int | None:
        """Return what is shown at a price: 0 inside the range shown, ``None`` beyond it."""
        if not self.levels:
            return None
        for level in self.levels:
            if level[0] == price:
                return level[1]
        worst = self.levels[-1][0]
        beyond = price < worst if self.side == BUY else price > worst
        return None if beyond else 0


class InstrumentView:
    """The feed's picture of one instrument."""

    __slots__ = ("has_shown", "last_price", "shown")

    def __init__(self) -> None:
        self.shown = (Shown(0), Shown(1))
        self.last_price: PriceUnits | None = None
        self.has_shown = False
        """Whether the feed has shown depth in this session, as far as the core knows."""

    def show(self, depth: Depth) -> None:
        """Replace the levels by what the feed shows now."""
        self.shown[0].levels = [[level.price, level.size] for level in depth.bids]
        self.shown[1].levels = [[level.price, level.size] for level in depth.asks]
        self.has_shown = True

    def forget_depth(self) -> None:
        """Show nothing until the feed speaks again."""
        for side in self.shown:
            side.levels = []
        self.has_shown = False

    def reference_price(self, side: int) -> PriceUnits | None:
        """Return what a market order of a side would meet now, else the last trade."""
        best = self.shown[1 - side].best()
        return PriceUnits(best[0]) if best else self.last_price


_NOTHING = InstrumentView()
"""Looked at for every symbol that the feed has not spoken of; nobody changes it."""


class MarketView:
    """The feed's picture of all instruments."""

    __slots__ = ("ahead", "instruments", "number")

    def __init__(self) -> None:
        self.instruments: dict[str, InstrumentView] = {}
        self.ahead: dict[OrderId, int] = {}
        """What the feed's queue still has before an order that rests at a shown price."""
        self.number = 0
        """Number of the newest feed message."""

    def instrument(self, symbol: str) -> InstrumentView:
        """Return the picture of one instrument to look at, an empty one when nothing is known."""
        return self.instruments.get(symbol, _NOTHING)

    def learn(self, symbol: str) -> InstrumentView:
        """Return the picture of one instrument to change it."""
        view = self.instruments.get(symbol)
        if view is None:
            view = self.instruments[symbol] = InstrumentView()
        return view

    def forget_depth(self) -> None:
        """Show no depth of any instrument until the feed speaks again."""
        for view in self.instruments.values():
            view.forget_depth()

    def last_prices(self) -> dict[str, PriceUnits]:
        """Return the price of the newest trade of each symbol that has one."""
        return {
            symbol: view.last_price
            for symbol, view in self.instruments.items()
            if view.last_price is not None
        }

    def last_price(self, symbol: str) -> PriceUnits | None:
        """Return the price of the newest trade, ``None`` before the first."""
        view = self.instruments.get(symbol)
        return view.last_price if view else None

    def queue_ahead(self, symbol: str, side: int, price: int) -> QuantityUnits:
        """Return what the feed shows at a price that an order is about to join."""
        view = self.instruments.get(symbol)
        return QuantityUnits((view.shown[side].size_at(price) or 0) if view else 0)
