"""SQL of bars: written in batches, read by page, adjusted and put together by PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from tradewind.contracts.market_data import Bar
from tradewind.market_data_service.domain.adjustments import AdjustmentSpan
from tradewind.market_data_service.domain.paging import Position
from tradewind.market_data_service.domain.timeframes import (
    MINUTE_BAR,
    Interval,
    Unit,
)
from tradewind.platform.database import Database, PooledConnection, Record
from tradewind.platform.money import PriceUnits, QuantityUnits

SAMPLE_SOURCE = "sample"
IMPORT_SOURCE = "import"
HISTORY_SOURCES = (IMPORT_SOURCE, SAMPLE_SOURCE)
"""What replays show; where both have a bar, the first one counts (they sort so)."""

_CHUNK = 5_000

_UPSERT = """
INSERT INTO bars (timeframe, symbol, starts_at, source, open, high, low, close, volume,
                  trade_count, vwap)
SELECT timeframe, symbol, starts_at, $1, open * 0.000000001, high * 0.000000001,
       low * 0.000000001, close * 0.000000001, volume * 0.000000001, trade_count,
       vwap * 0.000000001
FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
    AS new (timeframe, symbol, starts_at, open, high, low, close, volume, trade_count, vwap)
ON CONFLICT (timeframe, symbol, starts_at, source) DO UPDATE
SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    volume = excluded.volume, trade_count = excluded.trade_count, vwap = excluded.vwap
"""

_ROLL_UP_DAYS = """
INSERT INTO bars (timeframe, symbol, starts_at, source, open, high, low, close, volume,
                  trade_count, vwap)
SELECT '1Day', symbol, date_trunc('day', starts_at, 'America/New_York') AS day, source,
       (array_agg(open ORDER BY starts_at))[1], max(high), min(low),
       (array_agg(close ORDER BY starts_at DESC))[1], sum(volume), sum(trade_count),
       coalesce(round(sum(vwap * volume) / nullif(sum(volume), 0), 9), avg(vwap))
FROM bars
WHERE timeframe = '1Min' AND source = $1 AND symbol = ANY($2)
  AND starts_at >= date_trunc('day', $3::timestamptz, 'America/New_York')
  AND starts_at < date_trunc('day', $4::timestamptz, 'America/New_York') + interval '1 day 1 hour'
GROUP BY symbol, day, source
ON CONFLICT (timeframe, symbol, starts_at, source) DO UPDATE
SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    volume = excluded.volume, trade_count = excluded.trade_count, vwap = excluded.vwap
"""

_COLUMNS = """symbol, starts_at,
       (open * 1000000000)::bigint AS open, (high * 1000000000)::bigint AS high,
       (low * 1000000000)::bigint AS low, (close * 1000000000)::bigint AS close,
       volume * 1000000000 AS volume, trade_count, (vwap * 1000000000)::bigint AS vwap"""

_MERGED = """
SELECT DISTINCT ON (symbol, starts_at) symbol, starts_at, open, high, low, close, volume,
       trade_count, vwap
FROM bars
WHERE timeframe = $1 AND source = ANY($2) AND symbol = ANY($3)
  AND starts_at >= $4 AND starts_at <= $5
ORDER BY symbol, starts_at, source
"""

_ADJUSTED = """
SELECT b.symbol, b.starts_at,
       round(open * coalesce(price_factor, 1), 6) AS open,
       round(high * coalesce(price_factor, 1), 6) AS high,
       round(low * coalesce(price_factor, 1), 6) AS low,
       round(close * coalesce(price_factor, 1), 6) AS close,
       round(volume * coalesce(volume_factor, 1), CASE WHEN volume_factor IS NULL THEN 9 ELSE 0 END)
           AS volume,
       trade_count,
       round(vwap * coalesce(price_factor, 1), 6) AS vwap
FROM merged b LEFT JOIN factors f
  ON f.symbol = b.symbol AND b.starts_at < f.ends_at
  AND (f.starts_at IS NULL OR b.starts_at >= f.starts_at)
"""

_FACTORS = """
SELECT * FROM unnest($6::text[], $7::timestamptz[], $8::timestamptz[], $9::numeric[],
                     $10::numeric[])
    AS f (symbol, starts_at, ends_at, price_factor, volume_factor)
"""

_GROUPED = """
SELECT symbol, {bucket} AS starts_at,
       (array_agg(open ORDER BY starts_at))[1] AS open, max(high) AS high, min(low) AS low,
       (array_agg(close ORDER BY starts_at DESC))[1] AS close, sum(volume) AS volume,
       sum(trade_count)::bigint AS trade_count,
       coalesce(round(sum(vwap * volume) / nullif(sum(volume), 0), 9), avg(vwap)) AS vwap
