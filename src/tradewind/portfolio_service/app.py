"""Builds the portfolio service."""

import asyncio

from tradewind.contracts.journal import JournalReader
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.logging import get_logger
from tradewind.platform.settings import Settings
from tradewind.portfolio_service.follower import PASSING
from tradewind.portfolio_service.repository import Repository
from tradewind.portfolio_service.schema import SCHEMA as SCHEMA
from tradewind.portfolio_service.service import PortfolioFromJournal

_DISCOVERY_INTERVAL_S = 2.0

_log = get_logger("portfolio-service")


class PortfolioApp(PortfolioFromJournal):
    """The portfolio service as a part of the platform."""

    name = "portfolio-service"

    def __init__(self, database: Database, journal: JournalReader) -> None:
        super().__init__(Repository(database), journal)
        self._watch: asyncio.Task[None] | None = None
        self._reported: set[VenueId] = set()

    async def start(self) -> None:
        """Begin to follow every venue, those that are opened later too."""
        self._watch = asyncio.create_task(self._watch_venues(), name="portfolio-venues")

    async def stop(self) -> None:
        """Stop following; what was folded is written down."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        followers = list(self._followers.values())
        await asyncio.gather(*(follower.stop() for follower in followers))

    async def ready(self) -> bool:
        """Tell whether the database answers and every venue is being followed."""
        try:
            return await self._repository.answers() and all(
                follower.running() for follower in self._followers.values()
            )
        except PASSING:
            return False

    async def _watch_venues(self) -> None:
        while True:
            try:
                await self.discover()
            except PASSING as error:
                _log.warning("venues_not_listed", error=repr(error))
            self._report_failures()
            await asyncio.sleep(_DISCOVERY_INTERVAL_S)

    def _report_failures(self) -> None:
        for venue_id, follower in self._followers.items():
            failure = follower.failure()
            if failure is not None and venue_id not in self._reported:
                self._reported.add(venue_id)
                _log.error("portfolio_stopped", venue_id=venue_id, exc_info=failure)


def build(
    settings: Settings, database: Database, journal: JournalReader, clock: Clock
) -> PortfolioApp:
    """Return the portfolio service; the database must have been migrated to ``SCHEMA``.

    All its times are those of the journal, and it has nothing to set: ``settings`` and ``clock``
    are taken so that every service is built alike.
    """
    del settings, clock
    return PortfolioApp(database, journal)
