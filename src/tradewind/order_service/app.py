"""Put the order service together."""

from collections.abc import Callable
from pathlib import Path

from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.archiving import Archiving
from tradewind.order_service.journal_archive import ArchiveFolder
from tradewind.order_service.journal_archive_repository import JournalArchiveRepository
from tradewind.order_service.leadership import Leadership
from tradewind.order_service.repository import OrderRepository
from tradewind.order_service.schema import SCHEMA as SCHEMA
from tradewind.order_service.service import OrderApp
from tradewind.order_service.snapshot_schedule import SnapshotPolicy
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.settings import Settings


def build_leadership(
    database: Database,
    process: str,
    *,
    exclusive: bool,
    on_lost: Callable[[BaseException], None],
) -> Leadership:
    """Build a process's part in the election of the leader; see ``Leadership``."""
    return Leadership(database, process, exclusive=exclusive, on_lost=on_lost)


def build_archiving(database: Database, folder: Path, clock: Clock) -> Archiving:
    """Build what moves old records of the journal into a folder, and back."""
    return Archiving(JournalArchiveRepository(database), ArchiveFolder(folder), clock)


async def list_venues(database: Database) -> list[VenueId]:
    """Return the venues that have a journal, oldest first."""
    return [spec.venue_id for spec in await OrderRepository(database).list_venues()]


def build(
    settings: Settings,
    database: Database,
    bus: Bus,
    clock: Clock,
    *,
    on_failure: Callable[[BaseException], None],
    leadership: Leadership | None = None,
) -> OrderApp:
    """Build the service; ``on_failure`` is called once when the core must not go on.

    The caller has to end the process then: memory may be ahead of the journal. With a
    ``leadership`` it may start once that leads; without one it leads from its start.
    """
    snapshots = SnapshotPolicy(settings.snapshot_records, settings.snapshot_minutes * 60)
    archive = settings.journal_archive_dir
    return OrderApp(
        database, bus, clock, on_failure, leadership, snapshots, archive, settings.brokers
    )
