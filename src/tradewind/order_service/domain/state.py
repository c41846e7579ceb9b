"""What the core knows: accounts, open orders, positions and the ledger of one venue.

``VenueState`` is exactly what its journal folds into; snapshots are its encoding. The books are
derived from the open orders. Nothing here remembers an order that has ended.
"""

from collections.abc import ValuesView
from datetime import date, datetime

from msgspec import Struct, field

from tradewind.contracts.corporate_actions import CorporateAction
from tradewind.contracts.journal import CancelReason
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.margin import AccountType, MarginCall, MarginSettings
from tradewind.contracts.market_data import Listing
from tradewind.contracts.orders import Order
from tradewind.contracts.terms import Terms
from tradewind.contracts.trading_accounts import Configuration
from tradewind.contracts.venues import Halt
from tradewind.contracts.vocabulary import (
    LONG_INTENT,
    AccountId,
    ExtendedPhase,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionIntent,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.domain.book import BUY, SELL
from tradewind.order_service.domain.cash_keys import CashMoved
from tradewind.order_service.domain.ledger import (
    Ledger,
    LedgerAccount,
    available,
    held,
    receivable,
)
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits

# Read off its class, a member costs ten times as much before Python 3.12; these are asked for
# several times with every order.
_BUY_SIDE = OrderSide.BUY
_MARGIN = AccountType.MARGIN


def book_side(side: OrderSide) -> int:
    """Return a side as the book counts it."""
    return BUY if side is _BUY_SIDE else SELL


class Routing(Struct, kw_only=True):
    """What is known of an order that a broker carries out."""

    broker_order_id: str = ""
    """The broker's name for it; empty until the broker has answered."""
    execution_ids: list[str] = field(default_factory=list)
    """The broker's ids of the fills that have been counted."""
    cancel_reason: CancelReason | None = None
    """Why it is to be canceled, once that has been asked for."""
    replaced_by: OrderId | None = None
    """The order that it is to give way to, once that has been asked for."""
    waits_for: OrderId | None = None
    """The order that has to end before this one may be sent."""
    filled_before: QuantityUnits = QuantityUnits(0)
    """What that order had filled when this one was asked for."""


class Replacing(Struct, kw_only=True):
    """That an order is to replace another, as long as word of it is on its way to the market."""

    by: OrderId | None = None
    """What the order is to give way to."""
    instead_of: OrderId | None = None
    """The order whose place it is to take; until then it belongs to no group."""
    left_before: QuantityUnits = QuantityUnits(0)
    """What that order had left when this one was asked for."""


class OrderState(Struct, kw_only=True, array_like=True, gc=False):
    """An open order; in a snapshot without the names of its fields, for there may be a million."""

    order_id: OrderId
    account_id: AccountId
    client_order_id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    time_in_force: TimeInForce
    qty: QuantityUnits
    limit_price: PriceUnits | None
    extended_hours: bool
    status: OrderStatus
    hold: int
    hold_price: PriceUnits | None
    fees: MoneyUnits = MoneyUnits(0)
    liquidity_fees: MoneyUnits = MoneyUnits(0)
    """Part of ``fees`` by the maker's or taker's rate of each fill."""
    filled_qty: QuantityUnits = QuantityUnits(0)
    filled_value: MoneyUnits = MoneyUnits(0)
    queue_ahead: QuantityUnits = QuantityUnits(0)
    priority: int
    """Number of the journal record by which the order joined the others at its price."""
    created_at: datetime
    updated_at: datetime
    filled_at: datetime | None = None
    canceled_at: datetime | None = None
    expired_at: datetime | None = None
    replaced_at: datetime | None = None
    replaces: OrderId | None = None
    replaced_by: OrderId | None = None
    effective_at: datetime | None = None
    """When it arrives at the market; ``None`` once it is there."""
    leaves_at: datetime | None = None
    """When the cancel that is on its way arrives there."""
    terms: Terms | None = None
    routing: Routing | None = None
    """Of an order that a broker carries out: it stands in no book."""
    replacing: Replacing | None = None
    """Of two orders of which one is on its way to replace the other."""

    @property
    def waits(self) -> bool:
        """Whether the order stands aside until its stop price is reached."""
        return self.terms is not None and self.terms.waits

    @property
    def intent(self) -> PositionIntent:
        """What the order does to its account's position."""
        if self.terms is not None and self.terms.intent is not None:
            return self.terms.intent
        return LONG_INTENT[self.side]

    @property
    def is_on_its_way(self) -> bool:
        """Whether it has not arrived at the market yet."""
        return self.effective_at is not None

    @property
    def waits_to_replace(self) -> bool:
        """Whether it is on its way to take the place of another order, which stands until then."""
        return self.replacing is not None and self.replacing.instead_of is not None

    @property
    def order_fees(self) -> MoneyUnits:
        """The part of the fees that is worked out on all that the order has traded."""
        return MoneyUnits(self.fees - self.liquidity_fees)

    @property
    def left(self) -> QuantityUnits:
        """What is still to trade."""
        return QuantityUnits(self.qty - self.filled_qty)

    def view(self) -> Order:
        """Return the order as other services see it."""
        return Order(
            order_id=self.order_id,
            account_id=self.account_id,
            client_order_id=self.client_order_id,
            symbol=self.symbol,
            side=self.side,
            order_type=self.order_type,
            time_in_force=self.time_in_force,
            qty=self.qty,
            limit_price=self.limit_price,
            extended_hours=self.extended_hours,
            status=self.status,
            filled_qty=self.filled_qty,
            filled_value=self.filled_value,
            created_at=self.created_at,
            updated_at=self.updated_at,
            filled_at=self.filled_at,
            canceled_at=self.canceled_at,
            expired_at=self.expired_at,
            replaced_at=self.replaced_at,
            replaces=self.replaces,
            replaced_by=self.replaced_by,
            terms=self.terms,
        )


class Entitlement(Struct, frozen=True, kw_only=True):
    """A dividend that an account is owed, or owes where it was short, until it is paid."""

    symbol: str
    qty: QuantityUnits
    rate: MoneyUnits
    amount: MoneyUnits
    payable_date: date


class PositionState(Struct, kw_only=True, gc=False):
    """What a position cost; how many shares it has is read off the ledger."""

    cost_basis: MoneyUnits = MoneyUnits(0)
    qty_at_day_start: QuantityUnits = QuantityUnits(0)
    cost_today: MoneyUnits = MoneyUnits(0)


class AccountState(Struct, kw_only=True):
    """An account at this venue.

    What each order asks for stands first, side by side in memory: with many accounts an order costs
    what it has to fetch of its own.
    """

    account_id: AccountId
    currency: str
    opened_at: datetime
    client_order_ids: dict[str, OrderId] = field(default_factory=dict)
    """The open orders by the names that their owner gave them, oldest first."""
    ledger_available: LedgerAccount = field(default_factory=LedgerAccount)
    ledger_held: LedgerAccount = field(default_factory=LedgerAccount)
    margin: MarginSettings = MarginSettings()
    limits: AccountLimits = AccountLimits()
    configuration: Configuration = Configuration()
    kill_switch: bool = False
    positions: dict[str, PositionState] = field(default_factory=dict)
    last_equity: MoneyUnits = MoneyUnits(0)
    """Equity at the close before the newest session, moved along by deposits and withdrawals."""
    closing_equity: MoneyUnits = MoneyUnits(0)
    """The same at the newest close: the ``last_equity`` of the next session."""
    closing_principal: MoneyUnits = MoneyUnits(0)
    """Cash at the newest close without the proceeds of shorts: what bears interest until the
    next."""
    closing_borrowed: MoneyUnits = MoneyUnits(0)
    """What short positions were worth at the newest close: what they cost until the next."""
    fees_paid: MoneyUnits = MoneyUnits(0)
    kill_switch_reason: str = ""
    live_trading: bool = False
    """Whether an administrator lets its orders go to the broker of a live venue."""
    recent_orders: list[datetime] = field(default_factory=list)
    """When orders were taken in the last second; kept where orders a second are limited."""
    recent_twins: dict[str, datetime] = field(default_factory=dict)
    """When an order of each kind was taken last, oldest first; kept for duplicates."""
    margin_call: MarginCall | None = None
    opening_orders: dict[str, int] = field(default_factory=dict)
    """How many open orders of a margin account open a position in a symbol; below zero for short
    ones, for both kinds never stand at once."""
    opened_today: dict[str, None] = field(default_factory=dict)
    """Symbols that a margin account has opened or added to in this session since it last closed."""
    day_trades: list[int] = field(default_factory=list)
    """Of each of the newest sessions, this one last; empty when there was none."""
    closing_maintenance: MoneyUnits = MoneyUnits(0)
    """Maintenance margin at the newest close, and ``last_maintenance`` at the one before the newest
    session."""
    last_maintenance: MoneyUnits = MoneyUnits(0)
    ledger_receivable: LedgerAccount = field(default_factory=LedgerAccount)

    def __post_init__(self) -> None:
        self.ledger_available.name = available(self.account_id)
        self.ledger_held.name = held(self.account_id)
        self.ledger_receivable.name = receivable(self.account_id)
        for ledger_account in self.ledger_accounts:
            ledger_account.currency = self.currency

    @property
    def ledger_accounts(self) -> tuple[LedgerAccount, LedgerAccount, LedgerAccount]:
        """All accounts of the ledger that are its own."""
        return self.ledger_available, self.ledger_held, self.ledger_receivable

    @property
    def order_ids(self) -> ValuesView[OrderId]:
        """Open orders, oldest first."""
        return self.client_order_ids.values()

    @property
    def is_margin(self) -> bool:
        """Whether the account may borrow."""
        return self.margin.account_type is _MARGIN


class BandsInForce(Struct, frozen=True, gc=False):
    """The price bands of an instrument, both inclusive."""

    lower: PriceUnits
    upper: PriceUnits
    since: datetime


class Resumption(Struct, frozen=True, gc=False):
    """How a halt ended last."""

    at: datetime
    by: str
    """Who ended it, in the words of ``Halt.by``."""


WHOLE_VENUE = ""
"""The symbol of a halt of everything."""


class VenueState(Struct, kw_only=True):
    """One venue, folded from its journal."""

    venue_id: VenueId
    number: int = 0
    """Number of the newest journal record that is folded in."""
    now: datetime | None = None
    """Time of that record."""
    session_date: date | None = None
    """The trading date that is open, ``None`` while the market is closed."""
    extended_phase: ExtendedPhase | None = None
    """The session beside the regular one that runs."""
    trading_date: date | None = None
    """The newest trading date that has begun, with its first session of any kind."""
    session_closes_at: datetime | None = None
    """When the session that is open is to end, as far as the feed has told."""
    next_opens_at: datetime | None = None
    """When the next session is to begin."""
    closed_date: date | None = None
    """The newest trading date that has ended."""
    accounts: dict[AccountId, AccountState] = field(default_factory=dict)
    orders: dict[OrderId, OrderState] = field(default_factory=dict)
    """Open orders, in order of acceptance."""
    groups: dict[OrderId, dict[OrderId, None]] = field(default_factory=dict)
    """The open orders of each group that has any."""
    ledger: Ledger = field(default_factory=Ledger)
    closing_prices: dict[str, PriceUnits] = field(default_factory=dict)
    """Newest closes: what positions are worth while no trade has been seen."""
    previous_closing_prices: dict[str, PriceUnits] = field(default_factory=dict)
    """Closes before the newest session began: what the change of the day is counted from."""
    instruments: dict[str, Listing] = field(default_factory=dict)
    """The rules of each instrument that the feed has told of, by symbol."""
    actions_done: dict[str, date] = field(default_factory=dict)
    """Corporate actions applied, by id, with their date."""
    announced: dict[str, CorporateAction] = field(default_factory=dict)
    """Corporate actions that take effect with a later session, by id."""
    entered: dict[str, CorporateAction] = field(default_factory=dict)
    """Those of them that have taken effect, by id: an administrator entered them."""
    entitlements: dict[str, dict[AccountId, Entitlement]] = field(default_factory=dict)
    """Dividends that are not paid yet, by the id of their action."""
    delisted: dict[str, date] = field(default_factory=dict)
    """Symbols that a corporate action ended, with the date since which they are not traded."""
    halts: dict[str, Halt] = field(default_factory=dict)
    """What is halted by symbol; the empty one stands for the whole venue."""
    resumptions: dict[str, Resumption] = field(default_factory=dict)
    """The newest of each symbol that was ever halted, and of the whole venue."""
    bands: dict[str, BandsInForce] = field(default_factory=dict)
    """By symbol, of those that trade and have had a trade in this session."""
    cash_keys: dict[str, CashMoved] = field(default_factory=dict)
    """Movements of cash by idempotency key; kept for good, for a key may be repeated any time."""

    def is_round_the_clock(self, symbol: str) -> bool:
        """Tell whether a symbol trades at all times."""
        listing = self.instruments.get(symbol)
        return listing is not None and listing.is_round_the_clock

    def halt_of(self, symbol: str) -> Halt | None:
        """Return what keeps a symbol from trading: its own halt, or the venue's."""
        return self.halts.get(symbol) or self.halts.get(WHOLE_VENUE)

    def may_trade(self, symbol: str, *, extended_hours: bool) -> bool:
        """Tell whether orders in a symbol trade now, those for extended hours or the others."""
        if self.halts and self.halt_of(symbol) is not None:
            return False
        if self.session_date is not None or self.is_round_the_clock(symbol):
            return True
        return extended_hours and self.extended_phase is not None

    def listing(self, symbol: str) -> Listing:
        """Return an instrument's rules; cautious ones where the feed has told none."""
        told = self.instruments.get(symbol)
        if told is not None:
            return told
        return Listing(symbol=symbol, marginable=False, shortable=False, easy_to_borrow=False)

    def stands(self, order: OrderState) -> bool:
        """Tell whether an open order stands in the books in the present session."""
        return not (order.status in APART or order.is_on_its_way) and (
            self.extended_phase is None
            or order.extended_hours
            or self.is_round_the_clock(order.symbol)
        )

    def ledger_sums(self) -> dict[str, dict[str, int]]:
        """Return the sums of all postings by asset and name of the ledger account."""
        accounts = self.accounts.values()
        return self.ledger.all_sums(one for account in accounts for one in account.ledger_accounts)

    def cash_available(self, account: AccountState) -> MoneyUnits:
        """Return the cash that no open order reserves; below zero where a margin account owes."""
        return MoneyUnits(self.ledger.posted(account.ledger_available, account.currency))

    def cash_held(self, account: AccountState) -> MoneyUnits:
        """Return the cash that open orders reserve."""
        return MoneyUnits(self.ledger.posted(account.ledger_held, account.currency))

    def qty_available(self, account: AccountState, symbol: str) -> QuantityUnits:
        """Return the shares that no open order reserves; below zero for a short position."""
        return QuantityUnits(self.ledger.posted(account.ledger_available, symbol))

    def qty(self, account: AccountState, symbol: str) -> QuantityUnits:
        """Return the shares of a position, held ones included."""
        posted = self.ledger.posted
        return QuantityUnits(
            posted(account.ledger_available, symbol) + posted(account.ledger_held, symbol)
        )


AUCTION_TIMES = frozenset({TimeInForce.OPG, TimeInForce.CLS})
"""Times in force of orders that trade in an auction and nowhere else."""

APART = frozenset({OrderStatus.ACCEPTED, OrderStatus.HELD, OrderStatus.PENDING_NEW})
"""Orders in no book: they wait for the session or for their entry."""
