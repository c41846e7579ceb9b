"""Reading the journal without a gap: from its table, and from the archive what has left it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from tradewind.contracts.journal import Event
from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.journal_archive import (
    ArchivedFile,
    ArchiveFolder,
    JournalArchived,
    RawRecord,
)
from tradewind.platform.database import Record
from tradewind.platform.errors import InvariantBroken

Fetch = Callable[..., Awaitable[Sequence[Record]]]
"""Runs a query: that of a pool or of a connection."""

decode_event: Callable[[bytes | msgspec.Raw], Event] = msgspec.json.Decoder(Event).decode

_RECORDS = """
SELECT number, at, kind, account_id::text, event FROM journal
WHERE venue_id = $1 AND number > $2 ORDER BY number LIMIT $3
"""
_ARCHIVES = """
SELECT file, first_number, last_number, encode(sha256, 'hex') AS sha256,
    dropped_at IS NOT NULL AS dropped
FROM journal_archives WHERE venue_id = $1 AND last_number >= $2 ORDER BY first_number
"""


def archived_file(row: Record) -> ArchivedFile:
    """Return what a row of ``journal_archives`` says of a file."""
    return ArchivedFile(
        row["file"], row["first_number"], row["last_number"], row["sha256"], row["dropped"]
    )


def raw_record(row: Record) -> RawRecord:
    """Return a row of the journal, its event untouched."""
    event = msgspec.Raw(row["event"].encode())
    return RawRecord(row["number"], row["at"], row["kind"], row["account_id"], event)


async def archived_files(fetch: Fetch, venue_id: VenueId, number: int = 0) -> list[ArchivedFile]:
    """Return the files that hold a record or later ones, in order."""
    return [archived_file(row) for row in await fetch(_ARCHIVES, venue_id, number)]


class JournalReading:
    """Pages of one database's journal; remembers the archived file that it read last."""

    def __init__(self, folder: ArchiveFolder | None = None) -> None:
        self._folder = folder
        self._last: tuple[ArchivedFile, list[RawRecord]] | None = None
        self.from_archive = False
        """Whether anything had to be read from the archive so far."""

    async def page(
        self, fetch: Fetch, venue_id: VenueId, after: int, limit: int
    ) -> list[RawRecord]:
        """Return consecutive records after a number, none at the end of the journal.

        Raises ``JournalArchived`` when they have left the table and the archive is not at hand, and
        ``InvariantBroken`` when they are nowhere.
        """
        rows = await fetch(_RECORDS, venue_id, after, limit)
        whole = _consecutive(rows, after)
        if whole or not rows:
            return [raw_record(row) for row in rows[:whole]]
        return await self._archived(fetch, venue_id, after, limit)

    async def _archived(
        self, fetch: Fetch, venue_id: VenueId, after: int, limit: int
    ) -> list[RawRecord]:
        number = after + 1
        file = next(iter(await archived_files(fetch, venue_id, number)), None)
        if file is None or number < file.first:
            raise InvariantBroken(f"record {number} of venue {venue_id} is missing")
        if self._folder is None:
            raise JournalArchived(
                f"record {number} of venue {venue_id} is in an archive, in {file.name}: name the "
                "archive's folder (TRADEWIND_JOURNAL_ARCHIVE_DIR), or bring its records back by "
                "tradewind journal restore"
            )
        if self._last is None or self._last[0] != file:
            records = await asyncio.to_thread(self._folder.read, venue_id, file)
            self._last = (file, records)
        self.from_archive = True
        start = number - file.first
        return self._last[1][start : start + limit]


def _consecutive(rows: Sequence[Record], after: int) -> int:
    """Return how many rows follow a number without a gap."""
    if rows and rows[-1]["number"] - after == len(rows):
        return len(rows)
    return next((at for at, row in enumerate(rows) if row["number"] != after + 1 + at), len(rows))
