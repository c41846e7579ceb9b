"""What each service is made of when it has a process to itself.

Services are imported inside functions, so that a process loads its own service and no other.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from starlette.types import ASGIApp

from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.component import Component
from tradewind.platform.http import create_app
from tradewind.platform.rpc.client import RpcConnection
from tradewind.platform.rpc.identity import Identities
from tradewind.platform.rpc.server import RpcServer
from tradewind.platform.settings import Settings
from tradewind.serving.names import ServiceName

if TYPE_CHECKING:  # the gateway has no database, nor what it takes to talk to one
    from tradewind.platform.database import Database, ServiceSchema

_RPC_BYTES_MAX = 16 * 1024 * 1024
_RPC_TIMEOUT_FACTOR = 2
"""A service gives up later than the gateway, which has somebody to tell."""


class Election(Protocol):
    """How a process comes to be the one that works."""

    @property
    def is_held(self) -> bool:
        """Whether this process may work."""
        ...

    async def acquire(self) -> None:
        """Wait until this process may work."""
        ...

    async def close(self) -> None:
        """Let the next one work."""
        ...


async def _nothing() -> None:
    return


@dataclass(frozen=True)
class Parts:
    """One service, built and not started."""

    component: Component
    application: ASGIApp
    election: Election | None = None
    """Of a service that only one process at a time may run."""
    warm_up: Callable[[], Awaitable[None]] = _nothing
    """Runs before the process tries to become the one that works."""
    stand_by: Callable[[], None] = lambda: None
    """Begins what a process does while it waits."""
    begun: Callable[[], Awaitable[None]] = _nothing
    """Runs once the component has started."""
    hands_over_first: bool = False
    """Whether another process takes over before this one has answered what it still has."""
    let_go: Callable[[], None] = lambda: None
    """Ends requests that wait for something to happen."""


@dataclass
class Materials:
    """What services are built from; keeps what has to be closed in the end."""

    settings: Settings
    name: ServiceName
    process: str
    clock: Clock
    bus: Bus
    open_database: "Callable[[ServiceSchema], Coroutine[None, None, Database]]"
    on_deposed: Callable[[BaseException], None]
    on_failure: Callable[[BaseException], None]
    connections: list[RpcConnection] = field(default_factory=list)

    @cached_property
    def identities(self) -> Identities:
        """How services know each other; raises ``StartupRefused`` without a key."""
        return Identities(self.settings.identity_key, self.clock)

    def connect(self, service: ServiceName, urls: tuple[str, ...]) -> RpcConnection:
        """Return a connection to another service."""
        connection = RpcConnection(
            urls, caller=self.name, service=service, identities=self.identities
        )
        self.connections.append(connection)
        return connection

    def rpc_application(self, component: Component, protocols: dict[type, object]) -> ASGIApp:
        """Return an application that lets other services call some protocols."""
        settings = self.settings.model_copy(
            update={
                "request_bytes_max": _RPC_BYTES_MAX,
                "request_timeout_s": self.settings.request_timeout_s * _RPC_TIMEOUT_FACTOR,
            }
        )
        app = create_app(title=self.name, ready=component.ready, settings=settings, docs=False)
        server = RpcServer(app, self.name, self.identities)
        for protocol, implementation in protocols.items():
            server.serve(protocol, implementation)
        return app


Build = Callable[[Materials], Coroutine[Any, Any, Parts]]  # Any: what a coroutine is sent


async def _account_service(given: Materials) -> Parts:
    from tradewind.account_service import app
    from tradewind.contracts.accounts import AccountService

    component = app.build(given.settings, await given.open_database(app.SCHEMA), given.clock)
    return Parts(component, given.rpc_application(component, {AccountService: component}))


async def _order_service(given: Materials) -> Parts:
    from tradewind.contracts.orders import OrderService
    from tradewind.contracts.remote import JournalPager, JournalPages
    from tradewind.contracts.vocabulary import MAIN_VENUE
    from tradewind.main_venue import open_main_venue
    from tradewind.order_service import app

    database = await given.open_database(app.SCHEMA)
    leadership = app.build_leadership(
        database, given.process, exclusive=False, on_lost=given.on_deposed
    )
    orders = app.build(
        given.settings,
        database,
        given.bus,
        given.clock,
        on_failure=given.on_failure,
        leadership=leadership,
    )
    pager = JournalPager(orders)

    async def begun() -> None:
        if MAIN_VENUE not in await orders.list_venues():
            await open_main_venue(orders, given.settings)

    return Parts(
        orders,
        given.rpc_application(orders, {OrderService: orders, JournalPages: pager}),
        election=leadership,
        warm_up=orders.warm_up,
        stand_by=orders.stand_by,
        begun=begun,
        hands_over_first=True,
        let_go=pager.stop,
    )


async def _market_data_service(given: Materials) -> Parts:
    from tradewind.contracts.market_data import MarketDataService
    from tradewind.main_venue import main_feed
    from tradewind.market_data_service import app
    from tradewind.platform.sole_worker import SoleWorker

    database = await given.open_database(app.SCHEMA)
    component = app.build(given.settings, database, given.bus, given.clock)

    async def begun() -> None:
        await component.create_feed(main_feed(given.settings))

    return Parts(
        component,
        given.rpc_application(component, {MarketDataService: component}),
        # Two processes would show every venue two markets.
        election=SoleWorker(database, given.name, given.on_deposed),
        begun=begun,
    )


async def _portfolio_service(given: Materials) -> Parts:
    from tradewind.contracts.portfolio import PortfolioService
    from tradewind.contracts.remote import remote_orders
    from tradewind.portfolio_service import app

    orders = remote_orders(given.connect(ServiceName.ORDER, given.settings.orders_url))
    database = await given.open_database(app.SCHEMA)
    component = app.build(given.settings, database, orders, given.clock)
    return Parts(component, given.rpc_application(component, {PortfolioService: component}))


async def _notification_service(given: Materials) -> Parts:
    from tradewind.contracts.notifications import NotificationService
    from tradewind.contracts.remote import remote_orders
    from tradewind.notification_service import app
    from tradewind.platform.sole_worker import SoleWorker

    orders = remote_orders(given.connect(ServiceName.ORDER, given.settings.orders_url))
    database = await given.open_database(app.SCHEMA)
    component = app.build(given.settings, database, orders, given.bus, given.clock)
    return Parts(
        component,
        given.rpc_application(component, {NotificationService: component}),
        # Two processes would send everything twice.
        election=SoleWorker(database, given.name, given.on_deposed),
    )


async def _api_gateway(given: Materials) -> Parts:
    from tradewind.api_gateway import app
    from tradewind.contracts import remote

    settings = given.settings
    gateway = app.build(
        settings,
        remote.remote_accounts(given.connect(ServiceName.ACCOUNT, settings.accounts_url)),
        remote.remote_orders(given.connect(ServiceName.ORDER, settings.orders_url)),
        remote.remote_market_data(given.connect(ServiceName.MARKET_DATA, settings.market_data_url)),
        remote.remote_portfolio(given.connect(ServiceName.PORTFOLIO, settings.portfolio_url)),
        remote.remote_notifications(
            given.connect(ServiceName.NOTIFICATION, settings.notifications_url)
        ),
        given.bus,
        given.clock,
    )
    return Parts(gateway, gateway)


async def _web_ui(given: Materials) -> Parts:
    from tradewind.platform.gateway_proxy import GatewayProxy
    from tradewind.platform.web_terminal import WebTerminal

    proxy = GatewayProxy(given.settings.gateway_url)
    return Parts(proxy, WebTerminal(proxy, given.settings))


BUILDS: dict[ServiceName, Build] = {
    ServiceName.API_GATEWAY: _api_gateway,
    ServiceName.ACCOUNT: _account_service,
    ServiceName.ORDER: _order_service,
    ServiceName.MARKET_DATA: _market_data_service,
    ServiceName.PORTFOLIO: _portfolio_service,
    ServiceName.NOTIFICATION: _notification_service,
    ServiceName.WEB_UI: _web_ui,
}
