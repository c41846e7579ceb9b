"""A simulated market: a fair value that wanders, makers who quote around it, takers who trade.

Everything follows from the seed and from the instants that are handed in: the same seed and the
same instants give the same events. Prices count ticks and sizes count lots of shares in integers;
the fair value alone is a float, because it is a random walk and no price until it is rounded.

Takers are of two kinds. Noise traders choose their side by chance; trend traders buy after the
price has risen and sell after it has fallen. Trading feeds on itself: each print raises the
``heat`` that makes the next one likelier and the spread wider, and heat cools by an eighth with
each step.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import exp, sqrt

from msgspec import Struct

from tradewind.contracts.market_data import Depth, DepthLevel, Trade
from tradewind.contracts.vocabulary import OrderSide
from tradewind.platform.money import SCALE, PriceUnits, QuantityUnits

LEVELS = 8
LOT = QuantityUnits(100 * SCALE)

VOLATILITY_A_YEAR = 0.28
SECONDS_A_YEAR = 365 * 86_400
_STEP_S_MAX = 60.0
"""A longer pause moves the fair value no further than this: the market was closed."""

_SPREAD_DIVISOR = 5_000
"""At rest the spread is the price by this, and at least a tick: about two basis points."""

_HEAT_AT_REST = 120
_HEAT_MAX = 900
_HEAT_PER_PRINT = 60
_HEAT_WHEN_THIN = 12
_THIN_SPREAD_FACTOR = 3
"""Outside the regular session a tenth of the takers come, and makers ask for more."""

_TRADES_PER_STEP_MAX = 4
_TREND_WEIGHT = 24
_TREND_BIAS_MAX = 180
_IMPACT = 0.02
"""Share of the way to the price paid by which a taker moves the fair value for good."""

_LOTS_AT_BEST = 3
_LOTS_MAX = 40


class SimulatedInstrument(Struct, frozen=True, kw_only=True):
    """What the simulation is told about an instrument."""

    symbol: str
    tick: PriceUnits
    fair_price: PriceUnits
    """Where the fair value starts."""
    next_trade_id: int = 1
    lot: QuantityUnits = LOT
    """What makers show in whole numbers of; takers also send hundredths of it."""
    volatility: float = VOLATILITY_A_YEAR
    """Standard deviation of a year's logarithmic return."""


class InstrumentState(Struct, frozen=True, kw_only=True):
    """What has to be kept so that a later run goes on where this one ended."""

    fair_price: PriceUnits
    next_trade_id: int


class SimulatedMarket:
    """The books of several instruments; one randomness for each, so that they do not couple."""

    def __init__(self, instruments: Sequence[SimulatedInstrument], seed: str, at: datetime) -> None:
        self._books = [_SimulatedBook(each, seed) for each in instruments]
        self._at = at

    def advance(self, at: datetime, *, is_thin: bool = False) -> list[Trade | Depth]:
        """Return what happens until an instant: each book's prints, then its levels.

        Nothing happens until an instant that is past already. Few come while the market is thin.
        """
        since = self._at
        if at <= since:
            return []
        self._at = at
        events: list[Trade | Depth] = []
        for book in self._books:
            book.advance(since, at, events, is_thin=is_thin)
        return events

    def rest_until(self, at: datetime) -> None:
        """Let time pass without anything happening: the market is closed."""
        self._at = max(self._at, at)

    def depths(self) -> list[Depth]:
        """Return the levels as they stand."""
        return [book.depth(self._at) for book in self._books]

    def auction_sizes(self) -> Mapping[str, QuantityUnits]:
        """Return what would change hands by symbol if all makers met at one price."""
        return {book.symbol: book.auction_size() for book in self._books}

    def state(self) -> Mapping[str, InstrumentState]:
        """Return what a later run needs, by symbol."""
        return {book.symbol: book.state() for book in self._books}


