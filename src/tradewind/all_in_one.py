"""The whole platform in one process: the one place where its parts are put together.

Services are imported inside functions, so that a command that needs one of them loads no other.
"""

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from tradewind.contracts.accounts import Bootstrap
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId
from tradewind.platform.bus import Bus, InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.component import Component
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.local_database import LocalDatabase
from tradewind.platform.logging import get_logger
from tradewind.platform.migrations import migrate
from tradewind.platform.money import MoneyUnits, to_units
from tradewind.platform.server import HttpServer, reserve_port
from tradewind.platform.settings import Settings
from tradewind.platform.web_terminal import WebTerminal

if TYPE_CHECKING:
    from tradewind.account_service.app import AccountApp
    from tradewind.api_gateway.app import GatewayApp
    from tradewind.contracts.accounts import AccountService
    from tradewind.contracts.market_data import FeedSpec
    from tradewind.contracts.orders import OrderService, VenueSpec
    from tradewind.market_data_service.app import MarketDataApp
    from tradewind.order_service.service import OrderApp

Report = Callable[[str], None]
"""Told what is being done, in a few words."""

STAGES = 5
"""How often a start reports."""

GATEWAY_PORT_SETTING = "TRADEWIND_GATEWAY_PORT"
WEB_PORT_SETTING = "TRADEWIND_WEB_PORT"
_PART_STOP_TIMEOUT_S = 45.0
_INITIAL_DEPOSIT = "initial deposit"


@dataclass(frozen=True)
class Running:
    """Where a started platform is found, and what its first start made."""

    gateway_url: str
    web_url: str
    bootstrap: Bootstrap | None


