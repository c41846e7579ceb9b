"""Puts the streams together: hubs by venue, the registry, and the WebSocket routes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tradewind.api_gateway.authentication import Authenticator
from tradewind.api_gateway.routing.route import Receive, Scope, Send, StreamRoute
from tradewind.api_gateway.streams.callers import Callers
from tradewind.api_gateway.streams.data_hub import DataHub
from tradewind.api_gateway.streams.data_session import DataSession
from tradewind.api_gateway.streams.registry import StreamRegistry
from tradewind.api_gateway.streams.sources import invented_events, venue_events
from tradewind.api_gateway.streams.subscription import CRYPTO, STOCKS, StreamKind
from tradewind.api_gateway.streams.trade_hub import TradeHub
from tradewind.api_gateway.streams.trade_session import TradeSession
from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.contracts.accounts import Identity
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock

_DATA_PATHS = ("/v2/iex", "/v2/sip", "/v2/delayed_sip")
"""A venue has one feed, which answers under every name."""


@dataclass(frozen=True)
class StreamLimits:
    """How much one key and one connection may ask for."""

    connections_per_key: int
    symbols_per_connection: int


class Streams:
    """The gateway's WebSockets: a component with its routes."""

    name = "streams"

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        orders: OrderService,
        instruments: InstrumentDirectory,
        bus: Bus,
        clock: Clock,
        limits: StreamLimits,
    ) -> None:
        self._callers = Callers(authenticator)
        self._orders = orders
        self._instruments = instruments
        self._bus = bus
        self._symbols_max = limits.symbols_per_connection
        self.registry = StreamRegistry(limits.connections_per_key)
        self._test_hub = DataHub("test", lambda: invented_events(clock))
        self._data_hubs: dict[VenueId, DataHub] = {}
        self._trade_hubs: dict[VenueId, TradeHub] = {}

    def routes(self) -> list[StreamRoute]:
        """Return the WebSocket routes."""
        return [
            StreamRoute(
                "/stream", self._serve_trades, "Trade updates of the account", ("/stream/",)
            ),
            *(
                StreamRoute(path, self._serve_venue, "Market data of the account's venue")
                for path in _DATA_PATHS
            ),
            StreamRoute(
                "/v1beta3/crypto/us", self._serve_pairs, "Crypto data of the account's venue"
            ),
            StreamRoute("/v2/test", self._serve_test, "Invented market data, always on"),
        ]

    async def start(self) -> None:
        """Begin to watch over open streams."""
        self.registry.start()

    async def stop(self) -> None:
        """Close every stream with a code that makes clients come back; bounded in time."""
        await self.registry.stop()
        for data_hub in (self._test_hub, *self._data_hubs.values()):
            await data_hub.stop()
        for trade_hub in self._trade_hubs.values():
            await trade_hub.stop()

    async def ready(self) -> bool:
        """Tell that streams can be opened: hubs open what they need on demand."""
        return True

    async def _serve_trades(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = TradeSession(
            scope,
            receive,
            send,
            callers=self._callers,
            registry=self.registry,
            find_hub=self._trade_hub,
        )
        await session.run()

    async def _serve_venue(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._data_session(scope, receive, send, self._data_hub).run()

    async def _serve_pairs(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._data_session(scope, receive, send, self._data_hub, CRYPTO).run()

    async def _serve_test(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._data_session(scope, receive, send, self._find_test_hub).run()

    def _data_session(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        find_hub: Callable[[Identity], DataHub],
        kind: StreamKind = STOCKS,
    ) -> DataSession:
        return DataSession(
            scope,
            receive,
            send,
            callers=self._callers,
            registry=self.registry,
            find_hub=find_hub,
            symbols_max=self._symbols_max,
            kind=kind,
        )

    def _find_test_hub(self, _: Identity) -> DataHub:
        return self._test_hub

    def _data_hub(self, identity: Identity) -> DataHub:
        venue_id = identity.venue_id
        if venue_id not in self._data_hubs:
            self._data_hubs = {key: hub for key, hub in self._data_hubs.items() if not hub.is_idle}
            self._data_hubs[venue_id] = DataHub(
                venue_id,
                partial(venue_events, self._bus, venue_id),
                partial(self._orders.latest_statuses, venue_id),
            )
        return self._data_hubs[venue_id]

    def _trade_hub(self, identity: Identity) -> TradeHub:
        venue_id = identity.venue_id
        if venue_id not in self._trade_hubs:
            self._trade_hubs = {
                key: hub for key, hub in self._trade_hubs.items() if not hub.is_idle
            }
            self._trade_hubs[venue_id] = TradeHub(venue_id, self._orders, self._instruments)
        return self._trade_hubs[venue_id]