FROM {origin}
GROUP BY symbol, {bucket}
"""

_NEWEST = f"""
SELECT {_COLUMNS}
FROM unnest($1::text[]) AS wanted (name)
JOIN LATERAL (
    SELECT * FROM bars b
    WHERE b.timeframe = $2 AND b.symbol = wanted.name AND b.source = $3 AND b.starts_at <= $4
    ORDER BY b.starts_at DESC LIMIT $5
) newest ON true
ORDER BY symbol, starts_at
"""  # noqa: S608

_EX_CLOSES = """
SELECT ex.action_id, (found.close * 1000000000)::bigint AS close
FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS ex (action_id, symbol, starts_at)
JOIN LATERAL (
    SELECT close FROM bars b
    WHERE b.timeframe = '1Day' AND b.symbol = ex.symbol AND b.source = ANY($4)
      AND b.starts_at >= ex.starts_at AND b.starts_at <= $5
    ORDER BY b.starts_at, b.source LIMIT 1
) found ON true
"""


class BarSelection(Struct, frozen=True, kw_only=True):
    """Which bars to read; all bounds are inclusive."""

    sources: Sequence[str]
    symbols: Sequence[str]
    interval: Interval
    start: datetime
    end: datetime
    visible_until: datetime
    """No stored bar that starts later is looked at."""
    after: Position | None
    descending: bool
    limit: int
    spans: Mapping[str, Sequence[AdjustmentSpan]]


class BarRepository:
    """Reads and writes bars of all sources."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._years: set[int] = set()

    async def has_source(self, source: str) -> bool:
        """Tell whether there are bars of a source."""
        sql = "SELECT EXISTS (SELECT FROM bars WHERE source = $1)"
        return bool(await self._database.fetchval(sql, source))

    async def prepare(
        self, bars: Sequence[Bar], connection: "PooledConnection | None" = None
    ) -> None:
        """Make the partitions that some minute bars need, in a transaction or by themselves."""
        years = {bar.starts_at.year for bar in bars if bar.timeframe == MINUTE_BAR}
        for year in sorted(years - self._years):
            # A number is the only thing that goes into the text.
            statement = (
                f"CREATE TABLE IF NOT EXISTS bars_minute_{year} PARTITION OF bars_minute "
                f"FOR VALUES FROM ('{year}-01-01T00:00:00Z') TO ('{year + 1}-01-01T00:00:00Z')"
            )
            if connection is not None:
                await connection.execute(statement)
            else:
                await self._database.execute(statement)
                self._years.add(year)

    async def save(self, source: str, bars: Sequence[Bar]) -> None:
        """Write bars in one transaction, replacing those that exist."""
        await self.prepare(bars)
        async with self._database.transaction() as connection:
            await upsert_bars(connection, source, bars)

    async def page(self, selection: BarSelection) -> list[Bar]:
        """Return bars by symbol and time, up to the limit."""
        sql, arguments = _page_query(selection)
        timeframe = str(selection.interval)
        rows = await self._database.fetch(sql, *arguments)
        return [_bar(row, timeframe) for row in rows]

    async def newest(
        self, source: str, symbols: Sequence[str], timeframe: str, until: datetime, count: int
    ) -> list[Bar]:
        """Return each symbol's last bars that start by an instant, older first."""
        rows = await self._database.fetch(_NEWEST, list(symbols), timeframe, source, until, count)
        return [_bar(row, timeframe) for row in rows]

    async def ex_closes(
        self,
        sources: Sequence[str],
        actions: Sequence[tuple[str, str, datetime]],
        until: datetime,
    ) -> dict[str, PriceUnits]:
        """Return for ``(action_id, symbol, ex-date)`` the close of the ex-date's bar."""
        ids, symbols, starts = (list(column) for column in zip(*actions, strict=True))
        rows = await self._database.fetch(_EX_CLOSES, ids, symbols, starts, list(sources), until)
        return {row["action_id"]: PriceUnits(row["close"]) for row in rows}


async def upsert_bars(connection: PooledConnection, source: str, bars: Sequence[Bar]) -> None:
    """Write bars inside a transaction; their partitions exist."""
    for start in range(0, len(bars), _CHUNK):
        chunk = bars[start : start + _CHUNK]
        await connection.execute(
            _UPSERT,
            source,
            [bar.timeframe for bar in chunk],
            [bar.symbol for bar in chunk],
            [bar.starts_at for bar in chunk],
            [bar.open for bar in chunk],
            [bar.high for bar in chunk],
            [bar.low for bar in chunk],
            [bar.close for bar in chunk],
            [bar.volume for bar in chunk],
            [bar.trade_count for bar in chunk],
            [bar.vwap for bar in chunk],
        )


