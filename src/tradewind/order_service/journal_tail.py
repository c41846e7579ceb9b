"""How consumers follow a journal: the newest records from memory, older ones from the table.

Records enter the tail only after their commit. A consumer that falls behind the tail reads the
table until it has caught up; either way it sees every number exactly once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from tradewind.contracts.journal import JournalRecord
from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.domain.core import Emitted

TAIL_MAX = 5_000
"""Records kept in memory for each venue; who is further behind reads the table."""


class JournalTable(Protocol):
    """Where the records are that the tail does not remember."""

    async def read_journal(self, venue_id: VenueId, after: int, limit: int) -> list[JournalRecord]:
        """Return the records after a number, in order."""
        ...


class JournalTail:
    """The committed end of one venue's journal."""

    def __init__(
        self, venue_id: VenueId, number: int, table: JournalTable, records_max: int = TAIL_MAX
    ) -> None:
        self._venue_id = venue_id
        self._table = table
        self._records: deque[JournalRecord] = deque(maxlen=records_max)
        self._changed = asyncio.Event()
        self.number = number
        """Number of the newest committed record."""

    def extend(self, emitted: Sequence[Emitted]) -> None:
        """Add records that have just been committed, and wake the consumers."""
        self._records.extend(
            JournalRecord(self._venue_id, record.number, record.at, record.event)
            for record in emitted
        )
        self.number = emitted[-1].number
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def follow(self, after: int, batch: int) -> AsyncIterator[list[JournalRecord]]:
        """Yield the records after a number, in order, for ever."""
        while True:
            while after >= self.number:
                await self._changed.wait()
            records = self._remembered(after, batch)
            if records is None:
                records = await self._table.read_journal(self._venue_id, after, batch)
            if records:
                after = records[-1].number
                yield records

    def _remembered(self, after: int, batch: int) -> list[JournalRecord] | None:
        """Return the records after a number if the tail still has all of them."""
        if not self._records or self._records[0].number > after + 1:
            return None
        start = after + 1 - self._records[0].number
        stop = min(start + batch, len(self._records))
        return [self._records[index] for index in range(start, stop)]
