"""The market of a simulation: sessions, depth, trades, splits and dividends."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulation.node import Disconnected
from tests.simulation.orders import SYMBOLS

from tradewind.contracts.corporate_actions import CashDividend, Split, StockDividend
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    ExtendedHoursClosed,
    ExtendedHoursOpened,
    FeedEvent,
    FeedMessage,
    Listing,
    SessionClosed,
    SessionOpened,
    Trade,
)
from tradewind.contracts.vocabulary import ExtendedPhase
from tradewind.platform.errors import Refusal
from tradewind.platform.money import CENT, SCALE, MoneyUnits, PriceUnits, QuantityUnits

if TYPE_CHECKING:
    from tests.simulation.world import World


class Market:
    """Speaks to whoever leads; messages come twice, late and in another order."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._random = world.random("market")
        self._number = 0
        self._day = world.start.date()

    async def run(self) -> None:
        """Speak for ever."""
        self._say(*(Listing(symbol=symbol) for symbol in SYMBOLS))
        self._say(SessionOpened(self._day, self.world.start))
        while True:
            await asyncio.sleep(self._random.expovariate(5.0))
            if self._random.random() < 0.02:
                await self._new_day()
            elif self._random.random() < 0.02:
                # A leader that has just taken over does not know the session from memory alone.
                self._say(SessionOpened(self._day, self.world.start))
            else:
                self._say(self._depth() if self._random.random() < 0.5 else self._trade())

    async def _new_day(self) -> None:
        at = self.world.start
        closes = {symbol: PriceUnits(10_000 * CENT) for symbol in SYMBOLS}
        follow = self._random.random() < 0.5
        self._say(SessionClosed(self._day, at, closes, after_hours_follow=follow))
        if follow:
            self._say(ExtendedHoursOpened(self._day, at, ExtendedPhase.AFTER_HOURS))
        await self._trade_for(self._random.uniform(0.1, 1.0))
        if follow:
            self._say(ExtendedHoursClosed(self._day, at))
        self._day += timedelta(days=1)
        symbol = self._random.choice(SYMBOLS)
        dice = self._random.random()
        if dice < 0.3:
            new, old = self._random.choice(((2, 1), (3, 2), (1, 10)))
            self._say(Split(f"split {self._day}", symbol, self._day, new, old), twice=True)
        elif dice < 0.6:
            rate = MoneyUnits(33 * CENT)
            payable = self._day + timedelta(days=2) if dice < 0.45 else None
            action = f"dividend {self._day}"
            self._say(
                CashDividend(action, symbol, self._day, rate, payable_date=payable), twice=True
            )
        elif dice < 0.7:
            more = QuantityUnits(SCALE // 20)
            self._say(StockDividend(f"stock {self._day}", symbol, self._day, more), twice=True)
        if follow:
            self._say(ExtendedHoursOpened(self._day, at, ExtendedPhase.PRE_MARKET))
            await self._trade_for(self._random.uniform(0.1, 1.0))
        listing = Listing(symbol=symbol, easy_to_borrow=dice < 0.5)
        self._say(listing, SessionOpened(self._day, at))

    async def _trade_for(self, seconds: float) -> None:
        """Trade on outside the regular session."""
        for _ in range(3):
            await asyncio.sleep(seconds / 3)
            self._say(self._depth() if self._random.random() < 0.5 else self._trade())

    def _depth(self) -> Depth:
        draw = self._random
        mid, levels = draw.randrange(9_990, 10_011), draw.randrange(0, 3)

        def side(direction: int) -> tuple[DepthLevel, ...]:
            return tuple(
                DepthLevel(
                    PriceUnits((mid + direction * (1 + 2 * level)) * CENT),
                    QuantityUnits(draw.randrange(1, 300) * SCALE),
                )
                for level in range(levels)
            )

        return Depth(draw.choice(SYMBOLS), self.world.start, side(-1), side(1))

    def _trade(self) -> Trade:
        price = PriceUnits(self._random.randrange(9_985, 10_016) * CENT)
        size = QuantityUnits(self._random.randrange(1, 200) * SCALE)
        return Trade(self._random.choice(SYMBOLS), self.world.start, price, size, self._number)

    def _say(self, *events: FeedEvent, twice: bool = False) -> None:
        self._number += 1
        at = self.world.start
        message = FeedMessage(self.world.spec.venue_id, self._number, at, list(events))
        copies = 2 if twice or self.world.faults.breaks(0.05) else 1
        for _ in range(copies):
            self.world.spawn(self._deliver(message))

    async def _deliver(self, message: FeedMessage) -> None:
        node = self.world.leader
        if node is None:
            return
        try:
            await node.call(message)
        except (Disconnected, Refusal):
            return
