"""The journal's pen: one statement, one commit, for everything that a batch has decided.

The statement writes the records and the tables that read them, and checks the lease's epoch, so a
deposed leader writes nothing. A batch either is in the database in full or not at all: one command
may cause more events than a statement should carry, and those share a transaction.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from tradewind.contracts.journal import AccountOpened, OrderFilled
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.order_service.domain.core import Emitted
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.writer_connections import WriterConnections
from tradewind.platform.database import Connection

WRITE_TIMEOUT_S = 30.0
"""For each statement."""

STATEMENT_MAX = 5_000
"""Records that one statement writes; encoding them keeps everybody else waiting."""
JOURNAL_CHANNEL = "tradewind_journal"
"""Notified with a venue's id by every commit."""

_encode_event = msgspec.json.Encoder().encode

# A column travels as the text of an array, which is joined here and read there in a fraction of the
# time that the driver takes to look at each value.
_RECORDS_ORDERS_POSTINGS = """
fence AS (
    SELECT 1 FROM leases WHERE venue_id = $1 AND epoch = $2 FOR SHARE
), records AS (
    INSERT INTO journal (venue_id, number, at, kind, account_id, event)
    SELECT $1, r.* FROM unnest($3::text::bigint[], $4::text::timestamptz[], $5::text::text[],
        $6::text::uuid[], $7::json[]) AS r WHERE EXISTS (SELECT FROM fence)
    RETURNING 1
), touched AS (
    INSERT INTO orders (order_id, venue_id, account_id, client_order_id, symbol, side, order_type,
        time_in_force, qty, limit_price, extended_hours, status, filled_qty, filled_value,
        created_at, updated_at, filled_at, canceled_at, expired_at, replaced_at, replaces,
        replaced_by)
    SELECT order_id, $1, account_id, client_order_id, symbol, side, order_type, time_in_force,
        qty * 0.000000001, limit_price * 0.000000001, extended_hours, status,
        filled_qty * 0.000000001, filled_value * 0.000000001, created_at, updated_at, filled_at,
        canceled_at, expired_at, replaced_at, replaces, replaced_by
    FROM unnest($8::text::uuid[], $9::text::uuid[], $10::text::text[], $11::text::text[],
        $12::text::text[], $13::text::text[], $14::text::text[], $15::text::bigint[],
        $16::text::bigint[], $17::text::bool[], $18::text::text[], $19::text::bigint[],
        $20::text::bigint[], $21::text::timestamptz[], $22::text::timestamptz[],
        $23::text::timestamptz[], $24::text::timestamptz[], $25::text::timestamptz[],
        $26::text::timestamptz[], $27::text::uuid[], $28::text::uuid[])
        AS o (order_id, account_id, client_order_id, symbol, side, order_type, time_in_force, qty,
            limit_price, extended_hours, status, filled_qty, filled_value, created_at, updated_at,
            filled_at, canceled_at, expired_at, replaced_at, replaces, replaced_by)
    WHERE EXISTS (SELECT FROM fence)
    ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, qty = excluded.qty,
        limit_price = excluded.limit_price, filled_qty = excluded.filled_qty,
        filled_value = excluded.filled_value, updated_at = excluded.updated_at,
        filled_at = excluded.filled_at, canceled_at = excluded.canceled_at,
        expired_at = excluded.expired_at, replaced_at = excluded.replaced_at,
        replaced_by = excluded.replaced_by
), postings AS (
    INSERT INTO ledger_entries (venue_id, journal_number, line, ledger_account, asset, amount)
    SELECT $1, number, line, ledger_account, asset, amount * 0.000000001
    FROM unnest($29::text::bigint[], $30::text::smallint[], $31::text::text[], $32::text::text[],
        $33::text::bigint[])
        AS p (number, line, ledger_account, asset, amount)
    WHERE EXISTS (SELECT FROM fence)
)"""

