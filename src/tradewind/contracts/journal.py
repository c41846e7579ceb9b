"""The events of the trading core as its journal keeps them, and as consumers follow them.

Amounts are integers in billionths. Events of an order carry what the order has become
(``filled_qty`` and so on), so that a consumer needs no state of its own to tell its story.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

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
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.margin import MarginSettings
from tradewind.contracts.market_data import Listing
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import (
    AccountId,
    AuctionKind,
    ExecutionId,
    ExtendedPhase,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits
from tradewind.platform.rpc.interface import repeatable


class Liquidity(StrEnum):
    """Whether a fill took what was shown, was itself waiting in the book, or neither."""

    TAKER = "taker"
    MAKER = "maker"
    AUCTION = "auction"


class CancelReason(StrEnum):
    """Why an order ended before it was filled."""

    REQUESTED = "requested"
    IMMEDIATE = "immediate_or_cancel"
    FILL_OR_KILL = "fill_or_kill"
    UNFUNDED = "insufficient_buying_power"
    WASH_TRADE = "wash_trade"
    """It came to an order of its own account."""
    CORPORATE_ACTION = "corporate_action"
    GROUP = "one_cancels_other"
    BROKER = "broker"
    """The broker ended it without being asked."""
    TOO_LATE = "replaced_order_ended"
    """It was to replace an order that was filled or ended otherwise first."""
    KILL_SWITCH = "kill_switch"
    MARGIN_CALL = "margin_call"
    AUCTION = "auction"
    """It was for one auction, which did not fill it, or did not take place."""


class AccountOpened(Struct, frozen=True, tag="account_opened"):
    """An account may trade at this venue."""

    account_id: AccountId
    currency: str = "USD"


class CashDeposited(Struct, frozen=True, tag="cash_deposited"):
    """Cash came in from outside."""

    account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty where the platform itself moved the cash."""


class CashWithdrawn(Struct, frozen=True, tag="cash_withdrawn"):
    """Cash went out; ``amount`` is positive."""

    account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty where the platform itself moved the cash."""


class CashTransferred(Struct, frozen=True, tag="cash_transferred"):
    """Cash went from one account of the venue to another; ``amount`` is positive."""

    account_id: AccountId
    """Who gave it."""
    to_account_id: AccountId
    amount: MoneyUnits
    reference: str
    key: str = ""
    """Idempotency key; empty where the platform itself moved the cash."""


class AccountConfigured(Struct, frozen=True, tag="account_configured"):
    """The settings that an account's owner may change, all of them."""

    account_id: AccountId
    suspend_trade: bool
    fractional_trading: bool
    no_shorting: bool
    trade_confirm_email: str
    max_margin_multiplier: str
    ptp_no_exception_entry: bool


class AccountLimitsSet(Struct, frozen=True, tag="account_limits_set"):
    """An administrator set an account's limits, all of them; ``by`` is that user's id."""

    account_id: AccountId
    limits: AccountLimits
    by: str


class KillSwitchEngaged(Struct, frozen=True, tag="kill_switch_engaged"):
    """The account takes no orders from now on; cancellations of the open ones follow."""

    account_id: AccountId
    reason: str
    by: str


class KillSwitchReleased(Struct, frozen=True, tag="kill_switch_released"):
    """The account takes orders again."""

    account_id: AccountId
    by: str


class AccountMarginSet(Struct, frozen=True, tag="account_margin_set"):
    """An administrator set an account's type and its margin; ``by`` is that user's id."""

    account_id: AccountId
    settings: MarginSettings
    by: str


class MarginCallIssued(Struct, frozen=True, tag="margin_call_issued"):
    """An account's equity fell below what its positions require; nothing is closed yet."""

    account_id: AccountId
    equity: MoneyUnits
    required: MoneyUnits
    due_at: datetime
    """From then on positions are closed while a session runs."""
    overnight: bool = False
    """Whether the multiplier of 2 is required, which a session must end within, not maintenance."""


class MarginCallMet(Struct, frozen=True, tag="margin_call_met"):
    """An account that was called has again what its positions require."""

    account_id: AccountId
    equity: MoneyUnits
    required: MoneyUnits


class LiveTradingSet(Struct, frozen=True, tag="live_trading_set"):
    """An administrator let an account's orders go to the broker, or stopped that."""

    account_id: AccountId
    enabled: bool
    by: str


class OrderAccepted(Struct, frozen=True, gc=False, tag="order_accepted"):
    """An order was taken. ``status`` is ``new`` in an open session, else ``accepted``.

    One that is on its way to the market or to a broker is ``pending_new``.
    """

    order_id: OrderId
    account_id: AccountId
    client_order_id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    time_in_force: TimeInForce
    qty: QuantityUnits
    limit_price: PriceUnits | None
    status: OrderStatus
    hold: int
    """Reserved by this event: cash of an order that opens, shares of one that closes."""
    hold_price: PriceUnits | None
    """What cash was reserved for a share of an order that opens: its limit, or for a market order
    the last price plus the venue's collar; of a margin account what such a share requires. ``None``
    for an order that closes."""
    queue_ahead: QuantityUnits = QuantityUnits(0)
    """What the feed showed at the limit price when the order came to rest."""
    extended_hours: bool = False
    replaces: OrderId | None = None
    terms: Terms | None = None
    routed: bool = False
    """Whether a broker carries it out; one that replaces another waits until that has ended."""
    effective_at: datetime | None = None
    """When it arrives at the market, where that takes time."""


class OrderRouted(Struct, frozen=True, tag="order_routed"):
    """The broker has the order and named it."""

    order_id: OrderId
    account_id: AccountId
    broker_order_id: str
    status: OrderStatus


