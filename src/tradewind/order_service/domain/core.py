"""The state machine of one venue: state, books, the feed's picture, and what a batch has emitted.

Commands are decided one after another. A decision checks everything first and raises a ``Refusal``
with nothing changed, or emits events, each of which is folded in at once by ``apply``, so that the
next command sees it. Time comes with the command; ids of executions follow from the record's
number: the same commands always give the same events.
"""

from datetime import datetime
from heapq import heapify, heappush

from msgspec import Struct

from tradewind.contracts.journal import (
    CancelRequested,
    Event,
    OrderAccepted,
    OrderActivated,
    OrderFilled,
    OrderReduced,
    OrderReplaced,
    OrderRestated,
    OrderTriggered,
    ReplacementDue,
    ReplaceRejected,
    ReplaceRequested,
    TrailMoved,
)
from tradewind.contracts.market_data import Listing
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, OrderId, OrderStatus
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.fees import Fees
from tradewind.order_service.domain.ledger import Posting
from tradewind.order_service.domain.market_view import MarketView
from tradewind.order_service.domain.price_bands import BandBoard
from tradewind.order_service.domain.refusals import AccountNotFound
from tradewind.order_service.domain.state import AccountState, OrderState, VenueState
from tradewind.platform.money import PriceUnits

_UNMOVED = (
    OrderAccepted, OrderActivated, OrderTriggered, TrailMoved, OrderReduced, OrderReplaced,
    OrderRestated, ReplaceRequested, ReplaceRejected, ReplacementDue,
)  # fmt: skip
"""Events of an order that leave the rest of its group alone."""


_QUEUED = (OrderAccepted, OrderActivated, OrderTriggered, OrderRestated)
"""Events that say how much stands before an order."""


class Emitted(Struct, frozen=True, gc=False):
    """One event on its way to the journal."""

    number: int
    at: datetime
    event: Event
    postings: list[Posting]


class Core:
    """One venue, live."""

    def __init__(
        self, spec: VenueSpec, state: VenueState | None = None, books: Books | None = None
    ) -> None:
        self.spec = spec
        self.fees = Fees(spec.fees)
        self.state = state or VenueState(venue_id=spec.venue_id)
        self.books = books or Books.of(self.state)
        self.view = MarketView(spec.fills)
        self.bands = BandBoard(spec.bands, self.state.bands)
        self.known_client_order_ids: set[tuple[AccountId, str]] = set()
        """Of ended orders, as far as the commands at hand may repeat one."""
        self.marks: dict[OrderId, PriceUnits] = {}
        """Where trades have taken trailing orders within the feed message at hand."""
        self.unsettled: list[OrderState] = []
        """Orders of groups that traded or ended, to the others of which something is due."""
        self.emitted: list[Emitted] = []
        self.touched: dict[OrderId, OrderState] = {}
        self.leveraged: dict[AccountId, None] = {
            account_id: None
            for account_id, account in self.state.accounts.items()
            if self.is_leveraged(account)
        }
        """Accounts that owe cash or shares; that which was looked at longest ago stands first."""
        self.at = self.state.now
        self.arrivals = [
            (at, is_cancel, order.priority, order.order_id)
            for order in self.state.orders.values()
            for at, is_cancel in ((order.effective_at, False), (order.leaves_at, True))
            if at is not None
        ]
        """Orders and cancels on their way to the market, a heap: who arrives first stands first,
        and no cancel arrives before its order."""
        heapify(self.arrivals)
        for order in self.state.orders.values():
            if order.queue_ahead:
                self.view.ahead[order.order_id] = order.queue_ahead

    def emit(self, event: Event) -> None:
        """Fold an event in and keep it for the journal."""
        assert self.at is not None
        number = self.state.number + 1
        order_id: OrderId | None = getattr(event, "order_id", None)
        before = self.state.orders.get(order_id) if order_id else None
        postings = apply(self.state, self.books, number, self.at, event)
        self.emitted.append(Emitted(number, self.at, event, postings))
        if order_id is None:
            return
        # What is told of an order that has ended follows its end at once.
        order = before or self.state.orders.get(order_id) or self.touched[order_id]
        self.touched[order_id] = order
        if (
            order.terms is not None
            and order.terms.group_id
            and not (isinstance(event, _UNMOVED) or order.waits_to_replace)
        ):
            self.unsettled.append(order)
        if type(event) is OrderFilled:
            account = self.state.accounts[event.account_id]
            if account.is_margin and self.is_leveraged(account):
                self.leveraged.setdefault(event.account_id)
        if type(event) in (OrderAccepted, CancelRequested):
            self._expect(order, is_cancel=type(event) is CancelRequested)
        if isinstance(event, _QUEUED):
            if event.queue_ahead:
                self.view.ahead[order_id] = event.queue_ahead
            else:
                self.view.ahead.pop(order_id, None)
        elif not order.status.is_open:
            self.view.ahead.pop(order_id, None)

    def _expect(self, order: OrderState, *, is_cancel: bool) -> None:
        """Put an order, or its cancel, among those that are on their way, if that takes time."""
        at = order.leaves_at if is_cancel else order.effective_at
        if at is not None:
            heappush(self.arrivals, (at, is_cancel, order.priority, order.order_id))

    def is_leveraged(self, account: AccountState) -> bool:
        """Tell whether an account owes cash or shares, or has been called for what it owed."""
        if not account.is_margin:
            return False
        cash = self.state.cash_available(account) + self.state.cash_held(account)
        return (
            cash < 0
            or account.margin_call is not None
            or any(self.state.qty(account, symbol) < 0 for symbol in account.positions)
        )

    def begin(self, at: datetime) -> None:
        """Set the time of the next command; time never runs backwards."""
        self.at = at if self.at is None or at > self.at else self.at

    def drain(self) -> tuple[list[Emitted], list[OrderState]]:
        """Hand over what has been emitted since the last call, and the orders it touched."""
        emitted, touched = self.emitted, list(self.touched.values())
        self.emitted, self.touched = [], {}
        return emitted, touched

    def account(self, account_id: AccountId) -> AccountState:
        """Return an account that is open here; raises ``AccountNotFound``."""
        account = self.state.accounts.get(account_id)
        if account is None:
            raise AccountNotFound(f"account {account_id} is not open at {self.spec.name}")
        return account

    def listing(self, symbol: str) -> Listing:
        """Return an instrument's rules; cautious ones where the feed has told none."""
        return self.state.listing(symbol)

    @property
    def is_open(self) -> bool:
        """Whether the regular session is running."""
        return self.state.session_date is not None

    def stands_by(self, order: OrderState) -> bool:
        """Tell whether an order waits for nothing but its session, or for the end of a halt."""
        if order.status is OrderStatus.ACCEPTED:
            return True
        arrives, at = order.effective_at, self.at
        return arrives is not None and at is not None and arrives <= at

    def trades(self, symbol: str) -> bool:
        """Tell whether any orders in a symbol trade now."""
        return self.state.may_trade(symbol, extended_hours=True)

    def takes(self, order: SubmitOrder) -> bool:
        """Tell whether an order would trade now; otherwise it waits for its session."""
        return self.state.may_trade(order.symbol, extended_hours=order.extended_hours)
