"""SQL of trades and quotes of simulated venues: COPY in, pages out, old hours dropped whole."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tradewind.contracts.market_data import Quote, Trade
from tradewind.contracts.vocabulary import OrderSide, VenueId
from tradewind.market_data_service.domain.paging import Position
from tradewind.platform.database import Database, PooledConnection, Record
from tradewind.platform.money import PriceUnits, QuantityUnits, from_units

TICKS_KEPT = timedelta(hours=8)
"""Older ticks are dropped, hour by hour; bars remain."""

_HOUR = timedelta(hours=1)
_TABLES = ("trades", "quotes")

_PARTITIONS = """
SELECT parent.relname || ' ' || child.relname
FROM pg_inherits
JOIN pg_class child ON child.oid = inhrelid
JOIN pg_class parent ON parent.oid = inhparent
WHERE parent.relname = ANY($1) AND parent.relnamespace = current_schema()::regnamespace
"""

_WHERE = """
WHERE venue_id = $1 AND symbol = ANY($2) AND at BETWEEN $3 AND $4
  AND ($5::text IS NULL OR symbol > $5
       OR symbol = $5 AND {beyond})
ORDER BY symbol, at {order}{tie}
LIMIT $6
"""

_TRADES = """
SELECT symbol, at, (price * 1000000000)::bigint, (size * 1000000000)::bigint, trade_id,
       taker_side FROM trades
"""

_QUOTES = """
SELECT symbol, at, (bid_price * 1000000000)::bigint, (bid_size * 1000000000)::bigint,
       (ask_price * 1000000000)::bigint, (ask_size * 1000000000)::bigint FROM quotes
"""

_LATEST_TRADES = """
SELECT DISTINCT ON (symbol) symbol, at, (price * 1000000000)::bigint,
       (size * 1000000000)::bigint, trade_id, taker_side
FROM trades WHERE venue_id = $1 ORDER BY symbol, at DESC, trade_id DESC
"""


class TickRepository:
    """Reads and writes ticks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hours: set[datetime] = set()

    async def prepare(self, instants: Sequence[datetime], now: datetime) -> None:
        """Make the hours that some ticks need, and drop those that are too old."""
        hours = {_hour_of(at) for at in instants}
        if hours <= self._hours:
            return
        # Before the new hours are made: ticks that come late need theirs for a while, old or not.
        await self._drop_before(_hour_of(now) - TICKS_KEPT)
        for hour in sorted(hours - self._hours):
            for table in _TABLES:
                # Names are made of fixed words and of the hour's digits.
                await self._database.execute(
                    f"CREATE TABLE IF NOT EXISTS {table}_{hour:%Y%m%d%H} PARTITION OF {table} "
                    f"FOR VALUES FROM ('{hour.isoformat()}') TO ('{(hour + _HOUR).isoformat()}')"
                )
        self._hours |= hours

    async def page_trades(
        self,
        venue_id: VenueId,
        symbols: Sequence[str],
        span: tuple[datetime, datetime],
        after: Position | None,
        *,
        descending: bool,
        limit: int,
    ) -> list[Trade]:
        """Return trades by symbol and time, up to the limit."""
        order, later = ("DESC", "<") if descending else ("ASC", ">")
        where = _WHERE.format(
            beyond=f"(at, trade_id) {later} ($7::timestamptz, $8::bigint)",
            order=order,
            tie=f", trade_id {order}",
        )
        rows = await self._database.fetch(
            _TRADES + where,
            venue_id,
            list(symbols),
            *span,
            after and after.symbol,
            limit,
            after and after.at,
            after and after.number,
        )
        return [_trade(row) for row in rows]

    async def page_quotes(
        self,
        venue_id: VenueId,
        symbols: Sequence[str],
        span: tuple[datetime, datetime],
        after: Position | None,
        *,
        descending: bool,
        limit: int,
    ) -> list[Quote]:
        """Return quotes by symbol and time, up to the limit."""
        order, later = ("DESC", "<") if descending else ("ASC", ">")
        where = _WHERE.format(beyond=f"at {later} $7::timestamptz", order=order, tie="")
        rows = await self._database.fetch(
            _QUOTES + where,
            venue_id,
            list(symbols),
            *span,
            after and after.symbol,
            limit,
            after and after.at,
        )
        return [Quote(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]

    async def latest_trades(self, venue_id: VenueId) -> list[Trade]:
        """Return the newest stored trade of each symbol."""
        rows = await self._database.fetch(_LATEST_TRADES, venue_id)
        return [_trade(row) for row in rows]

    async def _drop_before(self, oldest: datetime) -> None:
        limit = f"{oldest:%Y%m%d%H}"
        for row in await self._database.fetch(_PARTITIONS, list(_TABLES)):
            parent, name = row[0].split(" ")
            if name.removeprefix(f"{parent}_") < limit:
                await self._database.execute(f'DROP TABLE IF EXISTS "{name}"')
        self._hours = {hour for hour in self._hours if hour >= oldest}


async def copy_ticks(
    connection: PooledConnection,
    venue_id: VenueId,
    trades: Sequence[Trade],
    quotes: Sequence[Quote],
) -> None:
    """Write ticks inside a transaction; their hours exist."""
    if trades:
        await connection.copy_records_to_table(
            "trades",
            columns=("venue_id", "symbol", "at", "trade_id", "price", "size", "taker_side"),
            records=[
                (
                    *(venue_id, t.symbol, t.at, t.trade_id),
                    *(from_units(t.price), from_units(t.size), t.taker_side),
                )
                for t in trades
            ],
        )
    if quotes:
        await connection.copy_records_to_table(
            "quotes",
            columns=(
                *("venue_id", "symbol", "at"),
                *("bid_price", "bid_size", "ask_price", "ask_size"),
            ),
            records=[
                (
                    venue_id,
                    q.symbol,
                    q.at,
                    *map(from_units, (q.bid_price, q.bid_size, q.ask_price, q.ask_size)),
                )
                for q in quotes
            ],
        )


def _trade(row: Record) -> Trade:
    side = row[5]
    return Trade(
        row[0],
        row[1],
        PriceUnits(row[2]),
        QuantityUnits(row[3]),
        row[4],
        taker_side=None if side is None else OrderSide(side),
    )


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
