"""A hot standby: every venue's state in memory, a moment behind the leader's journal."""

import asyncio
import contextlib

import structlog

from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.journal_writer import JOURNAL_CHANNEL
from tradewind.order_service.recovery import Recovered, recover
from tradewind.order_service.repository import OrderRepository
from tradewind.platform.database import Database
from tradewind.platform.tasks import end_tasks

LOOK_S = 2.0
"""How often venues are looked for that no commit has told of."""

_log = structlog.get_logger("order_service")


class Standby:
    """Follows the journals of all venues from the database; it never writes."""

    def __init__(
        self, database: Database, repository: OrderRepository, journal: JournalRepository
    ) -> None:
        self._database = database
        self._repository = repository
        self._journal = journal
        self._venues: dict[VenueId, Recovered] = {}
        self._moved: set[VenueId] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def warm_up(self) -> None:
        """Fold every journal once.

        A process does so before it tries to lead: recovering a million orders takes longer than a
        lease lasts, and keeps the loop too busy to renew one.
        """
        for spec in await self._repository.list_venues():
            await self._follow(spec)

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._run(), name="standby")

    async def stop(self) -> None:
        """Stop following; what has been folded in stays."""
        task, self._task = self._task, None
        if task is not None:
            await end_tasks([task])

    def hand_over(self, venue_id: VenueId) -> Recovered | None:
        """Give away what is known of a venue, to be caught up by its new owner."""
        assert self._task is None, "nobody else may fold into it any more"
        return self._venues.pop(venue_id, None)

    def number(self, venue_id: VenueId) -> int:
        """Return the number of the newest record of a venue that is folded in."""
        known = self._venues.get(venue_id)
        return known.state.number if known else 0

    async def _run(self) -> None:
        while True:
            try:
                await self._follow_all()
            except Exception:  # noqa: BLE001 whatever it was, see below
                # A take-over can still recover from nothing, and will tell.
                _log.exception("standby_interrupted")
                self._venues.clear()
                await asyncio.sleep(LOOK_S)

    async def _follow_all(self) -> None:
        connection = await self._database.connect()
        try:
            await connection.add_listener(JOURNAL_CHANNEL, self._told)
            while True:
                for spec in await self._repository.list_venues():
                    await self._follow(spec)
                await self._follow_moved()
        finally:
            connection.terminate()

    async def _follow_moved(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                while True:
                    await self._wake.wait()
                    self._wake.clear()
                    moved, self._moved = self._moved, set()
                    for known in (self._venues.get(venue_id) for venue_id in moved):
                        if known is not None:
                            await known.catch_up(self._journal)

    async def _follow(self, spec: VenueSpec) -> None:
        known = self._venues.get(spec.venue_id)
        if known is None:
            self._venues[spec.venue_id] = await recover(self._journal, spec.venue_id)
        else:
            await known.catch_up(self._journal)

    def _told(self, *arguments: object) -> None:
        self._moved.add(VenueId(str(arguments[-1])))
        self._wake.set()
