"""Feed events as messages of the market-data stream."""

from datetime import datetime

from msgspec import Struct, UnsetType

from tradewind.api_gateway.market_data.crypto_shapes import (
    CryptoLevel,
    crypto_book,
    crypto_quote,
    crypto_trade,
)
from tradewind.api_gateway.market_data.numbers import Number, number
from tradewind.api_gateway.market_data.shapes import wire_bar, wire_quote, wire_trade
from tradewind.api_gateway.streams.frames import Codec, encode
from tradewind.api_gateway.streams.subscription import PAIRS, WILDCARD, Channel, Interest
from tradewind.contracts.market_data import Bar, Depth, FeedEvent, Trade
from tradewind.contracts.notices import BandsMoved, HaltCause, StatusChanged

_Told = Trade | Depth | Bar | StatusChanged | BandsMoved

_TAPE = "C"
_BANDS_IN_FORCE = "B"
_HALT_REASONS = {HaltCause.BANDS: "LUDP", HaltCause.MARKET: "T1", HaltCause.OPERATOR: "O1"}
"""Reasons of the Nasdaq: a volatility pause, news pending, an operations halt."""


class _TradeMessage(Struct, frozen=True, gc=False, tag_field="T", tag="t"):
    S: str
    i: int
    x: str
    p: Number
    s: Number
    c: tuple[str, ...]
    z: str
    t: datetime


class _QuoteMessage(Struct, frozen=True, gc=False, tag_field="T", tag="q", rename={"as_": "as"}):
    S: str
    ax: str
    ap: Number
    as_: Number
    bx: str
    bp: Number
    bs: Number
    c: tuple[str, ...]
    z: str
    t: datetime


class _PairTradeMessage(Struct, frozen=True, gc=False, tag_field="T", tag="t"):
    S: str
    p: Number
    s: Number
    i: int
    t: datetime
    tks: str | UnsetType


class _PairQuoteMessage(
    Struct, frozen=True, gc=False, tag_field="T", tag="q", rename={"as_": "as"}
):
    S: str
    bp: Number
    bs: Number
    ap: Number
    as_: Number
    t: datetime


class _OrderbookMessage(Struct, frozen=True, gc=False, tag_field="T", tag="o"):
    S: str
    t: datetime
    b: list[CryptoLevel]
    a: list[CryptoLevel]
    r: bool = True
    """The whole of it, each time."""


class _BarMessage(Struct, frozen=True, gc=False, tag_field="T", tag="b"):
    S: str
    o: Number
    h: Number
    l: Number  # noqa: E741 - the wire's own name
    c: Number
    v: Number
    n: int
    vw: Number
    t: datetime


class _UpdatedBarMessage(_BarMessage, frozen=True, gc=False, tag_field="T", tag="u"):
    """A minute that was told already and has changed."""


class _DailyBarMessage(_BarMessage, frozen=True, gc=False, tag_field="T", tag="d"):
    """The day so far."""


class _StatusMessage(Struct, frozen=True, gc=False, tag_field="T", tag="s"):
    S: str
    sc: str
    sm: str
    rc: str
    rm: str
    t: datetime
    z: str = _TAPE


class _BandsMessage(Struct, frozen=True, gc=False, tag_field="T", tag="l"):
    S: str
    u: Number
    d: Number
    i: str
    t: datetime
    z: str = _TAPE


_BAR_MESSAGES = {
    Channel.BARS: _BarMessage,
    Channel.UPDATED_BARS: _UpdatedBarMessage,
    Channel.DAILY_BARS: _DailyBarMessage,
}


class StreamEvent:
    """One event on one channel, encoded at most once for each codec."""

    __slots__ = ("_encoded", "_event", "channel", "interests", "symbol")

    def __init__(self, channel: Channel, event: _Told) -> None:
        self.channel = channel
        self.symbol = event.symbol
        self.interests: tuple[Interest, ...] = (channel, event.symbol), (channel, WILDCARD)
        if _is_pair(event.symbol):
            self.interests += ((channel, PAIRS),)
        self._event = event
        self._encoded: dict[Codec, bytes] = {}

    def encoded(self, codec: Codec) -> bytes:
        """Return the message in a codec."""
        found = self._encoded.get(codec)
        if found is None:
            found = self._encoded[codec] = encode(codec, _message(self.channel, self._event))
        return found


