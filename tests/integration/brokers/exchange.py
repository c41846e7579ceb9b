"""A small exchange that speaks Binance's spot protocol: signed REST, and orders over WebSocket.

It keeps the rules that matter here: keys and signatures are checked, a client order id is taken
once, amounts must be steps, and each fill is listed and told. A test says what trades.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

KEY, SECRET = "exchange-key", "exchange-secret"
MARKET = "BTCUSDT"
STEP, TICK = Decimal("0.0001"), Decimal("0.01")
FEE = Decimal("0.001")

_OPEN = ("NEW", "PARTIALLY_FILLED")


class Refused(Exception):
    """What the exchange answers instead: its code and words."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.body = {"code": code, "msg": message}
        self.status = status


@dataclass
class Order:
    """An order as the exchange keeps it."""

    number: int
    client_id: str
    side: str
    kind: str
    time_in_force: str
    qty: Decimal
    price: Decimal
    filled: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    status: str = "NEW"

    def shown(self) -> dict[str, object]:
        return {
            "symbol": MARKET,
            "orderId": self.number,
            "orderListId": -1,
            "clientOrderId": self.client_id,
            "price": str(self.price),
            "origQty": str(self.qty),
            "executedQty": str(self.filled),
            "cummulativeQuoteQty": str(self.value),
            "status": self.status,
            "timeInForce": self.time_in_force,
            "type": self.kind,
            "side": self.side,
            "stopPrice": "0",
            "time": _now(),
            "updateTime": _now(),
            "transactTime": _now(),
            "isWorking": True,
            "fills": [],
        }


