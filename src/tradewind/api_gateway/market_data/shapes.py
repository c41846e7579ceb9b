"""The objects of Alpaca's market data as they stand on the wire, for REST answers and streams."""

from datetime import datetime

from msgspec import Struct

from tradewind.api_gateway.market_data.numbers import Number, number
from tradewind.contracts.market_data import Bar, Quote, Snapshot, Trade


class WireTrade(Struct, frozen=True, gc=False):
    """A market print."""

    t: datetime
    x: str
    p: Number
    s: Number
    c: tuple[str, ...]
    i: int
    z: str


class WireQuote(Struct, frozen=True, gc=False, rename={"as_": "as"}):
    """Best bid and ask; a zero price means that side is empty."""

    t: datetime
    ax: str
    ap: Number
    as_: Number
    bx: str
    bp: Number
    bs: Number
    c: tuple[str, ...]
    z: str


class WireBar(Struct, frozen=True, gc=False):
    """Open, high, low, close and volume; ``t`` is the start of the interval."""

    t: datetime
    o: Number
    h: Number
    l: Number  # noqa: E741 - the wire's own name
    c: Number
    v: Number
    n: int
    vw: Number


class WireSnapshot(Struct, frozen=True, omit_defaults=True):
    """Everything latest about one instrument; parts that do not exist are left out."""

    symbol: str | None = None
    """Only in the form for a single symbol."""
    currency: str | None = None
    latestTrade: WireTrade | None = None
    latestQuote: WireQuote | None = None
    minuteBar: WireBar | None = None
    dailyBar: WireBar | None = None
    prevDailyBar: WireBar | None = None


def wire_trade(trade: Trade) -> WireTrade:
    """Return the wire's form of a trade."""
    return WireTrade(
        trade.at,
        trade.exchange,
        number(trade.price),
        number(trade.size),
        trade.conditions,
        trade.trade_id,
        trade.tape,
    )


def wire_quote(quote: Quote) -> WireQuote:
    """Return the wire's form of a quote; the side that is empty has a blank exchange."""
    return WireQuote(
        quote.at,
        quote.exchange if quote.ask_price else " ",
        number(quote.ask_price),
        number(quote.ask_size),
        quote.exchange if quote.bid_price else " ",
        number(quote.bid_price),
        number(quote.bid_size),
        quote.conditions,
        quote.tape,
    )


def wire_bar(bar: Bar) -> WireBar:
    """Return the wire's form of a bar."""
    return WireBar(
        bar.starts_at,
        number(bar.open),
        number(bar.high),
        number(bar.low),
        number(bar.close),
        number(bar.volume),
        bar.trade_count,
        number(bar.vwap),
    )


def wire_snapshot(
    snapshot: Snapshot, *, symbol: str | None = None, currency: str | None = None
) -> WireSnapshot:
    """Return the wire's form of a snapshot, with the symbol in it when one is passed."""
    return WireSnapshot(
        symbol=symbol,
        currency=currency,
        latestTrade=wire_trade(snapshot.latest_trade) if snapshot.latest_trade else None,
        latestQuote=wire_quote(snapshot.latest_quote) if snapshot.latest_quote else None,
        minuteBar=wire_bar(snapshot.minute_bar) if snapshot.minute_bar else None,
        dailyBar=wire_bar(snapshot.daily_bar) if snapshot.daily_bar else None,
        prevDailyBar=wire_bar(snapshot.previous_daily_bar) if snapshot.previous_daily_bar else None,
    )
