"""What the market-data service offers: instruments, calendars, prices, and feeds of venues.

Prices, sizes and volumes are integers in billionths. Instants are aware UTC. A *trade* is a market
print, a *quote* the best bid and ask, *depth* the levels behind it, a *bar* OHLCV stamped at its
start.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol

from msgspec import Struct

from tradewind.contracts.corporate_actions import CashDividend as CashDividend
from tradewind.contracts.corporate_actions import CorporateAction, PriceAction
from tradewind.contracts.corporate_actions import Split as Split
from tradewind.contracts.instruments import Instrument as Instrument
from tradewind.contracts.instruments import Listing as Listing
from tradewind.contracts.notices import BandsMoved, StatusChanged
from tradewind.contracts.prices import Bar as Bar
from tradewind.contracts.prices import Depth as Depth
from tradewind.contracts.prices import DepthLevel as DepthLevel
from tradewind.contracts.prices import Quote as Quote
from tradewind.contracts.prices import Timeframe as Timeframe
from tradewind.contracts.prices import Trade as Trade
from tradewind.contracts.vocabulary import (
    EXCHANGE_ZONE,
    AssetClass,
    AuctionKind,
    ExtendedPhase,
    FeedKind,
    SessionHours,
    VenueId,
)
from tradewind.platform.money import PriceUnits, QuantityUnits
from tradewind.platform.rpc.interface import repeatable

_PRE_MARKET = time(4)
_AFTER_HOURS = timedelta(hours=4)


class AuctionPrint(Struct, frozen=True, tag="auction_print"):
    """The market's own auction of an instrument: where it crossed, and how much."""

    symbol: str
    at: datetime
    auction: AuctionKind
    price: PriceUnits
    size: QuantityUnits


class TradingStatus(Struct, frozen=True, tag="trading_status"):
    """The market's own exchange halted an instrument, or let it trade again."""

    symbol: str
    at: datetime
    halted: bool
    reason: str = ""


class SessionOpened(Struct, frozen=True, tag="session_opened"):
    """The venue starts to trade; orders that waited join the book."""

    trading_date: date
    at: datetime
    closes_at: datetime | None = None
    """When this session is to end, where the feed knows it."""
    next_opens_at: datetime | None = None
    """When the next one is to begin."""
    previous_closing_prices: dict[str, PriceUnits] = {}
    """Closes of the session before, adjusted for the splits that take effect with this one: for
    whoever has not seen that session."""


class SessionClosed(Struct, frozen=True, tag="session_closed"):
    """The regular session is over; day orders expire. ``closing_prices`` by symbol."""

    trading_date: date
    at: datetime
    closing_prices: dict[str, PriceUnits]
    after_hours_follow: bool = False
    """Orders for extended hours stand until the end of these."""
    next_opens_at: datetime | None = None
    """When the next session is to begin, where the feed knows it."""


class ExtendedHoursOpened(Struct, frozen=True, tag="extended_hours_opened"):
    """A session before or after the regular one begins: for limit orders that ask for it."""

    trading_date: date
    at: datetime
    phase: ExtendedPhase


class ExtendedHoursClosed(Struct, frozen=True, tag="extended_hours_closed"):
    """The session after the regular one is over; day orders for extended hours expire."""

    trading_date: date
    at: datetime


FeedEvent = (
    Trade
    | Depth
    | Bar
    | AuctionPrint
    | TradingStatus
    | SessionOpened
    | SessionClosed
    | ExtendedHoursOpened
    | ExtendedHoursClosed
    | CorporateAction
    | Listing
    | StatusChanged
    | BandsMoved
)


class FeedMessage(Struct, frozen=True):
    """What goes over the bus on the topic ``feed_topic(venue_id)``.

    ``number`` counts the messages of one run of a venue's feed from 1 without a gap; ``at`` is the
    venue's time. One message may carry many events, which are applied in order and together.
    """

    venue_id: VenueId
    number: int
    at: datetime
    events: list[FeedEvent]
    run: str = ""
    """Names this run of the feed: with another name the numbers begin anew, and what the run before
    has shown is no longer there."""


def feed_topic(venue_id: VenueId) -> str:
    """Return the bus topic that carries a venue's ``FeedMessage``s (msgpack)."""
    return f"feed.{venue_id}"


class FeedSpec(Struct, frozen=True, kw_only=True):
    """What feeds a venue."""

    venue_id: VenueId
    kind: FeedKind
    symbols: tuple[str, ...] = ()
    """Empty means every instrument that the source has."""
    seed: int = 1
    hours: SessionHours = SessionHours.EXCHANGE
    start_date: date | None = None
    """Replay only: the first and last trading date, inclusive."""
    end_date: date | None = None
    lockstep: bool = True
    """Replay only: advance on ``step_feed`` alone, otherwise one day every ``day_interval_s``."""
    day_interval_s: float = 10.0


class FeedState(Struct, frozen=True, kw_only=True):
    """Where a venue's feed stands."""

    venue_id: VenueId
    kind: FeedKind
    now: datetime
    is_open: bool
    trading_date: date | None
    number: int
    """Number of the newest ``FeedMessage``."""
    finished: bool = False
    days_done: int = 0
    days_total: int = 0


