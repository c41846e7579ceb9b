"""The tables of channels, alerts and messages: every statement about them is in this module."""

from collections.abc import Sequence
from datetime import datetime

from tradewind.contracts.notifications import Channel, ChannelKind, Delivery, PriceAlert, Topic
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.notification_service.records import (
    Due,
    Listener,
    Outgoing,
    read_alert,
    read_channel,
    read_delivery,
)
from tradewind.platform.database import Database, PooledConnection
from tradewind.platform.money import PriceUnits, from_units

_CHANNEL = (
    "channel_id, account_id, venue_id, kind, target, topics,"
    " confirmation_code IS NULL AS confirmed, created_at"
)
_ALERT = (
    "alert_id, account_id, venue_id, symbol, condition, price, created_at, triggered_at,"
    " triggered_price"
)
_DELIVERY = (
    "delivery_id, channel_id, event_id, event_type, status, attempts, created_at,"
    " next_attempt_at, delivered_at, last_error"
)


class Overtaken(Exception):
    """Somebody else has read this venue's journal further."""


class Repository:
    """Reads and writes of the notification schema; each method is one unit of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answers(self) -> bool:
        """Tell whether the database can be asked."""
        return bool(await self._database.fetchval("SELECT true"))

    async def add_channel(
        self,
        channel: Channel,
        *,
        secret: str | None,
        confirmation_code: str | None,
        after_number: int,
        channels_max: int,
    ) -> bool:
        """Add a channel unless the account has so many already; return whether it was added."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", channel.account_id
            )
            count = await connection.fetchval(
                "SELECT count(*) FROM channels WHERE account_id = $1", channel.account_id
            )
            if count >= channels_max:
                return False
            await connection.execute(
                "INSERT INTO channels (channel_id, account_id, venue_id, kind, target, topics,"
                " secret, confirmation_code, after_number, created_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                channel.channel_id,
                channel.account_id,
                channel.venue_id,
                channel.kind,
                channel.target,
                list(channel.topics),
                secret,
                confirmation_code,
                after_number,
                channel.created_at,
            )
        return True

    async def list_channels(self, account_id: AccountId) -> list[Channel]:
        """Return an account's channels, oldest first."""
        rows = await self._database.fetch(
            f"SELECT {_CHANNEL} FROM channels WHERE account_id = $1"  # noqa: S608 - our constant
            " ORDER BY created_at, channel_id",
            account_id,
        )
        return [read_channel(row) for row in rows]

    async def get_channel(self, account_id: AccountId, channel_id: str) -> Channel | None:
        """Return one of an account's channels."""
        row = await self._database.fetchrow(
            f"SELECT {_CHANNEL} FROM channels"  # noqa: S608 - our constant
            " WHERE account_id = $1 AND channel_id = $2",
            account_id,
            channel_id,
        )
        return None if row is None else read_channel(row)

    async def confirm_channel(
        self, account_id: AccountId, channel_id: str, code: str, attempts_max: int
    ) -> None:
        """Confirm a channel if the code is right; a wrong one counts, and so many are the most."""
        await self._database.execute(
            "UPDATE channels SET confirmation_attempts = confirmation_attempts + 1,"
            " confirmation_code = CASE WHEN confirmation_code = $3 THEN NULL"
            " ELSE confirmation_code END"
            " WHERE account_id = $1 AND channel_id = $2 AND confirmation_attempts < $4"
            " AND confirmation_code IS NOT NULL",
            account_id,
            channel_id,
            code,
            attempts_max,
        )

    async def delete_channel(self, account_id: AccountId, channel_id: str) -> bool:
        """Remove a channel and its messages; return whether there was one."""
        tag = await self._database.execute(
            "DELETE FROM channels WHERE account_id = $1 AND channel_id = $2", account_id, channel_id
        )
        return tag == "DELETE 1"

    async def list_deliveries(self, channel_id: str, limit: int) -> list[Delivery]:
        """Return the newest messages to a channel."""
        rows = await self._database.fetch(
            f"SELECT {_DELIVERY} FROM deliveries WHERE channel_id = $1"  # noqa: S608 - our constant
            " ORDER BY created_at DESC, delivery_id DESC LIMIT $2",
            channel_id,
            limit,
        )
        return [read_delivery(row) for row in rows]

    async def add_delivery(self, outgoing: Outgoing, at: datetime) -> Delivery:
        """Put one message on its way."""
        await self._database.execute(_INSERT_DELIVERIES, *_delivery_columns([outgoing]), at)
        row = await self._database.fetchrow(
            f"SELECT {_DELIVERY} FROM deliveries WHERE delivery_id = $1",  # noqa: S608 - our constant
            outgoing.delivery_id,
        )
        assert row is not None, "it has just been written"
        return read_delivery(row)

    async def add_alert(self, alert: PriceAlert, alerts_max: int) -> bool:
        """Add an alert unless so many of the account's are waiting; return whether it was added."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", alert.account_id
            )
            count = await connection.fetchval(
                "SELECT count(*) FROM price_alerts WHERE account_id = $1 AND triggered_at IS NULL",
                alert.account_id,
            )
            if count >= alerts_max:
                return False
            await connection.execute(
                "INSERT INTO price_alerts (alert_id, account_id, venue_id, symbol, condition,"
                " price, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                alert.alert_id,
                alert.account_id,
                alert.venue_id,
                alert.symbol,
                alert.condition,
                from_units(alert.price),
                alert.created_at,
            )
        return True

    async def list_alerts(self, account_id: AccountId, limit: int) -> list[PriceAlert]:
        """Return an account's alerts, newest first."""
        rows = await self._database.fetch(
            f"SELECT {_ALERT} FROM price_alerts WHERE account_id = $1"  # noqa: S608 - our constant
            " ORDER BY created_at DESC, alert_id DESC LIMIT $2",
            account_id,
            limit,
        )
        return [read_alert(row) for row in rows]

    async def waiting_alerts(self) -> list[PriceAlert]:
        """Return every alert that has not been triggered."""
        rows = await self._database.fetch(
            f"SELECT {_ALERT} FROM price_alerts WHERE triggered_at IS NULL"  # noqa: S608 - our constant
        )
        return [read_alert(row) for row in rows]

    async def delete_alert(self, account_id: AccountId, alert_id: str) -> bool:
        """Remove an alert; return whether there was one."""
        tag = await self._database.execute(
            "DELETE FROM price_alerts WHERE account_id = $1 AND alert_id = $2", account_id, alert_id
        )
        return tag == "DELETE 1"

    async def trigger_alert(
        self, alert: PriceAlert, price: PriceUnits, at: datetime, outgoing: Sequence[Outgoing]
    ) -> bool:
        """Mark an alert as triggered and put its messages on their way; once, whoever tries."""
        async with self._database.transaction() as connection:
            tag = await connection.execute(
                "UPDATE price_alerts SET triggered_at = $2, triggered_price = $3"
                " WHERE alert_id = $1 AND triggered_at IS NULL",
                alert.alert_id,
                at,
                from_units(price),
            )
            if tag != "UPDATE 1":
                return False
            await _insert(connection, outgoing, at)
        return True

    async def listeners(self) -> list[Listener]:
        """Return every confirmed channel."""
        rows = await self._database.fetch(
            "SELECT channel_id, account_id, topics, after_number FROM channels"
            " WHERE confirmation_code IS NULL"
        )
        return [
            Listener(
                str(row["channel_id"]),
                AccountId(str(row["account_id"])),
                tuple(Topic(each) for each in row["topics"]),
                row["after_number"],
            )
            for row in rows
        ]

    async def last_number(self, venue_id: VenueId) -> int | None:
        """Return how far a venue's journal has been read, ``None`` where nobody reads it."""
        number: int | None = await self._database.fetchval(
            "SELECT last_number FROM venue_progress WHERE venue_id = $1", venue_id
        )
        return number

    async def progress(self, venue_id: VenueId, newest: int) -> int:
        """Return how far a venue's journal has been read.

        It begins where the venue's oldest channel does, or at its newest record.
        """
        await self._database.execute(
            "INSERT INTO venue_progress (venue_id, last_number)"
            " SELECT $1, coalesce(min(after_number), $2) FROM channels WHERE venue_id = $1"
            " ON CONFLICT DO NOTHING",
            venue_id,
            newest,
        )
        number: int = await self._database.fetchval(
            "SELECT last_number FROM venue_progress WHERE venue_id = $1", venue_id
        )
        return number

    async def advance(
        self,
        venue_id: VenueId,
        before: int,
        after: int,
        outgoing: Sequence[Outgoing],
        at: datetime,
    ) -> None:
        """Write down how far a journal has been read, with the messages that came of it.

        Raises ``Overtaken``, with nothing written, when it does not stand where it was read from.
        """
        async with self._database.transaction() as connection:
            tag = await connection.execute(
                "UPDATE venue_progress SET last_number = $3"
                " WHERE venue_id = $1 AND last_number = $2",
                venue_id,
                before,
                after,
            )
            if tag != "UPDATE 1":
                raise Overtaken(f"the journal of {venue_id} has been read beyond {before}")
            await _insert(connection, outgoing, at)

    async def due(self, now: datetime, limit: int) -> list[Due]:
        """Return messages whose time has come, longest due first."""
        rows = await self._database.fetch(
            "SELECT d.delivery_id, d.event_id, d.event_type, d.body, d.attempts, c.kind, c.target,"
            " c.secret FROM deliveries d JOIN channels c USING (channel_id)"
            " WHERE d.status = 'waiting' AND d.next_attempt_at <= $1"
            " ORDER BY d.next_attempt_at LIMIT $2",
            now,
            limit,
        )
        return [
            Due(
                str(row["delivery_id"]),
                row["event_id"],
                row["event_type"],
                row["body"],
                row["attempts"],
                ChannelKind(row["kind"]),
                row["target"],
                row["secret"],
            )
            for row in rows
        ]

    async def delivered(self, delivery_id: str, at: datetime) -> None:
        """Write down that a message was taken."""
        await self._database.execute(
            "UPDATE deliveries SET status = 'delivered', attempts = attempts + 1,"
            " delivered_at = $2, last_error = NULL WHERE delivery_id = $1",
            delivery_id,
            at,
        )

    async def not_delivered(self, delivery_id: str, error: str, retry_at: datetime | None) -> None:
        """Write down why a message was not taken, and when to try again, if at all."""
        await self._database.execute(
            "UPDATE deliveries SET attempts = attempts + 1, last_error = $2,"
            " status = CASE WHEN $3::timestamptz IS NULL THEN 'failed' ELSE 'waiting' END,"
            " next_attempt_at = coalesce($3, next_attempt_at) WHERE delivery_id = $1",
            delivery_id,
            error,
            retry_at,
        )

    async def forget_ended(self, before: datetime, limit: int) -> int:
        """Remove messages that ended long ago, so many at most; return how many there were."""
        tag = await self._database.execute(
            "DELETE FROM deliveries WHERE delivery_id IN (SELECT delivery_id FROM deliveries"
            " WHERE status <> 'waiting' AND created_at < $1 LIMIT $2)",
            before,
            limit,
        )
        return int(tag.removeprefix("DELETE "))


_INSERT_DELIVERIES = (
    "INSERT INTO deliveries"
    " (delivery_id, channel_id, event_id, event_type, body, created_at, next_attempt_at)"
    " SELECT o.delivery_id, o.channel_id, o.event_id, o.event_type, o.body, $6, $6"
    " FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])"
    " AS o (delivery_id, channel_id, event_id, event_type, body)"
    # A channel may have been deleted since it was looked up.
    " JOIN channels USING (channel_id)"
    " ON CONFLICT DO NOTHING"
)


async def _insert(connection: PooledConnection, outgoing: Sequence[Outgoing], at: datetime) -> None:
    if outgoing:
        await connection.execute(_INSERT_DELIVERIES, *_delivery_columns(outgoing), at)


def _delivery_columns(outgoing: Sequence[Outgoing]) -> tuple[list[str], ...]:
    return (
        [each.delivery_id for each in outgoing],
        [each.channel_id for each in outgoing],
        [each.event_id for each in outgoing],
        [each.event_type for each in outgoing],
        [each.body for each in outgoing],
    )
