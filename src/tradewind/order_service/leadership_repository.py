"""The SQL of leadership, on one connection that its holder keeps for as long as it leads.

All times are the database's own. The epoch's advisory lock belongs to the connection, so it goes
with the process that took it, however that ends.
"""

import asyncio
from collections.abc import Callable

from tradewind.platform.database import Connection, Database

CHANNEL = "tradewind_leadership"
COMMAND_TIMEOUT_S = 10.0
_LOCK_CLASS = 0x7457
_EPOCH_BITS = 0x7FFFFFFF

_READ = """
SELECT epoch, holder, greatest(expires_at - clock_timestamp(), '0') AS left,
    EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
            AND classid = $1::bigint::oid AND objid = (epoch & $2)::oid
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS is_connected
FROM leadership
"""
_CLAIM = """
UPDATE leadership SET epoch = epoch + 1, holder = $2, acquired_at = clock_timestamp(),
    expires_at = clock_timestamp() + make_interval(secs => $3)
WHERE epoch = $1 RETURNING epoch
"""
_RENEW = """
UPDATE leadership SET expires_at = clock_timestamp() + make_interval(secs => $2)
WHERE epoch = $1 RETURNING true
"""
# Without a name: whoever hands over has ended everything itself, and is not to be cut off.
_RELEASE = "UPDATE leadership SET expires_at = '-infinity', holder = '' WHERE epoch = $1"
_CUT = """
SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND right(application_name, length($1::text)) = $1
"""


class LeadershipRepository:
    """Reads and moves the lease; made by ``open``."""

    @classmethod
    async def open(
        cls, database: Database, on_release: Callable[[], None], on_lost: Callable[[], None]
    ) -> "LeadershipRepository":
        """Connect; ``on_release`` is told of hand-overs, ``on_lost`` when the connection ends."""
        connection = await database.connect()
        await connection.add_listener(CHANNEL, lambda *_: on_release())
        connection.add_termination_listener(lambda *_: on_lost())
        return cls(connection)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(self, holder: str, ttl_s: float, *, force: bool) -> int | None:
        """Take the lease when its holder is gone or its time is up; return the new epoch.

        ``force`` takes it in any case. Whoever held it before is cut off the database.
        """
        async with asyncio.timeout(COMMAND_TIMEOUT_S):
            row = await self._connection.fetchrow(_READ, _LOCK_CLASS, _EPOCH_BITS)
            assert row is not None
            if row["left"] and row["is_connected"] and not force:
                return None
            epoch: int = row["epoch"] + 1
            # Before the epoch is taken, so that nobody sees an epoch whose holder seems gone.
            if not await self._lock("pg_try_advisory_lock", epoch):
                return None
            if await self._connection.fetchval(_CLAIM, epoch - 1, holder, ttl_s) != epoch:
                await self._lock("pg_advisory_unlock", epoch)
                return None
            await self._cut(row["holder"])
            return epoch

    async def renew(self, epoch: int, ttl_s: float) -> bool:
        """Extend the lease; ``False`` when another process has taken it."""
        async with asyncio.timeout(COMMAND_TIMEOUT_S):
            return bool(await self._connection.fetchval(_RENEW, epoch, ttl_s))

    async def release(self, epoch: int) -> None:
        """Give the lease up and wake whoever waits for it."""
        async with asyncio.timeout(COMMAND_TIMEOUT_S), self._connection.transaction():
            await self._connection.execute(_RELEASE, epoch)
            await self._connection.execute(f"NOTIFY {CHANNEL}")

    async def close(self) -> None:
        """Close the connection, and with it the lock of its epoch."""
        await self._connection.close(timeout=5)

    async def _lock(self, function: str, epoch: int) -> bool:
        return bool(
            await self._connection.fetchval(
                f"SELECT {function}($1::integer, $2::integer)",
                _LOCK_CLASS,
                epoch & _EPOCH_BITS,
            )
        )

    async def _cut(self, holder: str) -> None:
        """End every session of a process that led before: what it still meant to write is void."""
        if not holder:
            return
        async with self._connection.transaction():
            # Sessions belong to the user that signed in, not to the service's role.
            await self._connection.execute("SET LOCAL ROLE NONE")
            await self._connection.fetch(_CUT, holder)
