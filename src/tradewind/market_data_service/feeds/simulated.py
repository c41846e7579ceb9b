"""A simulated market that runs by the clock: prints, levels, bars and sessions of one venue."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from tradewind.contracts.market_data import (
    Bar,
    Depth,
    ExtendedHoursClosed,
    FeedEvent,
    FeedState,
    Listing,
    MarketClock,
    Quote,
    TickQuery,
    Trade,
)
from tradewind.market_data_service.domain.lane import Happened, Lane
from tradewind.market_data_service.domain.market_time import (
    ONE_MINUTE,
    date_of,
    midnight_of,
    minute_of,
)
from tradewind.market_data_service.domain.paging import Position
from tradewind.market_data_service.domain.sessions import Segment
from tradewind.market_data_service.domain.simulation import InstrumentState
from tradewind.market_data_service.domain.timeframes import DAY_BAR, MINUTE_BAR
from tradewind.market_data_service.feed_repository import StoredFeed
from tradewind.market_data_service.feeds.errors import FeedRunsByItself
from tradewind.market_data_service.feeds.recorder import FeedStanding, Recorder
from tradewind.market_data_service.feeds.running import start_task
from tradewind.market_data_service.storage import Storage
from tradewind.market_data_service.tick_repository import TICKS_KEPT
from tradewind.market_data_service.venue import Venue
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.money import PriceUnits
from tradewind.platform.tasks import end_tasks


def source_of(venue_id: str) -> str:
    """Return the source under which a simulated venue keeps its bars."""
    return f"venue:{venue_id}"


class SimulatedFeed:
    """Runs a simulated market by the wall clock."""

    def __init__(
        self,
        stored: StoredFeed,
        lanes: Sequence[Lane],
        listings: Sequence[Listing],
        storage: Storage,
        bus: Bus,
        clock: Clock,
        interval_s: float,
    ) -> None:
        self.venue = Venue(stored.spec, bus, clock.now())
        self.sources = (source_of(stored.spec.venue_id),)
        self._lanes = lanes
        self._sessions = lanes[0].sessions
        """Those of the exchange, of which the venue is told."""
        self._listings = listings
        self._storage = storage
        self._clock = clock
        self._interval_s = interval_s
        self._stopped = stored.stopped
        lanes[0].running = self._left_open(stored)
        lanes[0].opened_before = stored.trading_date if stored.session_open else None
        self._recorder = Recorder(
            stored.spec.venue_id, self.sources[0], storage, standing=self._standing
        )
        self._previous_closes: dict[str, PriceUnits] = {}
        """What the running session began from."""
        self._settling = asyncio.Lock()
        self._settled = 0
        """Number of the newest message that is known to be in the tables."""
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Go on with the stored bars and prices, and run."""
        await self.resume()
        if self._stopped:
            return
        for work in (self._run, self._recorder.run):
            self._tasks.append(start_task(work(), f"feed {self.venue.venue_id}"))

    async def stop(self) -> None:
        """End the market and write what waits."""
        running, self._tasks = self._tasks, []
        await end_tasks(running)
        await self.settle()

    async def end(self) -> None:
        """Stop for good."""
        await self.stop()
        self._stopped = True
        await self._storage.feeds.stop(self.venue.venue_id)

    async def step(self, days: int) -> None:
        """Refuse: time is the clock's."""
        raise FeedRunsByItself(
            f"the simulated feed of {self.venue.venue_id} runs by the clock; "
            f"it cannot be advanced by {days} days"
        )

    async def settle(self) -> None:
        """Return when what was shown so far is in the tables."""
        told = self.venue.number
        async with self._settling:  # whoever waited here finds it done
            if self._settled < told and not self._stopped:
                reached = self.venue.number
                await self._recorder.flush()
                self._settled = reached

    def refresh(self) -> None:
        """Let the venue know the daily bars as they stand."""
        self.venue.apply(self._days())

    def healthy(self) -> bool:
        """Tell whether the market still runs, if it should."""
        return all(not task.done() for task in self._tasks)

    def state(self) -> FeedState:
        """Return where the feed stands."""
        return FeedState(
            venue_id=self.venue.venue_id,
            kind=self.venue.spec.kind,
            now=self.venue.now,
            is_open=self.venue.is_open,
            trading_date=self.venue.trading_date,
            number=self.venue.number,
            finished=self._stopped,
        )

    def clock(self) -> MarketClock:
        """Return the present and the venue's session."""
        now = self._clock.now()
        session = self._sessions.current_or_next(now)
        if session is None:
            return MarketClock(at=now, is_open=False, next_open=now, next_close=now)
        is_open = session.opens_at <= now
        following = self._sessions.following(session) if is_open else session
        segment = self._sessions.segment(now)
        return MarketClock(
            at=now,
            is_open=is_open,
            next_open=following.opens_at if following else session.closes_at,
            next_close=session.closes_at,
            extended_phase=segment.phase if segment and segment.starts_at <= now else None,
        )

    def last_bar_start(self, timeframe: str) -> datetime:
        """Return the start of the running day, or of the last finished minute."""
        now = self._clock.now()
        return midnight_of(date_of(now)) if timeframe == DAY_BAR else now - ONE_MINUTE

    async def trades(self, query: TickQuery, after: Position | None, limit: int) -> list[Trade]:
        """Return the trades that are still kept."""
        return await self._storage.ticks.page_trades(
            self.venue.venue_id,
            query.symbols,
            self._span(query),
            after,
            descending=query.descending,
            limit=limit,
        )

    async def quotes(self, query: TickQuery, after: Position | None, limit: int) -> list[Quote]:
        """Return the quotes that are still kept."""
        return await self._storage.ticks.page_quotes(
            self.venue.venue_id,
            query.symbols,
            self._span(query),
            after,
            descending=query.descending,
            limit=limit,
        )

    async def tick(self) -> None:
        """Let the market run up to the clock's present and tell what happened."""
        now = self._clock.now()
        if now <= self.venue.now and self.venue.number:
            return  # the machine's clock was set back
        is_first = not self.venue.number
        events: list[FeedEvent] = self._greeting(now) if is_first else []
        before, finished = self._lanes[0].running, False
        for lane in self._lanes:
            happened = lane.step(now, self._closing_prices)
            events += happened.events
            finished = finished or bool(happened.finished)
            self._record(happened)
            if is_first and lane.running is None:
                events += lane.market.depths()
        if finished:
            events += (*self._days(), *self._listings)
            if self._lanes[0].running is before:
                # Who began to follow in the middle of a session learns of it within a minute.
                events += self._lanes[0].opening()
        if events:
            await self.venue.publish(now, events)

    def _greeting(self, now: datetime) -> list[FeedEvent]:
        """Return what a feed tells first: its instruments, and what nobody may have told before."""
        over = self._sessions.last_after_hours(now)
        ended = [ExtendedHoursClosed(over.day.trading_date, over.ends_at)] if over else []
        return [*self._listings, *ended]

    def _record(self, happened: Happened) -> None:
        for event in happened.events:
            if isinstance(event, Trade | Depth):
                self._recorder.take(event)
        for bar in happened.finished:
            self._recorder.finish(bar)

    def _days(self) -> list[Bar]:
        """Return the daily bars as they stand."""
        return [bar for lane in self._lanes for bar in lane.board.days()]

    def _instruments(self) -> dict[str, InstrumentState]:
        return {
            symbol: state for lane in self._lanes for symbol, state in lane.market.state().items()
        }

    def _closing_prices(self, events: Sequence[FeedEvent]) -> dict[str, PriceUnits]:
        """Return the newest price of every instrument, whatever sessions it trades in."""
        closes = {symbol: state.fair_price for symbol, state in self._instruments().items()}
        closes.update(self.venue.trade_prices())
        closes.update((event.symbol, event.price) for event in events if isinstance(event, Trade))
        return closes

    def _span(self, query: TickQuery) -> tuple[datetime, datetime]:
        now = self._clock.now()
        return query.start or now - TICKS_KEPT, min(query.end or now, now)

    def _left_open(self, stored: StoredFeed) -> Segment | None:
        """Return the session that an earlier process opened and that is over by now.

        One that still runs is opened once more: who follows knows its date already.
        """
        if not stored.session_open or stored.trading_date is None:
            return None
        session = self._sessions.day(stored.trading_date)
        over = session is not None and session.closes_at <= self._clock.now()
        return Segment.regular(session) if session is not None and over else None

    async def resume(self) -> None:
        """Go on with the bars and prices that are stored."""
        now = self._clock.now()
        today = midnight_of(date_of(now))
        source = self.sources[0]
        for lane in self._lanes:
            symbols = list(lane.market.state())
            for bar in await self._storage.bars.newest(source, symbols, DAY_BAR, now, 2):
                self.venue.apply([bar])
                if bar.starts_at == today:
                    lane.board.resume(bar)
            for bar in await self._storage.bars.newest(source, symbols, MINUTE_BAR, now, 1):
                self.venue.apply([bar])
                if bar.starts_at == minute_of(now):
                    lane.board.resume(bar)
        self.venue.apply(await self._storage.ticks.latest_trades(self.venue.venue_id))

    def _standing(self) -> tuple[FeedStanding, list[Bar]]:
        running = self._lanes[0].running
        day = running.day if running is not None and running.phase is None else None
        bars = [bar for lane in self._lanes for bar in lane.board.running()]
        return FeedStanding(
            now=self.venue.now,
            trading_date=day.trading_date if day else None,
            session_open=day is not None,
            instruments=self._instruments(),
        ), bars

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self.tick()
            due = max(due + self._interval_s, loop.time())
            await asyncio.sleep(due - loop.time())
