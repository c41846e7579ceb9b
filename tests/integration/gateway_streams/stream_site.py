"""A gateway on a real server with hand-written services behind it, and clients that talk to it."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import websockets

from tradewind.api_gateway.app import build
from tradewind.api_gateway.streams.app import Streams
from tradewind.contracts.journal import Event, JournalRecord
from tradewind.contracts.market_data import FeedEvent, FeedMessage, Instrument, feed_topic
from tradewind.contracts.notices import notice_topic
from tradewind.contracts.vocabulary import MAIN_VENUE, InstrumentId, Role, VenueId
from tradewind.platform.bus import Bus, InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.ids import derived_id
from tradewind.platform.money import SCALE, PriceUnits, QuantityUnits
from tradewind.platform.server import HttpServer
from tradewind.platform.settings import Settings
from tradewind.testing.accounts import AccountsInMemory
from tradewind.testing.journal import JournalInMemory
from tradewind.testing.orders import OrdersInMemory

NOW = datetime(2024, 1, 2, 15, 0, 0, 123456, tzinfo=UTC)
TIMEOUT_S = 10.0


class JournaledOrders(OrdersInMemory):
    """Orders whose journal a test writes by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.journal = JournalInMemory()

    def happens(self, event: Event, venue_id: VenueId = MAIN_VENUE) -> JournalRecord:
        """Commit an event."""
        return self.journal.append(venue_id, NOW, event)

    async def last_number(self, venue_id: VenueId) -> int:
        return await self.journal.last_number(venue_id)

    def follow(
        self, venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        return self.journal.follow(venue_id, after, batch=batch)


class Instruments:
    """Knows every symbol."""

    async def find_instrument(self, symbol_or_id: str) -> Instrument | None:
        return Instrument(
            instrument_id=InstrumentId(derived_id(NOW, symbol_or_id)),
            symbol=symbol_or_id,
            name=symbol_or_id,
            exchange="NASDAQ",
            price_increment=PriceUnits(SCALE // 100),
            quantity_increment=QuantityUnits(1),
        )


class Site:
    """What a test holds of a running gateway."""

    def __init__(
        self,
        url: str,
        streams: Streams,
        accounts: AccountsInMemory,
        orders: JournaledOrders,
        bus: Bus,
    ) -> None:
        self.url = url
        self.streams = streams
        self.accounts = accounts
        self.orders = orders
        self._bus = bus
        self._numbers = itertools.count(1)

    @property
    def account_id(self) -> str:
        """The trader's account."""
        return self.accounts.account_of(Role.TRADER).account_id

    async def feed(self, *events: FeedEvent, venue_id: VenueId = MAIN_VENUE) -> None:
        """Publish events as one message of a venue's feed."""
        message = FeedMessage(venue_id, next(self._numbers), NOW, list(events))
        await self._bus.publish(feed_topic(venue_id), msgspec.msgpack.encode(message))

    async def notice(self, *events: FeedEvent, venue_id: VenueId = MAIN_VENUE) -> None:
        """Publish events as a notice of the venue itself."""
        message = FeedMessage(venue_id, 0, NOW, list(events))
        await self._bus.publish(notice_topic(venue_id), msgspec.msgpack.encode(message))


@asynccontextmanager
async def running_site(
    *, connections_per_key: int = 10, symbols_max: int = 100, bus: Bus | None = None
) -> AsyncIterator[Site]:
    """Serve the streams the way that the gateway does."""
    settings = Settings(
        _env_file=None,
        cors_origins=("https://partner.example",),
        stream_connections_per_key=connections_per_key,
        stream_symbols_max=symbols_max,
    )
    accounts, orders, bus = AccountsInMemory(), JournaledOrders(), bus or InProcessBus()
    gateway = build(settings, accounts, orders, Instruments(), object(), object(), bus, WallClock())
    http = HttpServer(gateway, "127.0.0.1", 0, drain_timeout_s=2)
    await bus.start()
    await gateway.start()
    await http.start()
    try:
        yield Site(f"ws://127.0.0.1:{http.port}", gateway.streams, accounts, orders, bus)
    finally:
        await gateway.stop()
        await http.stop()
        await bus.stop()


class Client:
    """A client that speaks JSON by hand."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket

    async def send(self, message: object) -> None:
        """Send a message as JSON text."""
        await self.socket.send(json.dumps(message))

    async def next(self) -> Any:
        """Return the next message."""
        async with asyncio.timeout(TIMEOUT_S):
            return json.loads(await self.socket.recv())

    async def ask(self, message: object) -> Any:
        """Send a message and return the next answer."""
        await self.send(message)
        return await self.next()

    async def closed(self) -> int:
        """Read on to the end and return the code of the close."""
        async with asyncio.timeout(TIMEOUT_S):
            try:
                while True:
                    await self.socket.recv()
            except websockets.ConnectionClosed:
                return self.socket.close_code


@asynccontextmanager
async def connect(url: str, **headers: str) -> AsyncIterator[Client]:
    """Open a WebSocket; underscores in header names stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with websockets.connect(url, additional_headers=named, open_timeout=TIMEOUT_S) as socket:
        yield Client(socket)


@asynccontextmanager
async def data_client(site: Site, path: str = "/v2/iex") -> AsyncIterator[Client]:
    """Open a market-data stream as the trader."""
    async with connect(site.url + path) as client:
        assert await client.next() == [{"T": "success", "msg": "connected"}]
        answer = await client.ask(
            {"action": "auth", "key": "KEY-trader", "secret": "secret-trader"}
        )
        assert answer == [{"T": "success", "msg": "authenticated"}]
        yield client


@asynccontextmanager
async def trade_client(site: Site, path: str = "/stream", role: Role = Role.TRADER) -> Any:
    """Open the account stream and listen to trade updates."""
    async with connect(site.url + path) as client:
        details = {"key_id": f"KEY-{role}", "secret_key": f"secret-{role}"}
        answer = await client.ask({"action": "authenticate", "data": details})
        assert answer["data"] == {"status": "authorized", "action": "authenticate"}
        answer = await client.ask({"action": "listen", "data": {"streams": ["trade_updates"]}})
        assert answer == {"stream": "listening", "data": {"streams": ["trade_updates"]}}
        yield client
