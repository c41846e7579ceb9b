"""Which channels and symbols a client of the market-data stream wants."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

WILDCARD = "*"

Interest = tuple["Channel", str]
"""A channel and a symbol, or the wildcard."""


class Channel(StrEnum):
    """The channels of a stock stream, in the order of the acknowledgement."""

    TRADES = "trades"
    QUOTES = "quotes"
    BARS = "bars"
    UPDATED_BARS = "updatedBars"
    DAILY_BARS = "dailyBars"
    STATUSES = "statuses"
    LULDS = "lulds"
    CORRECTIONS = "corrections"
    CANCEL_ERRORS = "cancelErrors"


_FOLLOW_TRADES = frozenset({Channel.CORRECTIONS, Channel.CANCEL_ERRORS})
"""Whoever wants trades gets their corrections; these are not asked for by themselves."""

_SYMBOL_LENGTH_MAX = 32


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

    def names_other_feeds(self) -> bool:
        """Tell whether a channel is named that stocks do not have."""
        return bool(self.orderbooks or self.news)

    def interests(self) -> frozenset[Interest]:
        """Return what is asked for; raises ``ValueError`` for what cannot be a symbol."""
        found = set()
        for channel in Channel:
            if channel in _FOLLOW_TRADES:
                continue
            for symbol in getattr(self, channel.value):
                found.add((channel, _checked(symbol)))
        return frozenset(found)


class TooManySymbols(Exception):
    """The subscription would grow beyond its limit; it stays as it was."""


class Subscription:
    """The present interests of one client; adding is additive."""

    def __init__(self, symbols_max: int) -> None:
        self._symbols_max = symbols_max
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
        symbols: dict[str, list[str]] = {channel.value: [] for channel in Channel}
        for channel, symbol in sorted(self._interests):
            symbols[channel.value].append(symbol)
        for follower in _FOLLOW_TRADES:
            symbols[follower.value] = symbols[Channel.TRADES.value]
        return {"T": "subscription"} | symbols


def _checked(symbol: str) -> str:
    upper = symbol.strip().upper()
    if not 0 < len(upper) <= _SYMBOL_LENGTH_MAX or not upper.isascii():
        raise ValueError(f"{symbol[:_SYMBOL_LENGTH_MAX]!r} is no symbol")
    return upper
