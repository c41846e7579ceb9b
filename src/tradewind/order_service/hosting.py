"""The order service's venues: recovered, opened, snapshotted, verified, and stopped in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from tradewind.contracts.journal import JournalRecord
from tradewind.contracts.orders import Verification
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.order_service.brokers.live import LiveVenues
from tradewind.order_service.domain.fees import check_fees
from tradewind.order_service.domain.interest import check_interest
from tradewind.order_service.domain.latency import check_latency
from tradewind.order_service.domain.market_view import check_fills
from tradewind.order_service.domain.price_bands import check_bands
from tradewind.order_service.domain.refusals import AccountNotFound, VenueExists
from tradewind.order_service.invariants.verification import verify_venue
from tradewind.order_service.journal_archive import ArchiveFolder
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.leadership import Leadership
from tradewind.order_service.repository import OrderRepository
from tradewind.order_service.snapshot_process import SnapshotProcess
from tradewind.order_service.snapshot_schedule import SnapshotPolicy, SnapshotSchedule
from tradewind.order_service.standby import Standby
from tradewind.order_service.venue import Venue
from tradewind.order_service.writer_connections import WriterConnections
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.errors import NotFound
from tradewind.platform.ids import new_id
from tradewind.platform.settings import BrokerSettings


class VenueHost:
    """Runs every venue for as long as this process leads."""

    name = "order-service"

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        on_failure: Callable[[BaseException], None],
        leadership: Leadership | None = None,
        snapshots: SnapshotPolicy | None = None,
        archive: Path | None = None,
        brokers: Mapping[str, BrokerSettings] | None = None,
    ) -> None:
        self._database = database
        self._repository = OrderRepository(database)
        self._archive = None if archive is None else ArchiveFolder(archive)
        self._journal = JournalRepository(database, self._archive)
        self._bus = bus
        self._clock = clock
        self._on_failure = on_failure
        self._connections = WriterConnections(database)
        self._leadership = leadership
        self._holder = new_id()
        self._epoch = 0
        self._standby = Standby(database, self._repository, self._journal)
        self._venues: dict[VenueId, Venue] = {}
        self._accounts: dict[AccountId, Venue] = {}
        self._creating = asyncio.Lock()
        self._snapshots = SnapshotSchedule(
            self._venues, self._take_snapshot, snapshots or SnapshotPolicy()
        )
        self._live = LiveVenues(brokers or {}, database, clock, self._venues)

    async def warm_up(self) -> None:
        """Recover every venue in memory, before this process tries to lead."""
        await self._standby.warm_up()

    def stand_by(self) -> None:
        """Follow every venue's journal in memory, so that ``start`` has little left to do."""
        self._standby.start()

    async def start(self) -> None:
        """Recover every venue and begin to trade; takes the lead when nobody arranges that."""
        await self._standby.stop()
        if self._leadership is None:
            self._epoch = await self._repository.take_lead(self._holder)
        else:
            assert self._leadership.epoch is not None, "only the leader's core may start"
            self._epoch = self._leadership.epoch
        await self._connections.warm()
        for spec in await self._repository.list_venues():
            await self._open(spec)
        for account_id, venue_id in (await self._repository.account_venues()).items():
            self._accounts[account_id] = self._venues[venue_id]
        await self._live.start(self.create_venue)
        self._snapshots.start()

    async def stop(self) -> None:
        """Finish what waits in every venue, then hand over."""
        await self._standby.stop()
        await self._snapshots.stop()
        await self._live.stop()
        venues = list(self._venues.values())
        stopping = (venue.stop() for venue in venues)
        outcomes = await asyncio.gather(*stopping, return_exceptions=True)
        await self._connections.close()
        if self._leadership is not None:
            # Before the snapshots, so that whoever takes over need not wait for them.
            await self._leadership.release()
        await asyncio.gather(*(venue.close() for venue in venues))
        if self._leadership is not None:
            await self._leadership.close()
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def ready(self) -> bool:
        """Tell whether every venue takes commands."""
        return all(venue.is_working for venue in self._venues.values())

    def _fail(self, error: BaseException) -> None:
        if self._leadership is not None:
            self._leadership.end_if_lapsed(error)
        self._on_failure(error)

    async def _open(self, spec: VenueSpec) -> None:
        self._venues[spec.venue_id] = await Venue.open(
            spec,
            self._connections,
            self._repository,
            self._journal,
            self._bus,
            self._clock,
            self._holder,
            self._epoch,
            self._standby.hand_over(spec.venue_id),
            self._fail,
        )

    async def _take_snapshot(self, venue_id: VenueId) -> int:
        process = self._leadership.holder if self._leadership else self._holder
        child = SnapshotProcess(self._database, process, self._archive)
        return await child.take(venue_id, self._epoch)

    async def create_venue(self, spec: VenueSpec) -> None:
        """Open a market; creating one that exists is refused."""
        check_fees(spec.fees)
        check_fills(spec.fills)
        check_bands(spec.bands)
        check_latency(spec.latency)
        check_interest(spec)
        async with self._creating:
            if not await self._repository.create_venue(spec, self._clock.now()):
                raise VenueExists(f"venue {spec.venue_id} exists already; choose another id")
            await self._open(spec)

    async def list_venues(self) -> list[VenueId]:
        """Return the venues that have a journal."""
        return list(self._venues)

    async def wait_for_feed(self, venue_id: VenueId, number: int, timeout_s: float = 30) -> None:
        """Return when a feed message has been applied and made durable."""
        await self._venue(venue_id).wait_for_feed(number, timeout_s)

    async def last_number(self, venue_id: VenueId) -> int:
        """Return the number of the newest committed record."""
        return self._venue(venue_id).tail.number

    def follow(
        self, venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        """Yield committed records after a number in order, for ever."""
        return self._venue(venue_id).tail.follow(after, batch)

    async def verify(self) -> list[Verification]:
        """Fold every journal again and compare it with the tables and with memory."""
        results = []
        for spec in await self._repository.list_venues():
            venue = self._venues.get(spec.venue_id)
            memory = None
            if venue is not None and venue.is_working:
                memory = await venue.durable_state()
            results.append(await verify_venue(self._database, spec, memory, self._archive))
        return results

    def _venue(self, venue_id: VenueId) -> Venue:
        venue = self._venues.get(venue_id)
        if venue is None:
            raise NotFound(f"venue {venue_id} does not exist")
        return venue

    def _of(self, account_id: AccountId) -> Venue:
        venue = self._accounts.get(account_id)
        if venue is None:
            raise AccountNotFound(f"account {account_id} is not open for trading")
        return venue

    async def _settled(self, account_id: AccountId) -> Venue:
        """Return the account's venue when its memory shows nothing that is not durable."""
        venue = self._of(account_id)
        await venue.sequencer.settled()
        return venue
