"""What a market shows of an instrument: trades, quotes, depth, and bars of them.

Prices, sizes and volumes are integers in billionths; instants are aware UTC.
"""

from datetime import datetime

from msgspec import Struct

from tradewind.contracts.vocabulary import OrderSide
from tradewind.platform.money import PriceUnits, QuantityUnits


class Trade(Struct, frozen=True, tag="trade"):
    """A market print."""

    symbol: str
    at: datetime
    price: PriceUnits
    size: QuantityUnits
    trade_id: int
    exchange: str = "V"
    conditions: tuple[str, ...] = ()
    tape: str = "C"
    taker_side: OrderSide | None = None
    """Who came to whom, where the source knows it."""


class Quote(Struct, frozen=True, tag="quote"):
    """Best bid and ask; a zero price means that side is empty."""

    symbol: str
    at: datetime
    bid_price: PriceUnits
    bid_size: QuantityUnits
    ask_price: PriceUnits
    ask_size: QuantityUnits
    exchange: str = "V"
    conditions: tuple[str, ...] = ("R",)
    tape: str = "C"


class DepthLevel(Struct, frozen=True, array_like=True):
    """How much is offered or bid for at one price."""

    price: PriceUnits
    size: QuantityUnits


class Depth(Struct, frozen=True, tag="depth"):
    """The feed's levels of one instrument, best first on both sides; replaces what was shown."""

    symbol: str
    at: datetime
    bids: tuple[DepthLevel, ...]
    asks: tuple[DepthLevel, ...]

    def quote(self) -> Quote:
        """Return the best bid and ask."""
        bid = self.bids[0] if self.bids else DepthLevel(PriceUnits(0), QuantityUnits(0))
        ask = self.asks[0] if self.asks else DepthLevel(PriceUnits(0), QuantityUnits(0))
        return Quote(self.symbol, self.at, bid.price, bid.size, ask.price, ask.size)


Timeframe = str
"""``<n>Min``, ``<n>Hour``, ``1Day``, ``1Week`` or ``<n>Month``."""


class Bar(Struct, frozen=True, tag="bar"):
    """Open, high, low, close and volume over an interval."""

    symbol: str
    timeframe: Timeframe
    starts_at: datetime
    open: PriceUnits
    high: PriceUnits
    low: PriceUnits
    close: PriceUnits
    volume: QuantityUnits
    trade_count: int
    vwap: PriceUnits