_TERMS_FILLS_ACCOUNTS = """, terms AS (
    INSERT INTO order_terms (order_id, stop_price, trail_price, trail_percent, hwm, triggered_at,
        order_class, group_id, group_role, notional, position_intent)
    SELECT order_id, stop_price * 0.000000001, trail_price * 0.000000001,
        trail_percent * 0.000000001, hwm * 0.000000001, triggered_at, order_class, group_id,
        group_role, notional * 0.000000001, position_intent
    FROM unnest($34::text::uuid[], $35::text::bigint[], $36::text::bigint[], $37::text::bigint[],
        $38::text::bigint[], $39::text::timestamptz[], $40::text::text[], $41::text::uuid[],
        $42::text::text[], $43::text::bigint[], $44::text::text[])
        AS t (order_id, stop_price, trail_price, trail_percent, hwm, triggered_at, order_class,
            group_id, group_role, notional, position_intent)
    WHERE EXISTS (SELECT FROM fence)
    ON CONFLICT (order_id) DO UPDATE SET stop_price = excluded.stop_price, hwm = excluded.hwm,
        trail_price = excluded.trail_price, triggered_at = excluded.triggered_at
), fills AS (
    INSERT INTO executions (execution_id, venue_id, journal_number, order_id, account_id, symbol,
        side, price, qty, fee, liquidity, executed_at)
    SELECT execution_id, $1, number, order_id, account_id, symbol, side, price * 0.000000001,
        qty * 0.000000001, fee * 0.000000001, liquidity, at
    FROM unnest($45::text::uuid[], $46::text::bigint[], $47::text::uuid[], $48::text::uuid[],
        $49::text::text[], $50::text::text[], $51::text::bigint[], $52::text::bigint[],
        $53::text::bigint[], $54::text::text[], $55::text::timestamptz[])
        AS f (execution_id, number, order_id, account_id, symbol, side, price, qty, fee,
            liquidity, at)
    WHERE EXISTS (SELECT FROM fence)
), accounts_opened AS (
    INSERT INTO accounts (account_id, venue_id)
    SELECT account_id, $1 FROM unnest($5::text::text[], $6::text::uuid[]) AS a (kind, account_id)
    WHERE kind = 'account_opened' AND EXISTS (SELECT FROM fence)
)"""

_NUDGE = """, nudge AS (
    SELECT pg_notify('tradewind_journal', $1)
)
SELECT (SELECT count(*) FROM records) FROM nudge
"""

_EVERYTHING = "WITH" + _RECORDS_ORDERS_POSTINGS + _TERMS_FILLS_ACCOUNTS + _NUDGE
_NO_MORE = "WITH" + _RECORDS_ORDERS_POSTINGS + _NUDGE
"""For a batch without order terms, fills and new accounts, as most are: 22 parameters and three
tables less to begin with."""


# By the client's id alone: it leads the unique index. With a condition on the account as well, a
# plan made while the table is empty may choose the index of all orders of the account.
_KNOWN_CLIENT_ORDER_IDS = """
SELECT account_id, client_order_id FROM orders WHERE client_order_id = ANY($1::text[])
"""


class Deposed(Exception):
    """Another process holds the venue's lease: this one must not write any more."""


