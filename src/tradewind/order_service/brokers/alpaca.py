"""Alpaca through its official client, alpaca-py.

The client's models hold amounts as floating point, so its raw form is used: JSON whose amounts are
text. Its calls block and run on threads of their own; its stream runs on our loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from alpaca.common.exceptions import APIError
from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
from alpaca.trading.client import TradingClient
from alpaca.trading.stream import TradingStream
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter

from tradewind.contracts.terms import Terms
from tradewind.order_service.brokers.broker import (
    CALL_TIMEOUT_S,
    BrokerExecution,
    BrokerHoldings,
    BrokerOrder,
    BrokerOrderState,
    BrokerRefused,
    BrokerUnreachable,
)
from tradewind.order_service.brokers.numbers import read_units
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, format_units
from tradewind.platform.settings import BrokerSettings

_THREADS = 4
_PAGE = 100
_OPEN_MAX = 500
_PAGES_MAX = 100
_NOT_FOUND = 404
_UNKNOWN_OUTCOME = frozenset({401, 408, 429})
"""Besides every 5xx: these say nothing about the order itself."""
_SERVER_ERROR = 500
_PLAIN = Terms()

# Any: JSON of somebody else's.
_Json = Any

_STATES = {
    "filled": BrokerOrderState.FILLED,
    "canceled": BrokerOrderState.CANCELED,
    "replaced": BrokerOrderState.CANCELED,
    "expired": BrokerOrderState.EXPIRED,
    "rejected": BrokerOrderState.REJECTED,
}
"""Everything else, done_for_day and suspended among it, may still trade."""


class _Bounded(HTTPAdapter):
    """Ends calls that the client itself would wait for without a bound."""

    def send(  # type: ignore[override] # the others are handed on as they come
        self, request: PreparedRequest, **more: Any
    ) -> Response:
        return super().send(request, **{**more, "timeout": CALL_TIMEOUT_S})


class _Stream(TradingStream):
    """The client's stream, which connects again by itself, and tells when it has."""

    def __init__(self, told: Callable[[bool], None], *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._told = told

    async def _start_ws(self) -> None:
        await super()._start_ws()  # type: ignore[no-untyped-call] # the client's
        self._told(True)

    async def close(self) -> None:
        self._told(False)
        await super().close()


class AlpacaBroker:
    """One account at Alpaca."""

    def __init__(self, settings: BrokerSettings) -> None:
        key, secret = settings.key.get_secret_value(), settings.secret.get_secret_value()
        url = settings.url.rstrip("/") if settings.url else None
        self._keys = (key, secret)
        self._paper = settings.paper
        self._stream_url = f"ws{url.removeprefix('http')}/stream" if url else None
        self._trading = TradingClient(
            key, secret, paper=settings.paper, raw_data=True, url_override=url
        )
        self._stocks = StockHistoricalDataClient(key, secret, raw_data=True, url_override=url)
        self._crypto = CryptoHistoricalDataClient(key, secret, raw_data=True, url_override=url)
        for client in (self._trading, self._stocks, self._crypto):
            client._session.mount("https://", _Bounded())
            client._session.mount("http://", _Bounded())
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="alpaca")
        self._connected = False

    @property
    def connected(self) -> bool:
        """Whether the stream of trade updates is open."""
        return self._connected

    async def submit(self, order: OrderState) -> BrokerOrder:
        """Send an order under our id of it."""
        terms = order.terms or _PLAIN
        amounts = {
            "qty": order.qty,
            "limit_price": order.limit_price,
            "stop_price": None if terms.trail_price or terms.trail_percent else terms.stop_price,
            "trail_price": terms.trail_price,
            "trail_percent": terms.trail_percent,
        }
        body: dict[str, object] = {
            "symbol": order.symbol,
            "side": order.side.value,
            "type": order.order_type.value,
            "time_in_force": order.time_in_force.value,
            "client_order_id": order.order_id,
            "extended_hours": order.extended_hours,
        }
        body |= {name: format_units(units) for name, units in amounts.items() if units is not None}
        return _order(await self._call(self._trading.post, "/orders", body))

    async def find(self, order: OrderState) -> BrokerOrder | None:
        """Return an order by our id of it."""
        path = "/orders:by_client_order_id"
        found = await self._call(
            self._trading.get, path, {"client_order_id": order.order_id}, missing=True
        )
        return None if found is None else _order(found)

    async def cancel(self, order: BrokerOrder) -> None:
        """Ask for the end of an order."""
        await self._call(self._trading.delete, f"/orders/{order.broker_order_id}")

    async def executions(self, order: BrokerOrder) -> list[BrokerExecution]:
        """Return every fill of an order, oldest first."""
        query = {"order_id": order.broker_order_id, "direction": "asc", "page_size": _PAGE}
        found: list[BrokerExecution] = []
        for _ in range(_PAGES_MAX):
            page = await self._call(self._trading.get, "/account/activities/FILL", query)
            for fill in page:
                if fill["order_id"] == order.broker_order_id:
                    found.append(_execution(fill))
            if len(page) < _PAGE:
                return found
            query["page_token"] = page[-1]["id"]
        raise BrokerUnreachable(f"order {order.broker_order_id} has too many fills to read")

    async def open_orders(self) -> list[BrokerOrder]:
        """Return every open order of the account."""
        query: dict[str, object] = {"status": "open", "limit": _OPEN_MAX, "direction": "asc"}
        found: dict[str, BrokerOrder] = {}
        for _ in range(_PAGES_MAX):
            page = await self._call(self._trading.get, "/orders", query)
            fresh = [order for order in map(_order, page) if order.broker_order_id not in found]
            found |= {order.broker_order_id: order for order in fresh}
            if len(page) < _OPEN_MAX or not fresh:
                return list(found.values())
            query["after_order_id"] = page[-1]["id"]
        raise BrokerUnreachable("the account has too many open orders to read")

    async def holdings(self, symbols: set[str]) -> BrokerHoldings:
        """Return cash and positions; crypto pairs go by our spelling where we hold them."""
        account = await self._call(self._trading.get, "/account")
        spelled = {symbol.replace("/", ""): symbol for symbol in symbols}
        positions: dict[str, QuantityUnits] = {}
        prices: dict[str, PriceUnits] = {}
        for position in await self._call(self._trading.get, "/positions"):
            symbol = spelled.get(position["symbol"], position["symbol"])
            positions[symbol] = QuantityUnits(read_units("qty", position["qty"]))
            if position.get("current_price") is not None:
                price = read_units("current_price", position["current_price"])
                prices[symbol] = PriceUnits(price)
        cash = MoneyUnits(read_units("cash", account["cash"]))
        return BrokerHoldings(cash=cash, positions=positions, prices=prices)

    async def newest_price(self, symbol: str) -> PriceUnits | None:
        """Return the newest trade's price."""
        if "/" in symbol:
            path, query = "/crypto/us/latest/trades", {"symbols": symbol}
            found = await self._call(self._crypto.get, path, query, missing=True)
        else:
            path, query = "/stocks/trades/latest", {"symbols": symbol}
            found = await self._call(self._stocks.get, path, query, missing=True)
        trade = ((found or {}).get("trades") or {}).get(symbol)
        price = read_units("price", trade["p"]) if trade else 0
        return PriceUnits(price) if price > 0 else None

    async def updates(self) -> AsyncIterator[str]:
        """Yield our ids of orders of which there is news, and "" after each new connection."""
        news: asyncio.Queue[str] = asyncio.Queue()

        def told(connected: bool) -> None:
            self._connected = connected
            if connected:
                news.put_nowait("")

        async def heard(message: _Json) -> None:
            news.put_nowait(str(message["data"]["order"]["client_order_id"]))

        stream = _Stream(
            told, *self._keys, paper=self._paper, raw_data=True, url_override=self._stream_url
        )
        stream.subscribe_trade_updates(heard)
        # Not its ``run``, which needs a loop of its own.
        running = asyncio.create_task(
            stream._run_forever(),  # type: ignore[no-untyped-call] # the client's
            name="alpaca stream",
        )
        try:
            while True:
                yield await news.get()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await stream.close()

    async def close(self) -> None:
        """End every connection."""
        for client in (self._trading, self._stocks, self._crypto):
            client._session.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _call(
        self, method: Callable[..., _Json], *arguments: object, missing: bool = False
    ) -> _Json:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, method, *arguments)
        except APIError as error:
            raise_read = _read_error(error, missing=missing)
            if raise_read is None:
                return None
            raise raise_read from None
        except (RequestException, ValueError) as error:
            raise BrokerUnreachable(f"{type(error).__name__}: {error}") from None


def _read_error(error: APIError, *, missing: bool) -> Exception | None:
    """Return what an answer with an error status means, ``None`` for what is not there."""
    status = error.status_code or _SERVER_ERROR
    if status == _NOT_FOUND and missing:
        return None
    words = f"{status} {str(error)[:300]}"
    if status in _UNKNOWN_OUTCOME or status >= _SERVER_ERROR:
        return BrokerUnreachable(words)
    return BrokerRefused(words)


def _order(sent: _Json) -> BrokerOrder:
    try:
        return BrokerOrder(
            client_order_id=sent["client_order_id"],
            broker_order_id=sent["id"],
            symbol=sent["symbol"],
            qty=QuantityUnits(read_units("qty", sent["qty"] or 0)),
            filled_qty=QuantityUnits(read_units("filled_qty", sent["filled_qty"])),
            state=_STATES.get(sent["status"], BrokerOrderState.WORKING),
        )
    except (KeyError, TypeError) as error:
        raise BrokerUnreachable(f"the broker's order cannot be read: {error!r}") from None


def _execution(sent: _Json) -> BrokerExecution:
    try:
        return BrokerExecution(
            execution_id=sent["id"],
            price=PriceUnits(read_units("price", sent["price"])),
            qty=QuantityUnits(read_units("qty", sent["qty"])),
        )
    except (KeyError, TypeError) as error:
        raise BrokerUnreachable(f"the broker's fill cannot be read: {error!r}") from None
