"""Replay of daily bars, one trading day after another: on command, or by itself at a pace."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TypeVar

from tradewind.contracts.market_data import (
    Bar,
    FeedState,
    Listing,
    MarketClock,
    Quote,
    TickQuery,
    Trade,
    TradingDay,
)
from tradewind.market_data_service.bar_repository import HISTORY_SOURCES
from tradewind.market_data_service.domain.market_time import ONE_MINUTE, date_of, midnight_of
from tradewind.market_data_service.domain.paging import Position
from tradewind.market_data_service.domain.replay import (
    ReplayDay,
    day_depths,
    day_events,
    day_prints,
)
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.market_data_service.domain.timeframes import DAY_BAR
from tradewind.market_data_service.feed_repository import FeedRepository, StoredFeed
from tradewind.market_data_service.feeds.errors import FeedRunsByItself, FeedStopped
from tradewind.market_data_service.feeds.past import Past
from tradewind.market_data_service.feeds.running import start_task
from tradewind.market_data_service.venue import Venue
from tradewind.platform.bus import Bus
from tradewind.platform.logging import get_logger
from tradewind.platform.money import PriceUnits

_Tick = TypeVar("_Tick", Trade, Quote)

_YIELD_EVERY = 200
"""Days worked out for a history query before others get their turn on the loop."""


class ReplayFeed:
    """Plays the past day by day."""

    sources = HISTORY_SOURCES

    def __init__(
        self,
        stored: StoredFeed,
        past: Past,
        listings: Sequence[Listing],
        calendar: Calendar,
        bus: Bus,
        feeds: FeedRepository,
    ) -> None:
        self.venue = Venue(stored.spec, bus, past.starts_at)
        self._past = past
        self._listings = listings
        self._calendar = calendar
        self._feeds = feeds
        self._stopped = stored.stopped
        self._done = min(stored.days_done, len(past.days))
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._closes: dict[str, PriceUnits] = {}
        # Actions of the last day are told again after a restart: whoever missed them catches up,
        # and whoever has them knows them by their id.
        self._actions_after = self._date_before(self._done)

    async def start(self) -> None:
        """Stand where the replay stood, and run on if it is not in lockstep."""
        self.venue.apply(self._past.bars_before(self._date_after_done()))
        self._remember_closes(self._done)
        if self._done:
            day = self._replay_day(self._done - 1)
            self.venue.apply(day_events(day, self._seed, self._past.ticks, self._closes))
            self.venue.now = day.session.closes_at
        if not self.venue.spec.lockstep and not self._stopped:
            self._task = start_task(self._run(), f"replay {self.venue.venue_id}")

    async def stop(self) -> None:
        """End the running replay, after the day it is at."""
        if self._task is not None:
            async with self._lock:  # between two days, so that none is recorded and not told
                self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def end(self) -> None:
        """Stop for good."""
        await self.stop()
        self._stopped = True
        await self._feeds.stop(self.venue.venue_id)

    async def step(self, days: int) -> None:
        """Advance a lockstep replay by some days, at most to its end."""
        if not self.venue.spec.lockstep:
            raise FeedRunsByItself(
                f"the replay of {self.venue.venue_id} runs by itself; open one with lockstep"
            )
        if self._stopped:
            raise FeedStopped(f"the feed of {self.venue.venue_id} was stopped")
        async with self._lock:
            for _ in range(min(days, len(self._past.days) - self._done)):
                await self._play_day()

    async def settle(self) -> None:
        """Return at once: what a replay shows is in the tables before it is shown."""

    def refresh(self) -> None:
        """Do nothing: a replay's bars are whole when they show."""

    def healthy(self) -> bool:
        """Tell whether a replay that runs by itself has not broken down."""
        task = self._task
        return task is None or not task.done() or task.exception() is None

    def state(self) -> FeedState:
        """Return where the replay stands."""
        total = len(self._past.days)
        return FeedState(
            venue_id=self.venue.venue_id,
            kind=self.venue.spec.kind,
            now=self.venue.now,
            is_open=self.venue.is_open,
            trading_date=self.venue.trading_date,
            number=self.venue.number,
            finished=self._stopped or self._done >= total,
            days_done=self._done,
            days_total=total,
        )

    def clock(self) -> MarketClock:
        """Return the venue's time; a day is played at once, so it is closed in between."""
        following = self._calendar.unfinished(self.venue.now)
        ends = self._past.days[-1]
        return MarketClock(
            at=self.venue.now,
            is_open=self.venue.is_open,
            next_open=following.opens_at if following else ends.opens_at,
            next_close=following.closes_at if following else ends.closes_at,
        )

    def last_bar_start(self, timeframe: str) -> datetime:
        """Return the start of the last bar that was over by the venue's present."""
        if timeframe == DAY_BAR:
            return midnight_of(date_of(self.venue.now))
        return self.venue.now - ONE_MINUTE

    async def trades(self, query: TickQuery, after: Position | None, limit: int) -> list[Trade]:
        """Return prints of the days played so far."""

        def of_day(bar: Bar, session: TradingDay) -> list[Trade]:
            return day_prints(bar, session)

        return await self._collect(query, after, limit, of_day, lambda trade: trade.trade_id)

    async def quotes(self, query: TickQuery, after: Position | None, limit: int) -> list[Quote]:
        """Return quotes of the days played so far."""

        def of_day(bar: Bar, session: TradingDay) -> list[Quote]:
            tick = self._past.ticks[bar.symbol]
            return [depth.quote() for depth in day_depths(bar, session, self._seed, tick)]

        return await self._collect(query, after, limit, of_day, lambda _: 0)

    async def _collect(
        self,
        query: TickQuery,
        after: Position | None,
        limit: int,
        of_day: Callable[[Bar, TradingDay], list[_Tick]],
        number: Callable[[_Tick], int],
    ) -> list[_Tick]:
        """Work out again what was told, day by day, until a page is full."""
        found: list[_Tick] = []
        for worked, (bar, session) in enumerate(self._played(query, after), 1):
            ticks = of_day(bar, session)
            for tick in reversed(ticks) if query.descending else ticks:
                if _wanted(query, after, Position(tick.symbol, tick.at, number(tick))):
                    found.append(tick)
            if len(found) >= limit:
                break
            if worked % _YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return found[:limit]

    @property
    def _seed(self) -> int:
        return self.venue.spec.seed

    def _played(self, query: TickQuery, after: Position | None) -> Iterator[tuple[Bar, TradingDay]]:
        """Yield the bars of played days that a page may show, in the order of the query."""
        days = self._past.days[: self._done]
        for symbol in sorted(set(query.symbols)):
            if after is not None and symbol < after.symbol:
                continue
            start, end = query.start, query.end
            if after is not None and symbol == after.symbol:
                start, end = (start, after.at) if query.descending else (after.at, end)
            first = bisect_left(self._past.dates, date_of(start), hi=len(days)) if start else 0
            chosen = [day for day in days[first:] if end is None or day.opens_at <= end]
            for day in reversed(chosen) if query.descending else chosen:
                if bar := self._past.bar(symbol, day.trading_date):
                    yield bar, day

    async def _run(self) -> None:
        log = get_logger("market-data")
        while self._done < len(self._past.days):
            await asyncio.sleep(self.venue.spec.day_interval_s)
            async with self._lock:
                await self._play_day()
        log.info("replay_finished", venue_id=self.venue.venue_id, days=self._done)

    async def _play_day(self) -> None:
        day = self._replay_day(self._done)
        events = day_events(day, self._seed, self._past.ticks, self._closes)
        # Recorded first: after a crash in between a day may be missed, but none happens twice.
        await self._feeds.save_days_done(self.venue.venue_id, self._done + 1)
        self._done += 1
        self._actions_after = day.session.trading_date
        self._closes.update((bar.symbol, bar.close) for bar in day.bars)
        # With each day, for whoever follows may have missed the first.
        await self.venue.publish(day.session.closes_at, [*self._listings, *events])

    def _replay_day(self, index: int) -> ReplayDay:
        session = self._past.days[index]
        following = self._calendar.after(session.trading_date)
        return ReplayDay(
            session=session,
            bars=self._past.bars_of(session.trading_date),
            actions=self._past.actions_between(self._actions_after, session.trading_date),
            next_opens_at=following.opens_at if following else None,
        )

    def _remember_closes(self, done: int) -> None:
        # Each symbol's later bar comes last.
        self._closes.update(
            (bar.symbol, bar.close) for bar in self._past.bars_before(self._past.dates[0])
        )
        for day in self._past.days[:done]:
            self._closes.update(
                (bar.symbol, bar.close) for bar in self._past.bars_of(day.trading_date)
            )

    def _date_before(self, done: int) -> date:
        """Return after which date actions are still to be told when ``done`` days were played."""
        if done > 1:
            return self._past.dates[done - 2]
        return date_of(self._past.starts_at)

    def _date_after_done(self) -> date:
        index = max(self._done - 1, 0)
        return self._past.dates[index]


def _wanted(query: TickQuery, after: Position | None, here: Position) -> bool:
    if query.start is not None and here.at < query.start:
        return False
    if query.end is not None and here.at > query.end:
        return False
    if after is None or here.symbol != after.symbol:
        return True
    beyond, last = (here.at, here.number), (after.at, after.number)
    return beyond < last if query.descending else beyond > last
