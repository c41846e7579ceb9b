"""Builds the market-data service."""

from asyncpg import InterfaceError, PostgresError

from tradewind.market_data_service.domain.market_time import date_of
from tradewind.market_data_service.feed_factory import FeedFactory
from tradewind.market_data_service.history import History
from tradewind.market_data_service.instruments import Instruments
from tradewind.market_data_service.preparation import prepare
from tradewind.market_data_service.schema import SCHEMA as SCHEMA
from tradewind.market_data_service.service import MarketData
from tradewind.market_data_service.storage import Storage
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.settings import Settings


class MarketDataApp(MarketData):
    """The market-data service as a part of the platform."""

    name = "market-data-service"

    def __init__(self, settings: Settings, storage: Storage, bus: Bus, clock: Clock) -> None:
        instruments = Instruments(storage.reference)
        history = History(storage.bars, storage.reference)
        interval_s = settings.feed_interval_ms / 1000
        factory = FeedFactory(storage, instruments, history, bus, clock, interval_s)
        super().__init__(storage, instruments, history, factory, clock)

    async def start(self) -> None:
        """Fill what a first start has to fill, and take up the feeds."""
        calendar = await prepare(self._storage, date_of(self._clock.now()))
        await self._instruments.load()
        self.use_calendar(calendar)
        await self.restore_feeds()

    async def stop(self) -> None:
        """End the feeds and write what waits."""
        await self.stop_feeds()

    async def ready(self) -> bool:
        """Tell whether the feeds run and the database answers."""
        try:
            return self.healthy() and bool(await self._storage.database.fetchval("SELECT true"))
        except (OSError, TimeoutError, PostgresError, InterfaceError):
            return False


def build(settings: Settings, database: Database, bus: Bus, clock: Clock) -> MarketDataApp:
    """Return the market-data service; the database must have been migrated to ``SCHEMA``."""
    return MarketDataApp(settings, Storage.over(database), bus, clock)
