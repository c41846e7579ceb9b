"""Alpaca's crypto data: pairs, as ``BTC/USD``, always several and always by symbol."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from tradewind.api_gateway.market_data.crypto_shapes import (
    CryptoBook,
    CryptoQuote,
    CryptoTrade,
    crypto_book,
    crypto_quote,
    crypto_trade,
)
from tradewind.api_gateway.market_data.numbers import json_encoder
from tradewind.api_gateway.market_data.query import (
    END,
    LIMIT,
    PAGE_TOKEN,
    SORT,
    START,
    SYMBOLS,
    TIMEFRAME,
    Span,
    read_span,
    read_symbols,
)
from tradewind.api_gateway.market_data.shapes import WireBar, wire_bar
from tradewind.api_gateway.routing.message import Request, Response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.query import Parameter
from tradewind.contracts.market_data import (
    MarketDataService,
    Snapshot,
)
from tradewind.platform.errors import MalformedRequest

_TAG = "Crypto data"
_ROOT = "/v1beta3/crypto/{loc}"
_PLACES = ("us", "us-1", "us-2", "eu-1", "bs-1")

# Any: parameters of every type.
_TICK_PARAMETERS: tuple[Parameter[Any], ...] = (SYMBOLS, START, END, LIMIT, SORT, PAGE_TOKEN)


class CryptoSnapshot(Struct, frozen=True, omit_defaults=True):
    """Everything latest about a pair; parts that do not exist are left out."""

    latestTrade: CryptoTrade | None = None
    latestQuote: CryptoQuote | None = None
    minuteBar: WireBar | None = None
    dailyBar: WireBar | None = None
    prevDailyBar: WireBar | None = None


class CryptoBarsBody(Struct, frozen=True):
    """A page of bars by symbol."""

    bars: dict[str, list[WireBar]]
    next_page_token: str | None


class CryptoTradesBody(Struct, frozen=True):
    """A page of trades by symbol."""

    trades: dict[str, list[CryptoTrade]]
    next_page_token: str | None


class CryptoQuotesBody(Struct, frozen=True):
    """A page of quotes by symbol."""

    quotes: dict[str, list[CryptoQuote]]
    next_page_token: str | None


class CryptoLatestBarsBody(Struct, frozen=True):
    """The newest bar of each pair that has one."""

    bars: dict[str, WireBar]


class CryptoLatestTradesBody(Struct, frozen=True):
    """The newest trade of each pair that has one."""

    trades: dict[str, CryptoTrade]


class CryptoLatestQuotesBody(Struct, frozen=True):
    """The newest quote of each pair that has one."""

    quotes: dict[str, CryptoQuote]


class CryptoBooksBody(Struct, frozen=True):
    """The levels of each pair that shows any."""

    orderbooks: dict[str, CryptoBook]


class CryptoSnapshotsBody(Struct, frozen=True):
    """Snapshots by symbol, below one key."""

    snapshots: dict[str, CryptoSnapshot]


class CryptoEndpoints:
    """What the caller's venue shows of its pairs."""

    def __init__(self, market_data: MarketDataService) -> None:
        self._market_data = market_data

    def routes(self) -> list[Route]:
        """Return the routes."""
        symbols: tuple[Parameter[Any], ...] = (SYMBOLS,)  # Any: parameters of every type
        return [
            _route(
                "bars",
                self.bars,
                "Historical bars",
                (SYMBOLS, TIMEFRAME, *_TICK_PARAMETERS[1:]),
                CryptoBarsBody,
            ),
            _route("trades", self.trades, "Historical trades", _TICK_PARAMETERS, CryptoTradesBody),
            _route("quotes", self.quotes, "Historical quotes", _TICK_PARAMETERS, CryptoQuotesBody),
            _route("latest/bars", self.latest_bars, "Latest bars", symbols, CryptoLatestBarsBody),
            _route(
                "latest/trades",
                self.latest_trades,
                "Latest trades",
                symbols,
                CryptoLatestTradesBody,
            ),
            _route(
                "latest/quotes",
                self.latest_quotes,
                "Latest quotes",
                symbols,
                CryptoLatestQuotesBody,
            ),
            _route(
                "latest/orderbooks", self.latest_books, "Latest levels", symbols, CryptoBooksBody
            ),
            _route("snapshots", self.snapshots, "Snapshots", symbols, CryptoSnapshotsBody),
        ]

    async def bars(self, request: Request) -> Struct:
        """Return a page of bars."""
        symbols, timeframe = _pairs(request), TIMEFRAME.require(request.query)
        span = await self._span(request)
        if span.lies_ahead:
            return CryptoBarsBody({}, None)
        page = await self._market_data.list_bars(
            request.identity.venue_id,
            span.bar_query(symbols, timeframe),
        )
        items = {name: [wire_bar(bar) for bar in bars] for name, bars in page.items.items()}
        return CryptoBarsBody(items, page.next_page_token or None)

    async def trades(self, request: Request) -> Struct:
        """Return a page of trades."""
        symbols, span = _pairs(request), await self._span(request)
        if span.lies_ahead:
            return CryptoTradesBody({}, None)
        query = span.tick_query(symbols)
        page = await self._market_data.list_trades(request.identity.venue_id, query)
        items = {name: [crypto_trade(each) for each in rows] for name, rows in page.items.items()}
        return CryptoTradesBody(items, page.next_page_token or None)

    async def quotes(self, request: Request) -> Struct:
        """Return a page of quotes."""
        symbols, span = _pairs(request), await self._span(request)
        if span.lies_ahead:
            return CryptoQuotesBody({}, None)
        query = span.tick_query(symbols)
        page = await self._market_data.list_quotes(request.identity.venue_id, query)
        items = {name: [crypto_quote(each) for each in rows] for name, rows in page.items.items()}
        return CryptoQuotesBody(items, page.next_page_token or None)

    async def latest_bars(self, request: Request) -> Struct:
        """Return the newest bar of each pair."""
        found = await self._market_data.latest_bars(request.identity.venue_id, _pairs(request))
        return CryptoLatestBarsBody(_each(found, wire_bar))

    async def latest_trades(self, request: Request) -> Struct:
        """Return the newest trade of each pair."""
        found = await self._market_data.latest_trades(request.identity.venue_id, _pairs(request))
        return CryptoLatestTradesBody(_each(found, crypto_trade))

    async def latest_quotes(self, request: Request) -> Struct:
        """Return the newest quote of each pair."""
        found = await self._market_data.latest_quotes(request.identity.venue_id, _pairs(request))
        return CryptoLatestQuotesBody(_each(found, crypto_quote))

    async def latest_books(self, request: Request) -> Struct:
        """Return the levels that each pair shows."""
        found = await self._market_data.latest_depths(request.identity.venue_id, _pairs(request))
        return CryptoBooksBody(_each(found, crypto_book))

    async def snapshots(self, request: Request) -> Struct:
        """Return a snapshot of each pair."""
        found = await self._market_data.snapshots(request.identity.venue_id, _pairs(request))
        return CryptoSnapshotsBody(_each(found, _snapshot))

    async def _span(self, request: Request) -> Span:
        clock = await self._market_data.clock(request.identity.venue_id)
        return read_span(request.query, clock.at)


