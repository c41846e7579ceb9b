"""Every service as a process and a database user of its own, on a real PostgreSQL and Valkey."""

import json
import re
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from tradewind.all_in_one import schemas
from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.platform.ids import new_id
from tradewind.testing.process import Credentials
from tradewind.testing.services import ServiceRun, run_command

USERS = {
    schema.user.removeprefix("tradewind_").replace("_", "-"): schema.user for schema in schemas()
}
"""The database user of each service that has tables."""


def signed_in(dsn: str, user: str) -> str:
    """Return the DSN with which another user signs in."""
    return re.sub(r"//\w+@", f"//{user}@", dsn, count=1)


def database_passwords() -> dict[str, str]:
    """Return a new password for each user, by its setting."""
    return {
        f"database_password_{user.removeprefix('tradewind_')}": secrets.token_hex(16)
        for user in USERS.values()
    }


@dataclass
class Deployment:
    """The services that run, by name, and the environment that they share."""

    environment: dict[str, str]
    runs: dict[str, list[ServiceRun]] = field(default_factory=dict)
    credentials: Credentials | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that sign a request with the first key."""
        assert self.credentials is not None
        return self.credentials.headers

    @property
    def gateways(self) -> list[ServiceRun]:
        return self.runs["api-gateway"]

    @property
    def orders(self) -> list[ServiceRun]:
        return self.runs["order-service"]

    def environment_of(self, service: str) -> dict[str, str]:
        """Return what a service is told: who it is at the database is its own."""
        environment = {
            name: value
            for name, value in self.environment.items()
            if not name.startswith("database_password")
        }
        if user := USERS.get(service):
            environment["database_url"] = signed_in(environment["database_url"], user)
        return environment

    def add(self, service: str, url_setting: str = "", count: int = 1) -> None:
        """Start processes of a service, and let those that come later know where they are."""
        runs = self.runs.setdefault(service, [])
        for _ in range(count):
            run = ServiceRun(service, self.environment_of(service))
            runs.append(run)
            run.start()
        if url_setting:
            self.environment = {
                **self.environment,
                url_setting: ",".join(run.url for run in runs),
            }

    def start(self, *, accounts: int = 1, orders: int = 1, gateways: int = 1) -> None:
        """Make the database ready and start every service but the web terminal's server."""
        migrated = run_command(self.environment, "migrate")
        assert migrated.returncode == 0, migrated.stderr
        users = run_command(self.environment, "database", "users")
        assert users.returncode == 0, users.stderr
        self.add("account-service", "accounts_url", accounts)
        self.add("order-service", "orders_url", orders)
        self.add("market-data-service", "market_data_url")
        self.add("portfolio-service", "portfolio_url")
        self.add("notification-service", "notifications_url")
        self.add("api-gateway", "gateway_url", gateways)
        # As in a container of the account service: its user suffices.
        own = self.environment_of("account-service")
        made = run_command(own, "first-start", "--json")
        assert made.returncode == 0, made.stderr
        if told := json.loads(made.stdout):
            self.credentials = Credentials(**told)

    def close(self) -> None:
        for runs in self.runs.values():
            for run in runs:
                run.close()


@pytest.fixture(scope="session")
async def durable_postgres() -> AsyncIterator[str]:
    """Return the DSN of a server with all its promises about durability."""
    folder = Path(tempfile.mkdtemp(prefix="tw-dist-"))
    server = EmbeddedPostgres(folder)
    try:
        yield await server.start()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
async def empty_database(durable_postgres: str) -> str:
    """Return the DSN of a database without anything in it."""
    connection = await asyncpg.connect(durable_postgres, timeout=10)
    name = f"dist_{new_id().replace('-', '')}"
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return durable_postgres.replace("/tradewind?", f"/{name}?")


@pytest.fixture(scope="module")
def environment(empty_database: str, valkey_url: str) -> dict[str, str]:
    """Return what every service is told, without its prefix."""
    return {
        "database_url": empty_database,
        "valkey_url": valkey_url,
        "identity_key": secrets.token_hex(32),
        **database_passwords(),
        "feed_interval_ms": "100",
        "initial_cash": "900000000",
        "rate_limit_per_key": "1000000/minute",
        "rate_limit_per_address": "1000000/minute",
    }


Deploy = Callable[..., Deployment]


@pytest.fixture(scope="module")
def deploy(environment: dict[str, str]) -> Iterator[Deploy]:
    """Return a function that starts a whole platform, with two of some services if asked."""
    with ExitStack() as stack:

        def start(
            *, accounts: int = 1, orders: int = 1, gateways: int = 1, **settings: str
        ) -> Deployment:
            deployment = Deployment({**environment, **settings})
            stack.callback(deployment.close)
            deployment.start(accounts=accounts, orders=orders, gateways=gateways)
            return deployment

        yield start
