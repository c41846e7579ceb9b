"""The whole platform in one process: the one place where its parts are put together.

Services are imported inside functions, so that a command that needs one of them loads no other.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from tradewind.contracts.accounts import Bootstrap
from tradewind.contracts.vocabulary import MAIN_VENUE
from tradewind.first_start import first_start
from tradewind.main_venue import main_feed, open_main_venue
from tradewind.platform import heap
from tradewind.platform.bus import Bus
from tradewind.platform.clock import WallClock
from tradewind.platform.component import Component
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.ids import new_id
from tradewind.platform.local_database import LocalDatabase
from tradewind.platform.logging import get_logger
from tradewind.platform.make_bus import make_bus
from tradewind.platform.migrations import migrate
from tradewind.platform.process_end import end_at_once
from tradewind.platform.process_life import Failure, acquired_at_once, end_part
from tradewind.platform.server import HttpServer, reserve_port
from tradewind.platform.settings import Settings
from tradewind.platform.standby_door import StandbyDoor
from tradewind.platform.web_terminal import WebTerminal

if TYPE_CHECKING:
    from tradewind.account_service.app import AccountApp
    from tradewind.api_gateway.app import GatewayApp
    from tradewind.market_data_service.app import MarketDataApp
    from tradewind.notification_service.app import NotificationApp
    from tradewind.order_service.leadership import Leadership
    from tradewind.order_service.service import OrderApp
    from tradewind.portfolio_service.app import PortfolioApp

Report = Callable[[str], None]
"""Told what is being done, in a few words."""

STAGES = 5
"""How often a start reports."""

GATEWAY_PORT_SETTING = "TRADEWIND_GATEWAY_PORT"
WEB_PORT_SETTING = "TRADEWIND_WEB_PORT"


@dataclass(frozen=True)
class Running:
    """Where a started platform is found, and what its first start made.

    One that does not lead yet waits for the process that does; ``lead`` goes on from there.
    """

    gateway_url: str
    web_url: str
    bootstrap: Bootstrap | None
    leads: bool = True


@dataclass(frozen=True)
class _Services:
    """Every service, built and not started: only the leader starts them."""

    leadership: "Leadership"
    accounts: "AccountApp"
    orders: "OrderApp"
    market_data: "MarketDataApp"
    portfolio: "PortfolioApp"
    notifications: "NotificationApp"
    gateway: "GatewayApp"

    def parts(self) -> "list[Component]":
        """Return them in the order in which they start."""
        return [
            self.accounts,
            self.orders,
            self.market_data,
            self.portfolio,
            self.notifications,
            self.gateway,
        ]


class Platform:
    """Starts every part in order, stops them in reverse, and tells when it must not go on.

    Of several platforms at one database, one leads and serves; the others follow its journal and
    take over when it ends. ``on_deposed`` must end the process at once, without another write.
    """

    def __init__(
        self,
        settings: Settings,
        report: Report = lambda _: None,
        on_deposed: Callable[[BaseException], None] | None = None,
    ) -> None:
        self._settings = settings
        self._report = report
        self._on_deposed = on_deposed or end_at_once
        self._clock = WallClock()
        self._process = new_id()
        self._database = LocalDatabase(settings)
        self._pools: list[Database] = []
        self._parts: list[Component] = []
        self._servers: list[HttpServer] = []
        self._sockets: list[socket.socket] = []
        self._services: _Services | None = None
        self._door = StandbyDoor("api-gateway", settings, self._may_serve)
        self._failure = Failure()
        self._log = get_logger("platform")

    async def start(self) -> Running:
        """Start everything, as leader or as standby.

        Raises ``StartupRefused`` and leaves nothing running behind.
        """
        try:
            return await self._start()
        except BaseException:
            await self.stop()
            raise

    async def lead(self) -> Running:
        """Wait until a standby may lead, take over, and tell where it is found."""
        services = self._services
        assert services is not None, "the platform has to be started first"
        await services.leadership.acquire()
        return self._running(await self._lead(services), leads=True)

    async def stop(self) -> None:
        """Stop everything in reverse order, in bounded time, whatever goes wrong on the way."""
        servers, self._servers = self._servers, []
        await asyncio.gather(*(self._end(server.name, server.stop()) for server in servers))
        if self._services is not None:
            # Those of a standby were never started, and still hold what they were built with.
            built = self._services.parts()
            self._parts += [part for part in built if part not in self._parts]
        while self._parts:
            part = self._parts.pop()
            await self._end(part.name, part.stop())
        while self._pools:
            pool = self._pools.pop()
            await self._end(f"pool of {pool.schema.schema}", pool.close())
        await self._end("database", self._database.stop())
        while self._sockets:
            self._sockets.pop().close()

    async def wait_failed(self) -> BaseException:
        """Return when the platform must not go on, with the reason."""
        return await self._failure.wait()

    async def ready(self) -> bool:
        """Tell whether this platform leads and every part can serve."""
        return self._may_serve() and all([await part.ready() for part in self._parts])

    async def _start(self) -> Running:
        gateway_socket, web_socket = self._reserve_ports()
        self._report("Making the database" if self._database.is_new else "Starting the database")
        dsn = await self._database.start()
        await self._database.watch(self._failure.give_up)
        self._report("Bringing the database up to date")
        await migrate(dsn, schemas())
        bus = make_bus(self._settings.valkey_url)
        await self._begin(bus)
        services = self._services = await self._build(dsn, bus)
        self._servers += self._make_servers(gateway_socket, web_socket)
        await services.orders.warm_up()
        if await acquired_at_once(services.leadership.acquire()):
            bootstrap = await self._lead(services)
            self._report("Starting the servers")
            await self._listen()
            return self._running(bootstrap, leads=True)
        services.orders.stand_by()
        await self._listen()
        return self._running(None, leads=False)

    async def _lead(self, services: _Services) -> Bootstrap | None:
        """Start every service and open the door; only for the holder of the lease."""
        self._report("Recovering accounts and orders")
        await self._begin(services.accounts)
        await self._begin(services.orders)
        if MAIN_VENUE not in await services.orders.list_venues():
            await open_main_venue(services.orders, self._settings)
        self._report("Starting market data")
        await self._begin(services.market_data)
        await services.market_data.create_feed(main_feed(self._settings))
        bootstrap = await first_start(self._settings, services.accounts, services.orders)
        await self._begin(services.portfolio)
        await self._begin(services.notifications)
        await self._begin(services.gateway)
        self._door.open(services.gateway)
        heap.settle()
        return bootstrap

    async def _listen(self) -> None:
        for server in self._servers:
            await server.start()

    def _running(self, bootstrap: Bootstrap | None, *, leads: bool) -> Running:
        gateway, web = self._servers
        return Running(gateway.url, web.url, bootstrap, leads)

    def _may_serve(self) -> bool:
        services = self._services
        return services is not None and services.leadership.is_held

    def _reserve_ports(self) -> tuple[socket.socket, socket.socket]:
        settings = self._settings
        for port, variable in (
            (settings.gateway_port, GATEWAY_PORT_SETTING),
            (settings.web_port, WEB_PORT_SETTING),
        ):
            self._sockets.append(reserve_port(settings.host, port, variable))
        return self._sockets[0], self._sockets[1]

    async def _build(self, dsn: str, bus: Bus) -> _Services:
        from tradewind.account_service import app as account_app
        from tradewind.api_gateway import app as gateway_app
        from tradewind.market_data_service import app as market_data_app
        from tradewind.notification_service import app as notification_app
        from tradewind.order_service import app as order_app
        from tradewind.portfolio_service import app as portfolio_app

        settings, clock = self._settings, self._clock
        orders_database = await self._open(dsn, order_app.SCHEMA)
        leadership = order_app.build_leadership(
            orders_database,
            self._process,
            exclusive=settings.database_url is None,
            on_lost=self._on_deposed,
        )
        accounts = account_app.build(settings, await self._open(dsn, account_app.SCHEMA), clock)
        orders = order_app.build(
            settings,
            orders_database,
            bus,
            clock,
            on_failure=self._failure.give_up,
            leadership=leadership,
        )
        market_data = market_data_app.build(
            settings, await self._open(dsn, market_data_app.SCHEMA), bus, clock
        )
        portfolio = portfolio_app.build(
            settings, await self._open(dsn, portfolio_app.SCHEMA), orders, clock
        )
        notifications = notification_app.build(
            settings, await self._open(dsn, notification_app.SCHEMA), orders, bus, clock
        )
        gateway = gateway_app.build(
            settings, accounts, orders, market_data, portfolio, notifications, bus, clock
        )
        return _Services(
            leadership, accounts, orders, market_data, portfolio, notifications, gateway
        )

    def _make_servers(
        self, gateway_socket: socket.socket, web_socket: socket.socket
    ) -> tuple[HttpServer, HttpServer]:
        settings = self._settings

        def server(app: ASGIApp, name: str, listener: socket.socket, variable: str) -> HttpServer:
            return HttpServer(
                app,
                settings.host,
                listener.getsockname()[1],
                drain_timeout_s=settings.drain_timeout_s,
                name=name,
                listener=listener,
                port_setting=variable,
                trusted_proxies=settings.trusted_proxies,
                message_bytes_max=settings.request_bytes_max,
            )

        return (
            server(self._door, "api-gateway", gateway_socket, GATEWAY_PORT_SETTING),
            server(WebTerminal(self._door, settings), "web-ui", web_socket, WEB_PORT_SETTING),
        )

    async def _open(self, dsn: str, schema: ServiceSchema) -> Database:
        database = await Database.open(dsn, schema, process=self._process)
        self._pools.append(database)
        return database

    async def _begin(self, part: Component) -> None:
        # Entered first: a part that fails half-way is stopped too.
        self._parts.append(part)
        await part.start()

    async def _end(self, name: str, ending: Awaitable[None]) -> None:
        await end_part(name, ending, self._log)


def schemas() -> list[ServiceSchema]:
    """Return what every service owns in the database, in the order of migration."""
    from tradewind.account_service import schema as accounts
    from tradewind.market_data_service import schema as market_data
    from tradewind.notification_service import schema as notifications
    from tradewind.order_service import schema as orders
    from tradewind.portfolio_service import schema as portfolio

    return [
        accounts.SCHEMA,
        orders.SCHEMA,
        market_data.SCHEMA,
        portfolio.SCHEMA,
        notifications.SCHEMA,
    ]
