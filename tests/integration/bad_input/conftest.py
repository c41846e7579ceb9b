"""A trader at a replay whose time stands still, so that nothing but the trader changes anything."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest
from tests.site import Site, run_site

JOURNAL_NUMBER = "SELECT max(number) FROM orders.journal WHERE venue_id = $1"


@dataclass(frozen=True)
class Trader:
    """A client with a key, and the account behind it: a position, a filled and an open order."""

    client: httpx.AsyncClient
    database: "asyncpg.Connection[asyncpg.Record]"
    site: Site
    venue_id: str
    account_id: str
    filled_order_id: str
    open_order_id: str

    async def state(self) -> dict[str, object]:
        """Return everything that a request could change."""
        answers = {
            path: (await self.client.get(path)).raise_for_status().json()
            for path in (
                "/v2/account",
                "/v2/account/configurations",
                "/v2/orders?status=all&limit=500",
                "/v2/positions",
            )
        }
        number = await self.database.fetchval(JOURNAL_NUMBER, self.venue_id)
        return {**answers, "journal": number}

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[httpx.AsyncClient]:
        """Run a block and check that it has changed nothing."""
        before = await self.state()
        yield self.client
        assert await self.state() == before


@pytest.fixture(scope="session")
async def bad_input_site(postgres_dsn: str) -> AsyncIterator[Site]:
    """Return a platform of its own for these tests."""
    name = "bad_input"
    administration = await asyncpg.connect(postgres_dsn)
    await administration.execute(f"CREATE DATABASE {name}")
    folder = Path(tempfile.mkdtemp(prefix="tw-bad-input-"))
    dsn = postgres_dsn.replace("/tradewind?", f"/{name}?")
    async with run_site(dsn, folder) as site:
        yield site
    await administration.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await administration.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def trader(bad_input_site: Site) -> AsyncIterator[Trader]:
    """Return a trader whose orders stay as they are."""
    async with open_trader(bad_input_site) as trader:
        yield trader


@pytest.fixture(scope="session")
async def fuzzed_trader(bad_input_site: Site) -> AsyncIterator[Trader]:
    """Return a trader of another venue, whose orders may come and go."""
    async with open_trader(bad_input_site) as trader:
        yield trader


@asynccontextmanager
async def open_trader(site: Site) -> AsyncIterator[Trader]:
    """Open a replay and let a trader begin there."""
    database = await asyncpg.connect(site.dsn)
    feed = {
        "kind": "replay",
        "symbols": ["AAPL", "IBM"],
        "start_date": "2010-01-04",
        "end_date": "2010-03-01",
    }
    async with httpx.AsyncClient(base_url=site.gateway_url, timeout=30) as client:
        opened = await client.post(
            "/tradewind/v1/venues",
            json={"name": "Bad input", "feed": feed, "cash": "10000"},
            headers=administrator(site),
        )
        venue = opened.raise_for_status().json()
        client.headers["APCA-API-KEY-ID"] = venue["key_id"]
        client.headers["APCA-API-SECRET-KEY"] = venue["secret_key"]
        await step(client, venue["venue_id"])
        filled = await submit(client, symbol="AAPL", qty="10", client_order_id="the filled one")
        resting = await submit(
            client,
            symbol="IBM",
            qty="5",
            type="limit",
            limit_price="1.00",
            time_in_force="gtc",
            client_order_id="the open one",
        )
        await step(client, venue["venue_id"])
        orders = (await client.get("/v2/orders?status=all")).json()
        assert {order["id"]: order["status"] for order in orders} == {
            filled: "filled",
            resting: "new",
        }
        yield Trader(
            client=client,
            database=database,
            site=site,
            venue_id=venue["venue_id"],
            account_id=venue["account_id"],
            filled_order_id=filled,
            open_order_id=resting,
        )
    await database.close()


def administrator(site: Site) -> dict[str, str]:
    """Return the headers of the first administrator's key."""
    first = site.bootstrap.key
    return {"APCA-API-KEY-ID": first.key.key_id, "APCA-API-SECRET-KEY": first.secret}


async def step(client: httpx.AsyncClient, venue_id: str) -> None:
    """Let a trading day pass."""
    answer = await client.post(f"/tradewind/v1/venues/{venue_id}/step", json={"days": 1})
    answer.raise_for_status()


async def submit(client: httpx.AsyncClient, **fields: object) -> str:
    """Submit a good order and return its id."""
    body = {"side": "buy", "type": "market", "time_in_force": "day"} | fields
    order_id: str = (await client.post("/v2/orders", json=body)).raise_for_status().json()["id"]
    return order_id


def assert_refused(answer: httpx.Response, status: int, code: int | None = None) -> None:
    """Check that an answer is the documented refusal: status, code and a message for people."""
    assert answer.status_code == status, answer.text[:500]
    body = answer.json()
    assert isinstance(body["message"], str)
    assert 0 < len(body["message"]) < 600
    assert "Traceback" not in answer.text
    if code is not None:
        assert body["code"] == code, answer.text[:500]
    assert answer.headers["x-request-id"]
