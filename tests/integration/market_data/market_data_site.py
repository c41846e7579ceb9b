"""A market-data service over a real database, with a clock that the tests move."""

from datetime import UTC, datetime, timedelta

import msgspec

from tradewind.contracts.market_data import FeedMessage, FeedSpec, feed_topic
from tradewind.contracts.vocabulary import FeedKind, SessionHours, VenueId
from tradewind.market_data_service.app import MarketDataApp, build
from tradewind.market_data_service.feed_factory import FeedFactory
from tradewind.market_data_service.feeds.simulated import SimulatedFeed
from tradewind.market_data_service.history import History
from tradewind.market_data_service.instruments import Instruments
from tradewind.market_data_service.preparation import prepare
from tradewind.market_data_service.storage import Storage
from tradewind.platform.bus import InProcessBus, Subscription
from tradewind.platform.clock import ManualClock
from tradewind.platform.database import Database
from tradewind.platform.ids import new_id
from tradewind.platform.settings import Settings

NOW = datetime(2026, 1, 6, 15, 0, tzinfo=UTC)
"""A Tuesday, half an hour into the session of the exchange."""


class Site:
    """The service with what stands around it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.bus = InProcessBus()
        self.clock = ManualClock(NOW)
        self.app = self.build()

    def build(self) -> MarketDataApp:
        """Return the service as a fresh process would have it."""
        # The longest interval: simulated venues tick once by themselves, then when a test says so.
        settings = Settings(feed_interval_ms=60_000, _env_file=None)
        return build(settings, self.database, self.bus, self.clock)

    async def restart(self) -> None:
        """Stop the service and start another one on the same tables."""
        await self.app.stop()
        self.app = self.build()
        await self.app.start()

    async def open_replay(self, **fields: object) -> VenueId:
        """Open a lockstep replay at a venue of its own."""
        venue_id = VenueId(new_id())
        spec = {"venue_id": venue_id, "kind": FeedKind.REPLAY, "symbols": ("AAPL", "IBM"), **fields}
        await self.app.create_feed(msgspec.convert(spec, FeedSpec))
        return venue_id

    def follow(self, venue_id: VenueId) -> Subscription:
        """Return a subscription to a venue's messages."""
        return self.bus.subscribe(feed_topic(venue_id))


async def next_message(messages: Subscription) -> FeedMessage:
    """Return the next message of a feed."""
    return msgspec.msgpack.decode(await anext(messages), type=FeedMessage)


class SimulatedSite:
    """A simulated venue that ticks only when a test says so."""

    def __init__(self, database: Database, at: datetime) -> None:
        self.bus = InProcessBus()
        self.clock = ManualClock(at)
        self.storage = Storage.over(database)

    async def open(
        self,
        venue_id: str,
        hours: SessionHours = SessionHours.ALWAYS,
        symbols: tuple[str, ...] = ("AAPL", "IBM"),
    ) -> SimulatedFeed:
        """Return a feed as a process that starts now would have it, not running."""
        reference = self.storage.reference
        instruments = Instruments(reference)
        history = History(self.storage.bars, reference)
        factory = FeedFactory(self.storage, instruments, history, self.bus, self.clock, 60.0)
        factory.calendar = await prepare(self.storage, self.clock.now().date())
        stored = {each.spec.venue_id: each for each in await self.storage.feeds.list_feeds()}
        spec = FeedSpec(
            venue_id=VenueId(venue_id), kind=FeedKind.SIMULATED, symbols=symbols, hours=hours
        )
        known = stored.get(spec.venue_id) or await self.storage.feeds.add(spec)
        feed = await factory.make(known)
        assert isinstance(feed, SimulatedFeed)
        await feed.resume()
        return feed

    async def tick(self, feed: SimulatedFeed, seconds: float = 0.5, times: int = 1) -> None:
        """Move the clock and let the market run, several times."""
        for _ in range(times):
            self.clock.set(self.clock.now() + timedelta(seconds=seconds))
            await feed.tick()
