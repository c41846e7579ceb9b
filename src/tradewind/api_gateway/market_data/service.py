"""Answers Alpaca's stock-data requests from the market-data service, as finished JSON.

Each method takes the caller's venue and the query and returns the body. With ``symbol`` it answers
in the form for a single symbol. Raises ``MalformedRequest`` for parameters that do not hold and
``NotFound`` where a single symbol has nothing to show.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tradewind.api_gateway.market_data.numbers import json_encoder
from tradewind.api_gateway.market_data.query import (
    ADJUSTMENT,
    HISTORICAL_FEED,
    LATEST_FEED,
    TIMEFRAME,
    Span,
    read_currency,
    read_span,
    read_symbol,
    read_symbols,
)
from tradewind.api_gateway.market_data.shapes import (
    wire_bar,
    wire_quote,
    wire_snapshot,
    wire_trade,
)
from tradewind.api_gateway.wire.query import QueryValues
from tradewind.contracts.market_data import BarQuery, MarketDataService, TickQuery
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import NotFound


class StockData:
    """Alpaca's stock data over one market-data service."""

    def __init__(self, market_data: MarketDataService) -> None:
        self._market_data = market_data

    async def bars(self, venue_id: VenueId, query: QueryValues, symbol: str | None = None) -> bytes:
        """Return a page of bars."""
        symbols = _symbols(query, symbol)
        timeframe = TIMEFRAME.require(query)
        adjustment = ADJUSTMENT.read(query, "raw")
        currency = read_currency(query, HISTORICAL_FEED)
        span = await self._span(venue_id, query)
        if span.lies_ahead:
            return _page("bars", {}, None, symbol, currency)
        wanted = BarQuery(
            symbols=symbols,
            timeframe=timeframe,
            start=span.start,
            end=span.end,
            limit=span.limit,
            descending=span.descending,
            adjustment=adjustment,
            page_token=span.page_token,
        )
        page = await self._market_data.list_bars(venue_id, wanted)
        items = {name: [wire_bar(bar) for bar in bars] for name, bars in page.items.items()}
        return _page("bars", items, page.next_page_token, symbol, currency)

    async def trades(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None = None
    ) -> bytes:
        """Return a page of trades."""
        symbols = _symbols(query, symbol)
        currency = read_currency(query, HISTORICAL_FEED)
        span = await self._span(venue_id, query)
        if span.lies_ahead:
            return _page("trades", {}, None, symbol, currency)
        page = await self._market_data.list_trades(venue_id, _tick_query(symbols, span))
        items = {name: [wire_trade(item) for item in rows] for name, rows in page.items.items()}
        return _page("trades", items, page.next_page_token, symbol, currency)

    async def quotes(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None = None
    ) -> bytes:
        """Return a page of quotes."""
        symbols = _symbols(query, symbol)
        currency = read_currency(query, HISTORICAL_FEED)
        span = await self._span(venue_id, query)
        if span.lies_ahead:
            return _page("quotes", {}, None, symbol, currency)
        page = await self._market_data.list_quotes(venue_id, _tick_query(symbols, span))
        items = {name: [wire_quote(item) for item in rows] for name, rows in page.items.items()}
        return _page("quotes", items, page.next_page_token, symbol, currency)

    async def latest_bars(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None = None
    ) -> bytes:
        """Return the newest bar of each symbol."""
        symbols = _symbols(query, symbol)
        currency = read_currency(query, LATEST_FEED)
        found = await self._market_data.latest_bars(venue_id, symbols)
        items = {name: wire_bar(bar) for name, bar in found.items()}
        return _latest("bar", items, symbol, currency)

    async def latest_trades(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None = None
    ) -> bytes:
        """Return the newest trade of each symbol."""
        symbols = _symbols(query, symbol)
        currency = read_currency(query, LATEST_FEED)
        found = await self._market_data.latest_trades(venue_id, symbols)
        items = {name: wire_trade(trade) for name, trade in found.items()}
        return _latest("trade", items, symbol, currency)

    async def latest_quotes(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None = None
    ) -> bytes:
        """Return the newest quote of each symbol."""
        symbols = _symbols(query, symbol)
        currency = read_currency(query, LATEST_FEED)
        found = await self._market_data.latest_quotes(venue_id, symbols)
        items = {name: wire_quote(quote) for name, quote in found.items()}
        return _latest("quote", items, symbol, currency)

    async def snapshots(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None = None
    ) -> bytes:
        """Return snapshots by symbol without a wrapper, or one flat snapshot."""
        symbols = _symbols(query, symbol)
        currency = read_currency(query, LATEST_FEED)
        found = await self._market_data.snapshots(venue_id, symbols)
        if symbol is None:
            return json_encoder.encode({name: wire_snapshot(each) for name, each in found.items()})
        only = found.get(symbols[0])
        if only is None:
            raise NotFound(f"no snapshot found for {symbols[0]}")
        return json_encoder.encode(wire_snapshot(only, symbol=symbols[0], currency=currency))

    async def _span(self, venue_id: VenueId, query: QueryValues) -> Span:
        clock = await self._market_data.clock(venue_id)
        return read_span(query, clock.at)


def _symbols(query: QueryValues, symbol: str | None) -> tuple[str, ...]:
    return read_symbols(query) if symbol is None else (read_symbol(symbol),)


def _tick_query(symbols: tuple[str, ...], span: Span) -> TickQuery:
    return TickQuery(
        symbols=symbols,
        start=span.start,
        end=span.end,
        limit=span.limit,
        descending=span.descending,
        page_token=span.page_token,
    )


def _page(
    name: str,
    items: Mapping[str, Sequence[Struct]],
    next_page_token: str | None,
    symbol: str | None,
    currency: str | None,
) -> bytes:
    body: dict[str, object] = {}
    if symbol is None:
        body[name] = {key: rows for key, rows in items.items() if rows}
    else:
        body[name] = next(iter(items.values()), [])
        body["symbol"] = read_symbol(symbol)
    # Clients page until the token is null; an empty text would make them ask for ever.
    body["next_page_token"] = next_page_token or None
    if currency:
        body["currency"] = currency
    return json_encoder.encode(body)


def _latest(
    name: str, items: Mapping[str, Struct], symbol: str | None, currency: str | None
) -> bytes:
    body: dict[str, object]
    if symbol is None:
        body = {f"{name}s": items}
    else:
        upper = read_symbol(symbol)
        if upper not in items:
            raise NotFound(f"no {name} found for {upper}")
        body = {name: items[upper], "symbol": upper}
    if currency:
        body["currency"] = currency
    return json_encoder.encode(body)
