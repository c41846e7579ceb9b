"""When snapshots are due: after so many records, or after so long with fewer of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from msgspec import Struct

from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.venue import Venue
from tradewind.platform.tasks import end_tasks

LOOK_S = 1.0
TIMED_RECORDS_MIN = 1_000
"""A start folds fewer records than this in no time: nothing is due for them, however old."""

_log = structlog.get_logger("order_service")


class SnapshotPolicy(Struct, frozen=True):
    """How much of a journal a start may have to fold."""

    records: int = 50_000
    seconds: float = 1800.0


class SnapshotSchedule:
    """Looks at every venue once a second, and has one snapshot made at a time."""

    def __init__(
        self,
        venues: Mapping[VenueId, Venue],
        take: Callable[[VenueId], Awaitable[int]],
        policy: SnapshotPolicy,
    ) -> None:
        self._venues = venues
        self._take = take
        self._policy = policy
        self._tried: dict[VenueId, tuple[int, float]] = {}
        """Record and time of the newest attempt; a venue that is new here counts from then."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="snapshots")

    async def stop(self) -> None:
        """Stop, and end a snapshot that is being made."""
        task, self._task = self._task, None
        if task is not None:
            await end_tasks([task])

    async def look(self, now_s: float) -> None:
        """Have the snapshots made that are due by a monotonic clock."""
        for venue_id, venue in list(self._venues.items()):
            tried = self._tried.setdefault(venue_id, (venue.snapshot_number, now_s))
            number = venue.tail.number
            if self._is_due(number - max(tried[0], venue.snapshot_number), now_s - tried[1]):
                # One that fails is not asked for again before as much has happened once more.
                self._tried[venue_id] = (number, now_s)
                await self._make(venue)

    def _is_due(self, records: int, seconds: float) -> bool:
        policy = self._policy
        return records >= policy.records or (
            records >= TIMED_RECORDS_MIN and seconds >= policy.seconds
        )

    async def _make(self, venue: Venue) -> None:
        venue_id = venue.spec.venue_id
        try:
            number = await self._take(venue_id)
        except Exception:  # noqa: BLE001 - trading goes on without; a start only takes longer
            _log.exception("snapshot_failed", venue_id=venue_id)
            return
        venue.snapshot_number = max(number, venue.snapshot_number)
        _log.info("snapshot_saved", venue_id=venue_id, number=number)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self.look(loop.time())
            await asyncio.sleep(LOOK_S)
