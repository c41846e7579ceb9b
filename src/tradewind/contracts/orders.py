"""What the order service offers: the trading core behind typed requests.

Amounts are integers in billionths. Every method that changes something returns only after the
change is durable. Refusals are raised as ``tradewind.platform.errors.Refusal``.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from msgspec import Struct

from tradewind.contracts.activities import (
    Activity,
    ActivityQuery,
    CashMovement,
)
from tradewind.contracts.auctions import AuctionPage, AuctionQuery
from tradewind.contracts.brokers import LiveVenue, Reconciliation
from tradewind.contracts.corporate_actions import ActionStatus, CorporateAction, PendingActions
from tradewind.contracts.journal import JournalReader
from tradewind.contracts.limits import AccountControl, AccountLimits
from tradewind.contracts.margin import MarginSettings
from tradewind.contracts.notices import LatestStatus
from tradewind.contracts.order_requests import ReplaceOrder as ReplaceOrder
from tradewind.contracts.order_requests import SubmitOrder as SubmitOrder
from tradewind.contracts.terms import GTC_LIFETIME, Terms
from tradewind.contracts.trading_accounts import (
    Configuration,
    ConfigurationChange,
    Position,
    TradingAccount,
)
from tradewind.contracts.venues import Halt, VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.platform.money import (
    SCALE,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
)
from tradewind.platform.rpc.interface import repeatable


class Order(Struct, frozen=True, kw_only=True, gc=False):
    """An order as it stands."""

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
    filled_qty: QuantityUnits
    filled_value: MoneyUnits
    created_at: datetime
    updated_at: datetime
    filled_at: datetime | None = None
    canceled_at: datetime | None = None
    expired_at: datetime | None = None
    replaced_at: datetime | None = None
    replaces: OrderId | None = None
    replaced_by: OrderId | None = None
    terms: Terms | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When a gtc order has stood long enough."""
        if self.time_in_force is not TimeInForce.GTC:
            return None
        return self.created_at + GTC_LIFETIME

    @property
    def filled_avg_price(self) -> PriceUnits | None:
        """Average price of the fills, rounded half-even to a billionth."""
        if not self.filled_qty:
            return None
        return PriceUnits(divide(self.filled_value * SCALE, self.filled_qty, Rounding.HALF_EVEN))


class OrderQuery(Struct, frozen=True, kw_only=True):
    """Which orders; ``after`` and ``until`` are exclusive, on the time of submission."""

    status: Literal["open", "closed", "all"] = "open"
    symbols: tuple[str, ...] = ()
    side: OrderSide | None = None
    after: datetime | None = None
    until: datetime | None = None
    before_order_id: OrderId | None = None
    after_order_id: OrderId | None = None
    limit: int = 50
    descending: bool = True


class Failure(Struct, frozen=True):
    """A refusal inside a multi-status answer."""

    status: int
    code: int
    message: str


class CancelResult(Struct, frozen=True):
    """One order of a cancel-all; ``failure`` is ``None`` where it was canceled."""

    order_id: OrderId
    failure: Failure | None = None


class CloseResult(Struct, frozen=True):
    """One position of a close-all: the order that closes it, or why there is none."""

    symbol: str
    order: Order | None = None
    failure: Failure | None = None


class Verification(Struct, frozen=True, kw_only=True):
    """What folding a whole journal again found; ``differences`` is empty when all is well."""

    venue_id: VenueId
    records: int
    orders: int
    executions: int
    postings: int
    differences: list[str]