class EventSorter:
    """Tells which channel a feed's event belongs to; remembers the minute told last by symbol."""

    def __init__(self) -> None:
        self._last_minute: dict[str, datetime] = {}

    def sort(self, event: FeedEvent) -> tuple[StreamEvent, ...]:
        """Return the stream's forms of an event, none for what streams do not carry."""
        match event:
            case Trade():
                return (StreamEvent(Channel.TRADES, event),)
            case Depth():
                quote = StreamEvent(Channel.QUOTES, event)
                if not _is_pair(event.symbol):
                    return (quote,)
                return quote, StreamEvent(Channel.ORDERBOOKS, event)
            case StatusChanged() if not _is_pair(event.symbol):
                return (StreamEvent(Channel.STATUSES, event),)
            case BandsMoved() if not _is_pair(event.symbol):
                return (StreamEvent(Channel.LULDS, event),)
            case Bar(timeframe="1Day"):
                return (StreamEvent(Channel.DAILY_BARS, event),)
            case Bar(timeframe="1Min"):
                known = self._last_minute.get(event.symbol) == event.starts_at
                self._last_minute[event.symbol] = event.starts_at
                return (StreamEvent(Channel.UPDATED_BARS if known else Channel.BARS, event),)
            case _:
                return ()


def _is_pair(symbol: str) -> bool:
    return "/" in symbol


def _message(channel: Channel, event: _Told) -> Struct:
    if _is_pair(event.symbol) and isinstance(event, Trade | Depth):
        return _pair_message(channel, event)
    match event:
        case Trade():
            trade = wire_trade(event)
            return _TradeMessage(
                event.symbol, trade.i, trade.x, trade.p, trade.s, trade.c, trade.z, trade.t
            )
        case Depth():
            quote = wire_quote(event.quote())
            return _QuoteMessage(
                event.symbol,
                quote.ax,
                quote.ap,
                quote.as_,
                quote.bx,
                quote.bp,
                quote.bs,
                quote.c,
                quote.z,
                quote.t,
            )
        case Bar():
            bar = wire_bar(event)
            return _BAR_MESSAGES[channel](
                event.symbol, bar.o, bar.h, bar.l, bar.c, bar.v, bar.n, bar.vw, bar.t
            )
        case StatusChanged():
            return _status(event)
        case BandsMoved():
            upper, lower = number(event.upper), number(event.lower)
            return _BandsMessage(event.symbol, upper, lower, _BANDS_IN_FORCE, event.at)


def _status(event: StatusChanged) -> _StatusMessage:
    """Return a status in the codes of tape C."""
    if not event.is_halted:
        return _StatusMessage(event.symbol, "T", "Trading Resumption", "", "", event.at)
    if event.cause is HaltCause.BANDS:
        code, message = "P", "Volatility Trading Pause"
    else:
        code, message = "H", "Trading Halt"
    return _StatusMessage(
        event.symbol, code, message, _HALT_REASONS[event.cause], event.reason, event.at
    )


def _pair_message(channel: Channel, event: Trade | Depth) -> Struct:
    if isinstance(event, Trade):
        trade = crypto_trade(event)
        return _PairTradeMessage(event.symbol, trade.p, trade.s, trade.i, trade.t, trade.tks)
    if channel is Channel.ORDERBOOKS:
        book = crypto_book(event)
        return _OrderbookMessage(event.symbol, book.t, book.b, book.a)
    quote = crypto_quote(event.quote())
    return _PairQuoteMessage(event.symbol, quote.bp, quote.bs, quote.ap, quote.as_, quote.t)
