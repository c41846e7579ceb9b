"""Feed events as messages of the market-data stream."""

from datetime import datetime

from msgspec import Struct

from tradewind.api_gateway.market_data.numbers import Number
from tradewind.api_gateway.market_data.shapes import wire_bar, wire_quote, wire_trade
from tradewind.api_gateway.streams.frames import Codec, encode
from tradewind.api_gateway.streams.subscription import Channel
from tradewind.contracts.market_data import Bar, Depth, FeedEvent, Trade


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


_BAR_MESSAGES = {
    Channel.BARS: _BarMessage,
    Channel.UPDATED_BARS: _UpdatedBarMessage,
    Channel.DAILY_BARS: _DailyBarMessage,
}


class StreamEvent:
    """One event on one channel, encoded at most once for each codec."""

    __slots__ = ("_encoded", "_event", "channel", "symbol")

    def __init__(self, channel: Channel, event: Trade | Depth | Bar) -> None:
        self.channel = channel
        self.symbol = event.symbol
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

    def sort(self, event: FeedEvent) -> StreamEvent | None:
        """Return the stream's form of an event, ``None`` for what streams do not carry."""
        match event:
            case Trade():
                return StreamEvent(Channel.TRADES, event)
            case Depth():
                return StreamEvent(Channel.QUOTES, event)
            case Bar(timeframe="1Day"):
                return StreamEvent(Channel.DAILY_BARS, event)
            case Bar(timeframe="1Min"):
                known = self._last_minute.get(event.symbol) == event.starts_at
                self._last_minute[event.symbol] = event.starts_at
                return StreamEvent(Channel.UPDATED_BARS if known else Channel.BARS, event)
            case _:
                return None


def _message(channel: Channel, event: Trade | Depth | Bar) -> Struct:
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
