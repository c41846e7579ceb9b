"""Two platforms at one PostgreSQL: one leads, the other takes over, whatever ends the first."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.testing.process import PlatformProcess

CLIENTS = 4
TAKEOVER_AFTER_CRASH_S = 5.0
TAKEOVER_AFTER_STOP_S = 1.0

StartPlatform = Callable[[], PlatformProcess]


@pytest.fixture(scope="module")
async def server_dsn() -> AsyncIterator[str]:
    # A server of its own, with all its promises about durability.
    folder = Path(tempfile.mkdtemp(prefix="tw-lead-"))
    server = EmbeddedPostgres(folder)
    try:
        yield await server.start()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def dsn(server_dsn: str) -> str:
    connection = await asyncpg.connect(server_dsn, timeout=10)
    name = f"lead_{time.monotonic_ns()}"
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return server_dsn.replace("/tradewind?", f"/{name}?")


@pytest.fixture
def start(dsn: str, tmp_path: Path) -> Iterator[StartPlatform]:
    with ExitStack() as stack:

        def make() -> PlatformProcess:
            platform = PlatformProcess(
                tmp_path,
                database_url=dsn,
                initial_cash="900000000",
                # So that leaders end while their children make snapshots.
                snapshot_records="1000",
            )
            stack.enter_context(_ended(platform))
            platform.start()
            return platform

        yield make


@contextmanager
def _ended(platform: PlatformProcess) -> Iterator[None]:
    yield
    if platform.is_running:
        platform.send_signal(signal.SIGCONT)
        platform.kill()


class Load:
    """Clients that send orders to whichever platform takes them."""

    def __init__(self, platforms: list[PlatformProcess], headers: dict[str, str]) -> None:
        self.urls = [platform.gateway_url for platform in platforms]
        self.headers = headers
        self.sent: set[str] = set()
        self.acknowledged: dict[str, str] = {}
        self.stopping = False
        self.moved = asyncio.Event()
        self.acknowledged_at: list[float] = []

    async def client(self, name: str) -> None:
        async with httpx.AsyncClient(headers=self.headers, timeout=3) as client:
            url, count = self.urls[0], 0
            while not self.stopping:
                order = f"{name}-{count}"
                self.sent.add(order)
                try:
                    answer = await client.post(f"{url}/v2/orders", json=_body(order))
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.status_code == 200:
                    self.acknowledged[order] = answer.json()["id"]
                    self.acknowledged_at.append(time.monotonic())
                    self.moved.set()
                    count += 1
                elif answer is not None and answer.status_code == 422:
                    # Sent before and done, though the answer was lost.
                    assert "client_order_id" in answer.text, answer.text
                    count += 1
                else:
                    assert answer is None or answer.status_code == 503, answer.text
                    url = self.next_url(url)
                    await asyncio.sleep(0.02)

    def next_url(self, url: str) -> str:
        after = self.urls.index(url) + 1 if url in self.urls else 0
        return self.urls[after % len(self.urls)]

    async def run(self, seconds_before: float, act: Callable[[], object]) -> float:
        """Send orders, act in the middle, and return how long nothing was acknowledged then."""
        clients = [asyncio.create_task(self.client(f"c{number}")) for number in range(CLIENTS)]
        await asyncio.sleep(seconds_before)
        assert self.acknowledged, "the leader takes orders"
        acted_at = time.monotonic()
        act()
        try:
            async with asyncio.timeout(30):
                # An answer that was under way may still arrive: the gap is what counts.
                while not (gap := _gap(self.acknowledged_at, acted_at)):
                    await self.moved.wait()
                    self.moved.clear()
        finally:
            self.stopping = True
            await asyncio.gather(*clients)
        return gap


def _gap(at: list[float], since: float) -> float:
    later = [moment for moment in at if moment > since]
    gaps = [b - a for a, b in zip([since, *later], later, strict=False)]
    return max((gap for gap in gaps if gap > 0.1), default=0.0)


def _body(client_order_id: str) -> dict[str, str]:
    return {
        "symbol": "AAPL",
        "qty": "1",
        "side": "buy",
        "type": "limit",
        "time_in_force": "gtc",
        "limit_price": "1",
        "client_order_id": client_order_id,
    }


async def check(platform: PlatformProcess, load: Load) -> None:
    """Compare what the new leader has with what the clients were told."""
    async with httpx.AsyncClient(
        base_url=platform.gateway_url, headers=load.headers, timeout=30
    ) as client:
        orders: list[dict[str, str]] = []
        query = {"status": "all", "limit": "500", "direction": "asc"}
        while True:
            page = (await client.get("/v2/orders", params=query)).raise_for_status().json()
            orders += page
            if len(page) < 500:
                break
            query["after_order_id"] = page[-1]["id"]
    by_name = {order["client_order_id"]: order["id"] for order in orders}
    assert len(by_name) == len(orders), "an order is there twice"
    assert by_name.keys() <= load.sent, "an order is there that nobody sent"
    assert load.acknowledged.items() <= by_name.items(), "an acknowledged order is lost"
    verified = platform.run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


async def test_only_the_leader_serves_and_bootstraps(start: StartPlatform) -> None:
    leader, standby = start(), start()
    assert leader.leads
    assert leader.credentials is not None
    assert not standby.leads
    assert standby.credentials is None
    async with httpx.AsyncClient(headers=leader.headers, timeout=10) as client:
        for url in (leader.gateway_url, f"{leader.web_url}/api"):
            assert (await client.get(f"{url}/healthz/ready")).status_code == 200
            assert (await client.get(f"{url}/v2/account")).status_code == 200
        for url in (standby.gateway_url, f"{standby.web_url}/api"):
            assert (await client.get(f"{url}/healthz/live")).status_code == 200
            assert (await client.get(f"{url}/healthz/ready")).status_code == 503
            refused = await client.post(f"{url}/v2/orders", json=_body("x"))
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
            assert refused.json()["code"] == 50310001
            assert "standby" in refused.json()["message"]
    assert standby.stop() == 0
    assert leader.stop() == 0


async def test_killed_leader_is_replaced_within_five_seconds(start: StartPlatform) -> None:
    leader, standby = start(), start()
    load = Load([leader, standby], leader.headers)
    gap = await load.run(1.5, leader.kill)
    standby.wait_leading()
    sys.stdout.write(f"gap {gap:.2f} s\n")
    assert gap < TAKEOVER_AFTER_CRASH_S
    await check(standby, load)


async def test_clean_stop_hands_over_within_a_second(start: StartPlatform) -> None:
    leader, standby = start(), start()
    load = Load([leader, standby], leader.headers)
    gap = await load.run(1.5, lambda: leader.send_signal(signal.SIGTERM))
    assert leader.wait_ended() == 0
    standby.wait_leading()
    sys.stdout.write(f"gap {gap:.2f} s\n")
    assert gap < TAKEOVER_AFTER_STOP_S
    await check(standby, load)


async def test_deposed_leader_that_wakes_up_writes_nothing(start: StartPlatform, dsn: str) -> None:
    leader, standby = start(), start()
    load = Load([leader, standby], leader.headers)

    def stop_leader() -> None:
        leader.send_signal(signal.SIGSTOP)
        # Asking a stopped process is a wait of its own: others send readiness probes instead.
        load.urls.pop(0)

    gap = await load.run(1.5, stop_leader)
    standby.wait_leading()
    sys.stdout.write(f"gap {gap:.2f} s\n")
    assert gap < TAKEOVER_AFTER_CRASH_S
    standby.stop()
    before = await _rows(dsn)
    leader.send_signal(signal.SIGCONT)
    assert leader.wait_ended() == 70
    assert "leads no more" in leader.log()
    assert await _rows(dsn) == before
    standby.start()
    assert standby.leads
    await check(standby, load)


async def _rows(dsn: str) -> dict[str, tuple[int, int]]:
    """Return how many rows every table has, and which transactions wrote them."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        tables = await connection.fetch(
            "SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables"
        )
        found = {}
        for table in tables:
            row = await connection.fetchrow(
                f"SELECT count(*) AS n, coalesce(max(xmin::text::bigint), 0) AS x "
                f"FROM {table['name']}"
            )
            assert row is not None
            found[table["name"]] = (row["n"], row["x"])
        return found
    finally:
        await connection.close()
