"""Clients that send orders of every type until the platform is gone, and what each was told."""

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import httpx

from tradewind.testing.process import PlatformProcess

CONNECTIONS = 6
STOCKS = ("AAPL", "IBM", "MSFT")
WITHOUT_SELLS = "GOOG"
"""Where nothing stands that an order at market of the same account could meet."""
SOLD_SHORT = "FB"
"""What is only sold short and bought back: an account is long or short in a symbol, not both."""
REFUSED = (403, 422)

Body = dict[str, Any]  # Any: a JSON document


def _stock(draw: Random, **more: Any) -> Body:  # Any: fields of a JSON document
    return {
        "symbol": draw.choice(STOCKS),
        "qty": str(draw.randrange(1, 5)),
        "side": "buy",
        "time_in_force": draw.choice(["day", "gtc"]),
        **more,
    }


def _for_an_auction(draw: Random, auction: str) -> Body:
    prices = draw.choice([{"type": "market"}, {"type": "limit", "limit_price": _HIGH}])
    return _stock(draw, symbol=WITHOUT_SELLS, **{**prices, "time_in_force": auction})


def _leg(**prices: str) -> dict[str, str]:
    return prices


# Far from the market where they shall wait, and far beyond it where they shall trade at once.
_FAR_BELOW, _LOW, _HIGH, _FAR_ABOVE, _BEYOND = "1", "2", "5000", "9000", "9500"

AUCTIONS = {"opening auction", "closing auction"}

KINDS: dict[str, Callable[[Random], Body]] = {
    "limit that rests": lambda draw: _stock(draw, type="limit", limit_price=_LOW),
    "limit that trades": lambda draw: _stock(draw, type="limit", limit_price=_HIGH),
    "limit at once or not": lambda draw: _stock(
        draw, type="limit", limit_price=_HIGH, time_in_force=draw.choice(["ioc", "fok"])
    ),
    "limit to sell": lambda draw: _stock(draw, type="limit", limit_price=_FAR_ABOVE, side="sell"),
    "extended hours": lambda draw: _stock(
        draw, type="limit", limit_price=_LOW, time_in_force="day", extended_hours=True
    ),
    "market": lambda draw: _stock(draw, type="market", symbol=WITHOUT_SELLS),
    "fraction": lambda draw: _stock(
        draw, type="market", symbol=WITHOUT_SELLS, qty="0.123456789", time_in_force="day"
    ),
    "notional": lambda draw: {
        key: value
        for key, value in _stock(
            draw, type="market", symbol=WITHOUT_SELLS, notional="25.5", time_in_force="day"
        ).items()
        if key != "qty"
    },
    "stop": lambda draw: _stock(draw, type="stop", stop_price=_HIGH),
    "stop limit": lambda draw: _stock(
        draw, type="stop_limit", stop_price=_HIGH, limit_price="5001"
    ),
    "trailing percent": lambda draw: _stock(draw, type="trailing_stop", trail_percent="10"),
    "trailing price": lambda draw: _stock(draw, type="trailing_stop", trail_price="7.5"),
    "bracket": lambda draw: _stock(
        draw,
        type="limit",
        limit_price=draw.choice([_LOW, _HIGH]),
        order_class="bracket",
        take_profit=_leg(limit_price=_FAR_ABOVE),
        stop_loss=_leg(stop_price=_FAR_BELOW),
    ),
    "one triggers the other": lambda draw: _stock(
        draw,
        type="limit",
        limit_price=_HIGH,
        order_class="oto",
        stop_loss=_leg(stop_price=_FAR_BELOW),
    ),
    "one cancels the other": lambda draw: _stock(
        draw,
        side="sell",
        qty="1",
        type="limit",
        order_class="oco",
        take_profit=_leg(limit_price=_FAR_ABOVE),
        stop_loss=_leg(stop_price=_FAR_BELOW),
    ),
    "short sale": lambda draw: _stock(
        draw,
        type="limit",
        limit_price=draw.choice([_LOW, _FAR_ABOVE]),
        symbol=SOLD_SHORT,
        side="sell",
        position_intent="sell_to_open",
    ),
    "short stop": lambda draw: _stock(
        draw, type="stop", stop_price=_LOW, symbol=SOLD_SHORT, side="sell"
    ),
    "short bracket": lambda draw: _stock(
        draw,
        type="limit",
        limit_price=draw.choice([_LOW, _FAR_ABOVE]),
        symbol=SOLD_SHORT,
        side="sell",
        order_class="bracket",
        take_profit=_leg(limit_price=_FAR_BELOW),
        stop_loss=_leg(stop_price=_BEYOND),
    ),
    "buying back": lambda draw: _stock(
        draw,
        type="limit",
        limit_price=_HIGH,
        symbol=SOLD_SHORT,
        qty="1",
        position_intent="buy_to_close",
    ),
    "opening auction": lambda draw: _for_an_auction(draw, "opg"),
    "closing auction": lambda draw: _for_an_auction(draw, "cls"),
    "crypto": lambda draw: {
        "symbol": "BTC/USD",
        "qty": "0.0123",
        "side": "buy",
        "type": "limit",
        "limit_price": draw.choice(["1000", "900000"]),
        "time_in_force": draw.choice(["gtc", "ioc"]),
    },
}


