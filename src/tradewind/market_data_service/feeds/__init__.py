"""Feeds: plug-ins with one interface that tell a venue what happens at it."""

from datetime import datetime
from typing import Protocol

from tradewind.contracts.market_data import (
    FeedState,
    MarketClock,
    Quote,
    TickQuery,
    Trade,
)
from tradewind.market_data_service.domain.paging import Position
from tradewind.market_data_service.venue import Venue


class Feed(Protocol):
    """What feeds one venue."""

    venue: Venue

    async def start(self) -> None:
        """Take up where the feed stood, and run if it runs by itself."""
        ...

    async def stop(self) -> None:
        """End in bounded time and keep what a later start needs."""
        ...

    async def step(self, days: int) -> None:
        """Advance by trading days; refused by a feed that runs by itself."""
        ...

    async def end(self) -> None:
        """Stop for good: no later start runs it again."""
        ...

    def refresh(self) -> None:
        """Let the venue know the bars that grow, as they stand."""
        ...

    def healthy(self) -> bool:
        """Tell whether the feed runs, if it should."""
        ...

    async def settle(self) -> None:
        """Return when everything shown so far can be read from the database."""
        ...

    def state(self) -> FeedState:
        """Return where the feed stands."""
        ...

    def clock(self) -> MarketClock:
        """Return the venue's time and session."""
        ...

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources of the venue's bars."""
        ...

    def last_bar_start(self, timeframe: str) -> datetime:
        """Return the latest start of a stored bar that the venue has already seen."""
        ...

    async def trades(self, query: TickQuery, after: Position | None, limit: int) -> list[Trade]:
        """Return trades by symbol and time, up to the limit, none later than the present."""
        ...

    async def quotes(self, query: TickQuery, after: Position | None, limit: int) -> list[Quote]:
        """Return quotes by symbol and time, up to the limit, none later than the present."""
        ...
