"""A platform that is killed at a random moment under load loses nothing that it acknowledged."""

import asyncio
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tradewind.testing.process import PlatformProcess

ROUNDS = int(os.environ.get("TRADEWIND_TEST_KILL_ROUNDS", "20"))
CONNECTIONS = 6
SEED = int(os.environ.get("TRADEWIND_TEST_SEED", "0")) or random.SystemRandom().getrandbits(32)

TYPES = [
    *({"type": "limit", "limit_price": price} for price in ("1", "2", "5000")),
    {"type": "stop", "stop_price": "5000"},
    {"type": "stop_limit", "stop_price": "5000", "limit_price": "5001"},
    {"type": "trailing_stop", "trail_percent": "10"},
]
"""What orders are, some that trade at once and some that wait for a price."""


@pytest.fixture
def platform() -> Iterator[PlatformProcess]:
    # A short path: PostgreSQL's socket lies below it, and its length is limited.
    folder = Path(tempfile.mkdtemp(prefix="tw-kill-"))
    platform = PlatformProcess(folder, initial_cash="1000000")
    platform.start()
    yield platform
    platform.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Load:
    """Clients that send orders until the platform is gone, and what each was told."""

    def __init__(self, platform: PlatformProcess, seed: int) -> None:
        self.platform = platform
        self.random = random.Random(seed)
        self.sent: dict[str, dict[str, str]] = {}
        self.acknowledged: dict[str, str] = {}
        self.canceled: set[str] = set()

    def order(self) -> dict[str, str]:
        name = f"{len(self.sent)}-{self.random.getrandbits(48):x}"
        body = {
            "symbol": self.random.choice(["AAPL", "IBM", "MSFT"]),
            "qty": str(self.random.randrange(1, 5)),
            "side": "buy",
            "time_in_force": self.random.choice(["day", "gtc"]),
            "client_order_id": name,
            **self.random.choice(TYPES),
        }
        self.sent[name] = body
        return body

    async def client(self) -> None:
        async with httpx.AsyncClient(
            base_url=self.platform.gateway_url, headers=self.platform.headers, timeout=30
        ) as client:
            try:
                while True:
                    await self.step(client)
            except (httpx.TransportError, httpx.HTTPStatusError):
                return

    async def step(self, client: httpx.AsyncClient) -> None:
        body = self.order()
        answer = await client.post("/v2/orders", json=body)
        if answer.status_code == 503:
            answer.raise_for_status()
        assert answer.status_code in (200, 403), answer.text
        if answer.status_code == 403:
            del self.sent[body["client_order_id"]]
            return
        order = answer.json()
        self.acknowledged[body["client_order_id"]] = order["id"]
        if order["status"] == "new" and self.random.random() < 0.3:
            canceled = await client.delete(f"/v2/orders/{order['id']}")
            if canceled.status_code == 204:
                self.canceled.add(order["id"])

    async def run_until_killed(self) -> None:
        clients = [asyncio.create_task(self.client()) for _ in range(CONNECTIONS)]
        await asyncio.sleep(self.random.uniform(0.05, 1.0))
        self.platform.kill()
        async with asyncio.timeout(60):
            await asyncio.gather(*clients)


async def all_orders(client: httpx.AsyncClient) -> list[dict[str, str]]:
    orders: list[dict[str, str]] = []
    query = {"status": "all", "limit": "500", "direction": "asc"}
    while True:
        page = (await client.get("/v2/orders", params=query)).raise_for_status().json()
        orders += page
        if len(page) < 500:
            return orders
        query["after_order_id"] = page[-1]["id"]


async def check(platform: PlatformProcess, load: Load, known: set[str]) -> set[str]:
    """Compare the restarted platform with what its clients were told; return all orders' ids."""
    async with httpx.AsyncClient(
        base_url=platform.gateway_url, headers=platform.headers, timeout=30
    ) as client:
        orders = await all_orders(client)
        by_name = {order["client_order_id"]: order for order in orders}
        assert len(by_name) == len(orders), "an order is there twice"
        for name, order_id in load.acknowledged.items():
            assert by_name[name]["id"] == order_id, "an acknowledged order is lost"
        for order in orders:
            if order["id"] in load.canceled:
                assert order["status"] == "canceled", "an acknowledged cancel is lost"
        fresh = {name for name in by_name if name not in known}
        assert fresh <= load.sent.keys(), "an order is there that nobody sent"
        for name in sorted(load.sent.keys() - load.acknowledged.keys()):
            again = await client.post("/v2/orders", json=load.sent[name])
            assert again.status_code == (422 if name in by_name else again.status_code), again.text
            assert again.status_code in (200, 403, 422)
        return {order["client_order_id"] for order in await all_orders(client)}


@pytest.mark.timeout(60 + 20 * ROUNDS)
async def test_killed_platform_keeps_every_acknowledged_order(platform: PlatformProcess) -> None:
    sys.stdout.write(f"TRADEWIND_TEST_SEED={SEED}\n")
    known: set[str] = set()
    acknowledged = 0
    for number in range(ROUNDS):
        load = Load(platform, SEED + number)
        await load.run_until_killed()
        platform.start()
        known = await check(platform, load, known)
        acknowledged += len(load.acknowledged)
        verified = platform.run("verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
    assert acknowledged > 10 * ROUNDS, "the load was too thin to show anything"