class OrderService(JournalReader, Protocol):
    """The trading core. Accounts are found by id alone: each belongs to one venue."""

    async def create_venue(self, spec: VenueSpec) -> None:
        """Open a market; creating one that exists is refused."""
        ...

    @repeatable
    async def wait_for_feed(self, venue_id: VenueId, number: int, timeout_s: float = 30) -> None:
        """Return when a feed message has been applied and made durable; raises ``Unavailable``."""
        ...

    @repeatable
    async def open_account(self, venue_id: VenueId, account_id: AccountId) -> None:
        """Let an account trade at a venue; doing it twice changes nothing."""
        ...

    async def deposit(
        self, account_id: AccountId, amount: MoneyUnits, reference: str, *, key: str = ""
    ) -> CashMovement:
        """Post cash from outside.

        ``key`` makes this safe to repeat, for ever: the same request is answered with what was done
        the first time, another one under the same key is refused. Keys are the venue's, shared by
        deposits, withdrawals and transfers.
        """
        ...

    async def withdraw(
        self, account_id: AccountId, amount: MoneyUnits, reference: str, *, key: str = ""
    ) -> CashMovement:
        """Post cash to outside; refused beyond what is available. ``key`` as in ``deposit``."""
        ...

    async def transfer(
        self,
        account_id: AccountId,
        to_account_id: AccountId,
        amount: MoneyUnits,
        reference: str,
        *,
        key: str = "",
    ) -> CashMovement:
        """Move cash to another account of the same venue; refused beyond what is available.

        ``key`` as in ``deposit``.
        """
        ...

    @repeatable
    async def enter_corporate_action(
        self, venue_id: VenueId, action: CorporateAction, by: str
    ) -> ActionStatus:
        """Let an action take effect at a venue: now, or with the first session of its ex-date.

        Its id makes it safe to repeat. ``by`` is the administrator's user id.
        """
        ...

    async def withdraw_corporate_action(self, venue_id: VenueId, action_id: str, by: str) -> None:
        """Take back an action that has not taken effect; raises ``NotFound``."""
        ...

    @repeatable
    async def pending_corporate_actions(self, venue_id: VenueId) -> PendingActions:
        """Return what a venue has still to do: announced actions and dividends that are owed."""
        ...

    @repeatable
    async def get_account(self, account_id: AccountId) -> TradingAccount:
        """Return the account's money; raises ``NotFound``."""
        ...

    async def configure(self, account_id: AccountId, change: ConfigurationChange) -> Configuration:
        """Change settings and return all of them."""
        ...

    @repeatable
    async def get_control(self, account_id: AccountId) -> AccountControl:
        """Return the account's limits and its kill switch."""
        ...

    @repeatable
    async def set_limits(
        self, account_id: AccountId, limits: AccountLimits, by: str
    ) -> AccountControl:
        """Replace the account's limits; ``by`` is the administrator's user id."""
        ...

    async def set_margin(
        self, account_id: AccountId, settings: MarginSettings, by: str
    ) -> TradingAccount:
        """Set the account's type and margin; ``by`` is the administrator's user id."""
        ...

    async def engage_kill_switch(
        self, account_id: AccountId, reason: str, by: str
    ) -> list[CancelResult]:
        """Cancel every open order of the account and take no new ones."""
        ...

    @repeatable
    async def release_kill_switch(self, account_id: AccountId, by: str) -> None:
        """Let the account trade again; doing it twice changes nothing."""
        ...

    async def halt_trading(
        self,
        venue_id: VenueId,
        symbol: str,
        reason: str,
        by: str,
        *,
        resumes_at: datetime | None = None,
    ) -> Halt:
        """Let nothing trade in an instrument, or in the whole venue where ``symbol`` is empty."""
        ...

    async def resume_trading(self, venue_id: VenueId, symbol: str, by: str) -> None:
        """End a halt; raises ``NotHalted``."""
        ...

    @repeatable
    async def list_halts(self, venue_id: VenueId) -> list[Halt]:
        """Return what is halted at a venue, by symbol."""
        ...

    @repeatable
    async def latest_statuses(
        self, venue_id: VenueId, symbols: Sequence[str] = ()
    ) -> list[LatestStatus]:
        """Return how instruments stand, by symbol: those named that are known, or all of them."""
        ...

    @repeatable
    async def list_auctions(self, venue_id: VenueId, query: AuctionQuery) -> AuctionPage:
        """Return a page of a venue's opening and closing auctions."""
        ...

    @repeatable
    async def set_live_trading(
        self, account_id: AccountId, enabled: bool, by: str
    ) -> AccountControl:
        """Let an account's orders go to its venue's broker, or stop that; open ones stay."""
        ...

    @repeatable
    async def list_live_venues(self) -> list[LiveVenue]:
        """Return the venues whose orders a broker carries out."""
        ...

    @repeatable
    async def reconcile(self, venue_id: VenueId) -> Reconciliation:
        """Compare a live venue with its broker now; raises ``NotFound`` or ``Unavailable``."""
        ...

    @repeatable
    async def submit_order(self, command: SubmitOrder) -> Order:
        """Take an order and return it as it stands after what it traded at once.

        Sending it again under the same ``order_id`` takes nothing and returns the order.
        """
        ...

    @repeatable
    async def replace_order(self, command: ReplaceOrder) -> Order:
        """Replace an order and return the new one; safe to repeat under one ``new_order_id``."""
        ...

    async def cancel_order(self, account_id: AccountId, order_id: OrderId) -> None:
        """Cancel an open order; raises ``NotFound`` or ``OrderNotCancelable`` (422)."""
        ...

    async def cancel_all_orders(self, account_id: AccountId) -> list[CancelResult]:
        """Cancel every open order of the account."""
        ...

    async def close_position(
        self,
        account_id: AccountId,
        symbol: str,
        *,
        qty: QuantityUnits | None = None,
        percentage: Decimal | None = None,
    ) -> Order:
        """Sell a position at market, whole or in part; raises ``NotFound``."""
        ...

    async def close_all_positions(
        self, account_id: AccountId, *, cancel_orders: bool
    ) -> list[CloseResult]:
        """Sell every position at market, after canceling open orders if asked."""
        ...

    @repeatable
    async def get_order(self, account_id: AccountId, order_id: OrderId) -> Order:
        """Return one order; raises ``NotFound``."""
        ...

    @repeatable
    async def get_order_by_client_id(self, account_id: AccountId, client_order_id: str) -> Order:
        """Return one order by the client's own id; raises ``NotFound``."""
        ...

    @repeatable
    async def get_orders(self, order_ids: Sequence[OrderId]) -> dict[OrderId, Order]:
        """Return orders of any account by id, for services that follow the journal."""
        ...

    @repeatable
    async def get_group(self, account_id: AccountId, group_id: OrderId) -> list[Order]:
        """Return every order of a group by time of submission, ended ones too."""
        ...

    @repeatable
    async def list_orders(self, account_id: AccountId, query: OrderQuery) -> list[Order]:
        """Return orders by time of submission."""
        ...

    @repeatable
    async def list_positions(self, account_id: AccountId) -> list[Position]:
        """Return the account's positions by symbol."""
        ...

    @repeatable
    async def get_position(self, account_id: AccountId, symbol: str) -> Position:
        """Return one position; raises ``NotFound``."""
        ...

    @repeatable
    async def list_activities(self, account_id: AccountId, query: ActivityQuery) -> list[Activity]:
        """Return fills and cash movements by time."""
        ...

    @repeatable
    async def verify(self) -> list[Verification]:
        """Fold every journal again and compare it with the tables and with memory."""
        ...
