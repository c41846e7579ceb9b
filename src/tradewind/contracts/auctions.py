"""The auctions of a venue as the order service lists them: where instruments opened and closed."""

from datetime import date, datetime

from msgspec import Struct

from tradewind.contracts.vocabulary import AuctionKind
from tradewind.platform.money import PriceUnits, QuantityUnits


class Auction(Struct, frozen=True):
    """One opening or closing auction."""

    auction: AuctionKind
    at: datetime
    price: PriceUnits
    volume: QuantityUnits | None
    """What changed hands, the market's own part included; ``None`` where a venue fills any size."""


class AuctionDay(Struct, frozen=True):
    """The auctions of an instrument on a day of New York."""

    symbol: str
    trading_date: date
    auctions: list[Auction]
    """The opening first; each kind once at most."""


class AuctionQuery(Struct, frozen=True, kw_only=True):
    """Which auctions; ``start`` and ``end`` are inclusive, ``limit`` counts days of symbols."""

    symbols: tuple[str, ...]
    start: datetime
    end: datetime
    limit: int = 1000
    descending: bool = False
    page_token: str | None = None


class AuctionPage(Struct, frozen=True):
    """Days sorted by symbol, then by date."""

    days: list[AuctionDay]
    next_page_token: str | None = None
