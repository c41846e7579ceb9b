"""The events of the trading core as its journal keeps them, and as consumers follow them.

Amounts are integers in billionths. Events of an order carry what the order has become
(``filled_qty`` and so on), so that a consumer needs no state of its own to tell its story.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from tradewind.contracts.account_events import AccountConfigured as AccountConfigured
from tradewind.contracts.account_events import AccountLimitsSet as AccountLimitsSet
from tradewind.contracts.account_events import AccountMarginSet as AccountMarginSet
from tradewind.contracts.account_events import AccountOpened as AccountOpened
from tradewind.contracts.account_events import CashDeposited as CashDeposited
from tradewind.contracts.account_events import CashTransferred as CashTransferred
from tradewind.contracts.account_events import CashWithdrawn as CashWithdrawn
from tradewind.contracts.account_events import KillSwitchEngaged as KillSwitchEngaged
from tradewind.contracts.account_events import KillSwitchReleased as KillSwitchReleased
from tradewind.contracts.account_events import LiveTradingSet as LiveTradingSet
from tradewind.contracts.account_events import MarginCallIssued as MarginCallIssued
from tradewind.contracts.account_events import MarginCallMet as MarginCallMet
from tradewind.contracts.corporate_events import BorrowFeePosted as BorrowFeePosted
from tradewind.contracts.corporate_events import CashInLieuPaid as CashInLieuPaid
from tradewind.contracts.corporate_events import (
    CorporateActionAnnounced as CorporateActionAnnounced,
)
from tradewind.contracts.corporate_events import CorporateActionApplied as CorporateActionApplied
from tradewind.contracts.corporate_events import (
    CorporateActionWithdrawn as CorporateActionWithdrawn,
)
from tradewind.contracts.corporate_events import DividendAccrued as DividendAccrued
from tradewind.contracts.corporate_events import DividendPaid as DividendPaid
from tradewind.contracts.corporate_events import InterestPosted as InterestPosted
from tradewind.contracts.corporate_events import MergerPaid as MergerPaid
from tradewind.contracts.corporate_events import PositionRenamed as PositionRenamed
from tradewind.contracts.corporate_events import PositionSplit as PositionSplit
from tradewind.contracts.corporate_events import StockDividendPaid as StockDividendPaid
from tradewind.contracts.market_data import Listing
from tradewind.contracts.order_events import CancelReason as CancelReason
from tradewind.contracts.order_events import CancelRequested as CancelRequested
from tradewind.contracts.order_events import Liquidity as Liquidity
from tradewind.contracts.order_events import OrderAccepted as OrderAccepted
from tradewind.contracts.order_events import OrderActivated as OrderActivated
from tradewind.contracts.order_events import OrderCanceled as OrderCanceled
from tradewind.contracts.order_events import OrderExpired as OrderExpired
from tradewind.contracts.order_events import OrderFilled as OrderFilled
from tradewind.contracts.order_events import OrderReduced as OrderReduced
from tradewind.contracts.order_events import OrderRejected as OrderRejected
from tradewind.contracts.order_events import OrderReplaced as OrderReplaced
from tradewind.contracts.order_events import OrderRestated as OrderRestated
from tradewind.contracts.order_events import OrderRouted as OrderRouted
from tradewind.contracts.order_events import OrderTriggered as OrderTriggered
from tradewind.contracts.order_events import ReplacementDue as ReplacementDue
from tradewind.contracts.order_events import ReplaceRejected as ReplaceRejected
from tradewind.contracts.order_events import ReplaceRequested as ReplaceRequested
from tradewind.contracts.order_events import TrailMoved as TrailMoved
from tradewind.contracts.vocabulary import (
    AuctionKind,
    ExtendedPhase,
    VenueId,
)
from tradewind.platform.money import PriceUnits, QuantityUnits
from tradewind.platform.rpc.interface import repeatable


class InstrumentListed(Struct, frozen=True, tag="instrument_listed"):
    """The feed told the rules of an instrument for the first time, or others than before."""

    listing: Listing


class SessionStarted(Struct, frozen=True, tag="session_started"):
    """The venue began a trading date; the instants are those that the feed told, if it did."""

    trading_date: date
    closes_at: datetime | None = None
    next_opens_at: datetime | None = None
    previous_closing_prices: dict[str, PriceUnits] = {}
    """Closes of the session before, of symbols that the venue had none of."""


class SessionEnded(Struct, frozen=True, tag="session_ended"):
    """The venue ended a trading date; ``closing_prices`` value the positions."""

    trading_date: date
    closing_prices: dict[str, PriceUnits]
    next_opens_at: datetime | None = None


class TradingHalted(Struct, frozen=True, tag="trading_halted"):
    """Nothing trades in an instrument, or in the whole venue where ``symbol`` is empty."""

    symbol: str
    reason: str
    by: str
    resumes_at: datetime | None = None


class TradingResumed(Struct, frozen=True, tag="trading_resumed"):
    """An instrument, or the venue, trades again."""

    symbol: str
    by: str


class AuctionCrossed(Struct, frozen=True, tag="auction_crossed"):
    """Orders of an instrument trade at one price; their fills follow."""

    symbol: str
    auction: AuctionKind
    price: PriceUnits
    volume: QuantityUnits
    """What changes hands, the market's own part included."""
    imbalance: QuantityUnits
    """What was bid for at this price beyond what was offered; below zero the other way."""


