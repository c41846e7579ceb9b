"""Which channels and symbols a client of the market-data stream wants."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

WILDCARD = "*"
PAIRS = "*/*"
"""The wildcard of the crypto stream: every pair, and no share."""

Interest = tuple["Channel", str]
"""A channel and a symbol, or the wildcard."""


class Channel(StrEnum):
    """The channels of data streams, in the order of the acknowledgement."""

    TRADES = "trades"
    QUOTES = "quotes"
    ORDERBOOKS = "orderbooks"
    BARS = "bars"
    UPDATED_BARS = "updatedBars"
    DAILY_BARS = "dailyBars"
    STATUSES = "statuses"
    LULDS = "lulds"
    CORRECTIONS = "corrections"
    CANCEL_ERRORS = "cancelErrors"


_FOLLOW_TRADES = frozenset({Channel.CORRECTIONS, Channel.CANCEL_ERRORS})
"""Whoever wants trades gets their corrections; these are not asked for by themselves."""

_PAIRS_HAVE_NOT = _FOLLOW_TRADES | {Channel.STATUSES, Channel.LULDS}

_SYMBOL_LENGTH_MAX = 32


class StreamKind(Struct, frozen=True):
    """What a data stream is about: which channels it has, and what its wildcard means."""

    channels: tuple[Channel, ...]
    wildcard: str


STOCKS = StreamKind(tuple(each for each in Channel if each is not Channel.ORDERBOOKS), WILDCARD)
CRYPTO = StreamKind(tuple(each for each in Channel if each not in _PAIRS_HAVE_NOT), PAIRS)


class DataMessage(Struct, frozen=True):
    """What a client of a data stream may send."""

    action: str
    key: str = ""
    secret: str = ""
    trades: list[str] = []
    quotes: list[str] = []
    bars: list[str] = []
    updatedBars: list[str] = []
    dailyBars: list[str] = []
    statuses: list[str] = []
    lulds: list[str] = []
    corrections: list[str] = []
    cancelErrors: list[str] = []
    orderbooks: list[str] = []
    news: list[str] = []

    def names_other_feeds(self, kind: StreamKind) -> bool:
        """Tell whether a channel is named that a stream of this kind does not have."""
        others = [channel for channel in Channel if channel not in kind.channels]
        return bool(self.news or any(getattr(self, channel.value) for channel in others))

    def interests(self, kind: StreamKind) -> frozenset[Interest]:
        """Return what is asked for; raises ``ValueError`` for what cannot be a symbol."""
        found = set()
        for channel in kind.channels:
            if channel in _FOLLOW_TRADES:
                continue
            for text in getattr(self, channel.value):
                symbol = _checked(text)
                found.add((channel, kind.wildcard if symbol == WILDCARD else symbol))
        return frozenset(found)


class TooManySymbols(Exception):
    """The subscription would grow beyond its limit; it stays as it was."""


class Subscription:
    """The present interests of one client; adding is additive."""

    def __init__(self, symbols_max: int, kind: StreamKind = STOCKS) -> None:
        self._symbols_max = symbols_max
        self._kind = kind
        self._interests: frozenset[Interest] = frozenset()

    @property
    def interests(self) -> frozenset[Interest]:
        """Everything subscribed."""
        return self._interests

    def add(self, interests: Iterable[Interest]) -> None:
        """Subscribe to more; raises ``TooManySymbols`` and changes nothing."""
        grown = self._interests.union(interests)
        if len(grown) > self._symbols_max:
            raise TooManySymbols
        self._interests = grown

    def remove(self, interests: Iterable[Interest]) -> None:
        """Unsubscribe; what was not subscribed is ignored."""
        self._interests = self._interests.difference(interests)

    def acknowledgement(self) -> Mapping[str, object]:
        """Return the full current state as the wire shows it."""
        kind = self._kind
        symbols: dict[str, list[str]] = {channel.value: [] for channel in kind.channels}
        for channel, symbol in sorted(self._interests):
            symbols[channel.value].append(WILDCARD if symbol == kind.wildcard else symbol)
        for follower in _FOLLOW_TRADES.intersection(kind.channels):
            symbols[follower.value] = symbols[Channel.TRADES.value]
        return {"T": "subscription"} | symbols


def _checked(symbol: str) -> str:
    upper = symbol.strip().upper()
    if not 0 < len(upper) <= _SYMBOL_LENGTH_MAX or not upper.isascii():
        raise ValueError(f"{symbol[:_SYMBOL_LENGTH_MAX]!r} is no symbol")
    return upper