async def roll_up_days(
    connection: PooledConnection,
    source: str,
    symbols: Sequence[str],
    first: datetime,
    last: datetime,
) -> None:
    """Make the daily bars of a source's minute bars between two instants."""
    await connection.execute(_ROLL_UP_DAYS, source, list(symbols), first, last)


def _page_query(selection: BarSelection) -> tuple[str, list[object]]:
    """Return the SQL of a page; only fixed fragments and numbers go into its text."""
    symbols, start, end = _base_range(selection)
    arguments: list[object] = [
        selection.interval.base,
        list(selection.sources),
        symbols,
        start,
        end,
    ]
    steps = [f"merged AS ({_MERGED})"]
    origin = "merged"
    if selection.spans:
        arguments.extend(_factor_columns(selection.spans))
        steps += [f"factors AS ({_FACTORS})", f"adjusted AS ({_ADJUSTED})"]
        origin = "adjusted"
    if not selection.interval.is_stored:
        grouped = _GROUPED.format(bucket=_bucket(selection.interval), origin=origin)
        steps.append(f"grouped AS ({grouped})")
        origin = "grouped"
    where = _bounds(selection, arguments)
    order = "DESC" if selection.descending else "ASC"
    arguments.append(selection.limit)
    return (
        f"WITH {', '.join(steps)} SELECT {_COLUMNS} FROM {origin} WHERE {where} "  # noqa: S608
        f"ORDER BY symbol, starts_at {order} LIMIT ${len(arguments)}",
        arguments,
    )


def _bounds(selection: BarSelection, arguments: list[object]) -> str:
    """Return the condition on the finished bars and add what it needs to the arguments."""
    arguments += [selection.start, selection.end]
    where = f"starts_at BETWEEN ${len(arguments) - 1} AND ${len(arguments)}"
    if selection.after is not None:
        arguments += [selection.after.symbol, selection.after.at]
        symbol, at = f"${len(arguments) - 1}", f"${len(arguments)}"
        later = "<" if selection.descending else ">"
        where += f" AND (symbol > {symbol} OR symbol = {symbol} AND starts_at {later} {at})"
    return where


def _base_range(selection: BarSelection) -> tuple[list[str], datetime, datetime]:
    """Return which stored bars can be part of the page: symbols, first and last start."""
    interval, after = selection.interval, selection.after
    symbols = [each for each in selection.symbols if after is None or each >= after.symbol]
    start, end = selection.start, selection.end
    if after is not None and symbols == [after.symbol]:
        start, end = (start, min(end, after.at)) if selection.descending else (after.at, end)
    # A bar that starts by the end goes on after it; what lies beyond its reach is left out above.
    reach = timedelta(0) if interval.is_stored else interval.length_max
    return symbols, start, min(selection.visible_until, end + reach)


def _bucket(interval: Interval) -> str:
    """Return the SQL of the start of the bar that holds a stored bar, in New York time."""
    match interval.unit:
        case Unit.MINUTE | Unit.HOUR:
            # Counted in elapsed time since midnight, so that no two hours of a long day merge.
            day = "date_trunc('day', starts_at, 'America/New_York')"
            return f"date_bin(interval '{interval.minutes} minutes', starts_at, {day})"
        case Unit.WEEK:
            return "date_trunc('week', starts_at, 'America/New_York')"
        case Unit.MONTH if interval.count > 1:
            month = "date_trunc('month', starts_at AT TIME ZONE 'America/New_York')"
            back = f"((extract(month FROM {month})::int - 1) % {interval.count})"
            return f"(({month} - make_interval(months => {back})) AT TIME ZONE 'America/New_York')"
        case Unit.MONTH:
            return "date_trunc('month', starts_at, 'America/New_York')"
        case Unit.DAY:
            return "starts_at"


def _factor_columns(spans: Mapping[str, Sequence[AdjustmentSpan]]) -> list[list[object]]:
    rows = [
        (symbol, span.starts_at, span.ends_at, span.price_factor, span.volume_factor)
        for symbol, each in spans.items()
        for span in each
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _bar(row: Record, timeframe: str) -> Bar:
    return Bar(
        row[0],
        timeframe,
        row[1],
        PriceUnits(row[2]),
        PriceUnits(row[3]),
        PriceUnits(row[4]),
        PriceUnits(row[5]),
        QuantityUnits(int(row[6])),
        row[7],
        PriceUnits(row[8]),
    )
