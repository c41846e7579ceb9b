"""Alpaca's auctions: where shares opened and closed, with the orders that took part."""

from datetime import date, datetime

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.market_data.bodies import Currency
from tradewind.api_gateway.market_data.numbers import Number, number
from tradewind.api_gateway.market_data.query import (
    ASOF,
    CURRENCY,
    HISTORICAL_FEED,
    read_span,
    read_symbol,
    read_symbols,
)
from tradewind.api_gateway.wire.query import QueryValues
from tradewind.contracts.auctions import Auction, AuctionDay, AuctionPage, AuctionQuery
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import AuctionKind, VenueId

_EXCHANGE = "V"
_CONDITIONS = {AuctionKind.OPENING: "O", AuctionKind.CLOSING: "6"}
"""Alpaca's flags of an opening and a closing trade."""


class WireAuction(Struct, frozen=True):
    """One auction; without ``s`` where the venue fills any size."""

    t: datetime
    x: str
    p: Number
    c: str
    s: Number | UnsetType = UNSET


class WireAuctionDay(Struct, frozen=True):
    """The opening (``o``) and closing (``c``) auctions of a day."""

    d: date
    o: list[WireAuction]
    c: list[WireAuction]


class AuctionsBody(Struct, frozen=True, kw_only=True):
    """A page of auctions by symbol; symbols without any are absent."""

    auctions: dict[str, list[WireAuctionDay]]
    next_page_token: str | None
    currency: Currency = UNSET


class SymbolAuctionsBody(Struct, frozen=True, kw_only=True):
    """A page of one symbol's auctions."""

    symbol: str
    auctions: list[WireAuctionDay]
    next_page_token: str | None
    currency: Currency = UNSET


class Auctions:
    """Answers from the venue's journal, up to the venue's present."""

    def __init__(self, market_data: MarketDataService, orders: OrderService) -> None:
        self._market_data = market_data
        self._orders = orders

    async def page(
        self, venue_id: VenueId, query: QueryValues, symbol: str | None
    ) -> AuctionsBody | SymbolAuctionsBody:
        """Return a page of auctions, in the form for a single symbol where one is named."""
        symbols = read_symbols(query) if symbol is None else (read_symbol(symbol),)
        HISTORICAL_FEED.read(query)
        ASOF.read(query)
        currency: Currency = CURRENCY.read(query) or UNSET
        page = await self._read(venue_id, query, symbols)
        items: dict[str, list[WireAuctionDay]] = {}
        for day in page.days:
            items.setdefault(day.symbol, []).append(_wire_day(day))
        if symbol is None:
            return AuctionsBody(
                auctions=items, next_page_token=page.next_page_token, currency=currency
            )
        return SymbolAuctionsBody(
            symbol=symbols[0],
            auctions=items.get(symbols[0], []),
            next_page_token=page.next_page_token,
            currency=currency,
        )

    async def _read(
        self, venue_id: VenueId, query: QueryValues, symbols: tuple[str, ...]
    ) -> AuctionPage:
        clock = await self._market_data.clock(venue_id)
        span = read_span(query, clock.at)
        if span.lies_ahead:
            return AuctionPage([])
        wanted = AuctionQuery(
            symbols=symbols,
            start=span.start,
            end=span.end,
            limit=span.limit,
            descending=span.descending,
            page_token=span.page_token,
        )
        return await self._orders.list_auctions(venue_id, wanted)


def _wire_day(day: AuctionDay) -> WireAuctionDay:
    opening, closing = (
        [_wire_auction(each) for each in day.auctions if each.auction is kind]
        for kind in (AuctionKind.OPENING, AuctionKind.CLOSING)
    )
    return WireAuctionDay(day.trading_date, opening, closing)


def _wire_auction(auction: Auction) -> WireAuction:
    volume = auction.volume
    return WireAuction(
        auction.at,
        _EXCHANGE,
        number(auction.price),
        _CONDITIONS[auction.auction],
        UNSET if volume is None else number(volume),
    )
