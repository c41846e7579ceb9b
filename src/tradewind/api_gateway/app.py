"""Builds the gateway: the one place where its parts are put together."""

from typing import Any

from tradewind.api_gateway.authentication import Authenticator
from tradewind.api_gateway.cross_origin import CrossOrigin
from tradewind.api_gateway.dispatch import Front
from tradewind.api_gateway.docs_endpoints import DocsEndpoints
from tradewind.api_gateway.market_data.endpoints import routes as market_data_routes
from tradewind.api_gateway.not_offered import not_offered
from tradewind.api_gateway.openapi import openapi_document
from tradewind.api_gateway.platform_api.routes import platform_routes
from tradewind.api_gateway.rate_limit import RateLimits
from tradewind.api_gateway.routing.route import Receive, Scope, Send
from tradewind.api_gateway.routing.table import RouteTable, normal_path
from tradewind.api_gateway.streams.app import StreamLimits, Streams
from tradewind.api_gateway.telemetry import Telemetry
from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.api_gateway.trading.live_instruments import LiveInstruments
from tradewind.api_gateway.trading.routes import trading_routes
from tradewind.contracts.accounts import AccountService
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.notifications import NotificationService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.portfolio import PortfolioService
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.http import create_app
from tradewind.platform.settings import Settings
from tradewind.platform.version import this_build

SERVICE = "api-gateway"

_PLATFORM_PATHS = frozenset({"/healthz/live", "/healthz/ready", "/metrics"})
"""What every service answers the same way: served by the platform's own application."""


class GatewayApp:
    """The gateway as an ASGI application and as a part of the platform."""

    name = SERVICE

    def __init__(
        self,
        *,
        front: Front,
        table: RouteTable,
        streams: Streams,
        limits: RateLimits,
        settings: Settings,
    ) -> None:
        self.table = table
        self._front = front
        self.streams = streams
        self._limits = limits
        self._platform_app = create_app(title=SERVICE, ready=self.ready, settings=settings)

    @property
    def state(self) -> Any:  # Any: Starlette's bag, on which the server marks draining
        """Return the state in which the server notes that it drains."""
        return self._platform_app.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        match scope["type"]:
            case "http":
                path = normal_path(scope["path"])
                if path in _PLATFORM_PATHS:
                    plain = {**scope, "path": path, "root_path": ""}
                    await self._platform_app(plain, receive, send)
                else:
                    await self._front.serve(scope, receive, send)
            case "websocket":
                await self._front.serve_stream(scope, receive, send)
            case _:
                await self._platform_app(scope, receive, send)

    async def start(self) -> None:
        """Begin to watch over open streams."""
        await self.streams.start()

    async def stop(self) -> None:
        """Close every stream and what the limits are counted with."""
        await self.streams.stop()
        await self._limits.close()

    async def ready(self) -> bool:
        """Tell whether requests can be served."""
        return await self.streams.ready()


def build(
    settings: Settings,
    accounts: AccountService,
    orders: OrderService,
    market_data: MarketDataService,
    portfolio: PortfolioService,
    notifications: NotificationService,
    bus: Bus,
    clock: Clock,
) -> GatewayApp:
    """Return the gateway over the services; raises ``StartupRefused`` for limits it cannot read."""
    authenticator = Authenticator(accounts)
    limits = RateLimits(settings, clock)
    cross_origin = CrossOrigin(settings.cors_origins)
    instruments = InstrumentDirectory(market_data, live=LiveInstruments(orders))
    streams = Streams(
        authenticator=authenticator,
        orders=orders,
        instruments=instruments,
        bus=bus,
        clock=clock,
        limits=StreamLimits(
            connections_per_key=settings.stream_connections_per_key,
            symbols_per_connection=settings.stream_symbols_max,
        ),
    )
    docs = DocsEndpoints()
    routes = [
        *trading_routes(
            accounts=accounts,
            orders=orders,
            market_data=market_data,
            portfolio=portfolio,
            instruments=instruments,
        ),
        *market_data_routes(market_data, orders),
        *platform_routes(
            accounts=accounts,
            orders=orders,
            market_data=market_data,
            portfolio=portfolio,
            notifications=notifications,
            limits=limits,
            cross_origin=cross_origin,
        ),
        *docs.routes(),
    ]
    table = RouteTable(routes, streams.routes())
    docs.publish(openapi_document(table.routes, table.streams, this_build().version))
    front = Front(
        table=table,
        authenticator=authenticator,
        limits=limits,
        cross_origin=cross_origin,
        telemetry=Telemetry(SERVICE, log_all=settings.access_log == "all"),
        not_offered=not_offered,
        bytes_max=settings.request_bytes_max,
        timeout_s=settings.request_timeout_s,
    )
    return GatewayApp(front=front, table=table, streams=streams, limits=limits, settings=settings)
