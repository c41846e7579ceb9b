"""Clients that send orders through every gateway, and what must hold of them afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from tests.integration.distributed.conftest import Deployment

from tradewind.testing.services import run_command

CLIENTS = 4
ENOUGH = 20
"""Orders that every client sends before anything happens, and after it."""
_GIVE_UP_S = 90.0


class Load:
    """Sends orders one after another, each until it is taken, as a client with retries does."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.sent: set[str] = set()
        self.acknowledged: dict[str, str] = {}
        self.failures: list[str] = []
        """Answers that a client had to repeat its request after."""
        self.longest_s = 0.0
        self._stopping = False
        self._moved = asyncio.Condition()

    @asynccontextmanager
    async def running(self, give_up_s: float = _GIVE_UP_S) -> AsyncIterator[None]:
        """Send orders while the body runs, and for a while before and after it."""
        clients = [asyncio.create_task(self._client(f"c{number}")) for number in range(CLIENTS)]
        try:
            async with asyncio.timeout(give_up_s):
                await self._more()
                yield
                await self._more()
        finally:
            self._stopping = True
            await asyncio.gather(*clients)

    async def _more(self) -> None:
        enough = len(self.acknowledged) + CLIENTS * ENOUGH
        async with self._moved:
            await self._moved.wait_for(lambda: len(self.acknowledged) >= enough)

    async def _client(self, name: str) -> None:
        count = turn = 0
        async with httpx.AsyncClient(headers=self._deployment.headers, timeout=30) as client:
            while not self._stopping:
                order = f"{name}-{count}"
                self.sent.add(order)
                turn += 1
                if await self._send(client, order, turn):
                    count += 1

    async def _send(self, client: httpx.AsyncClient, order: str, turn: int) -> bool:
        gateways = self._deployment.gateways
        url = gateways[turn % len(gateways)].url
        began = time.monotonic()
        try:
            answer = await client.post(f"{url}/v2/orders", json=body(order))
        except httpx.TransportError as error:
            self.failures.append(repr(error))
            await asyncio.sleep(0.02)
            return False
        self.longest_s = max(self.longest_s, time.monotonic() - began)
        if answer.status_code == 200:
            async with self._moved:
                self.acknowledged[order] = answer.json()["id"]
                self._moved.notify_all()
            return True
        if answer.status_code == 422 and "client_order_id" in answer.text:
            return True  # Taken before, though the answer was lost.
        self.failures.append(f"{answer.status_code} {answer.text}")
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(0.02)
        return False

    async def check(self) -> None:
        """Compare what the platform has with what the clients were told."""
        orders: list[dict[str, str]] = []
        query = {"status": "all", "limit": "500", "direction": "asc"}
        async with httpx.AsyncClient(
            base_url=self._deployment.gateways[0].url,
            headers=self._deployment.headers,
            timeout=30,
        ) as client:
            while True:
                page = (await client.get("/v2/orders", params=query)).raise_for_status().json()
                orders += page
                if len(page) < 500:
                    break
                query["after_order_id"] = page[-1]["id"]
        ours = [order for order in orders if order["client_order_id"] in self.sent]
        by_name = {order["client_order_id"]: order["id"] for order in ours}
        assert len(by_name) == len(ours), "an order is there twice"
        assert self.acknowledged.items() <= by_name.items(), "an acknowledged order is lost"
        verified = await asyncio.to_thread(run_command, self._deployment.environment, "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def body(client_order_id: str) -> dict[str, str]:
    """Return an order that rests far from the market."""
    return {
        "symbol": "AAPL",
        "qty": "1",
        "side": "buy",
        "type": "limit",
        "time_in_force": "gtc",
        "limit_price": "1",
        "client_order_id": client_order_id,
    }
