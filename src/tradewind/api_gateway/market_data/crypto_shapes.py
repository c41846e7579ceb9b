"""Crypto pairs as they stand on the wire, for REST answers and streams."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from tradewind.api_gateway.market_data.numbers import Number, number
from tradewind.contracts.market_data import Depth, DepthLevel, Quote, Trade
from tradewind.contracts.vocabulary import OrderSide

_SIDES = {OrderSide.BUY: "B", OrderSide.SELL: "S"}


class CryptoTrade(Struct, frozen=True, gc=False):
    """A market print of a pair."""

    t: datetime
    p: Number
    s: Number
    i: int
    tks: str | UnsetType = UNSET
    """The taker's side, B or S; left out where it is not known."""


class CryptoQuote(Struct, frozen=True, gc=False, rename={"as_": "as"}):
    """Best bid and ask of a pair; a zero price means that side is empty."""

    t: datetime
    bp: Number
    bs: Number
    ap: Number
    as_: Number


class CryptoLevel(Struct, frozen=True, gc=False):
    """How much stands at one price."""

    p: Number
    s: Number


class CryptoBook(Struct, frozen=True):
    """The levels of a pair, best first."""

    t: datetime
    b: list[CryptoLevel]
    a: list[CryptoLevel]


def crypto_trade(trade: Trade) -> CryptoTrade:
    """Return the wire's form of a trade."""
    side = UNSET if trade.taker_side is None else _SIDES[trade.taker_side]
    return CryptoTrade(trade.at, number(trade.price), number(trade.size), trade.trade_id, side)


def crypto_quote(quote: Quote) -> CryptoQuote:
    """Return the wire's form of a quote."""
    return CryptoQuote(
        quote.at,
        number(quote.bid_price),
        number(quote.bid_size),
        number(quote.ask_price),
        number(quote.ask_size),
    )


def crypto_book(depth: Depth) -> CryptoBook:
    """Return the wire's form of the levels."""
    return CryptoBook(depth.at, _levels(depth.bids), _levels(depth.asks))


def _levels(levels: tuple[DepthLevel, ...]) -> list[CryptoLevel]:
    return [CryptoLevel(number(level.price), number(level.size)) for level in levels]
