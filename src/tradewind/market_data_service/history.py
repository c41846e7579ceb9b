"""Daily bars and corporate actions by symbol, read once and shared by all replays."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime

from tradewind.contracts.corporate_actions import PriceAction
from tradewind.contracts.market_data import Bar
from tradewind.market_data_service.bar_repository import (
    HISTORY_SOURCES,
    BarRepository,
    BarSelection,
)
from tradewind.market_data_service.domain.timeframes import Interval, Unit
from tradewind.market_data_service.reference_repository import ReferenceRepository

_BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)
_ROWS_MAX = 100_000
"""More daily bars than any instrument can have."""


class History:
    """The past that replays show."""

    def __init__(self, bars: BarRepository, reference: ReferenceRepository) -> None:
        self._bars = bars
        self._reference = reference
        self._cache: dict[str, list[Bar]] = {}
        self._lock = asyncio.Lock()

    async def daily_bars(self, symbols: Sequence[str]) -> dict[str, list[Bar]]:
        """Return each symbol's daily bars in order of time; symbols without any are absent."""
        async with self._lock:
            for symbol in symbols:
                if symbol not in self._cache:
                    self._cache[symbol] = await self._read(symbol)
            found = {symbol: self._cache[symbol] for symbol in symbols}
        return {symbol: bars for symbol, bars in found.items() if bars}

    async def actions(self, symbols: Sequence[str]) -> list[PriceAction]:
        """Return the corporate actions of some symbols by ex-date."""
        return await self._reference.list_actions(symbols, date.min, date.max)

    def forget(self) -> None:
        """Read again from the tables: they have changed."""
        self._cache.clear()

    async def _read(self, symbol: str) -> list[Bar]:
        return await self._bars.page(
            BarSelection(
                sources=HISTORY_SOURCES,
                symbols=[symbol],
                interval=Interval(1, Unit.DAY),
                start=_BEGINNING,
                end=_END,
                visible_until=_END,
                after=None,
                descending=False,
                limit=_ROWS_MAX,
                spans={},
            )
        )
