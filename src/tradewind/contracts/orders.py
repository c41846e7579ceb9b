"""What the order service offers: the trading core behind typed requests.

Amounts are integers in billionths. Every method that changes something returns only after the
change is durable. Refusals are raised as ``tradewind.platform.errors.Refusal``.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

from msgspec import UNSET, Struct, UnsetType

from tradewind.contracts.journal import JournalReader, OrderFilled
from tradewind.contracts.limits import AccountControl, AccountLimits
from tradewind.contracts.terms import GTC_LIFETIME, Leg, Terms
from tradewind.contracts.vocabulary import (
    AccountId,
    FillModel,
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


class FeeSchedule(Struct, frozen=True, kw_only=True):
    """What the venue charges; rates of zero charge nothing.

    All but the maker's and taker's rates are worked out on all that an order has traded.
    """

    fee_bps: Decimal = Decimal(0)
    """Ten-thousandths of the value traded, with ``fee_per_share`` to the cent, half-even."""
    fee_per_share: MoneyUnits = MoneyUnits(0)
    fee_minimum: MoneyUnits = MoneyUnits(0)
    """Lowest such fee of an order that traded; a sell never pays more than it brought in."""
    maker_bps: Decimal = Decimal(0)
    """On fills of orders that waited in the book: ten-thousandths of the value, to a hundredth of
    a cent towards zero. Below zero it is a rebate."""
    maker_per_share: MoneyUnits = MoneyUnits(0)
    taker_bps: Decimal = Decimal(0)
    """The same on fills that took what was shown."""
    taker_per_share: MoneyUnits = MoneyUnits(0)
    sell_fee_per_million: MoneyUnits = MoneyUnits(0)
    """On sells, for each million of value, up to the cent: as the SEC's fee."""
    sell_fee_per_share: MoneyUnits = MoneyUnits(0)
    """On sells, for each share, up to the cent: as FINRA's trading activity fee."""
    sell_fee_per_share_max: MoneyUnits = MoneyUnits(0)
    """The most that an order pays by ``sell_fee_per_share``; zero means no bound."""


class FillSettings(Struct, frozen=True, kw_only=True):
    """How a venue fills orders."""

    model: FillModel = FillModel.QUEUE
    hidden_percent: int = 0
    """How much stands hidden at each of the feed's prices, in percent of what it shows there."""
    impact_bps: int = 0
    """How far users who take all that a side shows move the prices shown next, in
    ten-thousandths; those who take a part move them by that part. Zero: not at all."""
    impact_half_life_s: int = 60
    """After so many seconds of the venue's time half of it is gone."""


class VenueSpec(Struct, frozen=True, kw_only=True):
    """A market of its own: books, accounts, clock and journal."""

    venue_id: VenueId
    name: str
    fees: FeeSchedule = FeeSchedule()
    fills: FillSettings = FillSettings()
    follows_feed_time: bool = False
    """A replay: the core's time is that of the newest feed message."""
    starts_at: datetime | None = None
    """The time of such a venue until its feed speaks: what is done before must not lie in the
    replay's future."""
    market_collar_bps: int = 500
    """What a market buy reserves above the last price, in ten-thousandths."""


class SubmitOrder(Struct, frozen=True, kw_only=True):
    """Instruct the venue; exactly the fields that the order's type needs are set.

    The core works the quantity out when ``terms`` name an amount of money instead, and the stop
    price of a trailing order. Legs are those of a bracket, oto or oco, as ``terms`` say.
    """

    order_id: OrderId
    account_id: AccountId
    client_order_id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    time_in_force: TimeInForce
    qty: QuantityUnits
    limit_price: PriceUnits | None = None
    extended_hours: bool = False
    terms: Terms | None = None
    take_profit: Leg | None = None
    stop_loss: Leg | None = None


class ReplaceOrder(Struct, frozen=True, kw_only=True):
    """Replace an open order by a new one; ``None`` keeps the old value.

    ``qty`` is the new order's own quantity; ``None`` keeps what the old one had left to trade.
    """

    order_id: OrderId
    new_order_id: OrderId
    account_id: AccountId
    client_order_id: str | None = None
    qty: QuantityUnits | None = None
    limit_price: PriceUnits | None = None
    time_in_force: TimeInForce | None = None
    stop_price: PriceUnits | None = None
    trail: int | None = None
    """The new trail in what the old one was given in: a price, or billionths of a percent."""


class Order(Struct, frozen=True, kw_only=True):
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


class Position(Struct, frozen=True, kw_only=True):
    """Net signed quantity of one instrument in one account."""

    account_id: AccountId
    symbol: str
    qty: QuantityUnits
    qty_available: QuantityUnits
    """Not held for open sell orders."""
    cost_basis: MoneyUnits
    """What the open quantity cost, by average cost, without fees."""
    current_price: PriceUnits | None
    last_day_price: PriceUnits | None
    """Newest closing price before the newest session began; it stays until the next one begins, so
    that the change of the day can also be read after the close."""
    qty_at_day_start: QuantityUnits
    """Quantity held when the newest session began, for the profit of the day; 0 for a position that
    was opened since, also when it had been closed since."""
    cost_today: MoneyUnits = MoneyUnits(0)
    """Cost of what was bought since, less proceeds of what was sold."""


