"""Where a venue's core starts from: the newest snapshot, and the journal after it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from msgspec import Struct

from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.state import VenueState
from tradewind.order_service.journal_tail import JournalTable

PAGE = 5_000


class JournalSource(JournalTable, Protocol):
    """Where a venue's past is read."""

    async def newest_snapshot(self, venue_id: VenueId) -> VenueState | None:
        """Return the newest snapshot that can be read and belongs to the journal."""
        ...


class Recovered(Struct):
    """A venue's state as far as its journal has been folded in, with the books that belong to it.

    Between two calls it may be kept and caught up again later: a standby does nothing else.
    """

    state: VenueState
    books: Books

    @classmethod
    def nothing(cls, venue_id: VenueId) -> "Recovered":
        """Return the state before the first record."""
        return cls(VenueState(venue_id=venue_id), Books())

    async def catch_up(self, journal: JournalSource) -> None:
        """Fold in everything that the journal has after it."""
        state = self.state
        while records := await journal.read_journal(state.venue_id, state.number, PAGE):
            for record in records:
                apply(state, self.books, record.number, record.at, record.event)


async def recover(journal: JournalSource, venue_id: VenueId) -> Recovered:
    """Return what a venue's journal folds into."""
    with _no_collection():
        state = await journal.newest_snapshot(venue_id)
        recovered = (
            Recovered.nothing(venue_id) if state is None else Recovered(state, Books.of(state))
        )
        await recovered.catch_up(journal)
    return recovered


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from looking again and again at a state that only grows."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
