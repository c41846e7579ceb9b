"""The gateway over services in memory, called without a network."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tradewind.api_gateway.app import GatewayApp, build
from tradewind.contracts.vocabulary import Role
from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.settings import Settings
from tradewind.testing.accounts import PASSWORD, AccountsInMemory
from tradewind.testing.notifications import NotificationsInMemory
from tradewind.testing.orders import OrdersInMemory
from tradewind.testing.prices import MarketDataInMemory, PortfolioInMemory


@dataclass
class Gateway:
    """A gateway with what it stands on, and ways to call it."""

    settings: Settings = field(default_factory=lambda: Settings(_env_file=None))
    accounts: AccountsInMemory = field(default_factory=AccountsInMemory)
    orders: OrdersInMemory = field(default_factory=OrdersInMemory)
    market_data: MarketDataInMemory = field(default_factory=MarketDataInMemory)
    portfolio: PortfolioInMemory = field(default_factory=PortfolioInMemory)
    notifications: NotificationsInMemory = field(default_factory=NotificationsInMemory)

    def __post_init__(self) -> None:
        self.app: GatewayApp = build(
            self.settings,
            self.accounts,
            self.orders,
            self.market_data,
            self.portfolio,
            self.notifications,
            InProcessBus(),
            WallClock(),
        )
        self.client = self.at("http://gateway")

    def at(self, url: str, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """Return a client without credentials at a URL."""
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))  # type: ignore[arg-type]  # httpx types scopes as plain dictionaries
        return httpx.AsyncClient(transport=transport, base_url=url)

    async def call(
        self, method: str, path: str, *, role: Role | None = Role.TRADER, **options: Any
    ) -> httpx.Response:
        """Call with the key of a role, or without credentials."""
        headers = {**(key_headers(role) if role else {}), **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def sign_in(self, role: Role = Role.TRADER) -> dict[str, str]:
        """Sign in and return the headers that a page sends from then on."""
        response = await self.client.post(
            "/tradewind/v1/session", json={"username": role.value, "password": PASSWORD}
        )
        assert response.status_code == 201, response.text
        token = response.headers["set-cookie"].partition(";")[0]
        self.client.cookies.clear()
        return {"cookie": token, "x-csrf-token": response.json()["csrf_token"]}


def key_headers(role: Role) -> dict[str, str]:
    """Return the key headers of a role's account."""
    return {"APCA-API-KEY-ID": f"KEY-{role}", "APCA-API-SECRET-KEY": f"secret-{role}"}


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """Return a gateway with default settings."""
    made = Gateway()
    yield made
    await made.client.aclose()


@pytest.fixture
async def make_gateway() -> AsyncIterator[Callable[..., Gateway]]:
    """Return a function that builds a gateway with changed settings."""
    made: list[Gateway] = []

    def make(**settings: Any) -> Gateway:
        made.append(Gateway(Settings(_env_file=None, **settings)))
        return made[-1]

    yield make
    for one in made:
        await one.client.aclose()
