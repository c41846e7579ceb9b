"""Archiving a journal: old records into files that have been read back, then out of the table.

Rows leave only where both the archive and every snapshot cover them, and the database itself
refuses anything else. Each step can be broken off and taken again.
"""

import asyncio
from datetime import datetime

from msgspec import Struct

from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.journal_archive import (
    FILE_RECORDS_MAX,
    ArchiveDamaged,
    ArchivedFile,
    ArchiveFolder,
)
from tradewind.order_service.journal_archive_repository import JournalArchiveRepository
from tradewind.platform.clock import Clock
from tradewind.platform.errors import InvariantBroken


class ArchiveSummary(Struct, frozen=True, kw_only=True):
    """What was done for one venue."""

    venue_id: VenueId
    files: int
    records: int
    """Written by this run."""
    last: int
    """The newest record in the archive, 0 for none."""


class Archiving:
    """Moves old records between the journal and a folder."""

    def __init__(
        self,
        repository: JournalArchiveRepository,
        folder: ArchiveFolder,
        clock: Clock,
        file_records_max: int = FILE_RECORDS_MAX,
    ) -> None:
        self._repository = repository
        self._folder = folder
        self._clock = clock
        self._file_records_max = file_records_max

    async def archive(self, venue_id: VenueId, before: datetime) -> ArchiveSummary:
        """Write the records before an instant that are in no file yet."""
        files = await self._repository.files(venue_id)
        archived = files[-1].last if files else 0
        last = await self._repository.last_before(venue_id, archived, before)
        count, first = 0, archived + 1
        while first <= last:
            end = min(last, first + self._file_records_max - 1)
            await self._write(venue_id, first, end)
            count, first = count + 1, end + 1
        last = max(last, archived)
        return ArchiveSummary(venue_id=venue_id, files=count, records=last - archived, last=last)

    async def drop(self, venue_id: VenueId, consumed: int) -> int:
        """Let the rows of whole files go that every snapshot covers, and return how many went.

        ``consumed`` is the record up to which every consumer has followed. Each file is checked
        once more before its rows go.
        """
        newest = await self._repository.last_number(venue_id)
        # The newest record stays in any case: its number is that of the journal.
        limit = min(await self._repository.covered(venue_id), consumed, newest - 1)
        dropped = 0
        for file in await self._repository.files(venue_id):
            if file.dropped or file.last > limit:
                continue
            await asyncio.to_thread(self._folder.read, venue_id, file)
            dropped += await self._repository.drop(venue_id, file, self._clock.now())
        return dropped

    async def restore(self, venue_id: VenueId) -> int:
        """Bring every record of the archive back into the journal; return how many were missing."""
        restored = 0
        for file in await self._repository.files(venue_id):
            records = await asyncio.to_thread(self._folder.read, venue_id, file)
            restored += await self._repository.restore(venue_id, file, records)
            if await self._repository.records(venue_id, file.first, file.last) != records:
                raise ArchiveDamaged(
                    f"the journal of venue {venue_id} differs from {file.name} in the archive; "
                    "one of them has been changed"
                )
        return restored

    async def _write(self, venue_id: VenueId, first: int, last: int) -> None:
        records = await self._repository.records(venue_id, first, last)
        if [record.number for record in records] != list(range(first, last + 1)):
            raise InvariantBroken(f"venue {venue_id} has not all of records {first} to {last}")
        file: ArchivedFile = await asyncio.to_thread(self._folder.write, venue_id, records)
        # Read back from the disk, and compared with what the journal says by now.
        written = await asyncio.to_thread(self._folder.read, venue_id, file)
        if written != await self._repository.records(venue_id, first, last):
            raise ArchiveDamaged(f"{file.name} is not what the journal says; nothing was dropped")
        await self._repository.add(venue_id, file, self._clock.now())