class OrderRejected(Struct, frozen=True, tag="order_rejected"):
    """The broker did not take the order, or gave it back; its hold is released."""

    order_id: OrderId
    account_id: AccountId
    reason: str
    """In the broker's words."""
    hold_released: int


class CancelRequested(Struct, frozen=True, tag="cancel_requested"):
    """An order is to be canceled: by its broker, who answers, or when this reaches the market."""

    order_id: OrderId
    account_id: AccountId
    reason: CancelReason
    filled_qty: QuantityUnits
    filled_value: MoneyUnits
    effective_at: datetime | None = None
    """When it reaches the market; ``None`` at a live venue."""


class ReplaceRequested(Struct, frozen=True, tag="replace_requested"):
    """A broker's order is to give way to another, whose ``OrderAccepted`` follows."""

    order_id: OrderId
    account_id: AccountId
    replaced_by: OrderId
    filled_qty: QuantityUnits
    filled_value: MoneyUnits


class ReplacementDue(Struct, frozen=True, tag="replacement_due"):
    """The order that this one replaces has ended: it may go to the broker now."""

    order_id: OrderId
    account_id: AccountId
    qty: QuantityUnits
    """What it is for, less what the other filled after the replacement was asked for."""
    hold: int
    """What it reserves from now on, in all."""


class OrderActivated(Struct, frozen=True, gc=False, tag="order_activated"):
    """The session opened or the entry was filled: an order that waited joined the others."""

    order_id: OrderId
    account_id: AccountId
    queue_ahead: QuantityUnits = QuantityUnits(0)
    hold: int = 0
    """Reserved by this event for a leg that was held."""
    hold_price: PriceUnits | None = None


class OrderTriggered(Struct, frozen=True, gc=False, tag="order_triggered"):
    """A trade reached a stop price: from here on the order is a market or limit order."""

    order_id: OrderId
    account_id: AccountId
    price: PriceUnits
    """Of the trade."""
    queue_ahead: QuantityUnits = QuantityUnits(0)
    hold: int = 0
    """Reserved by this event, for a leg that shared its sibling's hold until now."""
    hold_price: PriceUnits | None = None


class TrailMoved(Struct, frozen=True, gc=False, tag="trail_moved"):
    """The market took a trailing order's mark, and with it the stop price, by a step or more."""

    order_id: OrderId
    account_id: AccountId
    hwm: PriceUnits
    stop_price: PriceUnits


class OrderReduced(Struct, frozen=True, gc=False, tag="order_reduced"):
    """The other leg traded a part, which this one need not cover any more."""

    order_id: OrderId
    account_id: AccountId
    qty: QuantityUnits
    """What the order is for now."""


class OrderFilled(Struct, frozen=True, gc=False, tag="order_filled"):
    """An execution that traded: one side of it."""

    order_id: OrderId
    account_id: AccountId
    execution_id: ExecutionId
    symbol: str
    side: OrderSide
    price: PriceUnits
    qty: QuantityUnits
    fee: MoneyUnits
    liquidity: Liquidity
    hold_released: int
    """Taken out of the order's hold: cash of an order that opens, shares of one that closes."""
    filled_qty: QuantityUnits
    filled_value: MoneyUnits
    """Sum over the order's fills of price times quantity, each rounded down to a billionth."""
    status: OrderStatus
    position_qty: QuantityUnits
    contra_order_id: OrderId | None = None
    """The other user's order, or ``None`` when the feed's depth was the other side."""
    liquidity_fee: MoneyUnits = MoneyUnits(0)
    """Part of ``fee`` by the maker's or taker's rate; ``fee`` is below zero for a rebate."""
    broker_execution_id: str = ""
    """The broker's own id of a fill at a live venue."""
    asset_fee: QuantityUnits = QuantityUnits(0)
    """What the broker kept of the asset that was bought, besides ``fee``."""


class OrderCanceled(Struct, frozen=True, gc=False, tag="order_canceled"):
    """An order ended unfilled or partly filled; its hold is released."""

    order_id: OrderId
    account_id: AccountId
    reason: CancelReason
    hold_released: int


class OrderExpired(Struct, frozen=True, gc=False, tag="order_expired"):
    """A day order's session ended; its hold is released."""

    order_id: OrderId
    account_id: AccountId
    hold_released: int


class OrderReplaced(Struct, frozen=True, gc=False, tag="order_replaced"):
    """An order gave way to another, whose ``OrderAccepted`` follows; its hold is released."""

    order_id: OrderId
    account_id: AccountId
    replaced_by: OrderId
    hold_released: int


class InstrumentListed(Struct, frozen=True, tag="instrument_listed"):
    """The feed told the rules of an instrument for the first time, or others than before."""

    listing: Listing


class OrderRestated(Struct, frozen=True, tag="order_restated"):
    """A corporate action changed what an open order asks for; it goes behind the others."""

    order_id: OrderId
    account_id: AccountId
    action_id: str
    qty: QuantityUnits
    """What the order is for now, with what it has filled."""
    limit_price: PriceUnits | None
    terms: Terms | None
    hold: int
    """What it reserves now: cash of a buy, shares of a sell."""
    hold_price: PriceUnits | None
    queue_ahead: QuantityUnits = QuantityUnits(0)
    status: OrderStatus = OrderStatus.NEW
    filled_qty: QuantityUnits = QuantityUnits(0)
    filled_value: MoneyUnits = MoneyUnits(0)


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


JOURNAL_TOPIC = "journal"
"""Bus topic on which a venue's id is published after each commit: a nudge, not the truth."""
