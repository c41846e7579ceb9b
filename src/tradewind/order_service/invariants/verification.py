"""Fold a venue's whole journal again and compare every order, position and amount with the tables.

Everything is read from one snapshot of the database, so this is right while the venue trades, and
page by page, so that a journal of any length fits in memory and trading goes on in between.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from tradewind.contracts.journal import OrderFilled
from tradewind.contracts.orders import Verification
from tradewind.contracts.venues import VenueSpec
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.applying.entry import hold_asset
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import Ledger, LedgerAccount, Line, lines
from tradewind.order_service.domain.state import OrderState, VenueState
from tradewind.order_service.journal_archive import ArchiveFolder, RawRecord
from tradewind.order_service.journal_reading import JournalReading, decode_event
from tradewind.platform.database import Database, PooledConnection, Record
from tradewind.platform.errors import InvariantBroken

DIFFERENCES_MAX = 100
PAGE = 1_000

_TERMS = frozenset(
    {"order_class", "stop_price", "trail_price", "hwm", "group_id", "triggered_at", "intent"}
)
"""Columns that an order has only with terms of its own."""

_T = TypeVar("_T")

_EXECUTIONS = """
SELECT journal_number, execution_id::text, order_id::text, account_id::text, symbol, side,
    (price * 1000000000)::bigint AS price, (qty * 1000000000)::bigint AS qty,
    (fee * 1000000000)::bigint AS fee
FROM executions WHERE venue_id = $1 AND journal_number BETWEEN $2 AND $3
"""

_POSTINGS = """
SELECT journal_number, ledger_account, asset, (amount * 1000000000)::numeric(38, 0) AS amount
FROM ledger_entries WHERE venue_id = $1 AND journal_number BETWEEN $2 AND $3
ORDER BY journal_number, line
"""

_ORDERS = """
SELECT order_id::text, account_id::text, client_order_id, symbol, side,
    (qty * 1000000000)::bigint AS qty, (limit_price * 1000000000)::bigint AS limit_price,
    status, (filled_qty * 1000000000)::bigint AS filled_qty,
    (filled_value * 1000000000)::bigint AS filled_value, updated_at, order_class,
    (stop_price * 1000000000)::bigint AS stop_price,
    (trail_price * 1000000000)::bigint AS trail_price, (hwm * 1000000000)::bigint AS hwm,
    group_id::text, triggered_at, position_intent AS intent