class Platform:
    """Starts every part in order, stops them in reverse, and tells when it must not go on."""

    def __init__(self, settings: Settings, report: Report = lambda _: None) -> None:
        self._settings = settings
        self._report = report
        self._clock = WallClock()
        self._database = LocalDatabase(settings)
        self._pools: list[Database] = []
        self._parts: list[Component] = []
        self._sockets: list[socket.socket] = []
        self._failure: BaseException | None = None
        self._failed = asyncio.Event()
        self._log = get_logger("platform")

    async def start(self) -> Running:
        """Start everything; raises ``StartupRefused`` and leaves nothing running behind."""
        try:
            return await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything in reverse order, in bounded time, whatever goes wrong on the way."""
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
        await self._failed.wait()
        assert self._failure is not None
        return self._failure

    async def ready(self) -> bool:
        """Tell whether every part can serve."""
        return all([await part.ready() for part in self._parts])

    async def _start(self) -> Running:
        gateway_socket, web_socket = self._reserve_ports()
        self._report("Making the database" if self._database.is_new else "Starting the database")
        dsn = await self._database.start()
        await self._database.watch(self._give_up)
        self._report("Bringing the database up to date")
        await migrate(dsn, schemas())
        self._report("Recovering accounts and orders")
        bus = make_bus(self._settings)
        await self._begin(bus)
        accounts = await self._begin_accounts(dsn)
        orders = await self._begin_orders(dsn, bus)
        self._report("Starting market data")
        market_data = await self._begin_market_data(dsn, bus)
        bootstrap = await _bootstrap(self._settings, accounts, orders)
        self._report("Starting the servers")
        gateway = await self._begin_gateway(dsn, bus, accounts, orders, market_data)
        servers = self._servers(gateway, gateway_socket, web_socket)
        for server in servers:
            await self._begin(server)
        # What lives now lives as long as the process: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        return Running(servers[0].url, servers[1].url, bootstrap)

    def _reserve_ports(self) -> tuple[socket.socket, socket.socket]:
        settings = self._settings
        for port, variable in (
            (settings.gateway_port, GATEWAY_PORT_SETTING),
            (settings.web_port, WEB_PORT_SETTING),
        ):
            self._sockets.append(reserve_port(settings.host, port, variable))
        return self._sockets[0], self._sockets[1]

    async def _begin_accounts(self, dsn: str) -> "AccountApp":
        from tradewind.account_service import app

        accounts = app.build(self._settings, await self._open(dsn, app.SCHEMA), self._clock)
        await self._begin(accounts)
        return accounts

    async def _begin_orders(self, dsn: str, bus: Bus) -> "OrderApp":
        from tradewind.order_service import app

        database = await self._open(dsn, app.SCHEMA)
        orders = app.build(self._settings, database, bus, self._clock, on_failure=self._give_up)
        await self._begin(orders)
        if MAIN_VENUE not in await orders.list_venues():
            await orders.create_venue(_main_venue(self._settings))
        return orders

    async def _begin_market_data(self, dsn: str, bus: Bus) -> "MarketDataApp":
        from tradewind.market_data_service import app

        database = await self._open(dsn, app.SCHEMA)
        market_data = app.build(self._settings, database, bus, self._clock)
        await self._begin(market_data)
        await market_data.create_feed(_main_feed(self._settings))
        return market_data

    async def _begin_gateway(
        self,
        dsn: str,
        bus: Bus,
        accounts: "AccountApp",
        orders: "OrderApp",
        market_data: "MarketDataApp",
    ) -> "GatewayApp":
        from tradewind.api_gateway import app as gateway_app
        from tradewind.portfolio_service import app as portfolio_app

        database = await self._open(dsn, portfolio_app.SCHEMA)
        portfolio = portfolio_app.build(self._settings, database, orders, self._clock)
        await self._begin(portfolio)
        gateway = gateway_app.build(
            self._settings, accounts, orders, market_data, portfolio, bus, self._clock
        )
        await self._begin(gateway)
        return gateway

    def _servers(
        self, gateway: "GatewayApp", gateway_socket: socket.socket, web_socket: socket.socket
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
            server(gateway, "api-gateway", gateway_socket, GATEWAY_PORT_SETTING),
            server(WebTerminal(gateway, settings), "web-ui", web_socket, WEB_PORT_SETTING),
        )

    async def _open(self, dsn: str, schema: ServiceSchema) -> Database:
        database = await Database.open(dsn, schema)
        self._pools.append(database)
        return database

    async def _begin(self, part: Component) -> None:
        # Entered first: a part that fails half-way is stopped too.
        self._parts.append(part)
        await part.start()

    async def _end(self, name: str, ending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(_PART_STOP_TIMEOUT_S):
                await ending
        except Exception:  # noqa: BLE001 the other parts must still be stopped
            self._log.exception("part did not stop cleanly", stopped=name)

    def _give_up(self, error: BaseException) -> None:
        if self._failure is None:
            self._failure = error
            self._failed.set()


def schemas() -> list[ServiceSchema]:
    """Return what every service owns in the database, in the order of migration."""
    from tradewind.account_service import app as accounts
    from tradewind.market_data_service import app as market_data
    from tradewind.order_service import app as orders
    from tradewind.portfolio_service import app as portfolio

    return [accounts.SCHEMA, orders.SCHEMA, market_data.SCHEMA, portfolio.SCHEMA]


def make_bus(settings: Settings) -> Bus:
    """Return the bus that the settings ask for, not started."""
    if settings.valkey_url is None:
        return InProcessBus()
    from tradewind.platform.valkey_bus import ValkeyBus

    return ValkeyBus(settings.valkey_url)


async def _bootstrap(
    settings: Settings, accounts: "AccountService", orders: "OrderService"
) -> Bootstrap | None:
    async def fund(account_id: AccountId) -> None:
        await orders.open_account(MAIN_VENUE, account_id)
        cash = MoneyUnits(to_units(settings.initial_cash))
        if cash:
            await orders.deposit(account_id, cash, _INITIAL_DEPOSIT)

    return await accounts.bootstrap(MAIN_VENUE, fund)


def _main_venue(settings: Settings) -> "VenueSpec":
    from tradewind.contracts.orders import FeeSchedule, VenueSpec

    return VenueSpec(
        venue_id=MAIN_VENUE,
        name="Main",
        hours=settings.session_hours,
        fees=FeeSchedule(
            fee_bps=settings.fee_bps,
            fee_per_share=MoneyUnits(to_units(settings.fee_per_share)),
            fee_minimum=MoneyUnits(to_units(settings.fee_minimum)),
        ),
    )


def _main_feed(settings: Settings) -> "FeedSpec":
    from tradewind.contracts.market_data import FeedSpec

    return FeedSpec(
        venue_id=MAIN_VENUE,
        kind=settings.feed,
        symbols=settings.feed_symbols,
        seed=settings.feed_seed,
        hours=settings.session_hours,
        lockstep=False,
    )