def _route(
    name: str,
    answer: Callable[[Request], Awaitable[Struct]],
    summary: str,
    parameters: tuple[Parameter[Any], ...],  # Any: parameters of every type
    response: type[Struct],
) -> Route:
    async def handle(request: Request) -> Response:
        place = request.path_values["loc"]
        if place not in _PLACES:
            raise MalformedRequest(f"{place[:16]!r} is no place; use {', '.join(_PLACES)}")
        return Response(json_encoder.encode(await answer(request)))

    return Route(
        "GET",
        f"{_ROOT}/{name}",
        handle,
        Access.READ,
        f"{summary} of crypto pairs",
        _TAG,
        errors=ErrorStyle.DATA,
        parameters=parameters,
        response=response,
    )


def _pairs(request: Request) -> tuple[str, ...]:
    symbols = read_symbols(request.query)
    for symbol in symbols:
        if "/" not in symbol:
            raise MalformedRequest(f"invalid symbol: {symbol!r} is no pair such as BTC/USD")
    return symbols


# Any: the kind of thing that is shown, and how it is.
def _each(found: Mapping[str, Any], shape: Callable[[Any], Any]) -> dict[str, Any]:
    return {symbol: shape(each) for symbol, each in found.items()}


def _snapshot(snapshot: Snapshot) -> CryptoSnapshot:
    trade, quote = snapshot.latest_trade, snapshot.latest_quote
    minute, day, before = snapshot.minute_bar, snapshot.daily_bar, snapshot.previous_daily_bar
    return CryptoSnapshot(
        latestTrade=crypto_trade(trade) if trade else None,
        latestQuote=crypto_quote(quote) if quote else None,
        minuteBar=wire_bar(minute) if minute else None,
        dailyBar=wire_bar(day) if day else None,
        prevDailyBar=wire_bar(before) if before else None,
    )
