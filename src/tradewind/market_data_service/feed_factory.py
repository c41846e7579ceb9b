"""Makes the feed that a specification asks for."""

import asyncio
from collections.abc import Sequence

from tradewind.contracts.market_data import Bar, FeedSpec
from tradewind.contracts.vocabulary import FeedKind, SessionHours
from tradewind.market_data_service.domain.backfill import backfill
from tradewind.market_data_service.domain.coins import COINS, simulated
from tradewind.market_data_service.domain.lane import Lane
from tradewind.market_data_service.domain.market_time import date_of
from tradewind.market_data_service.domain.sessions import Calendar, Sessions
from tradewind.market_data_service.domain.simulation import (
    InstrumentState,
    SimulatedInstrument,
    SimulatedMarket,
)
from tradewind.market_data_service.domain.timeframes import DAY_BAR
from tradewind.market_data_service.feed_repository import StoredFeed
from tradewind.market_data_service.feeds import Feed
from tradewind.market_data_service.feeds.errors import NothingToReplay
from tradewind.market_data_service.feeds.past import Past, load_past
from tradewind.market_data_service.feeds.replay import ReplayFeed
from tradewind.market_data_service.feeds.simulated import SimulatedFeed, source_of
from tradewind.market_data_service.history import History
from tradewind.market_data_service.instruments import Instruments
from tradewind.market_data_service.storage import Storage
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.errors import NotFound


class FeedFactory:
    """Knows what feeds are made of."""

    def __init__(
        self,
        storage: Storage,
        instruments: Instruments,
        history: History,
        bus: Bus,
        clock: Clock,
        interval_s: float,
    ) -> None:
        self._storage = storage
        self._instruments = instruments
        self._history = history
        self.calendar = Calendar(())
        self._bus = bus
        self._clock = clock
        self._interval_s = interval_s

    async def check(self, spec: FeedSpec) -> None:
        """Raise what ``make`` would, before anything is written."""
        symbols = await self._symbols(spec)
        if spec.kind is FeedKind.REPLAY:
            await self._past(spec, symbols)

    async def make(self, stored: StoredFeed) -> Feed:
        """Return a feed, not started; raises ``NotFound`` or ``NothingToReplay``."""
        symbols = await self._symbols(stored.spec)
        if stored.spec.kind is FeedKind.REPLAY:
            return await self._replay(stored, symbols)
        return await self._simulated(stored, symbols)

    async def _symbols(self, spec: FeedSpec) -> list[str]:
        if not spec.symbols:
            return [each.symbol for each in await self._instruments.list(active=True)]
        for symbol in spec.symbols:
            if await self._instruments.find(symbol) is None:
                raise NotFound(f"there is no instrument {symbol[:20]}")
        return sorted({symbol.upper() for symbol in spec.symbols})

    async def _replay(self, stored: StoredFeed, symbols: Sequence[str]) -> Feed:
        past = await self._past(stored.spec, symbols)
        listings = await self._instruments.listings(past.symbols)
        return ReplayFeed(stored, past, listings, self.calendar, self._bus, self._storage.feeds)

    async def _past(self, spec: FeedSpec, symbols: Sequence[str]) -> Past:
        ticks = await self._instruments.ticks(symbols)
        return await load_past(spec, self._history, self.calendar, symbols, ticks)

    async def _simulated(self, stored: StoredFeed, symbols: Sequence[str]) -> Feed:
        spec = stored.spec
        instruments = await self._simulated_instruments(stored, symbols)
        listings = await self._instruments.listings(each.symbol for each in instruments)
        coins = {each.symbol for each in listings if each.is_round_the_clock}
        shares = [each for each in instruments if each.symbol not in coins]
        others = [each for each in instruments if each.symbol in coins]
        in_sessions = Sessions(spec.hours, self.calendar)
        at_all_times = Sessions(SessionHours.ALWAYS, self.calendar)
        source = source_of(spec.venue_id)
        past = (shares, in_sessions), (others, at_all_times)
        for each, sessions in past:
            missing = await self._without_bars(source, each)
            if missing:
                bars = await self._past_of(missing, sessions, str(spec.seed))
                await self._storage.bars.save(source, bars)
        run = await self._storage.feeds.count_run(spec.venue_id)
        # A later run must not repeat the moves of an earlier one.
        seed, now = f"{spec.seed}:{run}", self._clock.now()
        lanes = (
            Lane(SimulatedMarket(shares, seed, now), in_sessions),
            Lane(SimulatedMarket(others, seed, now), at_all_times, tells_sessions=False),
        )
        return SimulatedFeed(
            stored, lanes, listings, self._storage, self._bus, self._clock, self._interval_s
        )

    async def _without_bars(
        self, source: str, instruments: Sequence[SimulatedInstrument]
    ) -> list[SimulatedInstrument]:
        """Return the instruments that this venue has no past of yet."""
        symbols = [each.symbol for each in instruments]
        found = await self._storage.bars.newest(source, symbols, DAY_BAR, self._clock.now(), 1)
        known = {bar.symbol for bar in found}
        return [each for each in instruments if each.symbol not in known]

    async def _simulated_instruments(
        self, stored: StoredFeed, symbols: Sequence[str]
    ) -> list[SimulatedInstrument]:
        """Return where each price goes on: at the stored one, else at the last real close."""
        ticks = await self._instruments.ticks(symbols)
        states = dict(stored.instruments)
        history = await self._history.daily_bars([each for each in symbols if each not in states])
        for symbol, bars in history.items():
            states[symbol] = InstrumentState(fair_price=bars[-1].close, next_trade_id=1)
        for symbol, coin in COINS.items():
            states.setdefault(symbol, InstrumentState(fair_price=coin.fair_price, next_trade_id=1))
        made = [
            simulated(symbol, ticks[symbol], states[symbol])
            for symbol in symbols
            if symbol in states
        ]
        if not made:
            raise NothingToReplay(
                "no instrument has a price to begin with; import prices with "
                "`tradewind data import`"
            )
        return made

    async def _past_of(
        self, instruments: Sequence[SimulatedInstrument], sessions: Sessions, seed: str
    ) -> list[Bar]:
        now = self._clock.now()
        today = date_of(now)
        days = sessions.before(today)
        running = sessions.day(today)
        if running is not None and running.opens_at <= now:
            days.append(running)

        def make() -> list[Bar]:
            return [bar for each in instruments for bar in backfill(each, days, now, seed)]

        return await asyncio.to_thread(make)
