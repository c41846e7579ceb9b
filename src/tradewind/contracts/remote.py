"""The services as other processes offer them: the same protocols, carried out over HTTP."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol

from tradewind.contracts.accounts import AccountService
from tradewind.contracts.journal import JournalReader, JournalRecord
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.notifications import NotificationService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.portfolio import PortfolioService
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import NotLeading
from tradewind.platform.rpc.client import RpcConnection, remote
from tradewind.platform.rpc.interface import repeatable

WAIT_S = 15.0
"""Longest time that a look at the journal's end waits for a record."""


class JournalPages(Protocol):
    """The journal by requests, each of which waits for a while when there is nothing new."""

    @repeatable
    async def read_after(
        self, venue_id: VenueId, after: int, batch: int, wait_s: float
    ) -> list[JournalRecord]:
        """Return committed records after a number as soon as there are any, or none in time."""
        ...


class JournalPager:
    """Answers for ``JournalPages`` from the journal of this process."""

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Send everybody who waits to the next leader."""
        self._stopping.set()

    async def read_after(
        self, venue_id: VenueId, after: int, batch: int, wait_s: float
    ) -> list[JournalRecord]:
        """Return committed records after a number as soon as there are any, or none in time."""
        if self._stopping.is_set():
            raise NotLeading
        reading = asyncio.ensure_future(self._first(venue_id, after, batch))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait(
                {reading, stopping},
                timeout=min(wait_s, WAIT_S),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if reading.done():
                return reading.result()
            if stopping.done():
                raise NotLeading
            return []
        finally:
            for task in (reading, stopping):
                task.cancel()
            await asyncio.gather(reading, stopping, return_exceptions=True)

    async def _first(self, venue_id: VenueId, after: int, batch: int) -> list[JournalRecord]:
        pages = self._journal.follow(venue_id, after, batch=batch)
        try:
            return await anext(pages)
        finally:
            if isinstance(pages, AsyncGenerator):
                await pages.aclose()


async def follow_pages(
    pages: JournalPages, venue_id: VenueId, after: int, *, batch: int
) -> AsyncIterator[list[JournalRecord]]:
    """Yield committed records after a number in order, for ever."""
    while True:
        records = await pages.read_after(venue_id, after, batch, WAIT_S)
        if records:
            after = records[-1].number
            yield records


def remote_accounts(connection: RpcConnection) -> AccountService:
    """Return the account service of another process."""
    service: AccountService = remote(AccountService, connection)
    return service


def remote_market_data(connection: RpcConnection) -> MarketDataService:
    """Return the market-data service of another process."""
    service: MarketDataService = remote(MarketDataService, connection)
    return service


def remote_portfolio(connection: RpcConnection) -> PortfolioService:
    """Return the portfolio service of another process."""
    service: PortfolioService = remote(PortfolioService, connection)
    return service


def remote_notifications(connection: RpcConnection) -> NotificationService:
    """Return the notification service of another process."""
    service: NotificationService = remote(NotificationService, connection)
    return service


def remote_orders(connection: RpcConnection) -> OrderService:
    """Return the order service of another process; its journal is followed request by request."""
    orders: OrderService = remote(OrderService, connection)
    pages: JournalPages = remote(JournalPages, connection)

    def follow(
        venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        return follow_pages(pages, venue_id, after, batch=batch)

    orders.follow = follow  # type: ignore[method-assign] # the one method that is no coroutine
    return orders