FROM orders LEFT JOIN order_terms USING (order_id)
WHERE venue_id = $1 AND order_id = ANY($2::uuid[])
"""

_COUNT_ORDERS = "SELECT count(*) FROM orders WHERE venue_id = $1"

_STRANGE_ORDERS = """
SELECT order_id::text FROM orders WHERE venue_id = $1
EXCEPT SELECT event ->> 'order_id' FROM journal WHERE venue_id = $1 AND kind = 'order_accepted'
LIMIT $2
"""

_STRANGE_NUMBERS = """
SELECT journal_number FROM executions WHERE venue_id = $1 AND NOT journal_number BETWEEN 1 AND $2
UNION SELECT journal_number FROM ledger_entries
WHERE venue_id = $1 AND NOT journal_number BETWEEN 1 AND $2
LIMIT $3
"""


async def verify_venue(
    database: Database,
    spec: VenueSpec,
    memory: VenueState | None = None,
    archive: ArchiveFolder | None = None,
) -> Verification:
    """Return what was compared and where the tables differ from the journal.

    ``memory`` is a durable state of the running core, which the journal has to fold into as well.
    Raises ``JournalArchived`` when records have left the journal and the archive is not at hand.
    """
    async with _one_snapshot(database) as connection:
        check = _Check(spec, connection, memory, JournalReading(archive))
        await check.run()
    return check.result()


@asynccontextmanager
async def _one_snapshot(database: Database) -> AsyncIterator[PooledConnection]:
    async with database.transaction() as connection:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield connection


class _Check:
    """One verification under way."""

    def __init__(
        self,
        spec: VenueSpec,
        connection: PooledConnection,
        memory: VenueState | None,
        journal: JournalReading,
    ) -> None:
        self.venue_id = spec.venue_id
        self.is_live = spec.broker is not None
        self.connection = connection
        self.memory = memory
        self.journal = journal
        self.state = VenueState(venue_id=spec.venue_id)
        self.books = Books.of(self.state)
        self.written = Ledger()
        """The sums of the postings in the table."""
        self.differences: list[str] = []
        self.orders = self.executions = self.postings = 0
        # Of the page at hand.
        self.ended: dict[str, OrderState] = {}
        self.fills: dict[int, OrderFilled] = {}
        self.entries: dict[int, list[Line]] = {}

    def differ(self, what: str) -> None:
        if len(self.differences) < DIFFERENCES_MAX:
            self.differences.append(what)

    def result(self) -> Verification:
        return Verification(
            venue_id=self.venue_id,
            records=self.state.number,
            orders=self.orders,
            executions=self.executions,
            postings=self.postings,
            differences=self.differences,
        )

    async def run(self) -> None:
        self.compare_memory()
        while True:
            first = self.state.number + 1
            try:
                records = await self.journal.page(
                    self.connection.fetch, self.venue_id, self.state.number, PAGE
                )
                for record in records:
                    self.fold(record)
            except (InvariantBroken, KeyError, AssertionError) as error:
                self.differ(f"record {self.state.number + 1} cannot be folded in: {error!r}")
                return
            if not records:
                break
            await self.compare_executions(first)
            await self.compare_postings(first)
            await self.compare_orders(self.ended)
        await self.compare_rest()

    def fold(self, record: RawRecord) -> None:
        event = decode_event(record.event)
        order_id = getattr(event, "order_id", None)
        order = self.state.orders.get(order_id) if order_id else None
        postings = apply(self.state, self.books, record.number, record.at, event)
        if postings:
            self.entries[record.number] = lines(postings)
        if isinstance(event, OrderFilled):
            self.fills[record.number] = event
        if order is not None and not order.status.is_open:
            self.ended[order.order_id] = order
        self.compare_memory()

    def compare_memory(self) -> None:
        if self.memory is not None and self.memory.number == self.state.number:
            if self.memory != self.state:
                self.differ(f"memory at record {self.state.number} is not what the journal says")
            self.memory = None

    async def compare_executions(self, first: int) -> None:
        rows = await self.connection.fetch(_EXECUTIONS, self.venue_id, first, self.state.number)
        self.executions += len(self.fills)
        for row in rows:
            fill = self.fills.pop(row["journal_number"], None)
            if fill is None:
                self.differ(f"execution {row['execution_id']} is not in the journal")
            else:
                self.compare_fields(f"execution {fill.execution_id}", row, fill)
        for fill in self.fills.values():
            self.differ(f"execution {fill.execution_id} is not in the table")
        self.fills.clear()

    async def compare_postings(self, first: int) -> None:
        """Compare every posting, and add those of the table up."""
        rows = await self.connection.fetch(_POSTINGS, self.venue_id, first, self.state.number)
        self.postings += len(rows)
        written: dict[int, list[Line]] = {}
        for row in rows:
            line = (row["ledger_account"], row["asset"], int(row["amount"]))
            written.setdefault(row["journal_number"], []).append(line)
        for number in sorted(written.keys() | self.entries.keys()):
            if written.get(number, []) != self.entries.get(number, []):
                self.differ(f"journal entry {number}: the postings differ from the journal")
        for number, entry in written.items():
            try:
                self.written.post(
                    (LedgerAccount(name), asset, amount) for name, asset, amount in entry
                )
            except InvariantBroken as error:
                self.differ(f"journal entry {number}: {error}")
        self.entries.clear()

    async def compare_orders(self, orders: dict[str, OrderState]) -> None:
        """Compare orders as they stand now, or ended, with their rows."""
        self.orders += len(orders)
        if orders:
            for row in await self.connection.fetch(_ORDERS, self.venue_id, list(orders)):
                order = orders.pop(row["order_id"])
                self.compare_fields(f"order {order.order_id}", row, order)
        for order_id in orders:
            self.differ(f"order {order_id} is in the journal but not in the table")
        orders.clear()

    def compare_fields(self, what: str, row: Record, expected: object) -> None:
        for name, value in row.items():
            if name == "journal_number":
                continue
            source = getattr(expected, "terms", None) if name in _TERMS else expected
            said = getattr(source, name, None)
            if value != said:
                self.differ(f"{what}: {name} is {value}, the journal says {said}")

    async def compare_rest(self) -> None:
        """Compare what only shows at the end of the journal."""
        if self.memory is not None:
            self.differ(f"memory is at record {self.memory.number}, which is not in the journal")
        for page in _pages(list(self.state.orders.items())):
            await self.compare_orders({str(order_id): order for order_id, order in page})
        count = await self.connection.fetchval(_COUNT_ORDERS, self.venue_id)
        if count != self.orders and self.journal.from_archive:
            self.differ(f"{count} orders are in the table, {self.orders} in the journal")
        elif count != self.orders:
            await self.report(_STRANGE_ORDERS, "order {} is in the table but not in the journal")
        await self.report(
            _STRANGE_NUMBERS, "record {}, which the tables show, is not there", self.state.number
        )
        self.compare_sums()
        self.compare_holds()
        self.compare_entitlements()

    async def report(self, sql: str, what: str, *values: object) -> None:
        for row in await self.connection.fetch(sql, self.venue_id, *values, DIFFERENCES_MAX):
            self.differ(what.format(row[0]))

    def compare_sums(self) -> None:
        sums = self.state.ledger_sums()
        for asset in self.written.sums.keys() | sums.keys():
            ours, theirs = self.written.sums.get(asset, {}), sums.get(asset, {})
            if sum(ours.values()):
                self.differ(f"the postings in {asset} do not sum to zero")
            if ours != theirs:
                self.differ(f"the sums of the postings in {asset} differ from the journal")

    def compare_holds(self) -> None:
        """Check that holds are what open orders reserve, and that no cash account owes anything.

        A broker may fill a market order at more than was reserved for it: its word stands.
        """
        ledger = self.state.ledger
        for account in self.state.accounts.values():
            holds: dict[str, int] = {}
            for order_id in account.order_ids:
                order = self.state.orders[order_id]
                asset, sign = hold_asset(account, order)
                holds[asset] = holds.get(asset, 0) + sign * order.hold
            for asset in ledger.sums.keys() | {account.currency}:
                if ledger.posted(account.ledger_held, asset) != holds.get(asset, 0):
                    self.differ(f"account {account.account_id}: held {asset} is not its orders'")
                may_owe = account.is_margin or self.is_live
                if not may_owe and ledger.posted(account.ledger_available, asset) < 0:
                    self.differ(f"account {account.account_id}: available {asset} is below zero")

    def compare_entitlements(self) -> None:
        """Check that what accounts are owed is the dividends that are not paid yet."""
        owed: dict[str, int] = {}
        for claims in self.state.entitlements.values():
            for account_id, claim in claims.items():
                owed[account_id] = owed.get(account_id, 0) + claim.amount
        for account in self.state.accounts.values():
            posted = self.state.ledger.posted(account.ledger_receivable, account.currency)
            if posted != owed.get(account.account_id, 0):
                self.differ(f"account {account.account_id}: receivable is not its dividends'")


def _pages(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    for start in range(0, len(items), PAGE):
        yield items[start : start + PAGE]
