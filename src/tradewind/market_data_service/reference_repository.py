"""SQL of instruments, trading days and corporate actions, and the loading of the sample."""

from collections.abc import Sequence
from datetime import date

from tradewind.contracts.corporate_actions import CashDividend, PriceAction, Split
from tradewind.contracts.market_data import Instrument, TradingDay
from tradewind.contracts.vocabulary import AssetClass, InstrumentId
from tradewind.market_data_service.bar_repository import SAMPLE_SOURCE
from tradewind.platform.database import Database, PooledConnection, Record
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, from_units

_INSTRUMENTS = """
SELECT instrument_id::text, symbol, name, exchange, asset_class, active, tradable, marginable,
       shortable, easy_to_borrow, fractionable, maintenance_percent,
       (price_increment * 1000000000)::bigint AS price_increment,
       (quantity_increment * 1000000000)::bigint AS quantity_increment,
       (quantity_min * 1000000000)::bigint AS quantity_min
FROM instruments
ORDER BY symbol
"""

_ADD_INSTRUMENT = """
INSERT INTO instruments (instrument_id, symbol, name, exchange, asset_class, marginable,
                         shortable, easy_to_borrow, fractionable, maintenance_percent,
                         price_increment, quantity_increment, quantity_min)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (symbol) DO NOTHING
"""

_DAYS = "SELECT trading_date, opens_at, closes_at, settlement_date FROM trading_days ORDER BY 1"

_ADD_DAYS = """
INSERT INTO trading_days (trading_date, opens_at, closes_at, settlement_date)
SELECT * FROM unnest($1::date[], $2::timestamptz[], $3::timestamptz[], $4::date[])
ON CONFLICT (trading_date) DO UPDATE
SET opens_at = excluded.opens_at, closes_at = excluded.closes_at,
    settlement_date = excluded.settlement_date
"""

_ACTIONS = """
SELECT action_id::text, symbol, ex_date, kind, new_rate, old_rate,
       (cash_rate * 1000000000)::bigint AS cash_rate
FROM corporate_actions
WHERE symbol = ANY($1) AND ex_date BETWEEN $2 AND $3
ORDER BY ex_date, symbol, kind DESC
"""

_ADD_ACTION = """
INSERT INTO corporate_actions (action_id, symbol, ex_date, kind, new_rate, old_rate, cash_rate)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (action_id) DO NOTHING
"""

_STAGE_SAMPLE = """
CREATE TEMPORARY TABLE staged_prices (
    symbol text, date date, open numeric, high numeric, low numeric, close numeric,
    volume numeric, adj_close numeric
) ON COMMIT DROP
"""

# Prints of the replay come at the four prices in equal parts: hence count and average.
_TAKE_SAMPLE = """
INSERT INTO bars (timeframe, symbol, starts_at, source, open, high, low, close, volume,
                  trade_count, vwap)
SELECT '1Day', symbol, date::timestamp AT TIME ZONE 'America/New_York', $1, open, high, low, close,
       volume, 4, round((open + high + low + close) / 4, 9)
FROM staged_prices
"""


class ReferenceRepository:
    """Reads and writes what all venues share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_instruments(self) -> list[Instrument]:
        """Return every instrument by symbol."""
        return [_instrument(row) for row in await self._database.fetch(_INSTRUMENTS)]

    async def add_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Add instruments; symbols that exist stay as they are."""
        async with self._database.transaction() as connection:
            await add_instruments(connection, instruments)

    async def list_trading_days(self) -> list[TradingDay]:
        """Return the whole calendar in order."""
        return [
            TradingDay(trading_date=day, opens_at=opens, closes_at=closes, settlement_date=settles)
            for day, opens, closes, settles in await self._database.fetch(_DAYS)
        ]

    async def save_trading_days(self, days: Sequence[TradingDay]) -> None:
        """Write days, replacing those that exist."""
        await self._database.execute(
            _ADD_DAYS,
            [day.trading_date for day in days],
            [day.opens_at for day in days],
            [day.closes_at for day in days],
            [day.settlement_date for day in days],
        )

    async def list_actions(
        self, symbols: Sequence[str], start: date, end: date
    ) -> list[PriceAction]:
        """Return actions whose ex-date lies between two dates, splits before dividends."""
        rows = await self._database.fetch(_ACTIONS, list(symbols), start, end)
        return [_action(row) for row in rows]

    async def load_sample(
        self, prices: bytes, instruments: Sequence[Instrument], actions: Sequence[PriceAction]
    ) -> None:
        """Take the shipped prices, instruments and actions, all or nothing."""
        async with self._database.transaction() as connection:
            await add_instruments(connection, instruments)
            await connection.execute(_STAGE_SAMPLE)
            await connection.copy_to_table(
                "staged_prices", source=_Chunks(prices), format="csv", header=True
            )
            await connection.execute(_TAKE_SAMPLE, SAMPLE_SOURCE)
            await connection.executemany(_ADD_ACTION, [_action_row(each) for each in actions])


async def add_instruments(connection: PooledConnection, instruments: Sequence[Instrument]) -> None:
    """Add instruments inside a transaction; symbols that exist stay as they are."""
    await connection.executemany(
        _ADD_INSTRUMENT,
        [
            (
                each.instrument_id,
                each.symbol,
                each.name,
                each.exchange,
                each.asset_class,
                each.marginable,
                each.shortable,
                each.easy_to_borrow,
                each.fractionable,
                each.maintenance_percent,
                from_units(each.price_increment),
                from_units(each.quantity_increment),
                from_units(each.quantity_min),
            )
            for each in instruments
        ],
    )


class _Chunks:
    """Hands bytes to COPY piece by piece."""

    def __init__(self, data: bytes, size: int = 65_536) -> None:
        self._pieces = iter(range(0, len(data), size))
        self._data = data
        self._size = size

    def __aiter__(self) -> "_Chunks":
        return self

    async def __anext__(self) -> bytes:
        for start in self._pieces:
            return self._data[start : start + self._size]
        raise StopAsyncIteration


def _instrument(row: Record) -> Instrument:
    return Instrument(
        instrument_id=InstrumentId(row["instrument_id"]),
        symbol=row["symbol"],
        name=row["name"],
        exchange=row["exchange"],
        asset_class=AssetClass(row["asset_class"]),
        active=row["active"],
        tradable=row["tradable"],
        marginable=row["marginable"],
        shortable=row["shortable"],
        easy_to_borrow=row["easy_to_borrow"],
        fractionable=row["fractionable"],
        maintenance_percent=row["maintenance_percent"],
        price_increment=PriceUnits(row["price_increment"]),
        quantity_increment=QuantityUnits(row["quantity_increment"]),
        quantity_min=QuantityUnits(row["quantity_min"]),
    )


def _action(row: Record) -> PriceAction:
    if row["kind"] == "split":
        return Split(
            row["action_id"], row["symbol"], row["ex_date"], row["new_rate"], row["old_rate"]
        )
    return CashDividend(
        row["action_id"],
        row["symbol"],
        row["ex_date"],
        MoneyUnits(row["cash_rate"]),
        row["kind"] == "special",
    )


def _action_row(action: PriceAction) -> tuple[object, ...]:
    head = (action.action_id, action.symbol, action.ex_date)
    if isinstance(action, Split):
        return *head, "split", action.new_rate, action.old_rate, None
    kind = "special" if action.special else "dividend"
    return *head, kind, None, None, from_units(action.rate)
