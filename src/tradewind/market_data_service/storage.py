"""Everything that a feed keeps in the database, in one place to hand around."""

from dataclasses import dataclass

from tradewind.market_data_service.bar_repository import BarRepository
from tradewind.market_data_service.feed_repository import FeedRepository
from tradewind.market_data_service.reference_repository import ReferenceRepository
from tradewind.market_data_service.tick_repository import TickRepository
from tradewind.platform.database import Database


@dataclass(frozen=True)
class Storage:
    """The repositories over one database."""

    database: Database
    bars: BarRepository
    ticks: TickRepository
    feeds: FeedRepository
    reference: ReferenceRepository

    @classmethod
    def over(cls, database: Database) -> "Storage":
        """Return the repositories over a database."""
        return cls(
            database,
            BarRepository(database),
            TickRepository(database),
            FeedRepository(database),
            ReferenceRepository(database),
        )