class Load:
    """What was sent, and what was acknowledged of it."""

    def __init__(self, platform: PlatformProcess, seed: int) -> None:
        self.platform = platform
        self.random = Random(seed)
        self.sent: dict[str, Body] = {}
        self.acknowledged: dict[str, str] = {}
        """Order ids by the client's own id."""
        self.orders: set[str] = set()
        """Ids of orders whose client's own id is the platform's: legs, and orders that close."""
        self.canceled: set[str] = set()
        self.replaced: dict[str, str] = {}
        self.replacing: set[str] = set()
        """The clients' ids of replacements, whether acknowledged or not."""
        self.kinds: Counter[str] = Counter()

    async def run_until(self, ended: Callable[[], Any]) -> None:  # Any: the answer is not used
        """Send for a moment, end the platform, and wait for what the clients say to that."""
        clients = [asyncio.create_task(self._client()) for _ in range(CONNECTIONS)]
        # On a busy machine it takes a while until they are under way at all.
        for _ in range(200):
            if len(self.acknowledged) > CONNECTIONS or all(client.done() for client in clients):
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(self.random.uniform(0.05, 1.0))
        await asyncio.to_thread(ended)
        async with asyncio.timeout(60):
            await asyncio.gather(*clients)

    async def _client(self) -> None:
        async with connected(self.platform) as client:
            try:
                while True:
                    await self._submit(client)
            except (httpx.TransportError, httpx.HTTPStatusError):
                return

    async def _submit(self, client: httpx.AsyncClient) -> None:
        kind = self.random.choice(list(KINDS))
        name = self._name()
        body = self.sent[name] = {**KINDS[kind](self.random), "client_order_id": name}
        answer = _checked(await client.post("/v2/orders", json=body))
        if answer.status_code in REFUSED:
            del self.sent[name]
            return
        order = answer.json()
        self.kinds[kind] += 1
        self._acknowledge(name, order)
        await self._go_on(client, order)

    async def _go_on(self, client: httpx.AsyncClient, order: Body) -> None:
        dice = self.random.random()
        if dice < 0.2:
            if _checked(await client.delete(f"/v2/orders/{order['id']}")).status_code == 204:
                self.canceled.add(order["id"])
                self.kinds["cancel"] += 1
        elif dice < 0.4 and order["limit_price"] == _LOW:
            await self._replace(client, order)
        elif dice < 0.5:
            path = f"/v2/positions/{self.random.choice((WITHOUT_SELLS, SOLD_SHORT))}"
            answer = await client.delete(path, params={"percentage": "10"})
            if answer.status_code != 404 and _checked(answer).status_code == 200:
                self.orders.add(answer.json()["id"])
                self.kinds["close"] += 1

    async def _replace(self, client: httpx.AsyncClient, order: Body) -> None:
        name = self._name()
        self.replacing.add(name)
        body = {"limit_price": "3", "client_order_id": name}
        answer = _checked(await client.patch(f"/v2/orders/{order['id']}", json=body))
        if answer.status_code in REFUSED:
            self.replacing.discard(name)
            return
        self.kinds["replace"] += 1
        self._acknowledge(name, answer.json())
        self.replaced[order["id"]] = answer.json()["id"]

    def _acknowledge(self, name: str, order: Body) -> None:
        self.acknowledged[name] = order["id"]
        self.orders |= {leg["id"] for leg in order["legs"] or ()}

    def _name(self) -> str:
        return f"{len(self.sent)}-{self.random.getrandbits(48):x}"

    async def check(self, known: set[str]) -> set[str]:
        """Compare the restarted platform with what the clients were told.

        ``known`` are the clients' ids of earlier rounds; returns all there are now.
        """
        async with connected(self.platform) as client:
            orders = await _all_orders(client)
            by_id = {order["id"]: order for order in orders}
            by_name = {order["client_order_id"]: order for order in orders}
            assert len(by_name) == len(by_id) == len(orders), "an order is there twice"
            for name, order_id in self.acknowledged.items():
                assert by_name[name]["id"] == order_id, "an acknowledged order is lost"
            assert self.orders <= by_id.keys(), "an acknowledged leg or closing order is lost"
            for order_id in self.canceled:
                assert by_id[order_id]["status"] == "canceled", "an acknowledged cancel is lost"
            for old, new in self.replaced.items():
                assert by_id[old]["status"] == "replaced", "an acknowledged replacement is lost"
                assert (by_id[old]["replaced_by"], by_id[new]["replaces"]) == (new, old)
            named = {name for name, order in by_name.items() if name != order["id"]}
            assert named - known <= self.sent.keys() | self.replacing, "nobody sent an order"
            await self._send_again(client, by_name)
            return {order["client_order_id"] for order in await _all_orders(client)}

    async def _send_again(self, client: httpx.AsyncClient, by_name: dict[str, Body]) -> None:
        """Ask again for what nobody knows about: what is there already is not taken twice."""
        for name in sorted(self.sent.keys() - self.acknowledged.keys()):
            again = await client.post("/v2/orders", json=self.sent[name])
            assert again.status_code in (200, *REFUSED), again.text
            if name in by_name:
                assert "client_order_id must be unique" in again.text


def connected(platform: PlatformProcess) -> httpx.AsyncClient:
    """Return a client that signs its requests."""
    return httpx.AsyncClient(base_url=platform.gateway_url, headers=platform.headers, timeout=30)


def _checked(answer: httpx.Response) -> httpx.Response:
    """Return an answer that is one; raises ``HTTPStatusError`` where the platform is on its end."""
    if answer.status_code >= 500:
        assert answer.status_code == 503, answer.text
        answer.raise_for_status()
    assert answer.status_code in (200, 204, *REFUSED), answer.text
    return answer


async def _all_orders(client: httpx.AsyncClient) -> list[Body]:
    orders: list[Body] = []
    query = {"status": "all", "limit": "500", "direction": "asc"}
    while True:
        page = (await client.get("/v2/orders", params=query)).raise_for_status().json()
        orders += page
        if len(page) < 500:
            return orders
        query["after_order_id"] = page[-1]["id"]