class AuctionPrinted(Struct, frozen=True, tag="auction_printed"):
    """The market's own auction of an instrument, in which no order of the venue traded."""

    symbol: str
    auction: AuctionKind
    price: PriceUnits
    volume: QuantityUnits


class PriceBandsMoved(Struct, frozen=True, tag="price_bands_moved"):
    """An instrument trades between these prices alone, both inclusive, while the session lasts."""

    symbol: str
    lower: PriceUnits
    upper: PriceUnits


class ExtendedHoursStarted(Struct, frozen=True, tag="extended_hours_started"):
    """A session beside the regular one began, for orders that ask for it."""

    trading_date: date
    phase: ExtendedPhase


class ExtendedHoursEnded(Struct, frozen=True, tag="extended_hours_ended"):
    """The last session of a trading date is over."""

    trading_date: date


Event = (
    AccountOpened
    | CashDeposited
    | CashWithdrawn
    | CashTransferred
    | AccountConfigured
    | AccountLimitsSet
    | KillSwitchEngaged
    | KillSwitchReleased
    | AccountMarginSet
    | MarginCallIssued
    | MarginCallMet
    | LiveTradingSet
    | OrderAccepted
    | OrderRouted
    | OrderRejected
    | CancelRequested
    | ReplaceRequested
    | ReplaceRejected
    | ReplacementDue
    | OrderActivated
    | OrderTriggered
    | TrailMoved
    | OrderReduced
    | OrderFilled
    | OrderCanceled
    | OrderExpired
    | OrderReplaced
    | InstrumentListed
    | OrderRestated
    | SessionStarted
    | SessionEnded
    | AuctionCrossed
    | AuctionPrinted
    | PriceBandsMoved
    | TradingHalted
    | TradingResumed
    | ExtendedHoursStarted
    | ExtendedHoursEnded
    | PositionSplit
    | StockDividendPaid
    | CashInLieuPaid
    | DividendAccrued
    | DividendPaid
    | PositionRenamed
    | MergerPaid
    | CorporateActionApplied
    | CorporateActionAnnounced
    | CorporateActionWithdrawn
    | InterestPosted
    | BorrowFeePosted
)


class JournalRecord(Struct, frozen=True, gc=False):
    """One event with its place: ``number`` counts a venue's records from 1 without a gap."""

    venue_id: VenueId
    number: int
    at: datetime
    event: Event


class JournalReader(Protocol):
    """How consumers follow the journal: by number, so nothing is lost or applied twice."""

    @repeatable
    async def last_number(self, venue_id: VenueId) -> int:
        """Return the number of the newest committed record, 0 when there is none."""
        ...

    def follow(
        self, venue_id: VenueId, after: int, *, batch: int = 500
    ) -> AsyncIterator[list[JournalRecord]]:
        """Yield committed records after a number in order, for ever, in non-empty lists."""
        ...

    @repeatable
    async def list_venues(self) -> list[VenueId]:
        """Return the venues that have a journal."""
        ...
