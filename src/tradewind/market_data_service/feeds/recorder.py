"""Writes what a simulated venue shows to the database, in batches beside the hot path."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from asyncpg import InterfaceError, PostgresError
from msgspec import Struct

from tradewind.contracts.market_data import Bar, Depth, Trade
from tradewind.contracts.vocabulary import VenueId
from tradewind.market_data_service.bar_repository import upsert_bars
from tradewind.market_data_service.domain.simulation import InstrumentState
from tradewind.market_data_service.feed_repository import save_simulation
from tradewind.market_data_service.storage import Storage
from tradewind.market_data_service.tick_repository import copy_ticks
from tradewind.platform.logging import get_logger

FLUSH_INTERVAL_S = 5.0
_FLUSH_TIMEOUT_S = 20.0
_WAITING_MAX = 50_000
"""Ticks kept while the database does not answer; the oldest go first."""

_DATABASE_ERRORS = (OSError, TimeoutError, PostgresError, InterfaceError)


class FeedStanding(Struct, frozen=True, kw_only=True):
    """Where a simulated feed stands, for a later start."""

    now: datetime
    trading_date: date | None
    session_open: bool
    instruments: Mapping[str, InstrumentState]


class Recorder:
    """Collects a venue's ticks and bars and writes them every few seconds."""

    def __init__(
        self,
        venue_id: VenueId,
        source: str,
        storage: Storage,
        *,
        standing: Callable[[], tuple[FeedStanding, list[Bar]]],
    ) -> None:
        """``standing`` tells where the feed stands, and the bars that still grow."""
        self._venue_id = venue_id
        self._source = source
        self._storage = storage
        self._standing = standing
        self._trades: deque[Trade] = _waiting()
        self._depths: deque[Depth] = _waiting()
        self._finished: dict[tuple[str, str, datetime], Bar] = {}
        self._lock = asyncio.Lock()
        self._log = get_logger("market-data")

    def take(self, event: Trade | Depth) -> None:
        """Remember a tick."""
        if isinstance(event, Trade):
            self._trades.append(event)
        else:
            self._depths.append(event)

    def finish(self, bar: Bar) -> None:
        """Remember a bar that grows no more."""
        if len(self._finished) < _WAITING_MAX:
            self._finished[bar.timeframe, bar.symbol, bar.starts_at] = bar

    async def run(self) -> None:
        """Write every few seconds, for ever; a failure is logged and tried again."""
        while True:
            await asyncio.sleep(FLUSH_INTERVAL_S)
            try:
                await self.flush()
            except _DATABASE_ERRORS as error:
                self._log.warning(
                    "market_data_not_written", venue_id=self._venue_id, why=str(error)
                )

    async def flush(self) -> None:
        """Write what waits, in one transaction; what failed is kept for the next time."""
        async with self._lock, asyncio.timeout(_FLUSH_TIMEOUT_S):
            standing, running = self._standing()
            trades, self._trades = self._trades, _waiting()
            depths, self._depths = self._depths, _waiting()
            try:
                await self._write(standing, running, trades, depths)
            except BaseException:
                trades.extend(self._trades)
                depths.extend(self._depths)
                self._trades, self._depths = trades, depths
                raise

    async def _write(
        self,
        standing: FeedStanding,
        running: list[Bar],
        trades: deque[Trade],
        depths: deque[Depth],
    ) -> None:
        bars = [*self._finished.values(), *running]
        await self._storage.bars.prepare(bars)
        await self._storage.ticks.prepare(
            [*(each.at for each in trades), *(each.at for each in depths)], standing.now
        )
        async with self._storage.database.transaction() as connection:
            # Ticks may be lost with the machine; the journal must not wait for their fsync.
            await connection.execute("SET LOCAL synchronous_commit = off")
            await copy_ticks(
                connection, self._venue_id, list(trades), [depth.quote() for depth in depths]
            )
            await upsert_bars(connection, self._source, bars)
            await save_simulation(
                connection,
                self._venue_id,
                standing.trading_date,
                standing.session_open,
                standing.instruments,
            )
        for bar in bars:
            key = bar.timeframe, bar.symbol, bar.starts_at
            if self._finished.get(key) is bar:
                del self._finished[key]


def _waiting() -> deque[Any]:  # of trades, or of depths
    return deque(maxlen=_WAITING_MAX)
