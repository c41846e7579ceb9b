"""The SQL of archiving: which records may leave the journal, and their way out and back."""

from collections.abc import Sequence
from datetime import datetime

from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.journal_archive import ArchivedFile, RawRecord
from tradewind.order_service.journal_reading import archived_files, raw_record
from tradewind.order_service.snapshots import SNAPSHOT_FORMAT
from tradewind.platform.database import Database

DROPPED_KINDS = (
    "order_accepted",
    "order_activated",
    "order_triggered",
    "trail_moved",
    "order_reduced",
    "order_canceled",
    "order_expired",
    "order_replaced",
    "order_restated",
)
"""Records that nothing reads but recovery and verification. Those that account activities show
stay, and orders, executions and postings have tables of their own."""

_TIMEOUT_S = 300.0

_LAST = "SELECT coalesce(max(number), 0) FROM journal WHERE venue_id = $1"
_LAST_BEFORE = """
SELECT number FROM journal WHERE venue_id = $1 AND number > $2 AND at >= $3 ORDER BY number LIMIT 1
"""
_RECORDS = """
SELECT number, at, kind, account_id::text, event FROM journal
WHERE venue_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number
"""
_ADD = """
INSERT INTO journal_archives (venue_id, first_number, last_number, file, sha256, archived_at)
VALUES ($1, $2, $3, $4, decode($5, 'hex'), $6)
"""
# The older of the snapshots that are kept, so that a damaged newest one is no loss.
_COVERED = """
SELECT min(number) AS number FROM snapshots WHERE venue_id = $1 AND format = $2
"""
_DROP = """
DELETE FROM journal WHERE venue_id = $1 AND number BETWEEN $2 AND $3 AND kind = ANY($4::text[])
"""
_MARK = """
UPDATE journal_archives SET dropped_at = $3 WHERE venue_id = $1 AND first_number = $2
"""
_RESTORE = """
INSERT INTO journal (venue_id, number, at, kind, account_id, event)
SELECT $1, r.* FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::uuid[], $6::json[])
    AS r ON CONFLICT (venue_id, number) DO NOTHING
"""


class JournalArchiveRepository:
    """Moves old records of the journal out, and back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def files(self, venue_id: VenueId) -> list[ArchivedFile]:
        """Return the files of a venue, in order."""
        return await archived_files(self._database.fetch, venue_id)

    async def last_number(self, venue_id: VenueId) -> int:
        """Return the number of the newest record, 0 when there is none."""
        number: int = await self._database.fetchval(_LAST, venue_id)
        return number

    async def last_before(self, venue_id: VenueId, after: int, before: datetime) -> int:
        """Return the newest record before an instant, looking behind ``after``."""
        first_late = await self._database.fetchval(_LAST_BEFORE, venue_id, after, before)
        return await self.last_number(venue_id) if first_late is None else first_late - 1

    async def records(self, venue_id: VenueId, first: int, last: int) -> list[RawRecord]:
        """Return the rows between two numbers, inclusive."""
        rows = await self._database.fetch(_RECORDS, venue_id, first, last)
        return [raw_record(row) for row in rows]

    async def add(self, venue_id: VenueId, file: ArchivedFile, at: datetime) -> None:
        """Note a file that has been read back and compared."""
        await self._database.execute(
            _ADD, venue_id, file.first, file.last, file.name, file.sha256, at
        )

    async def covered(self, venue_id: VenueId) -> int:
        """Return the record up to which every usable snapshot of a venue goes, 0 without any."""
        return await self._database.fetchval(_COVERED, venue_id, SNAPSHOT_FORMAT) or 0

    async def drop(self, venue_id: VenueId, file: ArchivedFile, at: datetime) -> int:
        """Drop the rows of a file that nothing else shows; return how many there were."""
        async with self._database.transaction() as connection:
            done = await connection.execute(
                _DROP, venue_id, file.first, file.last, list(DROPPED_KINDS), timeout=_TIMEOUT_S
            )
            await connection.execute(_MARK, venue_id, file.first, at)
        return int(done.split()[-1])

    async def restore(
        self, venue_id: VenueId, file: ArchivedFile, records: Sequence[RawRecord]
    ) -> int:
        """Bring back the rows of a file that are not there; return how many there were."""
        async with self._database.transaction() as connection:
            done = await connection.execute(
                _RESTORE,
                venue_id,
                [record.number for record in records],
                [record.at for record in records],
                [record.kind for record in records],
                [record.account_id for record in records],
                [bytes(record.event).decode() for record in records],
                timeout=_TIMEOUT_S,
            )
            await connection.execute(_MARK, venue_id, file.first, None)
        return int(done.split()[-1])