class MarketClock(Struct, frozen=True, kw_only=True):
    """The venue's time and session."""

    at: datetime
    is_open: bool
    next_open: datetime
    next_close: datetime
    extended_phase: ExtendedPhase | None = None
    """The session before or after the regular one that runs."""


class TradingDay(Struct, frozen=True, kw_only=True):
    """One day of the exchange's calendar; ``opens_at`` and ``closes_at`` in UTC."""

    trading_date: date
    opens_at: datetime
    closes_at: datetime
    settlement_date: date

    @property
    def pre_market_opens_at(self) -> datetime:
        """When the session before the regular one begins: 04:00 New York time."""
        return datetime.combine(self.trading_date, _PRE_MARKET, EXCHANGE_ZONE).astimezone(UTC)

    @property
    def after_hours_close_at(self) -> datetime:
        """When the session after it ends: 20:00, or 17:00 where it closes early at 13:00."""
        return self.closes_at + _AFTER_HOURS


class BarQuery(Struct, frozen=True, kw_only=True):
    """Which bars; ``start`` and ``end`` are inclusive instants on ``starts_at``."""

    symbols: tuple[str, ...]
    timeframe: Timeframe
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 1000
    descending: bool = False
    adjustment: Literal["raw", "split", "dividend", "all"] = "raw"
    page_token: str | None = None


class TickQuery(Struct, frozen=True, kw_only=True):
    """Which trades or quotes; ``start`` and ``end`` are inclusive."""

    symbols: tuple[str, ...]
    start: datetime | None = None
    end: datetime | None = None
    limit: int = 1000
    descending: bool = False
    page_token: str | None = None


class BarPage(Struct, frozen=True):
    """Bars by symbol (symbols without any are absent), sorted by symbol then time."""

    items: dict[str, list[Bar]]
    next_page_token: str | None = None


class TradePage(Struct, frozen=True):
    """Trades by symbol."""

    items: dict[str, list[Trade]]
    next_page_token: str | None = None


class QuotePage(Struct, frozen=True):
    """Quotes by symbol."""

    items: dict[str, list[Quote]]
    next_page_token: str | None = None


class Snapshot(Struct, frozen=True, kw_only=True):
    """Everything latest about one instrument; parts that do not exist yet are ``None``."""

    symbol: str
    latest_trade: Trade | None = None
    latest_quote: Quote | None = None
    minute_bar: Bar | None = None
    daily_bar: Bar | None = None
    previous_daily_bar: Bar | None = None


class MarketDataService(Protocol):
    """What other services may ask of market data. Every price respects the venue's clock: nothing
    later than the venue's present is ever returned. Unknown venues raise ``NotFound``."""

    @repeatable
    async def list_instruments(
        self, *, active: bool | None = None, asset_class: AssetClass | None = None
    ) -> list[Instrument]:
        """Return the instruments, by symbol."""
        ...

    @repeatable
    async def find_instrument(self, symbol_or_id: str) -> Instrument | None:
        """Return one by symbol (any case) or id; ``None`` when there is none."""
        ...

    async def create_feed(self, spec: FeedSpec) -> FeedState:
        """Start the feed of a new venue; a lockstep replay stands before its first day."""
        ...

    async def step_feed(self, venue_id: VenueId, days: int = 1) -> FeedState:
        """Advance a lockstep replay by trading days; its messages are published on return."""
        ...

    async def stop_feed(self, venue_id: VenueId) -> None:
        """End a venue's feed."""
        ...

    @repeatable
    async def feed_state(self, venue_id: VenueId) -> FeedState:
        """Return where the feed stands."""
        ...

    @repeatable
    async def clock(self, venue_id: VenueId) -> MarketClock:
        """Return the venue's time and session."""
        ...

    @repeatable
    async def list_trading_days(self, start: date, end: date) -> list[TradingDay]:
        """Return the exchange's days between two dates, inclusive."""
        ...

    @repeatable
    async def latest_trades(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Trade]:
        """Return the newest trade of each symbol that has one."""
        ...

    @repeatable
    async def latest_quotes(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Quote]:
        """Return the newest quote of each symbol that has one."""
        ...

    @repeatable
    async def latest_depths(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Depth]:
        """Return the levels that each symbol shows."""
        ...

    @repeatable
    async def latest_bars(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Bar]:
        """Return the newest minute bar (daily where the feed has none) of each symbol."""
        ...

    @repeatable
    async def snapshots(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Snapshot]:
        """Return a snapshot of each symbol that is known."""
        ...

    @repeatable
    async def list_bars(self, venue_id: VenueId, query: BarQuery) -> BarPage:
        """Return a page of bars."""
        ...

    @repeatable
    async def list_trades(self, venue_id: VenueId, query: TickQuery) -> TradePage:
        """Return a page of trades."""
        ...

    @repeatable
    async def list_quotes(self, venue_id: VenueId, query: TickQuery) -> QuotePage:
        """Return a page of quotes."""
        ...

    @repeatable
    async def list_corporate_actions(
        self, symbols: Sequence[str], start: date, end: date
    ) -> list[PriceAction]:
        """Return the actions whose ex-date lies between two dates, inclusive, by date."""
        ...
