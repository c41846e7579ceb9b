"""The query parameters that Alpaca's market-data routes have in common.

Every function raises ``MalformedRequest`` naming the parameter and its value.
"""

import re
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from tradewind.api_gateway.market_data.timeframe import parse_timeframe
from tradewind.api_gateway.wire.query import (
    Choice,
    Instant,
    Integer,
    Listing,
    Parameter,
    QueryValues,
    Text,
)
from tradewind.api_gateway.wire.timestamps import day_bounds, exchange_time, parse_date
from tradewind.contracts.market_data import BarQuery, TickQuery, Timeframe
from tradewind.platform.errors import MalformedRequest

_LIMIT_DEFAULT = 1000
_LIMIT_MAX = 10_000
_CURRENCY = "USD"

_HISTORICAL_FEEDS = ("iex", "sip", "otc", "boats")
_LATEST_FEEDS = (*_HISTORICAL_FEEDS, "delayed_sip", "overnight")
_FEED_NOTE = "A venue has one source of prices, which answers under every name."

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9./_-]{0,31}", re.ASCII)
_ADJUSTMENTS = ("raw", "split", "dividend", "spin-off", "all")

Adjustment = Literal["raw", "split", "dividend", "all"]


def _parse_adjustment(text: str) -> Adjustment:
    parts = {part.strip().lower() for part in text.split(",")}
    unknown = parts.difference(_ADJUSTMENTS)
    if unknown:
        raise ValueError(f"invalid adjustment {min(unknown)[:32]!r}; use {', '.join(_ADJUSTMENTS)}")
    if "all" in parts or {"split", "dividend"} <= parts:
        return "all"
    if "split" in parts:
        return "split"
    return "dividend" if "dividend" in parts else "raw"  # no instrument of ours was spun off


def _parse_currency(text: str) -> str:
    if text.upper() != _CURRENCY:
        raise ValueError(f"{text[:8]!r} is not offered; prices are in {_CURRENCY}")
    return _CURRENCY


def _parse_asof(text: str) -> str:
    if text != "-":
        parse_date(text)
    return text


SYMBOLS = Listing("symbols", "Symbols, joined by commas.", required=True)
TIMEFRAME = Parameter[str](
    "timeframe",
    "Interval of a bar: 1-59 `Min` or `T`, 1-23 `Hour` or `H`, 1 `Day` or `D`, 1 `Week` or `W`, "
    "1, 2, 3, 4, 6 or 12 `Month` or `M`.",
    parse_timeframe,
    {"type": "string", "examples": ["5Min", "1D"]},
    required=True,
)
START = Instant(
    "start", "First instant, inclusive: RFC 3339, or a date of New York. Default: today's first."
)
END = Instant(
    "end",
    "Last instant, inclusive: RFC 3339, or a date of New York. Default: the venue's present, "
    "beyond which nothing is ever shown.",
    end_of_day=True,
)
LIMIT = Integer(
    "limit",
    f"Data points a page, over all symbols. Default {_LIMIT_DEFAULT}.",
    low=1,
    high=_LIMIT_MAX,
)
SORT = Choice("sort", "Order by time. Default: asc.", ("asc", "desc"))
PAGE_TOKEN = Text("page_token", "The `next_page_token` of the page before.", longest=1024)
ADJUSTMENT = Parameter[Adjustment](
    "adjustment",
    f"What bars are adjusted for: {', '.join(_ADJUSTMENTS)}; several joined by commas.",
    _parse_adjustment,
    {"type": "string", "default": "raw"},
)
HISTORICAL_FEED = Choice("feed", _FEED_NOTE, _HISTORICAL_FEEDS)
LATEST_FEED = Choice("feed", _FEED_NOTE, _LATEST_FEEDS)
CURRENCY = Parameter[str](
    "currency", "Currency of prices.", _parse_currency, {"type": "string", "enum": [_CURRENCY]}
)
ASOF = Parameter[str](
    "asof",
    "Date at which symbols are looked up, or `-`; accepted for compatibility.",
    _parse_asof,
    {"type": "string"},
)

# Any: parameters of every type.
TICK_PARAMETERS: tuple[Parameter[Any], ...] = (
    START,
    END,
    LIMIT,
    HISTORICAL_FEED,
    CURRENCY,
    ASOF,
    SORT,
    PAGE_TOKEN,
)
BAR_PARAMETERS: tuple[Parameter[Any], ...] = (TIMEFRAME, *TICK_PARAMETERS, ADJUSTMENT)
LATEST_PARAMETERS: tuple[Parameter[Any], ...] = (LATEST_FEED, CURRENCY)


class Span(Struct, frozen=True):
    """A page of a series over an inclusive interval that ends at the venue's present or before."""

    start: datetime
    end: datetime
    limit: int
    descending: bool
    page_token: str | None

    @property
    def lies_ahead(self) -> bool:
        """Whether all of the interval is still to come for the venue."""
        return self.start > self.end

    def bar_query(
        self,
        symbols: tuple[str, ...],
        timeframe: Timeframe,
        adjustment: Adjustment = "raw",
    ) -> BarQuery:
        """Return the question for this page of bars."""
        return BarQuery(
            symbols=symbols,
            timeframe=timeframe,
            start=self.start,
            end=self.end,
            limit=self.limit,
            descending=self.descending,
            adjustment=adjustment,
            page_token=self.page_token,
        )

    def tick_query(self, symbols: tuple[str, ...]) -> TickQuery:
        """Return the question for this page of trades or quotes."""
        return TickQuery(
            symbols=symbols,
            start=self.start,
            end=self.end,
            limit=self.limit,
            descending=self.descending,
            page_token=self.page_token,
        )


def read_symbols(query: QueryValues) -> tuple[str, ...]:
    """Return the symbols asked for, in capitals, each once."""
    symbols = tuple(dict.fromkeys(read_symbol(word) for word in SYMBOLS.require(query)))
    if not symbols:
        raise MalformedRequest("symbols is required")
    return symbols


def read_symbol(text: str) -> str:
    """Return one symbol in capitals."""
    symbol = text.strip().upper()
    if _SYMBOL.fullmatch(symbol) is None:
        raise MalformedRequest(f"invalid symbol: {text[:32]!r}")
    return symbol


def read_span(query: QueryValues, now: datetime) -> Span:
    """Return interval, order and page of a series; ``now`` is the venue's present.

    The interval starts with New York's current day unless the caller says otherwise. An end in the
    future is brought to the present: what has not happened is not shown.
    """
    start = START.read(query)
    if start is None:
        start, _ = day_bounds(exchange_time(now).date())
    end = END.read(query)
    if end is not None and end < start:
        raise MalformedRequest(
            f"end should not be before start: {end.isoformat()} is before {start.isoformat()}"
        )
    return Span(
        start=start,
        end=now if end is None else min(end, now),
        limit=LIMIT.read(query, _LIMIT_DEFAULT),
        descending=SORT.read(query, "asc") == "desc",
        page_token=PAGE_TOKEN.read(query),
    )