class JournalWriter:
    """Writes one venue's batches for the holder of its lease."""

    def __init__(self, connections: WriterConnections, venue_id: VenueId, epoch: int) -> None:
        self._connections = connections
        self._venue_id = venue_id
        self._epoch = epoch

    async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
        """Make a batch durable; returns after its commit.

        Raises ``Deposed`` when the lease has gone, and whatever the database raises: either way
        the process must end, for memory is ahead of the journal.
        """
        parts = -(-len(emitted) // STATEMENT_MAX)
        async with self._connections.lend() as connection:
            if parts == 1:
                await self._insert(connection, emitted, touched)
                return
            async with asyncio.timeout(parts * WRITE_TIMEOUT_S), connection.transaction():
                for start in range(0, len(emitted), STATEMENT_MAX):
                    part = slice(start, start + STATEMENT_MAX)
                    # No batch touches more orders than it has events.
                    await self._insert(connection, emitted[part], touched[part])

    async def _insert(
        self, connection: Connection, emitted: list[Emitted], touched: list[OrderState]
    ) -> None:
        columns = [*_record_columns(emitted), *_order_columns(touched), *_posting_columns(emitted)]
        terms, fills = _terms_rows(touched), _execution_rows(emitted)
        sql = _NO_MORE
        if terms or fills or any(isinstance(record.event, AccountOpened) for record in emitted):
            sql = _EVERYTHING
            columns += [*_columns(terms, _TERMS), *_columns(fills, _EXECUTION)]
        written = await connection.fetchval(
            sql, self._venue_id, self._epoch, *columns, timeout=WRITE_TIMEOUT_S
        )
        if written != len(emitted):
            raise Deposed(f"venue {self._venue_id} is led by another process since its epoch rose")

    async def known_client_order_ids(
        self, wanted: Sequence[tuple[AccountId, str]]
    ) -> set[tuple[AccountId, str]]:
        """Return those of the pairs of account and client order id that belong to an order."""
        async with asyncio.timeout(WRITE_TIMEOUT_S), self._connections.lend() as connection:
            rows = await connection.fetch(
                _KNOWN_CLIENT_ORDER_IDS, [client_order_id for _, client_order_id in wanted]
            )
        known = {(AccountId(str(row["account_id"])), row["client_order_id"]) for row in rows}
        return known.intersection(wanted)


_Column = Iterable[Any]  # Any: each column has its own type


def _plain(column: _Column) -> str:
    """Write numbers, flags, ids and words of ours as an array."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"


def _instants(column: _Column) -> str:
    """Write instants as an array."""
    return "{" + ",".join(["NULL" if at is None else _instant(at) for at in column]) + "}"


# The same instants come several times: in the record, and in its order twice.
_instant = lru_cache(maxsize=4096)(datetime.isoformat)


def _texts(column: _Column) -> str:
    """Write texts that may hold any character as an array."""
    values = list(column)
    if not values:
        return "{}"
    joined = '","'.join(values)
    if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
        escaped = [text.replace("\\", r"\\").replace('"', r"\"") for text in values]
        joined = '","'.join(escaped)
    return f'{{"{joined}"}}'


_Writers = Sequence[Callable[[_Column], Any]]  # Any: an array or its text

_RECORD: _Writers = (_plain, _instants, _plain, _plain, list)
_ORDER: _Writers = (*[_plain] * 2, _texts, _texts, *[_plain] * 9, *[_instants] * 6, _plain, _plain)
_TERMS: _Writers = (*[_plain] * 5, _instants, *[_plain] * 5)
_EXECUTION: _Writers = (*[_plain] * 4, _texts, *[_plain] * 5, _instants)
_POSTING: _Writers = (_plain, _plain, _texts, _texts, _plain)


def _columns(rows: list[tuple[Any, ...]], writers: _Writers) -> list[Any]:
    """Turn rows into columns, each written in its way, also when there are none."""
    columns: Iterable[_Column] = zip(*rows, strict=True) if rows else [()] * len(writers)
    return [write(column) for write, column in zip(writers, columns, strict=True)]


def _record_columns(emitted: list[Emitted]) -> list[Any]:
    rows = []
    for record in emitted:
        event = record.event
        rows.append(
            (
                record.number,
                record.at,
                event.__struct_config__.tag,
                getattr(event, "account_id", None),
                _encode_event(event).decode(),
            )
        )
    return _columns(rows, _RECORD)


def _order_columns(orders: list[OrderState]) -> list[Any]:
    rows = [
        (
            order.order_id,
            order.account_id,
            order.client_order_id,
            order.symbol,
            order.side,
            order.order_type,
            order.time_in_force,
            order.qty,
            order.limit_price,
            order.extended_hours,
            order.status,
            order.filled_qty,
            order.filled_value,
            order.created_at,
            order.updated_at,
            order.filled_at,
            order.canceled_at,
            order.expired_at,
            order.replaced_at,
            order.replaces,
            order.replaced_by,
        )
        for order in orders
    ]
    return _columns(rows, _ORDER)


def _terms_rows(orders: list[OrderState]) -> list[tuple[Any, ...]]:
    return [
        (
            order.order_id,
            terms.stop_price,
            terms.trail_price,
            terms.trail_percent,
            terms.hwm,
            terms.triggered_at,
            terms.order_class,
            terms.group_id,
            terms.group_role,
            terms.notional,
            terms.intent,
        )
        for order in orders
        if (terms := order.terms) is not None
    ]


def _execution_rows(emitted: list[Emitted]) -> list[tuple[Any, ...]]:
    return [
        (
            fill.execution_id,
            record.number,
            fill.order_id,
            fill.account_id,
            fill.symbol,
            fill.side,
            fill.price,
            fill.qty,
            fill.fee,
            fill.liquidity,
            record.at,
        )
        for record in emitted
        if type(fill := record.event) is OrderFilled
    ]


def _posting_columns(emitted: list[Emitted]) -> list[Any]:
    rows = [
        (record.number, line, ledger_account.name, asset, amount)
        for record in emitted
        for line, (ledger_account, asset, amount) in enumerate(record.postings)
    ]
    return _columns(rows, _POSTING)
