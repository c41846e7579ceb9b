"""The SQL of the journal as it is read, and of the snapshots that shorten the reading."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tradewind.contracts.journal import JournalRecord
from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.domain.state import VenueState
from tradewind.order_service.journal_archive import ArchiveFolder
from tradewind.order_service.journal_reading import JournalReading, decode_event
from tradewind.order_service.journal_writer import Deposed
from tradewind.order_service.snapshots import SNAPSHOT_FORMAT, decode_state, unpack
from tradewind.platform.database import Database, PooledConnection

SNAPSHOTS_KEPT = 2
SNAPSHOT_TIMEOUT_S = 300.0
"""For each statement that carries a part of a snapshot."""

_NEWEST = """
SELECT number FROM snapshots WHERE venue_id = $1 AND format = $2
    AND number <= (SELECT max(number) FROM journal WHERE venue_id = $1)
ORDER BY number DESC LIMIT 1
"""
_PART = """
SELECT data FROM snapshot_parts WHERE venue_id = $1 AND number = $2 AND format = $3 AND part = $4
"""
_FENCE = "SELECT true FROM leases WHERE venue_id = $1 AND epoch = $2 FOR SHARE"
_SAVE = """
INSERT INTO snapshots (venue_id, number, format, taken_at) VALUES ($1, $2, $3, now())
ON CONFLICT DO NOTHING RETURNING true
"""
_SAVE_PART = """
INSERT INTO snapshot_parts (venue_id, number, format, part, data) VALUES ($1, $2, $3, $4, $5)
"""
_DROP_OLD = """
DELETE FROM snapshots s WHERE venue_id = $1 AND (format, number) NOT IN (
    SELECT format, number FROM snapshots WHERE venue_id = $1
    ORDER BY (format = $2) DESC, number DESC LIMIT $3)
"""


class JournalRepository:
    """Reads records and keeps snapshots; ``JournalWriter`` alone writes records."""

    def __init__(self, database: Database, archive: ArchiveFolder | None = None) -> None:
        self._database = database
        self._reading = JournalReading(archive)

    async def last_number(self, venue_id: VenueId) -> int:
        """Return the number of the newest record, 0 when there is none."""
        number: int = await self._database.fetchval(
            "SELECT coalesce(max(number), 0) FROM journal WHERE venue_id = $1", venue_id
        )
        return number

    async def read_journal(self, venue_id: VenueId, after: int, limit: int) -> list[JournalRecord]:
        """Return consecutive records after a number, from the archive where the rows have gone.

        Raises ``JournalArchived`` when that is not at hand.
        """
        page = await self._reading.page(self._database.fetch, venue_id, after, limit)
        return [
            JournalRecord(venue_id, raw.number, raw.at, decode_event(raw.event)) for raw in page
        ]

    async def snapshot_number(self, venue_id: VenueId) -> int:
        """Return the record of the newest snapshot that recovery can use, 0 without one."""
        return await self._database.fetchval(_NEWEST, venue_id, SNAPSHOT_FORMAT) or 0

    async def newest_snapshot(self, venue_id: VenueId) -> VenueState | None:
        """Return the newest snapshot that this code can read and whose journal is there."""
        async with self._one_view() as connection:
            number = await connection.fetchval(_NEWEST, venue_id, SNAPSHOT_FORMAT)
            if number is None:
                return None
            parts: list[bytes] = []
            while part := await connection.fetchval(
                _PART, venue_id, number, SNAPSHOT_FORMAT, len(parts), timeout=SNAPSHOT_TIMEOUT_S
            ):
                parts.append(part)
        return decode_state(unpack(parts))

    async def save_snapshot(
        self, venue_id: VenueId, number: int, parts: list[bytes], *, epoch: int | None = None
    ) -> None:
        """Store a packed state and drop all but the newest ones.

        With an ``epoch`` only while that still leads the venue; raises ``Deposed``.
        """
        async with self._database.transaction() as connection:
            if not await connection.fetchval(_SAVE, venue_id, number, SNAPSHOT_FORMAT):
                return
            for part, data in enumerate(parts):
                await connection.execute(
                    _SAVE_PART,
                    venue_id,
                    number,
                    SNAPSHOT_FORMAT,
                    part,
                    data,
                    timeout=SNAPSHOT_TIMEOUT_S,
                )
            await connection.execute(_DROP_OLD, venue_id, SNAPSHOT_FORMAT, SNAPSHOTS_KEPT)
            # Last, for whoever takes over waits for this lock.
            if epoch is not None and not await connection.fetchval(_FENCE, venue_id, epoch):
                raise Deposed(f"another process leads since epoch {epoch} ended")

    @asynccontextmanager
    async def _one_view(self) -> AsyncIterator[PooledConnection]:
        """Lend a connection that sees one state of the database: parts belong together."""
        async with self._database.transaction() as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection
