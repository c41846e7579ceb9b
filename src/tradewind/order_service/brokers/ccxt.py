"""Crypto exchanges through ccxt: its unified calls over REST, its WebSocket for what happens.

Numbers are kept as the text that the exchange sent. Tested against Binance's spot protocol; other
exchanges work as far as ccxt's unified client order ids do there.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import ccxt.pro  # type: ignore[import-untyped] # the library has no types
from ccxt.base import errors  # type: ignore[import-untyped] # as above

from tradewind.contracts.vocabulary import OrderType
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
from tradewind.platform.errors import StartupRefused
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, format_units
from tradewind.platform.settings import BrokerSettings

_SUBSCRIBED_S = 1.0
"""After this time a subscription stands, and what was missed before it is looked up."""

# Any: structures of somebody else's.
_Json = Any

_STATES = {
    "canceled": BrokerOrderState.CANCELED,
    "expired": BrokerOrderState.EXPIRED,
    "rejected": BrokerOrderState.REJECTED,
}


class CcxtBroker:
    """One spot account at one exchange."""

    def __init__(self, settings: BrokerSettings) -> None:
        make = getattr(ccxt.pro, settings.exchange, None)
        if settings.exchange not in ccxt.pro.exchanges or make is None:
            raise StartupRefused(
                f"ccxt knows no exchange {settings.exchange!r} with a stream; TRADEWIND_BROKERS "
                "names the exchange of a ccxt broker, for example binance."
            )
        self._exchange = make(
            {
                "apiKey": settings.key.get_secret_value(),
                "secret": settings.secret.get_secret_value(),
                "enableRateLimit": True,
                "newUpdates": True,
                "timeout": int(CALL_TIMEOUT_S * 1_000),
                "number": str,
                "options": {
                    "defaultType": "spot",
                    "fetchMarkets": {"types": ["spot"]},
                    "fetchMargins": False,
                    "fetchCurrencies": False,
                    "warnOnFetchOpenOrdersWithoutSymbol": False,
                },
            }
        )
        self._currency = settings.currency
        if settings.url is not None:
            self._exchange.urls["api"] = _moved(self._exchange.urls["api"], settings.url)
        elif settings.paper:
            self._exchange.set_sandbox_mode(True)
        self._connected = False

    @property
    def connected(self) -> bool:
        """Whether the stream of orders is open."""
        return self._connected

    async def submit(self, order: OrderState) -> BrokerOrder:
        """Send an order under our id of it."""
        await self._call(self._exchange.load_markets())
        amount = format_units(order.qty)
        self._check_step(order.symbol, "qty", amount, self._exchange.amount_to_precision)
        params: dict[str, object] = {"clientOrderId": order.order_id}
        price = None
        if order.order_type is OrderType.LIMIT:
            assert order.limit_price is not None
            price = format_units(order.limit_price)
            self._check_step(order.symbol, "limit_price", price, self._exchange.price_to_precision)
            params["timeInForce"] = order.time_in_force.upper()
        taken = await self._call(
            self._exchange.create_order(
                order.symbol, order.order_type.value, order.side.value, amount, price, params
            )
        )
        return _order(taken)

    def _check_step(self, symbol: str, name: str, text: str, to_step: Any) -> None:
        """Refuse what the client would cut to the exchange's steps without a word."""
        try:
            cut = to_step(symbol, text)
        except errors.BaseError as error:
            raise BrokerRefused(str(error)[:300]) from None
        if Decimal(cut) != Decimal(text):
            raise BrokerRefused(f"{name} {text} is not a step of {symbol}; {cut} would be")

    async def find(self, order: OrderState) -> BrokerOrder | None:
        """Return an order by our id of it."""
        params = {"clientOrderId": order.order_id}
        known = order.routing.broker_order_id if order.routing else ""
        try:
            found = await self._call(
                self._exchange.fetch_order(known or None, order.symbol, params)
            )
        except BrokerRefused as refused:
            if isinstance(refused.__cause__, errors.OrderNotFound):
                return None
            # A question has no effect that could be refused.
            raise BrokerUnreachable(str(refused)) from None
        return _order(found)

    async def cancel(self, order: BrokerOrder) -> None:
        """Ask for the end of an order."""
        await self._call(self._exchange.cancel_order(order.broker_order_id, order.symbol))

    async def executions(self, order: BrokerOrder) -> list[BrokerExecution]:
        """Return every fill of an order, oldest first."""
        if self._exchange.has.get("fetchOrderTrades"):
            call = self._exchange.fetch_order_trades(order.broker_order_id, order.symbol)
        else:
            call = self._exchange.fetch_my_trades(order.symbol)
        trades = await self._ask(call)
        mine = [trade for trade in trades if trade["order"] == order.broker_order_id]
        mine.sort(key=lambda trade: (trade["timestamp"], len(trade["id"]), trade["id"]))
        return [self._execution(trade) for trade in mine]

    def _execution(self, trade: _Json) -> BrokerExecution:
        base, _, quote = trade["symbol"].partition("/")
        money, asset = 0, 0
        for fee in trade.get("fees") or [trade.get("fee") or {}]:
            if fee.get("cost") is None:
                continue
            cost = read_units("fee", fee["cost"])
            # A fee in a third currency shows when cash and positions are compared.
            money += cost if fee.get("currency") == quote else 0
            asset += cost if fee.get("currency") == base and trade["side"] == "buy" else 0
        return BrokerExecution(
            execution_id=trade["id"],
            price=PriceUnits(read_units("price", trade["price"])),
            qty=QuantityUnits(read_units("amount", trade["amount"])),
            fee=MoneyUnits(money),
            asset_fee=QuantityUnits(asset),
        )

    async def open_orders(self) -> list[BrokerOrder]:
        """Return every open order of the account."""
        return [_order(order) for order in await self._ask(self._exchange.fetch_open_orders())]

    async def holdings(self, symbols: set[str]) -> BrokerHoldings:
        """Return cash in the venue's currency, and other assets as positions against it."""
        await self._ask(self._exchange.load_markets())
        totals = (await self._ask(self._exchange.fetch_balance()))["total"]
        positions: dict[str, QuantityUnits] = {}
        for asset, total in totals.items():
            symbol = f"{asset}/{self._currency}"
            qty = read_units("balance", total or 0)
            if qty and asset != self._currency and symbol in self._exchange.markets:
                positions[symbol] = QuantityUnits(qty)
        prices = {}
        for symbol in positions.keys() & symbols:
            price = await self.newest_price(symbol)
            if price is not None:
                prices[symbol] = price
        cash = MoneyUnits(read_units("balance", totals.get(self._currency) or 0))
        return BrokerHoldings(cash=cash, positions=positions, prices=prices)

    async def newest_price(self, symbol: str) -> PriceUnits | None:
        """Return the newest trade's price."""
        try:
            ticker = await self._call(self._exchange.fetch_ticker(symbol))
        except BrokerRefused:
            return None  # the exchange has no such market, and will say so to the order
        price = read_units("price", ticker["last"] or 0)
        return PriceUnits(price) if price > 0 else None

    async def updates(self) -> AsyncIterator[str]:
        """Yield our ids of orders of which there is news, and "" once each connection stands."""
        told = asyncio.create_task(self._watch(), name="ccxt orders")
        try:
            _, waiting = await asyncio.wait([told], timeout=_SUBSCRIBED_S)
            if waiting:
                self._connected = True
                yield ""
            while True:
                orders = await told
                told = asyncio.create_task(self._watch(), name="ccxt orders")
                self._connected = True
                for order in orders:
                    yield str(order["clientOrderId"])
        finally:
            self._connected = False
            told.cancel()
            await asyncio.gather(told, return_exceptions=True)

    async def _watch(self) -> _Json:
        return await self._ask(self._exchange.watch_orders(), timeout_s=None)

    async def close(self) -> None:
        """End every connection."""
        with contextlib.suppress(errors.BaseError):
            await self._exchange.close()

    async def _ask(self, call: Awaitable[_Json], timeout_s: float | None = CALL_TIMEOUT_S) -> _Json:
        """Return the answer to what changes nothing: a refusal is as good as no answer."""
        try:
            return await self._call(call, timeout_s)
        except BrokerRefused as refused:
            raise BrokerUnreachable(str(refused)) from None

    async def _call(
        self, call: Awaitable[_Json], timeout_s: float | None = CALL_TIMEOUT_S
    ) -> _Json:
        try:
            async with asyncio.timeout(timeout_s):
                return await call
        except (errors.OperationFailed, errors.AuthenticationError, TimeoutError) as error:
            raise BrokerUnreachable(f"{type(error).__name__}: {str(error)[:300]}") from None
        except errors.BaseError as error:
            raise BrokerRefused(f"{type(error).__name__}: {str(error)[:300]}") from error


def _order(sent: _Json) -> BrokerOrder:
    qty = QuantityUnits(read_units("amount", sent["amount"] or 0))
    filled = QuantityUnits(read_units("filled", sent["filled"] or 0))
    state = _STATES.get(sent["status"], BrokerOrderState.WORKING)
    if sent["status"] == "closed":
        state = BrokerOrderState.FILLED if filled >= qty else BrokerOrderState.CANCELED
    return BrokerOrder(
        client_order_id=sent["clientOrderId"] or "",
        broker_order_id=sent["id"],
        symbol=sent["symbol"],
        qty=qty,
        filled_qty=filled,
        state=state,
    )


def _moved(urls: _Json, to: str) -> _Json:
    """Return addresses with another host, streams with the scheme that belongs to it."""
    if isinstance(urls, dict):
        return {name: _moved(url, to) for name, url in urls.items()}
    old, new = urlsplit(urls), urlsplit(to)
    is_stream = old.scheme.startswith("ws")
    scheme = new.scheme.replace("http", "ws") if is_stream else new.scheme
    return urlunsplit((scheme, new.netloc, old.path, old.query, ""))
