"""Import of prices from a file of the user's: every row is checked, and all are taken or none."""

import asyncio
import csv
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

from msgspec import Struct

from tradewind.contracts.market_data import Bar
from tradewind.market_data_service.bar_repository import (
    IMPORT_SOURCE,
    roll_up_days,
    upsert_bars,
)
from tradewind.market_data_service.domain.price_import import PriceFileRefused, PriceRows
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.market_data_service.domain.timeframes import MINUTE_BAR
from tradewind.market_data_service.instruments import make_instrument
from tradewind.market_data_service.reference_repository import add_instruments
from tradewind.market_data_service.storage import Storage

_BATCH = 5_000
_UNKNOWN_EXCHANGE = "OTC"
"""A file of prices does not say where its instruments are listed."""


class ImportSummary(Struct, frozen=True, kw_only=True):
    """What an import took."""

    timeframe: str
    rows: int
    symbols: tuple[str, ...]
    first: datetime
    last: datetime


async def import_price_file(
    storage: Storage, calendar: Calendar, path: Path, now: datetime
) -> ImportSummary:
    """Take the daily or minute prices of a CSV file, replacing those imported before.

    Symbols that are new become instruments, and minute prices also make daily ones. Raises
    ``PriceFileRefused`` with the number of the first bad line; nothing is taken then.
    """
    try:
        file = await asyncio.to_thread(path.open, encoding="utf-8-sig", newline="")
    except OSError as error:
        raise PriceFileRefused(f"{path} cannot be read: {error.strerror}") from error
    with closing(file):
        return await _import(storage, calendar, file, now)


async def _import(
    storage: Storage, calendar: Calendar, file: TextIO, now: datetime
) -> ImportSummary:
    rows, batches = await asyncio.to_thread(_begin, file, calendar, now)
    symbols: set[str] = set()
    first = last = None
    count = 0
    async with storage.database.transaction() as connection:
        while bars := await asyncio.to_thread(_next_batch, batches):
            # On this transaction's own connection new partitions appear and vanish with it.
            await storage.bars.prepare(bars, connection)
            await upsert_bars(connection, IMPORT_SOURCE, bars)
            count += len(bars)
            symbols.update(bar.symbol for bar in bars)
            first = min([bar.starts_at for bar in bars] + ([first] if first else []))
            last = max([bar.starts_at for bar in bars] + ([last] if last else []))
        if first is None or last is None:
            raise PriceFileRefused("line 2: the file has no rows")
        if rows.timeframe == MINUTE_BAR:
            await roll_up_days(connection, IMPORT_SOURCE, sorted(symbols), first, last)
        await add_instruments(
            connection, [make_instrument(each, each, _UNKNOWN_EXCHANGE) for each in sorted(symbols)]
        )
    return ImportSummary(
        timeframe=rows.timeframe, rows=count, symbols=tuple(sorted(symbols)), first=first, last=last
    )


def _begin(file: TextIO, calendar: Calendar, now: datetime) -> tuple[PriceRows, Iterator[Bar]]:
    try:
        reader = csv.reader(file, strict=True)
        rows = PriceRows(next(reader, []), calendar, now)
    except (csv.Error, UnicodeDecodeError) as error:
        raise PriceFileRefused(f"line 1: {error}") from error
    return rows, rows.read((reader.line_num, cells) for cells in reader)


def _next_batch(bars: Iterator[Bar]) -> list[Bar]:
    try:
        return list(islice(bars, _BATCH))
    except csv.Error as error:
        raise PriceFileRefused(f"the file is no CSV: {error}") from error
    except UnicodeDecodeError as error:
        raise PriceFileRefused(f"the file is not UTF-8: {error.reason}") from error
