"""The order service's SQL: what the tables know of venues and orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from tradewind.contracts.orders import Order, OrderQuery
from tradewind.contracts.terms import Terms
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    GroupRole,
    OrderClass,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionIntent,
    TimeInForce,
    VenueId,
)
from tradewind.platform.database import Database, Record
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits

_CLOSED = ("filled", "canceled", "expired", "replaced", "rejected")

_ORDER_COLUMNS = """order_id, account_id, client_order_id, symbol, side, order_type, time_in_force,
    (qty * 1000000000)::bigint AS qty, (limit_price * 1000000000)::bigint AS limit_price,
    extended_hours, status, (filled_qty * 1000000000)::bigint AS filled_qty,
    (filled_value * 1000000000)::bigint AS filled_value, created_at, updated_at, filled_at,
    canceled_at, expired_at, replaced_at, replaces, replaced_by, order_class,
    (stop_price * 1000000000)::bigint AS stop_price,
    (trail_price * 1000000000)::bigint AS trail_price,
    (trail_percent * 1000000000)::bigint AS trail_percent,
    (hwm * 1000000000)::bigint AS hwm, triggered_at, group_id, group_role,
    (notional * 1000000000)::bigint AS notional, position_intent"""

_ORDERS = "orders LEFT JOIN order_terms USING (order_id)"


class OrderRepository:
    """Reads the tables; the journal alone writes them, through ``JournalWriter``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create_venue(self, spec: VenueSpec, at: datetime) -> bool:
        """Store a venue; ``False`` when its id is taken."""
        created = await self._database.fetchval(
            "INSERT INTO venues (venue_id, spec, created_at) VALUES ($1, $2, $3) "
            "ON CONFLICT DO NOTHING RETURNING true",
            spec.venue_id,
            msgspec.json.encode(spec).decode(),
            at,
        )
        return bool(created)

    async def list_venues(self) -> list[VenueSpec]:
        """Return every venue, oldest first."""
        rows = await self._database.fetch("SELECT spec FROM venues ORDER BY created_at, venue_id")
        return [msgspec.json.decode(row["spec"], type=VenueSpec) for row in rows]

    async def take_lead(self, holder: str) -> int:
        """Lead without an election and return the new epoch; whoever led can write no more."""
        epoch: int = await self._database.fetchval(
            "UPDATE leadership SET epoch = epoch + 1, holder = $1, "
            "acquired_at = clock_timestamp(), expires_at = '-infinity' RETURNING epoch",
            holder,
        )
        return epoch

    async def acquire_lease(self, venue_id: VenueId, epoch: int, holder: str, at: datetime) -> bool:
        """Raise a venue to the leader's epoch, so that no earlier leader can write to it.

        ``False`` when the epoch is not the leader's any more.
        """
        acquired = await self._database.fetchval(
            "WITH leader AS (SELECT epoch FROM leadership WHERE epoch = $2 FOR SHARE) "
            "INSERT INTO leases (venue_id, epoch, holder, acquired_at) "
            "SELECT $1, epoch, $3, $4 FROM leader "
            "ON CONFLICT (venue_id) DO UPDATE SET epoch = excluded.epoch, "
            "holder = excluded.holder, acquired_at = excluded.acquired_at RETURNING true",
            venue_id,
            epoch,
            holder,
            at,
        )
        return bool(acquired)

    async def account_venues(self) -> dict[AccountId, VenueId]:
        """Return the venue of every account."""
        rows = await self._database.fetch("SELECT account_id, venue_id FROM accounts")
        return {AccountId(str(row["account_id"])): VenueId(row["venue_id"]) for row in rows}

    async def get_order(self, account_id: AccountId, order_id: OrderId) -> Order | None:
        """Return one order of an account."""
        row = await self._database.fetchrow(
            f"SELECT {_ORDER_COLUMNS} FROM {_ORDERS} "  # noqa: S608 - constant
            "WHERE order_id = $1 AND account_id = $2",
            order_id,
            account_id,
        )
        return _order(row) if row else None

    async def venue_of_order(self, order_id: OrderId) -> VenueId | None:
        """Return the venue that took an order."""
        venue_id = await self._database.fetchval(
            "SELECT venue_id FROM orders WHERE order_id = $1", order_id
        )
        return None if venue_id is None else VenueId(venue_id)

    async def get_order_by_client_id(
        self, account_id: AccountId, client_order_id: str
    ) -> Order | None:
        """Return one order of an account by the client's own id."""
        row = await self._database.fetchrow(
            f"SELECT {_ORDER_COLUMNS} FROM {_ORDERS} "  # noqa: S608 - constant
            "WHERE account_id = $1 AND client_order_id = $2",
            account_id,
            client_order_id,
        )
        return _order(row) if row else None

    async def get_orders(self, order_ids: Sequence[OrderId]) -> list[Order]:
        """Return orders of any account."""
        rows = await self._database.fetch(
            f"SELECT {_ORDER_COLUMNS} FROM {_ORDERS} "  # noqa: S608 - constant
            "WHERE order_id = ANY($1::uuid[])",
            list(order_ids),
        )
        return [_order(row) for row in rows]

    async def get_group(self, account_id: AccountId, group_id: OrderId) -> list[Order]:
        """Return every order of a group of an account, oldest first."""
        rows = await self._database.fetch(
            f"SELECT {_ORDER_COLUMNS} FROM {_ORDERS} "  # noqa: S608 - constant
            "WHERE group_id = $1 AND account_id = $2 ORDER BY created_at, order_id",
            group_id,
            account_id,
        )
        return [_order(row) for row in rows]

    async def list_orders(self, account_id: AccountId, query: OrderQuery) -> list[Order]:
        """Return a page of an account's orders."""
        direction = "DESC" if query.descending else "ASC"
        # Only constants are put into the text; every value is a parameter.
        rows = await self._database.fetch(
            f"""
            SELECT {_ORDER_COLUMNS} FROM {_ORDERS}
            WHERE account_id = $1
                AND ($2 = 'all' OR (status = ANY($3::text[])) = ($2 = 'closed'))
                AND (cardinality($4::text[]) = 0 OR symbol = ANY($4::text[]))
                AND ($5::text IS NULL OR side = $5)
                AND ($6::timestamptz IS NULL OR created_at > $6)
                AND ($7::timestamptz IS NULL OR created_at < $7)
                AND ($8::uuid IS NULL OR (created_at, order_id) <
                    (SELECT created_at, order_id FROM orders WHERE order_id = $8))
                AND ($9::uuid IS NULL OR (created_at, order_id) >
                    (SELECT created_at, order_id FROM orders WHERE order_id = $9))
            ORDER BY created_at {direction}, order_id {direction}
            LIMIT $10
            """,  # noqa: S608
            account_id,
            query.status,
            list(_CLOSED),
            list(query.symbols),
            query.side,
            query.after,
            query.until,
            query.before_order_id,
            query.after_order_id,
            query.limit,
        )
        return [_order(row) for row in rows]


