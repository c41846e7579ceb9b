"""The use cases of market data: what the contract offers, over the feeds and the tables."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from tradewind.contracts.corporate_actions import PriceAction
from tradewind.contracts.market_data import (
    Bar,
    BarPage,
    BarQuery,
    Depth,
    FeedSpec,
    FeedState,
    Instrument,
    MarketClock,
    Quote,
    QuotePage,
    Snapshot,
    TickQuery,
    Trade,
    TradePage,
    TradingDay,
)
from tradewind.contracts.vocabulary import AssetClass, FeedKind, VenueId
from tradewind.market_data_service.bar_reader import LIMIT_MAX, read_bars
from tradewind.market_data_service.domain.paging import Position, read_token
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.market_data_service.feed_factory import FeedFactory
from tradewind.market_data_service.feed_repository import StoredFeed
from tradewind.market_data_service.feeds import Feed
from tradewind.market_data_service.feeds.errors import FeedExists, TooManyFeeds
from tradewind.market_data_service.history import History
from tradewind.market_data_service.instruments import Instruments
from tradewind.market_data_service.price_files import ImportSummary, import_price_file
from tradewind.market_data_service.storage import Storage
from tradewind.platform.clock import Clock
from tradewind.platform.errors import MalformedRequest, NotFound

STEP_DAYS_MAX = 5_000
FEEDS_MAX = 200

_Tick = TypeVar("_Tick", Trade, Quote)


class MarketData:
    """Answers for every venue from its feed, and keeps the feeds."""

    def __init__(
        self,
        storage: Storage,
        instruments: Instruments,
        history: History,
        factory: FeedFactory,
        clock: Clock,
    ) -> None:
        self._storage = storage
        self._instruments = instruments
        self._history = history
        self._calendar = Calendar(())
        self._factory = factory
        self._clock = clock
        self._feeds: dict[VenueId, Feed] = {}
        self._creating = asyncio.Lock()

    def use_calendar(self, calendar: Calendar) -> None:
        """Take the exchange's calendar, which is read when the service starts."""
        self._calendar = calendar
        self._factory.calendar = calendar

    async def restore_feeds(self) -> None:
        """Take up every feed that an earlier process had."""
        for stored in await self._storage.feeds.list_feeds():
            await self._begin(stored)

    async def stop_feeds(self) -> None:
        """End every feed; a later start takes them up again."""
        feeds = list(self._feeds.values())
        self._feeds.clear()
        await asyncio.gather(*(feed.stop() for feed in feeds))

    def healthy(self) -> bool:
        """Tell whether every feed runs that should."""
        return all(feed.healthy() for feed in self._feeds.values())

    async def list_instruments(
        self, *, active: bool | None = None, asset_class: AssetClass | None = None
    ) -> list[Instrument]:
        """Return the instruments, by symbol."""
        return await self._instruments.list(active=active, asset_class=asset_class)

    async def find_instrument(self, symbol_or_id: str) -> Instrument | None:
        """Return one by symbol (any case) or id; ``None`` when there is none."""
        return await self._instruments.find(symbol_or_id)

    async def create_feed(self, spec: FeedSpec) -> FeedState:
        """Start the feed of a new venue.

        Asking for the one that runs returns its state. A simulated feed can be given another seed,
        other symbols and other hours; a replay stays what it is, raises ``FeedExists``.
        """
        async with self._creating:
            existing = self._feeds.get(spec.venue_id)
            if existing is not None:
                return (await self._change(existing, spec)).state()
            if len(self._feeds) >= FEEDS_MAX:
                raise TooManyFeeds(f"there are {FEEDS_MAX} feeds already; that is the most")
            await self._factory.check(spec)
            feed = await self._begin(await self._storage.feeds.add(spec))
            return feed.state()

    async def step_feed(self, venue_id: VenueId, days: int = 1) -> FeedState:
        """Advance a lockstep replay by trading days; its messages are published on return."""
        if not 1 <= days <= STEP_DAYS_MAX:
            raise MalformedRequest(f"days should be between 1 and {STEP_DAYS_MAX}, was {days}")
        feed = self._feed(venue_id)
        await feed.step(days)
        return feed.state()

    async def stop_feed(self, venue_id: VenueId) -> None:
        """End a venue's feed for good; what it has shown can still be asked for."""
        await self._feed(venue_id).end()

    async def feed_state(self, venue_id: VenueId) -> FeedState:
        """Return where the feed stands."""
        return self._feed(venue_id).state()

    async def clock(self, venue_id: VenueId) -> MarketClock:
        """Return the venue's time and session."""
        return self._feed(venue_id).clock()

    async def list_trading_days(self, start: date, end: date) -> list[TradingDay]:
        """Return the exchange's days between two dates, inclusive."""
        return self._calendar.between(start, end)

    async def latest_trades(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Trade]:
        """Return the newest trade of each symbol that has one."""
        known = self._feed(venue_id).venue.known(_upper(symbols))
        return {symbol: kept.trade for symbol, kept in known if kept.trade}

    async def latest_quotes(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Quote]:
        """Return the newest quote of each symbol that has one."""
        known = self._feed(venue_id).venue.known(_upper(symbols))
        return {symbol: kept.quote for symbol, kept in known if kept.quote}

    async def latest_depths(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Depth]:
        """Return the levels that each symbol shows."""
        known = self._feed(venue_id).venue.known(_upper(symbols))
        return {symbol: kept.depth for symbol, kept in known if kept.depth}

    async def latest_bars(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Bar]:
        """Return the newest minute bar (daily where the feed has none) of each symbol."""
        feed = self._feed(venue_id)
        feed.refresh()
        known = feed.venue.known(_upper(symbols))
        return {symbol: kept.bar for symbol, kept in known if kept.bar}

    async def snapshots(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Snapshot]:
        """Return a snapshot of each symbol that is known."""
        feed = self._feed(venue_id)
        feed.refresh()
        known = feed.venue.known(_upper(symbols))
        return {symbol: kept.snapshot(symbol) for symbol, kept in known}

    async def list_bars(self, venue_id: VenueId, query: BarQuery) -> BarPage:
        """Return a page of bars."""
        return await read_bars(self._feed(venue_id), self._storage, query)

    async def list_trades(self, venue_id: VenueId, query: TickQuery) -> TradePage:
        """Return a page of trades."""
        feed, limit, after = self._feed(venue_id), _limit(query), read_token(query.page_token)
        await feed.settle()
        trades = await feed.trades(_canonical(query), after, limit + 1)
        return TradePage(*_paged(trades, limit, lambda trade: trade.trade_id))

    async def list_quotes(self, venue_id: VenueId, query: TickQuery) -> QuotePage:
        """Return a page of quotes."""
        feed, limit, after = self._feed(venue_id), _limit(query), read_token(query.page_token)
        await feed.settle()
        quotes = await feed.quotes(_canonical(query), after, limit + 1)
        return QuotePage(*_paged(quotes, limit, lambda _: 0))

    async def list_corporate_actions(
        self, symbols: Sequence[str], start: date, end: date
    ) -> list[PriceAction]:
        """Return the actions whose ex-date lies between two dates, inclusive, by date."""
        return await self._storage.reference.list_actions(_upper(symbols), start, end)

    async def import_bars(self, path: Path) -> ImportSummary:
        """Take the prices of a CSV file; new replays show them.

        Raises ``PriceFileRefused`` with the line that does not hold; nothing is taken then.
        """
        summary = await import_price_file(self._storage, self._calendar, path, self._clock.now())
        self._history.forget()
        await self._instruments.load()
        return summary

    async def _change(self, feed: Feed, spec: FeedSpec) -> Feed:
        old = feed.venue.spec
        if old == spec:
            return feed
        if not old.kind == spec.kind == FeedKind.SIMULATED:
            raise FeedExists(
                f"venue {spec.venue_id} is fed by another {old.kind} already; what traded there "
                f"cannot go on with this {spec.kind}. Use another venue or another data folder"
            )
        await self._factory.check(spec)
        await feed.stop()
        return await self._begin(await self._storage.feeds.change(spec))

    async def _begin(self, stored: StoredFeed) -> Feed:
        feed = await self._factory.make(stored)
        await feed.start()
        self._feeds[stored.spec.venue_id] = feed
        return feed

    def _feed(self, venue_id: VenueId) -> Feed:
        feed = self._feeds.get(venue_id)
        if feed is None:
            raise NotFound(f"there is no venue {venue_id} with a feed")
        return feed


def _upper(symbols: Sequence[str]) -> list[str]:
    return [symbol.upper() for symbol in symbols]


def _limit(query: TickQuery) -> int:
    return max(1, min(query.limit, LIMIT_MAX))


def _canonical(query: TickQuery) -> TickQuery:
    return TickQuery(
        symbols=tuple(sorted(set(_upper(query.symbols)))),
        start=query.start,
        end=query.end,
        descending=query.descending,
    )


def _paged(
    ticks: Sequence[_Tick], limit: int, number: Callable[[_Tick], int]
) -> tuple[dict[str, list[_Tick]], str | None]:
    """Return ticks by symbol, and the token of the next page when there are more than fit."""
    items: dict[str, list[_Tick]] = {}
    for tick in ticks[:limit]:
        items.setdefault(tick.symbol, []).append(tick)
    if len(ticks) <= limit:
        return items, None
    last = ticks[limit - 1]
    return items, Position(last.symbol, last.at, number(last)).token()
