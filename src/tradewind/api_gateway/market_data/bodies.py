"""The bodies of Alpaca's market-data answers. ``currency`` is there when the caller named one."""

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.market_data.shapes import WireBar, WireQuote, WireSnapshot, WireTrade

Currency = str | UnsetType


class BarsBody(Struct, frozen=True, kw_only=True):
    """A page of bars by symbol; symbols without any are absent. The last page's token is null."""

    bars: dict[str, list[WireBar]]
    next_page_token: str | None
    currency: Currency = UNSET


class TradesBody(Struct, frozen=True, kw_only=True):
    """A page of trades by symbol."""

    trades: dict[str, list[WireTrade]]
    next_page_token: str | None
    currency: Currency = UNSET


class QuotesBody(Struct, frozen=True, kw_only=True):
    """A page of quotes by symbol."""

    quotes: dict[str, list[WireQuote]]
    next_page_token: str | None
    currency: Currency = UNSET


class SymbolBarsBody(Struct, frozen=True, kw_only=True):
    """A page of one symbol's bars."""

    symbol: str
    bars: list[WireBar]
    next_page_token: str | None
    currency: Currency = UNSET


class SymbolTradesBody(Struct, frozen=True, kw_only=True):
    """A page of one symbol's trades."""

    symbol: str
    trades: list[WireTrade]
    next_page_token: str | None
    currency: Currency = UNSET


class SymbolQuotesBody(Struct, frozen=True, kw_only=True):
    """A page of one symbol's quotes."""

    symbol: str
    quotes: list[WireQuote]
    next_page_token: str | None
    currency: Currency = UNSET


class LatestBarsBody(Struct, frozen=True, kw_only=True):
    """The newest bar of each symbol that has one."""

    bars: dict[str, WireBar]
    currency: Currency = UNSET


class LatestTradesBody(Struct, frozen=True, kw_only=True):
    """The newest trade of each symbol that has one."""

    trades: dict[str, WireTrade]
    currency: Currency = UNSET


class LatestQuotesBody(Struct, frozen=True, kw_only=True):
    """The newest quote of each symbol that has one."""

    quotes: dict[str, WireQuote]
    currency: Currency = UNSET


class LatestBarBody(Struct, frozen=True, kw_only=True):
    """One symbol's newest bar."""

    symbol: str
    bar: WireBar
    currency: Currency = UNSET


class LatestTradeBody(Struct, frozen=True, kw_only=True):
    """One symbol's newest trade."""

    symbol: str
    trade: WireTrade
    currency: Currency = UNSET


class LatestQuoteBody(Struct, frozen=True, kw_only=True):
    """One symbol's newest quote."""

    symbol: str
    quote: WireQuote
    currency: Currency = UNSET


SnapshotsBody = dict[str, WireSnapshot]
"""Snapshots by symbol, without a wrapper."""