class TradingAccount(Struct, frozen=True, kw_only=True):
    """An account's money as the ledger has it."""

    account_id: AccountId
    venue_id: VenueId
    currency: str
    cash_posted: MoneyUnits
    cash_held: MoneyUnits
    """Reserved for open buy orders; posted less held is what may still be spent."""
    long_market_value: MoneyUnits
    equity: MoneyUnits
    last_equity: MoneyUnits
    """Equity at the newest close before the newest session began, plus deposits less withdrawals
    since: ``equity`` less this is the profit of the day. Before the first close it is what was
    deposited."""
    fees_paid: MoneyUnits
    configuration: "Configuration"
    opened_at: datetime
    trading_blocked: bool = False
    """Whether the kill switch is on."""


class Configuration(Struct, frozen=True, kw_only=True):
    """What an account's owner may set."""

    suspend_trade: bool = False
    fractional_trading: bool = True
    no_shorting: bool = True
    trade_confirm_email: str = "all"
    max_margin_multiplier: str = "1"
    ptp_no_exception_entry: bool = False


class ConfigurationChange(Struct, frozen=True, kw_only=True):
    """What to change; ``UNSET`` keeps the old value."""

    suspend_trade: bool | UnsetType = UNSET
    fractional_trading: bool | UnsetType = UNSET
    no_shorting: bool | UnsetType = UNSET
    trade_confirm_email: str | UnsetType = UNSET
    max_margin_multiplier: str | UnsetType = UNSET
    ptp_no_exception_entry: bool | UnsetType = UNSET


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


class ActivityQuery(Struct, frozen=True, kw_only=True):
    """Which activities; ``after`` and ``until`` are exclusive, ``types`` in Alpaca's spelling."""

    types: tuple[str, ...] = ()
    order_id: OrderId | None = None
    after: datetime | None = None
    until: datetime | None = None
    descending: bool = True
    limit: int = 100
    page_token: str | None = None
    """Id of the last activity of the previous page."""


class CashMovement(Struct, frozen=True, kw_only=True):
    """Cash that an administrator moved, as it was done the first time its key was sent."""

    activity_id: str
    at: datetime
    activity_type: str
    """``CSD``, ``CSW``, or ``JNLC`` for a transfer."""
    account_id: AccountId
    """Of a transfer: who gave it."""
    amount: MoneyUnits
    """Above zero."""
    reference: str
    to_account_id: AccountId | None = None


class FillActivity(Struct, frozen=True, kw_only=True, tag="fill"):
    """A fill as an activity. ``activity_id`` sorts by time."""

    activity_id: str
    at: datetime
    fill: OrderFilled
    order_qty: QuantityUnits


class CashActivity(Struct, frozen=True, kw_only=True, tag="cash"):
    """A movement that is no trade: ``CSD``, ``CSW``, ``JNLC``, ``DIV``, ``SPLIT``."""

    activity_id: str
    at: datetime
    activity_date: date
    activity_type: str
    net_amount: MoneyUnits
    description: str
    symbol: str | None = None
    qty: QuantityUnits | None = None
    per_share_amount: MoneyUnits | None = None


Activity = FillActivity | CashActivity


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

    async def wait_for_feed(self, venue_id: VenueId, number: int, timeout_s: float = 30) -> None:
        """Return when a feed message has been applied and made durable; raises ``Unavailable``."""
        ...

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

    async def get_account(self, account_id: AccountId) -> TradingAccount:
        """Return the account's money; raises ``NotFound``."""
        ...

    async def configure(self, account_id: AccountId, change: ConfigurationChange) -> Configuration:
        """Change settings and return all of them."""
        ...

    async def get_control(self, account_id: AccountId) -> AccountControl:
        """Return the account's limits and its kill switch."""
        ...

    async def set_limits(
        self, account_id: AccountId, limits: AccountLimits, by: str
    ) -> AccountControl:
        """Replace the account's limits; ``by`` is the administrator's user id."""
        ...

    async def engage_kill_switch(
        self, account_id: AccountId, reason: str, by: str
    ) -> list[CancelResult]:
        """Cancel every open order of the account and take no new ones."""
        ...

    async def release_kill_switch(self, account_id: AccountId, by: str) -> None:
        """Let the account trade again; doing it twice changes nothing."""
        ...

    async def submit_order(self, command: SubmitOrder) -> Order:
        """Take an order and return it as it stands after what it traded at once."""
        ...

    async def replace_order(self, command: ReplaceOrder) -> Order:
        """Replace an order and return the new one."""
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

    async def get_order(self, account_id: AccountId, order_id: OrderId) -> Order:
        """Return one order; raises ``NotFound``."""
        ...

    async def get_order_by_client_id(self, account_id: AccountId, client_order_id: str) -> Order:
        """Return one order by the client's own id; raises ``NotFound``."""
        ...

    async def get_orders(self, order_ids: Sequence[OrderId]) -> dict[OrderId, Order]:
        """Return orders of any account by id, for services that follow the journal."""
        ...

    async def get_group(self, account_id: AccountId, group_id: OrderId) -> list[Order]:
        """Return every order of a group by time of submission, ended ones too."""
        ...

    async def list_orders(self, account_id: AccountId, query: OrderQuery) -> list[Order]:
        """Return orders by time of submission."""
        ...

    async def list_positions(self, account_id: AccountId) -> list[Position]:
        """Return the account's positions by symbol."""
        ...

    async def get_position(self, account_id: AccountId, symbol: str) -> Position:
        """Return one position; raises ``NotFound``."""
        ...

    async def list_activities(self, account_id: AccountId, query: ActivityQuery) -> list[Activity]:
        """Return fills and cash movements by time."""
        ...

    async def verify(self) -> list[Verification]:
        """Fold every journal again and compare it with the tables and with memory."""
        ...
