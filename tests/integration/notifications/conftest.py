"""The notification service on a real PostgreSQL, with a real SMTP server and a real webhook."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message as Letter

import msgspec
import pytest
from aiosmtpd.handlers import Message as LetterHandler
from aiosmtpd.smtp import SMTP
from tests.conftest import MakeDatabase
from tests.integration.notifications.webhook import PATIENCE_S, Webhook, listening_webhook

from tradewind.contracts.market_data import FeedMessage, Trade, feed_topic
from tradewind.contracts.orders import Order
from tradewind.contracts.vocabulary import MAIN_VENUE, OrderId
from tradewind.notification_service.app import SCHEMA, NotificationApp, build
from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import ManualClock
from tradewind.platform.database import Database
from tradewind.platform.money import PriceUnits, QuantityUnits, to_units
from tradewind.platform.settings import Settings
from tradewind.testing.journal import AccountStory, JournalInMemory

NOW = datetime(2024, 1, 2, 15, tzinfo=UTC)


class Orders(JournalInMemory):
    """A journal with the one question about orders that the service asks."""

    async def get_orders(self, _: list[OrderId]) -> dict[OrderId, Order]:
        """Return nothing: these orders are told of by their events alone."""
        return {}


class Mailbox(LetterHandler):
    """Keeps the letters that the SMTP server takes."""

    def __init__(self) -> None:
        super().__init__()
        self.port = 0
        self.arrived: asyncio.Queue[Letter] = asyncio.Queue()

    def handle_message(self, message: Letter) -> None:
        """Take one letter."""
        self.arrived.put_nowait(message)

    async def next(self) -> Letter:
        """Return the next letter."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.arrived.get()


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    """Return a webhook that listens."""
    async with listening_webhook() as made:
        yield made


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """Return the mailbox behind a real SMTP server."""
    made = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(made, loop=loop), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


@dataclass
class Site:
    """A running service and what happens around it."""

    app: NotificationApp
    database: Database
    clock: ManualClock
    bus: InProcessBus
    story: AccountStory
    numbers: list[int] = field(default_factory=list)

    async def trade(self, symbol: str, price: str) -> None:
        """Let the market trade at a price."""
        self.numbers.append(len(self.numbers) + 1)
        trade = Trade(
            symbol, NOW, PriceUnits(to_units(price)), QuantityUnits(10**9), len(self.numbers)
        )
        message = FeedMessage(MAIN_VENUE, len(self.numbers), NOW, [trade])
        await self.bus.publish(feed_topic(MAIN_VENUE), msgspec.msgpack.encode(message))

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))


Running = Callable[..., Awaitable[Site]]


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    """Return the schema without a row."""
    made = await make_database(SCHEMA)
    await made.execute("TRUNCATE channels, price_alerts, deliveries, venue_progress")
    return made


@pytest.fixture
async def running(database: Database, mailbox: Mailbox) -> AsyncIterator[Running]:
    """Return a function that starts the service, over a journal that goes on."""
    story = AccountStory(Orders())
    clock, bus = ManualClock(NOW), InProcessBus()
    apps: list[NotificationApp] = []

    async def start(**changes: object) -> Site:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            smtp_host="127.0.0.1",
            smtp_port=mailbox.port,
            smtp_security="none",
            webhook_private_networks=True,
        ).model_copy(update=changes)
        app = build(settings, database, story.journal, bus, clock)  # type: ignore[arg-type] # only what it asks
        await app.start()
        apps.append(app)
        return Site(app, database, clock, bus, story)

    yield start
    for app in apps:
        await app.stop()