def _text(value: Any) -> Any:  # a UUID or None
    return None if value is None else str(value)


def _order(row: Record) -> Order:
    limit_price = row["limit_price"]
    return Order(
        order_id=OrderId(str(row["order_id"])),
        account_id=AccountId(str(row["account_id"])),
        client_order_id=row["client_order_id"],
        symbol=row["symbol"],
        side=OrderSide(row["side"]),
        order_type=OrderType(row["order_type"]),
        time_in_force=TimeInForce(row["time_in_force"]),
        qty=QuantityUnits(row["qty"]),
        limit_price=None if limit_price is None else PriceUnits(limit_price),
        extended_hours=row["extended_hours"],
        status=OrderStatus(row["status"]),
        filled_qty=QuantityUnits(row["filled_qty"]),
        filled_value=MoneyUnits(row["filled_value"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        filled_at=row["filled_at"],
        canceled_at=row["canceled_at"],
        expired_at=row["expired_at"],
        replaced_at=row["replaced_at"],
        replaces=_text(row["replaces"]),
        replaced_by=_text(row["replaced_by"]),
        terms=_terms(row),
    )


def _terms(row: Record) -> Terms | None:
    if row["order_class"] is None:
        return None
    role, intent = row["group_role"], row["position_intent"]
    return Terms(
        stop_price=row["stop_price"],
        trail_price=row["trail_price"],
        trail_percent=row["trail_percent"],
        hwm=row["hwm"],
        triggered_at=row["triggered_at"],
        order_class=OrderClass(row["order_class"]),
        group_id=_text(row["group_id"]),
        group_role=None if role is None else GroupRole(role),
        notional=row["notional"],
        intent=None if intent is None else PositionIntent(intent),
    )
