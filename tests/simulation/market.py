"""The market of a simulation: sessions, depth, trades, auctions, halts, splits and dividends."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulation.node import Disconnected
from tests.simulation.orders import COIN, SHARES, SYMBOLS

from tradewind.contracts.corporate_actions import CashDividend, Split, StockDividend
from tradewind.contracts.market_data import (
    AuctionPrint,
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
    TradingStatus,
)
from tradewind.contracts.vocabulary import AssetClass, AuctionKind, ExtendedPhase
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.state import WHOLE_VENUE
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
        # Every other market knows when its sessions end and begin: opg orders are taken in it at
        # all times, for it never closes for long. The others take them between two sessions.
        self._turns = world.start + timedelta(days=365) if self._random.random() < 0.5 else None
        self._away = dict.fromkeys(SYMBOLS, 0)
        """How far each price is from its usual place, in cents."""
        self._halted: list[str] = []

    async def run(self) -> None:
        """Speak for ever."""
        coin = Listing(symbol=COIN, asset_class=AssetClass.CRYPTO, marginable=False,
                       shortable=False, easy_to_borrow=False)  # fmt: skip
        self._say(coin, *(Listing(symbol=symbol) for symbol in SHARES))
        self._say(self._opening())
        while True:
            await asyncio.sleep(self._random.expovariate(5.0))
            dice = self._random.random()
            if dice < 0.02:
                await self._new_day()
            elif dice < 0.04:
                # A leader that has just taken over does not know the session from memory alone.
                self._say(self._opening())
            elif dice < 0.06:
                await self._halt()
            elif dice < 0.1:
                self._run_away()
            else:
                self._say(self._depth() if self._random.random() < 0.5 else self._trade())

    def _opening(self) -> SessionOpened:
        return SessionOpened(self._day, self.world.start, self._turns, self._turns)

    def _run_away(self) -> None:
        """Let a price leave its place, far enough for the bands, or come back to it."""
        symbol = self._random.choice(SYMBOLS)
        self._away[symbol] = self._random.choice((-150, 0, 0, 150))

    async def _halt(self) -> None:
        """Halt something, or end a halt, as the exchange or as an administrator."""
        if self._halted:
            symbol = self._halted.pop()
            self._say(TradingStatus(symbol, self.world.start, halted=False))
            await self._send(commands.ResumeTrading(symbol, "admin"))
            return
        symbol = self._random.choice((*SYMBOLS, WHOLE_VENUE))
        self._halted.append(symbol)
        if symbol != WHOLE_VENUE and self._random.random() < 0.5:
            self._say(TradingStatus(symbol, self.world.start, halted=True, reason="news"))
        else:
            await self._send(commands.HaltTrading(symbol, "news", "admin"))

    async def _new_day(self) -> None:
        at = self.world.start
        closes = {symbol: PriceUnits(10_000 * CENT) for symbol in SYMBOLS}
        follow = self._random.random() < 0.5
        if self._random.random() < 0.5:
            self._say(self._auction(AuctionKind.CLOSING))
        self._say(SessionClosed(self._day, at, closes, follow, self._turns))
        if follow:
            self._say(ExtendedHoursOpened(self._day, at, ExtendedPhase.AFTER_HOURS))
        await self._trade_for(self._random.uniform(0.1, 1.0))
        if follow:
            self._say(ExtendedHoursClosed(self._day, at))
        self._day += timedelta(days=1)
        symbol = self._random.choice(SHARES)
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
        self._say(listing, self._opening())
        if self._random.random() < 0.5:
            self._say(self._auction(AuctionKind.OPENING))

    async def _trade_for(self, seconds: float) -> None:
        """Trade on outside the regular session."""
        for _ in range(3):
            await asyncio.sleep(seconds / 3)
            self._say(self._depth() if self._random.random() < 0.5 else self._trade())

    def _depth(self) -> Depth:
        draw = self._random
        symbol = draw.choice(SYMBOLS)
        mid = draw.randrange(9_990, 10_011) + self._away[symbol]
        levels = draw.randrange(0, 3)

        def side(direction: int) -> tuple[DepthLevel, ...]:
            return tuple(
                DepthLevel(
                    PriceUnits((mid + direction * (1 + 2 * level)) * CENT),
                    QuantityUnits(draw.randrange(1, 300) * SCALE),
                )
                for level in range(levels)
            )

        return Depth(symbol, self.world.start, side(-1), side(1))

    def _trade(self) -> Trade:
        symbol = self._random.choice(SYMBOLS)
        return Trade(symbol, self.world.start, self._price(symbol), self._size(), self._number)

    def _auction(self, kind: AuctionKind) -> AuctionPrint:
        symbol = self._random.choice(SHARES)
        return AuctionPrint(symbol, self.world.start, kind, self._price(symbol), self._size())

    def _price(self, symbol: str) -> PriceUnits:
        return PriceUnits((self._random.randrange(9_985, 10_016) + self._away[symbol]) * CENT)

    def _size(self) -> QuantityUnits:
        return QuantityUnits(self._random.randrange(1, 200) * SCALE)

    def _say(self, *events: FeedEvent, twice: bool = False) -> None:
        self._number += 1
        at = self.world.start
        message = FeedMessage(self.world.spec.venue_id, self._number, at, list(events))
        copies = 2 if twice or self.world.faults.breaks(0.05) else 1
        for _ in range(copies):
            self.world.spawn(self._send(message))

    async def _send(self, command: commands.Command) -> None:
        node = self.world.leader
        if node is None:
            return
        try:
            await node.call(command)
        except (Disconnected, Refusal):
            return
