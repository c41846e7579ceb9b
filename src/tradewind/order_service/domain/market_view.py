"""What the feed shows: depth and last prices, and how far users' orders are back in its queues.

None of this is journaled. After a restart it is empty until the feed speaks again, and an order's
place in the queue is the one it was accepted with, which is never better than the true one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tradewind.contracts.market_data import Depth, DepthLevel
from tradewind.contracts.venues import FillSettings
from tradewind.contracts.vocabulary import FillModel, OrderId
from tradewind.order_service.domain.book import BUY
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import (
    CENT,
    SCALE,
    SUB_PENNY,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
)

_ANY_SIZE = 10**27
"""More than all orders together: what an instant venue shows and trades at its best price."""

_BPS = 10_000
_PERCENT = 100


_HIDDEN_PERCENT_MAX = 1_000
_IMPACT_BPS_MAX = 1_000
_HALF_LIFE_S_MAX = 86_400


def check_fills(settings: FillSettings) -> None:
    """Raise ``MalformedRequest`` for settings that mean nothing."""
    for name, least, most in (
        ("hidden_percent", 0, _HIDDEN_PERCENT_MAX),
        ("impact_bps", 0, _IMPACT_BPS_MAX),
        ("impact_half_life_s", 1, _HALF_LIFE_S_MAX),
    ):
        value = getattr(settings, name)
        if not least <= value <= most:
            raise MalformedRequest(f"{name} {value} must be between {least} and {most}")
    if settings.model is FillModel.INSTANT and settings.hidden_percent:
        raise MalformedRequest("hidden_percent means nothing where any quantity is filled")


class Shown:
    """The feed's levels of one side, best first; what users take is gone until the feed renews."""

    __slots__ = ("levels", "side")

    def __init__(self, side: int) -> None:
        self.side = side
        self.levels: list[list[int]] = []
        """Price, size that is left, and how much of that size is hidden."""

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
        """Return what is openly shown at a price: 0 inside the range, ``None`` beyond it."""
        if not self.levels:
            return None
        for level in self.levels:
            if level[0] == price:
                return max(0, level[1] - level[2])
        worst = self.levels[-1][0]
        beyond = price < worst if self.side == BUY else price > worst
        return None if beyond else 0


class InstrumentView:
    """The feed's picture of one instrument."""

    __slots__ = ("_moved_at", "_settings", "_sizes", "has_shown", "last_price", "moved", "shown")

    def __init__(self, settings: FillSettings) -> None:
        self._settings = settings
        self.shown = (Shown(0), Shown(1))
        self._sizes = (0, 0)
        """What the feed showed on each side, before anybody took of it."""
        self.moved = 0
        """How far users have moved the feed's prices, in billionths; it fades."""
        self._moved_at: datetime | None = None
        self.last_price: PriceUnits | None = None
        self.has_shown = False
        """Whether the feed has shown depth in this session, as far as the core knows."""

    def show(self, depth: Depth, at: datetime | None) -> None:
        """Replace the levels by what the feed shows now, as the venue's settings have it."""
        if self.moved:
            self._fade(at)
        sides = depth.bids, depth.asks
        self._sizes = (_total(depth.bids), _total(depth.asks))
        for side, levels in zip(self.shown, sides, strict=True):
            side.levels = self._levels(levels)
        self.has_shown = True

    def _levels(self, levels: tuple[DepthLevel, ...]) -> list[list[int]]:
        settings = self._settings
        if settings.model is not FillModel.QUEUE:
            levels = levels[:1]
        shown = []
        for level in levels:
            price = level.price + _in_ticks(self.moved, level.price) if self.moved else level.price
            if price <= 0:
                continue
            if settings.model is FillModel.INSTANT:
                shown.append([price, _ANY_SIZE, 0])
                continue
            hidden = level.size * settings.hidden_percent // _PERCENT
            shown.append([price, level.size + hidden, hidden])
        return shown

    def push(self, side: int, price: int, qty: int) -> None:
        """Move the prices shown next, because so much of a side was taken at a price."""
        size = self._sizes[side]
        if size:
            part = divide(price * self._settings.impact_bps * qty, _BPS * size, Rounding.DOWN)
            self.moved += -part if side == BUY else part

    def _fade(self, at: datetime | None) -> None:
        """Halve the impact for every half-life that has passed since it was last halved."""
        if at is None:
            return
        if self._moved_at is None:
            self._moved_at = at
        half_life = timedelta(seconds=self._settings.impact_half_life_s)
        times = (at - self._moved_at) // half_life
        if times > 0:
            self._moved_at += times * half_life
            self.moved = divide(self.moved, 2 ** min(times, 64), Rounding.DOWN)
        if not self.moved:
            self._moved_at = None

    def forget_depth(self) -> None:
        """Show nothing until the feed speaks again."""
        for side in self.shown:
            side.levels = []
        self.has_shown = False

    def reference_price(self, side: int) -> PriceUnits | None:
        """Return what a market order of a side would meet now, else the last trade."""
        best = self.shown[1 - side].best()
        return PriceUnits(best[0]) if best else self.last_price


_NOTHING = InstrumentView(FillSettings())
"""Looked at for every symbol that the feed has not spoken of; nobody changes it."""


class MarketView:
    """The feed's picture of all instruments."""

    __slots__ = ("ahead", "instruments", "number", "run", "settings")

    def __init__(self, settings: FillSettings) -> None:
        self.settings = settings
        self.instruments: dict[str, InstrumentView] = {}
        self.ahead: dict[OrderId, int] = {}
        """What the feed's queue still has before an order that rests at a shown price."""
        self.number = 0
        """Number of the newest feed message."""
        self.run: str | None = None
        """The feed's run that it belongs to."""

    def begin_run(self, run: str) -> None:
        """Forget the depth of an earlier run: nobody stands behind it any more."""
        if run != self.run:
            for view in self.instruments.values() if self.run is not None else ():
                view.forget_depth()
            self.run = run

    def instrument(self, symbol: str) -> InstrumentView:
        """Return the picture of one instrument to look at, an empty one when nothing is known."""
        return self.instruments.get(symbol, _NOTHING)

    def learn(self, symbol: str) -> InstrumentView:
        """Return the picture of one instrument to change it."""
        view = self.instruments.get(symbol)
        if view is None:
            view = self.instruments[symbol] = InstrumentView(self.settings)
        return view

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
        """Return what the feed shows at a price that an order is about to join.

        Nothing where the venue has no queue.
        """
        if self.settings.model is not FillModel.QUEUE:
            return QuantityUnits(0)
        view = self.instruments.get(symbol)
        return QuantityUnits((view.shown[side].size_at(price) or 0) if view else 0)

    def size_of(self, size: QuantityUnits) -> int:
        """Return how much of the orders that wait a trade of some size can fill."""
        return _ANY_SIZE if self.settings.model is FillModel.INSTANT else size

    def push(self, symbol: str, side: int, price: int, qty: int) -> None:
        """Note that users took so much of what the feed showed, where that moves its prices."""
        if self.settings.impact_bps:
            self.learn(symbol).push(side, price, qty)


def _total(levels: tuple[DepthLevel, ...]) -> int:
    return sum(level.size for level in levels)


def _in_ticks(move: int, price: int) -> int:
    """Bring a move to the steps in which prices of this height are quoted."""
    tick = CENT if price >= SCALE else SUB_PENNY
    return divide(move, tick, Rounding.HALF_EVEN) * tick