@dataclass
class Exchange:
    """One market, one account, and everybody who listens."""

    cash: Decimal = Decimal(100_000)
    coins: Decimal = Decimal(0)
    last: Decimal = Decimal(50_000)
    fee_asset: str = "USDT"
    orders: list[Order] = field(default_factory=list)
    trades: list[dict[str, object]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    """Client order ids of every order that arrived, taken or not."""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._listeners: set[WebSocket] = set()
        routes = [
            Route("/api/v3/exchangeInfo", self._info),
            Route("/api/v3/ticker/24hr", self._ticker),
            Route("/api/v3/order", self._signed(self._submit), methods=["POST"]),
            Route("/api/v3/order", self._signed(self._get), methods=["GET"]),
            Route("/api/v3/order", self._signed(self._cancel), methods=["DELETE"]),
            Route("/api/v3/openOrders", self._signed(self._list)),
            Route("/api/v3/myTrades", self._signed(self._fills)),
            Route("/api/v3/account", self._signed(self._account)),
            WebSocketRoute("/ws-api/v3", self._stream),
        ]
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(Starlette(routes=routes), log_level="error", ws="websockets-sansio")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True
        )
        self._thread.start()
        self._loop: asyncio.AbstractEventLoop | None = None

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(10)

    @property
    def open(self) -> list[Order]:
        """The orders that stand."""
        return [order for order in self.orders if order.status in _OPEN]

    def trade(self, client_id: str, qty: str, price: str) -> None:
        """Fill a part of an order."""
        self._run(lambda: self._fill(self._find({"origClientOrderId": client_id}), qty, price))

    def end(self, client_id: str, status: str = "CANCELED") -> None:
        """End an order without anybody having asked."""
        self._run(lambda: self._end(self._find({"origClientOrderId": client_id}), status))

    def _run(self, work: Callable[[], None]) -> None:
        """Do something on the server's own thread and wait for it."""
        assert self._loop is not None

        async def done() -> None:
            work()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(10)

    def _signed(self, handler: Callable[[dict[str, str]], object]) -> Callable[..., Any]:
        async def serve(request: Request) -> Response:
            self._loop = asyncio.get_running_loop()
            text = (request.url.query or "") + (await request.body()).decode()
            unsigned, _, signature = text.rpartition("&signature=")
            expected = hmac.new(SECRET.encode(), unsigned.encode(), hashlib.sha256).hexdigest()
            try:
                if request.headers.get("X-MBX-APIKEY") != KEY or signature != expected:
                    raise Refused(-1022, "Signature for this request is not valid.", 401)
                return JSONResponse(handler(dict(parse_qsl(unquote(unsigned)))))
            except Refused as refused:
                return JSONResponse(refused.body, refused.status)

        return serve

    def _submit(self, sent: dict[str, str]) -> object:
        client_id = sent["newClientOrderId"]
        self.attempts.append(client_id)
        if any(order.client_id == client_id for order in self.open):
            raise Refused(-2010, "Duplicate order sent.")
        qty, kind = Decimal(sent["quantity"]), sent["type"]
        price = Decimal(sent.get("price", "0"))
        if qty % STEP or price % TICK:
            raise Refused(-1013, "Filter failure: LOT_SIZE")
        worth = qty * (price or self.last)
        if (worth > self.cash) if sent["side"] == "BUY" else (qty > self.coins):
            raise Refused(-2010, "Account has insufficient balance for requested action.")
        order = Order(
            next(self._numbers),
            client_id,
            sent["side"],
            kind,
            sent.get("timeInForce", "GTC"),
            qty,
            price,
        )
        self.orders.append(order)
        if kind == "MARKET":
            self._fill(order, str(qty), str(self.last))
        elif order.time_in_force == "IOC":
            self._end(order, "EXPIRED")
        else:
            self._tell(order, "NEW")
        return order.shown()

    def _get(self, sent: dict[str, str]) -> object:
        return self._find(sent).shown()

    def _cancel(self, sent: dict[str, str]) -> object:
        order = self._find(sent)
        if order.status not in _OPEN:
            raise Refused(-2011, "Unknown order sent.")
        self._end(order, "CANCELED")
        return order.shown()

    def _list(self, sent: dict[str, str]) -> object:
        return [order.shown() for order in self.open]

    def _fills(self, sent: dict[str, str]) -> object:
        return [trade for trade in self.trades if str(trade["orderId"]) == sent["orderId"]]

    def _account(self, sent: dict[str, str]) -> object:
        balances = {"USDT": self.cash, "BTC": self.coins}
        return {
            "canTrade": True,
            "accountType": "SPOT",
            "updateTime": _now(),
            "balances": [
                {"asset": asset, "free": str(amount), "locked": "0"}
                for asset, amount in balances.items()
            ],
        }

    def _find(self, sent: dict[str, str]) -> Order:
        for order in self.orders:
            if sent.get("orderId") == str(order.number) or (
                sent.get("origClientOrderId") == order.client_id
            ):
                return order
        raise Refused(-2013, "Order does not exist.")

    def _fill(self, order: Order, qty_text: str, price_text: str) -> None:
        qty, price = Decimal(qty_text), Decimal(price_text)
        way = 1 if order.side == "BUY" else -1
        fee = FEE * qty * (price if self.fee_asset == "USDT" else 1)
        order.filled += qty
        order.value += qty * price
        self.coins += way * qty - (fee if self.fee_asset == "BTC" else 0)
        self.cash -= way * qty * price + (fee if self.fee_asset == "USDT" else 0)
        order.status = "FILLED" if order.filled == order.qty else "PARTIALLY_FILLED"
        self.trades.append(
            {
                "symbol": MARKET,
                "id": len(self.trades) + 1,
                "orderId": order.number,
                "price": str(price),
                "qty": str(qty),
                "quoteQty": str(qty * price),
                "commission": str(fee),
                "commissionAsset": self.fee_asset,
                "time": _now(),
                "isBuyer": order.side == "BUY",
                "isMaker": order.kind == "LIMIT",
                "isBestMatch": True,
            }
        )
        self._tell(order, "TRADE")

    def _end(self, order: Order, status: str) -> None:
        order.status = status
        self._tell(order, status)

    def _tell(self, order: Order, kind: str) -> None:
        event: dict[str, object] = {
            "e": "executionReport",
            "E": _now(),
            "s": MARKET,
            "c": order.client_id,
            "S": order.side,
            "o": order.kind,
            "f": order.time_in_force,
            "q": str(order.qty),
            "p": str(order.price),
            "P": "0",
            "C": "",
            "x": kind,
            "X": order.status,
            "r": "NONE",
            "i": order.number,
            "l": "0",
            "z": str(order.filled),
            "L": "0",
            "n": "0",
            "N": None,
            "T": _now(),
            "t": -1,
            "w": True,
            "m": False,
            "O": _now(),
            "Z": str(order.value),
            "Y": "0",
            "Q": "0",
        }
        if kind == "TRADE":
            trade = self.trades[-1]
            # A client that adds fees up stumbles over a trade without a currency of its fee.
            event |= {
                "l": trade["qty"],
                "L": trade["price"],
                "n": trade["commission"],
                "N": trade["commissionAsset"],
                "t": trade["id"],
            }
        message = json.dumps({"subscriptionId": 0, "event": event})
        for listener in list(self._listeners):
            asyncio.get_running_loop().create_task(listener.send_text(message))

    async def _stream(self, socket: WebSocket) -> None:
        self._loop = asyncio.get_running_loop()
        await socket.accept()
        try:
            while True:
                asked = json.loads(await socket.receive_text())
                sent = {key: str(value) for key, value in asked["params"].items()}
                signature = sent.pop("signature", "")
                text = "&".join(f"{key}={sent[key]}" for key in sorted(sent))
                expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
                assert signature == expected
                await socket.send_text(
                    json.dumps({"id": asked["id"], "status": 200, "result": {"subscriptionId": 0}})
                )
                self._listeners.add(socket)
        except WebSocketDisconnect:
            self._listeners.discard(socket)

    async def _info(self, request: Request) -> Response:
        self._loop = asyncio.get_running_loop()
        market = {
            "symbol": MARKET,
            "status": "TRADING",
            "baseAsset": "BTC",
            "baseAssetPrecision": 8,
            "quoteAsset": "USDT",
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "orderTypes": ["LIMIT", "MARKET"],
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "permissions": ["SPOT"],
            "permissionSets": [["SPOT"]],
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": "0.01",
                    "maxPrice": "1000000",
                    "tickSize": str(TICK),
                },
                {
                    "filterType": "LOT_SIZE",
                    "minQty": str(STEP),
                    "maxQty": "9000",
                    "stepSize": str(STEP),
                },
            ],
        }
        return JSONResponse({"timezone": "UTC", "serverTime": _now(), "symbols": [market]})

    async def _ticker(self, request: Request) -> Response:
        if request.query_params.get("symbol") != MARKET:
            return JSONResponse({"code": -1121, "msg": "Invalid symbol."}, 400)
        return JSONResponse(
            {
                "symbol": MARKET,
                "lastPrice": str(self.last),
                "bidPrice": str(self.last),
                "askPrice": str(self.last),
                "closeTime": _now(),
            }
        )


def _now() -> int:
    return time.time_ns() // 1_000_000
