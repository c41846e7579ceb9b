"""Every service as a process of its own, on a real PostgreSQL and a real Valkey."""

import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.platform.ids import new_id
from tradewind.testing.process import Credentials
from tradewind.testing.services import ServiceRun, run_command


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

    def add(self, service: str, url_setting: str = "", count: int = 1) -> None:
        """Start processes of a service, and let those that come later know where they are."""
        runs = self.runs.setdefault(service, [])
        for _ in range(count):
            run = ServiceRun(service, self.environment)
            runs.append(run)
            run.start()
        if url_setting:
            self.environment = {
                **self.environment,
                url_setting: ",".join(run.url for run in runs),
            }

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
            migrated = run_command(deployment.environment, "migrate")
            assert migrated.returncode == 0, migrated.stderr
            deployment.add("account-service", "accounts_url", accounts)
            deployment.add("order-service", "orders_url", orders)
            deployment.add("market-data-service", "market_data_url")
            deployment.add("portfolio-service", "portfolio_url")
            deployment.add("notification-service", "notifications_url")
            deployment.add("api-gateway", "gateway_url", gateways)
            made = run_command(deployment.environment, "first-start", "--json")
            assert made.returncode == 0, made.stderr
            if told := json.loads(made.stdout):
                deployment.credentials = Credentials(**told)
            return deployment

        yield start
