"""Answers Alpaca's stock-data requests from the market-data service.

Each method takes the caller's venue and the query and returns the body. With ``symbol`` it answers
in the form for a single symbol. Raises ``MalformedRequest`` for parameters that do not hold and
``NotFound`` where a single symbol has nothing to show.
"""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import UNSET, Struct

from tradewind.api_gateway.market_data import bodies
from tradewind.api_gateway.market_data.bodies import Currency
from tradewind.api_gateway.market_data.query import (
    ADJUSTMENT,
    ASOF,
    CURRENCY,
    HISTORICAL_FEED,
    LATEST_FEED,
    TIMEFRAME,
    Span,
    read_span,
    read_symbol,
    read_symbols,
)
from tradewind.api_gateway.market_data.shapes import (
    WireSnapshot,
    wire_bar,
    wire_quote,
    wire_snapshot,
    wire_trade,
)
from tradewind.api_gateway.wire.query import QueryValues
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import NotFound

_T = TypeVar("_T")

Body = Struct | dict[str, WireSnapshot]


class StockData:
    """Alpaca's stock data over one market-data service."""

    def __init__(self, market_data: MarketDataService) -> None:
        self._market_data = market_data

    async def bars(self, venue_id: VenueId, query: QueryValues, symbol: str | None) -> Body:
        """Return a page of bars."""
        symbols = _symbols(query, symbol)
        timeframe = TIMEFRAME.require(query)
        adjustment = ADJUSTMENT.read(query, "raw")
        currency = _historical_currency(query)
        span = await self._span(venue_id, query)
        items, token = {}, None
        if not span.lies_ahead:
            wanted = span.bar_query(symbols, timeframe, adjustment)
            page = await self._market_data.list_bars(venue_id, wanted)
            items = {name: [wire_bar(bar) for bar in bars] for name, bars in page.items.items()}
            token = _page_token(page.next_page_token)
        if symbol is None:
            return bodies.BarsBody(bars=items, next_page_token=token, currency=currency)
        return bodies.SymbolBarsBody(
            symbol=symbols[0],
            bars=items.get(symbols[0], []),
            next_page_token=token,
            currency=currency,
        )

    async def trades(self, venue_id: VenueId, query: QueryValues, symbol: str | None) -> Body:
        """Return a page of trades."""
        symbols = _symbols(query, symbol)
        currency = _historical_currency(query)
        span = await self._span(venue_id, query)
        items, token = {}, None
        if not span.lies_ahead:
            page = await self._market_data.list_trades(venue_id, span.tick_query(symbols))
            items = {name: [wire_trade(each) for each in rows] for name, rows in page.items.items()}
            token = _page_token(page.next_page_token)
        if symbol is None:
            return bodies.TradesBody(trades=items, next_page_token=token, currency=currency)
        return bodies.SymbolTradesBody(
            symbol=symbols[0],
            trades=items.get(symbols[0], []),
            next_page_token=token,
            currency=currency,
        )

    async def quotes(self, venue_id: VenueId, query: QueryValues, symbol: str | None) -> Body:
        """Return a page of quotes."""
        symbols = _symbols(query, symbol)
        currency = _historical_currency(query)
        span = await self._span(venue_id, query)
        items, token = {}, None
        if not span.lies_ahead:
            page = await self._market_data.list_quotes(venue_id, span.tick_query(symbols))
            items = {name: [wire_quote(each) for each in rows] for name, rows in page.items.items()}
            token = _page_token(page.next_page_token)
        if symbol is None:
            return bodies.QuotesBody(quotes=items, next_page_token=token, currency=currency)
        return bodies.SymbolQuotesBody(
            symbol=symbols[0],
            quotes=items.get(symbols[0], []),
            next_page_token=token,
            currency=currency,
        )

    async def latest_bars(self, venue_id: VenueId, query: QueryValues, symbol: str | None) -> Body:
        """Return the newest bar of each symbol."""
        symbols = _symbols(query, symbol)
        currency = _latest_currency(query)
        found = await self._market_data.latest_bars(venue_id, symbols)
        items = {name: wire_bar(bar) for name, bar in found.items()}
        if symbol is None:
            return bodies.LatestBarsBody(bars=items, currency=currency)
        only = _only(items, symbols[0], "bar")
        return bodies.LatestBarBody(symbol=symbols[0], bar=only, currency=currency)

    async def latest_trades(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None
    ) -> Body:
        """Return the newest trade of each symbol."""
        symbols = _symbols(query, symbol)
        currency = _latest_currency(query)
        found = await self._market_data.latest_trades(venue_id, symbols)
        items = {name: wire_trade(trade) for name, trade in found.items()}
        if symbol is None:
            return bodies.LatestTradesBody(trades=items, currency=currency)
        only = _only(items, symbols[0], "trade")
        return bodies.LatestTradeBody(symbol=symbols[0], trade=only, currency=currency)

    async def latest_quotes(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None
    ) -> Body:
        """Return the newest quote of each symbol."""
        symbols = _symbols(query, symbol)
        currency = _latest_currency(query)
        found = await self._market_data.latest_quotes(venue_id, symbols)
        items = {name: wire_quote(quote) for name, quote in found.items()}
        if symbol is None:
            return bodies.LatestQuotesBody(quotes=items, currency=currency)
        only = _only(items, symbols[0], "quote")
        return bodies.LatestQuoteBody(symbol=symbols[0], quote=only, currency=currency)

    async def snapshots(self, venue_id: VenueId, query: QueryValues, symbol: str | None) -> Body:
        """Return snapshots by symbol without a wrapper, or one flat snapshot."""
        symbols = _symbols(query, symbol)
        currency = _latest_currency(query)
        found = await self._market_data.snapshots(venue_id, symbols)
        if symbol is None:
            return {name: wire_snapshot(each) for name, each in found.items()}
        only = _only(found, symbols[0], "snapshot")
        return wire_snapshot(
            only, symbol=symbols[0], currency=None if currency is UNSET else currency
        )

    async def _span(self, venue_id: VenueId, query: QueryValues) -> Span:
        clock = await self._market_data.clock(venue_id)
        return read_span(query, clock.at)


def _symbols(query: QueryValues, symbol: str | None) -> tuple[str, ...]:
    return read_symbols(query) if symbol is None else (read_symbol(symbol),)


def _historical_currency(query: QueryValues) -> Currency:
    HISTORICAL_FEED.read(query)
    ASOF.read(query)
    return CURRENCY.read(query) or UNSET


def _latest_currency(query: QueryValues) -> Currency:
    LATEST_FEED.read(query)
    return CURRENCY.read(query) or UNSET


def _page_token(token: str | None) -> str | None:
    # Clients page until the token is null; an empty text would make them ask for ever.
    return token or None


def _only(items: Mapping[str, _T], symbol: str, what: str) -> _T:
    found = items.get(symbol)
    if found is None:
        raise NotFound(f"no {what} found for {symbol}")
    return found