class _SimulatedBook:
    """One instrument's makers and takers."""

    def __init__(self, instrument: SimulatedInstrument, seed: str) -> None:
        self.symbol = instrument.symbol
        self._tick = instrument.tick
        self._lot = instrument.lot
        self._volatility = instrument.volatility
        self._is_thin = False
        self._fair = instrument.fair_price / instrument.tick
        self._random = random.Random(f"{seed}:{instrument.symbol}")  # noqa: S311
        self._next_trade_id = instrument.next_trade_id
        self._heat = _HEAT_AT_REST
        self._has_printed = False
        # Averages of the middle in 1/1024 ticks; their difference is the trend.
        self._fast = self._slow = round(self._fair) * 1024
        self._bid = self._ask = 0
        self._bid_lots = [self._draw_lots(level) for level in range(LEVELS)]
        self._ask_lots = [self._draw_lots(level) for level in range(LEVELS)]
        self._quote()

    def advance(
        self, since: datetime, at: datetime, events: list[Trade | Depth], *, is_thin: bool
    ) -> None:
        """Trade against what was shown, move the fair value, and show new levels."""
        self._is_thin = is_thin
        elapsed = at - since
        self._take(since, elapsed, events)
        self._wander(elapsed)
        self._renew()
        self._quote()
        events.append(self.depth(at))

    def state(self) -> InstrumentState:
        """Return what a later run needs."""
        return InstrumentState(
            fair_price=PriceUnits(max(round(self._fair), 1) * self._tick),
            next_trade_id=self._next_trade_id,
        )

    def auction_size(self) -> QuantityUnits:
        """Return what both sides have in their levels."""
        return QuantityUnits(min(sum(self._bid_lots), sum(self._ask_lots)) * LOT)

    def _take(self, since: datetime, elapsed: timedelta, events: list[Trade | Depth]) -> None:
        at_rest = _HEAT_WHEN_THIN if self._is_thin else _HEAT_AT_REST
        self._heat += (at_rest - self._heat) // 8
        # The first step always prints, so that the instrument has a price from the beginning.
        orders = 0 if self._has_printed else 1
        self._has_printed = True
        while orders < _TRADES_PER_STEP_MAX and self._random.randrange(1000) < self._heat:
            orders += 1
        if not orders:
            return
        for number in range(1, orders + 1):
            at = since + elapsed * number // (orders + 1)
            self._market_order(at, events)
        self._heat = min(self._heat + orders * _HEAT_PER_PRINT, _HEAT_MAX)

    def _market_order(self, at: datetime, events: list[Trade | Depth]) -> None:
        """Walk the levels of one side with a taker's order."""
        draw = self._random.randrange
        trend = (self._fast - self._slow) * _TREND_WEIGHT // (1024 * (self._ask - self._bid))
        bias = max(-_TREND_BIAS_MAX, min(_TREND_BIAS_MAX, trend))
        buys = draw(1000) < 500 + bias
        side = OrderSide.BUY if buys else OrderSide.SELL
        best, step, lots = (
            (self._ask, 1, self._ask_lots) if buys else (self._bid, -1, self._bid_lots)
        )
        if draw(4) == 0:  # an odd lot takes nothing that the levels would show
            self._print(at, best, (1 + draw(99)) * self._lot // 100, side, events)
            return
        wanted = 1
        while wanted < _LOTS_MAX and draw(5) < 2:
            wanted *= 2
        for level in range(LEVELS):
            taken = min(wanted, lots[level])
            if taken:
                lots[level] -= taken
                wanted -= taken
                price = best + step * level
                self._print(at, price, taken * self._lot, side, events)
                self._fair += (price - self._fair) * _IMPACT
            if not wanted:
                return

    def _print(
        self, at: datetime, ticks: int, size: int, side: OrderSide, events: list[Trade | Depth]
    ) -> None:
        events.append(
            Trade(
                self.symbol,
                at,
                PriceUnits(ticks * self._tick),
                QuantityUnits(size),
                self._next_trade_id,
                taker_side=side,
            )
        )
        self._next_trade_id += 1

    def _wander(self, elapsed: timedelta) -> None:
        seconds = min(elapsed.total_seconds(), _STEP_S_MAX)
        deviation = self._volatility * sqrt(max(seconds, 0.0) / SECONDS_A_YEAR)
        self._fair = max(self._fair * exp(self._random.gauss(0.0, deviation)), 2.0)

    def _renew(self) -> None:
        """Let makers refill what was taken and change a level on each side."""
        for lots in (self._bid_lots, self._ask_lots):
            for level in range(LEVELS):
                if lots[level] <= 0:
                    lots[level] = self._draw_lots(level)
            level = self._random.randrange(LEVELS)
            lots[level] = self._draw_lots(level)

    def _draw_lots(self, level: int) -> int:
        return 1 + self._random.randrange(_LOTS_AT_BEST * (level + 2))

    def _quote(self) -> None:
        middle = max(round(self._fair), 1)
        self._fast += (middle * 1024 - self._fast) // 16
        self._slow += (middle * 1024 - self._slow) // 128
        spread = max(middle // _SPREAD_DIVISOR + self._heat // 400, 1)
        if self._is_thin:
            spread *= _THIN_SPREAD_FACTOR
        self._bid = max((round(2 * self._fair) - spread) // 2, 1)
        self._ask = self._bid + spread

    def depth(self, at: datetime) -> Depth:
        """Return the levels as they stand."""
        tick = self._tick
        bids = tuple(
            DepthLevel(PriceUnits((self._bid - level) * tick), QuantityUnits(lots * self._lot))
            for level, lots in enumerate(self._bid_lots)
            if self._bid > level
        )
        asks = tuple(
            DepthLevel(PriceUnits((self._ask + level) * tick), QuantityUnits(lots * self._lot))
            for level, lots in enumerate(self._ask_lots)
        )
        return Depth(self.symbol, at, bids, asks)
