"""Fold a venue's whole journal again and compare every order, position and amount with the tables.

Everything is read from one snapshot of the database, so this is right while the venue trades.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec

from tradewind.contracts.journal import Event, OrderFilled
from tradewind.contracts.orders import VenueSpec, Verification
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.ledger import Ledger
from tradewind.order_service.domain.state import Books, OrderState, VenueState
from tradewind.platform.database import Database, PooledConnection, Record
from tradewind.platform.errors import InvariantBroken

DIFFERENCES_MAX = 100
PAGE = 5_000

_TERMS = frozenset({"order_class", "stop_price", "hwm", "group_id", "triggered_at"})
"""Columns that an order has only with terms of its own."""

_decode_event = msgspec.json.Decoder(Event).decode


async def verify_venue(database: Database, spec: VenueSpec) -> Verification:
    """Return what was compared and where the tables differ from the journal."""
    check = _Check(spec)
    async with _one_snapshot(database) as connection:
        try:
            await check.fold(connection)
        except (InvariantBroken, KeyError, AssertionError) as error:
            check.differ(f"record {check.state.number + 1} cannot be folded in: {error!r}")
            return check.result(0)
        await check.compare_orders(connection)
        await check.compare_executions(connection)
        postings = await check.compare_ledger(connection)
        check.compare_holds()
    return check.result(postings)


@asynccontextmanager
async def _one_snapshot(database: Database) -> AsyncIterator[PooledConnection]:
    async with database.transaction() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


class _Check:
    """One verification under way."""

    def __init__(self, spec: VenueSpec) -> None:
        self.venue_id = spec.venue_id
        self.state = VenueState(venue_id=spec.venue_id)
        self.books = Books.of(self.state)
        self.differences: list[str] = []
        self.ended: dict[str, OrderState] = {}
        self.fills: dict[int, OrderFilled] = {}
        self.postings: dict[int, list[tuple[str, str, int]]] = {}

    def differ(self, what: str) -> None:
        if len(self.differences) < DIFFERENCES_MAX:
            self.differences.append(what)

    def result(self, postings: int) -> Verification:
        return Verification(
            venue_id=self.venue_id,
            records=self.state.number,
            orders=len(self.ended) + len(self.state.orders),
            executions=len(self.fills),
            postings=postings,
            differences=self.differences,
        )

    async def fold(self, connection: PooledConnection) -> None:
        while rows := await self._page(connection):
            for row in rows:
                self._fold_one(row["number"], row["at"], _decode_event(row["event"]))

    async def _page(self, connection: PooledConnection) -> list[Record]:
        return await connection.fetch(
            "SELECT number, at, event FROM journal WHERE venue_id = $1 AND number > $2 "
            "ORDER BY number LIMIT $3",
            self.venue_id,
            self.state.number,
            PAGE,
        )

    def _fold_one(self, number: int, at: datetime, event: Event) -> None:
        order_id = getattr(event, "order_id", None)
        order = self.state.orders.get(order_id) if order_id else None
        postings = apply(self.state, self.books, number, at, event)
        if postings:
            self.postings[number] = postings
        if isinstance(event, OrderFilled):
            self.fills[number] = event
        if order is not None and not order.status.is_open:
            self.ended[order.order_id] = order

    async def compare_orders(self, connection: PooledConnection) -> None:
        rows = await connection.fetch(
            "SELECT order_id::text, account_id::text, client_order_id, symbol, side, "
            "(qty * 1000000000)::bigint AS qty, status, "
            "(filled_qty * 1000000000)::bigint AS filled_qty, "
            "(filled_value * 1000000000)::bigint AS filled_value, updated_at, order_class, "
            "(stop_price * 1000000000)::bigint AS stop_price, (hwm * 1000000000)::bigint AS hwm, "
            "group_id::text, triggered_at "
            "FROM orders LEFT JOIN order_terms USING (order_id) WHERE venue_id = $1",
            self.venue_id,
        )
        expected: dict[str, OrderState] = dict(self.ended)
        expected.update((str(key), order) for key, order in self.state.orders.items())
        for row in rows:
            order = expected.pop(row["order_id"], None)
            if order is None:
                self.differ(f"order {row['order_id']} is in the table but not in the journal")
                continue
            self._compare_fields(f"order {order.order_id}", row, order)
        for order_id in expected:
            self.differ(f"order {order_id} is in the journal but not in the table")

    async def compare_executions(self, connection: PooledConnection) -> None:
        rows = await connection.fetch(
            "SELECT journal_number, execution_id::text, order_id::text, account_id::text, symbol, "
            "side, (price * 1000000000)::bigint AS price, (qty * 1000000000)::bigint AS qty, "
            "(fee * 1000000000)::bigint AS fee FROM executions WHERE venue_id = $1",
            self.venue_id,
        )
        expected = dict(self.fills)
        for row in rows:
            fill = expected.pop(row["journal_number"], None)
            if fill is None:
                self.differ(f"execution {row['execution_id']} is not in the journal")
                continue
            self._compare_fields(f"execution {fill.execution_id}", row, fill)
        for fill in expected.values():
            self.differ(f"execution {fill.execution_id} is not in the table")

    def _compare_fields(self, what: str, row: Record, expected: object) -> None:
        for name, value in row.items():
            if name == "journal_number":
                continue
            source = getattr(expected, "terms", None) if name in _TERMS else expected
            said = getattr(source, name, None)
            if value != said:
                self.differ(f"{what}: {name} is {value}, the journal says {said}")

    async def compare_ledger(self, connection: PooledConnection) -> int:
        """Compare every posting, and the sums that they give with those of the fold."""
        rows = await connection.fetch(
            "SELECT journal_number, line, ledger_account, asset, "
            "(amount * 1000000000)::numeric(38, 0) AS amount "
            "FROM ledger_entries WHERE venue_id = $1 ORDER BY journal_number, line",
            self.venue_id,
        )
        written: dict[int, list[tuple[str, str, int]]] = {}
        for row in rows:
            line = (row["ledger_account"], row["asset"], int(row["amount"]))
            written.setdefault(row["journal_number"], []).append(line)
        for number in sorted(written.keys() | self.postings.keys()):
            if written.get(number, []) != self.postings.get(number, []):
                self.differ(f"journal entry {number}: the postings differ from the journal")
        self._compare_sums(written.values())
        return len(rows)

    def _compare_sums(self, entries: Iterable[list[tuple[str, str, int]]]) -> None:
        ledger = Ledger()
        for number, entry in enumerate(entries):
            try:
                ledger.post(entry)
            except InvariantBroken as error:
                self.differ(f"written entry {number}: {error}")
        for asset in ledger.sums.keys() | self.state.ledger.sums.keys():
            ours, theirs = ledger.sums.get(asset, {}), self.state.ledger.sums.get(asset, {})
            if sum(ours.values()):
                self.differ(f"the postings in {asset} do not sum to zero")
            if ours != theirs:
                self.differ(f"the sums of the postings in {asset} differ from the journal")

    def compare_holds(self) -> None:
        """Check that holds are what open orders reserve, and that no cash is below zero."""
        for account in self.state.accounts.values():
            holds: dict[str, int] = {}
            for order_id in account.order_ids:
                order = self.state.orders[order_id]
                asset = account.currency if order.hold_price is not None else order.symbol
                holds[asset] = holds.get(asset, 0) + order.hold
            for asset, by_account in self.state.ledger.sums.items():
                if by_account.get(account.ledger_held, 0) != holds.get(asset, 0):
                    self.differ(f"account {account.account_id}: held {asset} is not its orders'")
                if by_account.get(account.ledger_available, 0) < 0:
                    self.differ(f"account {account.account_id}: available {asset} is below zero")
