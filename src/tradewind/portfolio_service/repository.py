"""The portfolio's tables: every statement about them is in this module."""

from collections.abc import Iterable
from datetime import date

from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.platform.database import Database, PooledConnection, Record
from tradewind.platform.logging import get_logger
from tradewind.platform.money import from_units, to_units
from tradewind.portfolio_service.domain.income import IncomeKind, Received
from tradewind.portfolio_service.domain.projection import (
    AccountState,
    Changes,
    DailyPoint,
    Progress,
    Projection,
)

_log = get_logger("portfolio-service")


class Overtaken(Exception):
    """Somebody else has written this venue's progress since it was read."""


class Repository:
    """Reads and writes of the portfolio schema; each method is one unit of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answers(self) -> bool:
        """Tell whether the database can be asked."""
        return bool(await self._database.fetchval("SELECT true"))

    async def last_number(self, venue_id: VenueId) -> int:
        """Return the number of the newest record that is written down, 0 before the first."""
        number = await self._database.fetchval(
            "SELECT last_number FROM venue_progress WHERE venue_id = $1", venue_id
        )
        return number or 0

    async def load(self, venue_id: VenueId) -> Projection:
        """Return a venue as far as it was folded and written down."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO venue_progress (venue_id, last_number) VALUES ($1, 0)"
                " ON CONFLICT DO NOTHING",
                venue_id,
            )
            # The lock keeps another writer out, so that all of this is of one moment.
            progress = await connection.fetchrow(
                "SELECT last_number, at, trading_date, closed_date,"
                " income_number = last_number AS is_whole FROM venue_progress"
                " WHERE venue_id = $1 FOR UPDATE",
                venue_id,
            )
            assert progress is not None
            if not progress["is_whole"]:
                await _start_anew(connection, venue_id)
                return Projection(venue_id)
            accounts = {
                AccountId(str(row["account_id"])): AccountState(
                    cash=to_units(row["cash"]),
                    close_equity=to_units(row["close_equity"]),
                    closes=row["closes"],
                    flow=to_units(row["flow"]),
                    fees=to_units(row["fees"]),
                    dividends=to_units(row["dividends"]),
                    fills=row["fills"],
                )
                for row in await connection.fetch(
                    "SELECT account_id, cash, close_equity, closes, flow, fees, dividends, fills"
                    " FROM accounts WHERE venue_id = $1",
                    venue_id,
                )
            }
            for row in await connection.fetch(
                "SELECT account_id, symbol, qty FROM positions WHERE venue_id = $1", venue_id
            ):
                state = accounts[AccountId(str(row["account_id"]))]
                state.positions[row["symbol"]] = to_units(row["qty"])
            prices = {
                row["symbol"]: to_units(row["price"])
                for row in await connection.fetch(
                    "SELECT symbol, price FROM last_prices WHERE venue_id = $1", venue_id
                )
            }
        reached = Progress(
            progress["last_number"],
            progress["at"],
            progress["trading_date"],
            progress["closed_date"],
        )
        return Projection(venue_id, reached, accounts, prices)

    async def save(self, projection: Projection, changes: Changes, saved_number: int) -> int:
        """Write changes and progress in one transaction and return the number reached.

        ``saved_number`` is what was read or written last; raises ``Overtaken``, with nothing
        written, when the table says otherwise. So no record counts twice, whoever folds.
        """
        venue_id, progress = projection.venue_id, projection.progress()
        # Rows are made before the first await: the projection may be folded on meanwhile.
        accounts = _account_rows(projection, changes)
        positions = _position_rows(projection, changes)
        prices = _columns(
            (symbol, from_units(projection.prices[symbol])) for symbol in changes.prices
        )
        points = _columns(_point_row(point) for point in _one_a_day(changes.points))
        income = _columns(
            (whose.account_id, day, whose.symbol, whose.kind, from_units(amount))
            for (day, whose), amount in changes.income.items()
        )
        async with self._database.transaction() as connection:
            tag = await connection.execute(
                "UPDATE venue_progress SET last_number = $3, income_number = $3, at = $4,"
                " trading_date = $5, closed_date = $6 WHERE venue_id = $1 AND last_number = $2",
                venue_id,
                saved_number,
                progress.last_number,
                progress.at,
                progress.trading_date,
                progress.closed_date,
            )
            if tag != "UPDATE 1":
                raise Overtaken(f"venue {venue_id} no longer stands at record {saved_number}")
            await _run(connection, _SAVE_ACCOUNTS, venue_id, accounts)
            await _run(connection, _SAVE_POSITIONS, venue_id, positions)
            await _run(connection, _DROP_POSITIONS, venue_id, positions[:2])
            await _run(connection, _SAVE_PRICES, venue_id, prices)
            await _run(connection, _SAVE_POINTS, venue_id, points)
            await _run(connection, _SAVE_INCOME, venue_id, income)
        return progress.last_number

    async def list_points(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> list[DailyPoint]:
        """Return an account's points between two dates, inclusive, in order; one a trading date."""
        rows = await self._database.fetch(
            "SELECT * FROM equity_points WHERE venue_id = $1 AND account_id = $2"
            " AND ($3::date IS NULL OR trading_date >= $3)"
            " AND ($4::date IS NULL OR trading_date <= $4) ORDER BY trading_date",
            venue_id,
            account_id,
            start,
            end,
        )
        return [_point(row) for row in rows]

    async def last_point_before(
        self, venue_id: VenueId, account_id: AccountId, day: date
    ) -> DailyPoint | None:
        """Return an account's newest point before a date."""
        row = await self._database.fetchrow(
            "SELECT * FROM equity_points WHERE venue_id = $1 AND account_id = $2"
            " AND trading_date < $3 ORDER BY trading_date DESC LIMIT 1",
            venue_id,
            account_id,
            day,
        )
        return _point(row) if row else None

    async def income(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> dict[Received, int]:
        """Return what an account received and was charged between two dates, inclusive."""
        rows = await self._database.fetch(
            "SELECT symbol, kind, sum(amount) AS amount FROM income"
            " WHERE venue_id = $1 AND account_id = $2"
            " AND ($3::date IS NULL OR trading_date >= $3)"
            " AND ($4::date IS NULL OR trading_date <= $4)"
            " GROUP BY symbol, kind ORDER BY symbol, kind",
            venue_id,
            account_id,
            start,
            end,
        )
        return {
            Received(account_id, row["symbol"], IncomeKind(row["kind"])): to_units(row["amount"])
            for row in rows
        }


_TABLES_BY_REFERENCE = ("income", "equity_points", "positions", "last_prices", "accounts")

_SAVE_INCOME = """
INSERT INTO income AS before (venue_id, account_id, trading_date, symbol, kind, amount)
SELECT $1, * FROM unnest($2::uuid[], $3::date[], $4::text[], $5::text[], $6::numeric[])
ON CONFLICT (venue_id, account_id, trading_date, symbol, kind) DO UPDATE SET
    amount = before.amount + excluded.amount
"""

_SAVE_ACCOUNTS = """
INSERT INTO accounts (
    venue_id, account_id, cash, close_equity, closes, flow, fees, dividends, fills
)
SELECT $1, * FROM unnest(
    $2::uuid[], $3::numeric[], $4::numeric[], $5::bigint[], $6::numeric[], $7::numeric[],
    $8::numeric[], $9::bigint[]
)
ON CONFLICT (venue_id, account_id) DO UPDATE SET
    cash = excluded.cash, close_equity = excluded.close_equity, closes = excluded.closes,
    flow = excluded.flow, fees = excluded.fees, dividends = excluded.dividends,
    fills = excluded.fills
"""

_SAVE_POSITIONS = """
INSERT INTO positions (venue_id, account_id, symbol, qty)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::numeric[])
ON CONFLICT (venue_id, account_id, symbol) DO UPDATE SET qty = excluded.qty
"""

_DROP_POSITIONS = """
DELETE FROM positions USING unnest($2::uuid[], $3::text[]) AS touched (account_id, symbol)
WHERE positions.venue_id = $1 AND positions.account_id = touched.account_id
    AND positions.symbol = touched.symbol AND positions.qty = 0
"""

_SAVE_PRICES = """
INSERT INTO last_prices (venue_id, symbol, price)
SELECT $1, * FROM unnest($2::text[], $3::numeric[])
ON CONFLICT (venue_id, symbol) DO UPDATE SET price = excluded.price
"""

_SAVE_POINTS = """
INSERT INTO equity_points AS before (
    venue_id, account_id, trading_date, at, equity, net_cash_flow, profit_loss, fees, dividends,
    fills
)
SELECT $1, * FROM unnest(
    $2::uuid[], $3::date[], $4::timestamptz[], $5::numeric[], $6::numeric[], $7::numeric[],
    $8::numeric[], $9::numeric[], $10::bigint[]
)
ON CONFLICT (venue_id, account_id, trading_date) DO UPDATE SET
    at = excluded.at, equity = excluded.equity,
    net_cash_flow = before.net_cash_flow + excluded.net_cash_flow,
    profit_loss = before.profit_loss + excluded.profit_loss,
    fees = before.fees + excluded.fees, dividends = before.dividends + excluded.dividends,
    fills = before.fills + excluded.fills
"""

_Columns = list[list[object]]


async def _start_anew(connection: PooledConnection, venue_id: VenueId) -> None:
    """Forget a venue of which a version without income has folded some, to fold all of it again."""
    for table in _TABLES_BY_REFERENCE:
        # Only constants are put into the text; every value is a parameter.
        await connection.execute(f"DELETE FROM {table} WHERE venue_id = $1", venue_id)  # noqa: S608
    await connection.execute(
        "UPDATE venue_progress SET last_number = 0, income_number = 0, at = NULL,"
        " trading_date = NULL, closed_date = NULL WHERE venue_id = $1",
        venue_id,
    )
    _log.warning("portfolio_folds_anew", venue_id=venue_id)


async def _run(
    connection: PooledConnection, statement: str, venue_id: VenueId, columns: _Columns
) -> None:
    if columns:
        await connection.execute(statement, venue_id, *columns)


def _columns(rows: Iterable[tuple[object, ...]]) -> _Columns:
    return [list(column) for column in zip(*rows, strict=True)]


def _account_rows(projection: Projection, changes: Changes) -> _Columns:
    states = ((account_id, projection.accounts[account_id]) for account_id in changes.accounts)
    return _columns(
        (
            account_id,
            from_units(state.cash),
            from_units(state.close_equity),
            state.closes,
            from_units(state.flow),
            from_units(state.fees),
            from_units(state.dividends),
            state.fills,
        )
        for account_id, state in states
    )


def _position_rows(projection: Projection, changes: Changes) -> _Columns:
    return _columns(
        (account_id, symbol, from_units(projection.accounts[account_id].positions.get(symbol, 0)))
        for account_id, symbol in changes.positions
    )


def _one_a_day(points: Iterable[DailyPoint]) -> Iterable[DailyPoint]:
    """Put together the points of a trading date that ended more than once."""
    found: dict[tuple[AccountId, date], DailyPoint] = {}
    for point in points:
        key = (point.account_id, point.trading_date)
        before = found.get(key)
        found[key] = point if before is None else before.followed_by(point)
    return found.values()


def _point_row(point: DailyPoint) -> tuple[object, ...]:
    return (
        point.account_id,
        point.trading_date,
        point.at,
        from_units(point.equity),
        from_units(point.net_cash_flow),
        from_units(point.profit_loss),
        from_units(point.fees),
        from_units(point.dividends),
        point.fills,
    )


def _point(row: Record) -> DailyPoint:
    return DailyPoint(
        account_id=AccountId(str(row["account_id"])),
        trading_date=row["trading_date"],
        at=row["at"],
        equity=to_units(row["equity"]),
        net_cash_flow=to_units(row["net_cash_flow"]),
        profit_loss=to_units(row["profit_loss"]),
        fees=to_units(row["fees"]),
        dividends=to_units(row["dividends"]),
        fills=row["fills"],
    )
