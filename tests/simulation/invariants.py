"""Truths about a venue's state that hold after every durable batch, whatever went wrong."""

from tradewind.contracts.journal import (
    Event,
    Liquidity,
    OrderAccepted,
    OrderExpired,
    OrderFilled,
    OrderReduced,
    ReplacementDue,
    ReplaceRequested,
)
from tradewind.contracts.vocabulary import GroupRole, OrderId, OrderSide, OrderStatus, TimeInForce
from tradewind.order_service.domain.book import BUY, SELL
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import AUCTION_TIMES, OrderState, VenueState


class Violation(Exception):
    """A truth of the system did not hold."""


class CheckedCore(Core):
    """The core as it is, and nothing fills beyond the price bands that it knows at that moment."""

    def emit(self, event: Event) -> None:
        """Look at a fill before it is one; auctions are not held to the bands."""
        if isinstance(event, OrderFilled) and event.liquidity is not Liquidity.AUCTION:
            bands = self.bands.find(event.symbol)
            if bands and bands.reference and not bands.lower <= event.price <= bands.upper:
                raise Violation(f"order {event.order_id} is filled beyond the price bands")
        super().emit(event)


def check_event(state: VenueState, event: Event) -> None:
    """Check an event against the state before it; raises ``Violation``."""
    match event:
        case OrderFilled():
            _check_fill(state, event)
        case OrderExpired() if state.is_round_the_clock(state.orders[event.order_id].symbol):
            raise Violation(f"order {event.order_id} for a coin ended with a session")
        case OrderAccepted(status=OrderStatus.ACCEPTED) if state.is_round_the_clock(event.symbol):
            if state.halt_of(event.symbol) is None:
                raise Violation(f"order {event.order_id} for a coin waits for a session")


def _check_fill(state: VenueState, event: OrderFilled) -> None:
    order = state.orders[event.order_id]
    if state.halt_of(order.symbol) is not None:
        raise Violation(f"order {event.order_id} trades in a halt")
    if event.liquidity is Liquidity.AUCTION:
        return
    if order.time_in_force in AUCTION_TIMES:
        raise Violation(f"order {event.order_id} is for an auction and trades outside of it")
    if not state.may_trade(order.symbol, extended_hours=order.extended_hours):
        raise Violation(f"order {event.order_id} trades while its market is closed")


class Replacements:
    """What is left for each order that is on its way to replace another, counted on its own."""

    def __init__(self) -> None:
        self._left: dict[OrderId, int] = {}
        self._by: dict[OrderId, OrderId] = {}

    def follow(self, state: VenueState, event: Event) -> None:
        """Count what the old order trades, and check what its replacement is for in the end."""
        match event:
            case ReplaceRequested():
                self._by[event.order_id] = event.replaced_by
            case OrderAccepted():
                self._left[event.order_id] = event.qty
            case OrderFilled(order_id=old, qty=qty) if old in self._by:
                self._left[self._by[old]] -= qty
            case OrderReduced(order_id=old) if old in self._by:
                self._left[self._by[old]] -= state.orders[old].qty - event.qty
            case ReplacementDue():
                if event.qty != self._left[event.order_id]:
                    raise Violation(f"order {event.order_id} forgets what the other has filled")


def check_state(state: VenueState) -> None:
    """Check money, holds, orders and groups; raises ``Violation``."""
    _check_groups(state)
    holds: dict[tuple[str, str], int] = {}
    for order in state.orders.values():
        _check_order(state, order)
        account = state.accounts[order.account_id]
        # Who opens a position reserves cash, who closes one shares: owned ones, or owed ones.
        asset = account.currency if order.intent.opens else order.symbol
        owed = not order.intent.opens and order.side is OrderSide.BUY
        key = (asset, account.ledger_held.name)
        holds[key] = holds.get(key, 0) + (-order.hold if owed else order.hold)
    for asset, by_account in state.ledger_sums().items():
        if sum(by_account.values()):
            raise Violation(f"the ledger is off by {sum(by_account.values())} of {asset}")
        for account in state.accounts.values():
            if not account.is_margin and by_account.get(account.ledger_available.name, 0) < 0:
                raise Violation(f"{account.account_id} has less than nothing of {asset}")
            held = by_account.get(account.ledger_held.name, 0)
            if held != holds.get((asset, account.ledger_held.name), 0):
                raise Violation(f"{account.account_id} holds {held} of {asset}, its orders do not")


def _check_order(state: VenueState, order: OrderState) -> None:
    if not order.status.is_open:
        raise Violation(f"order {order.order_id} has ended but is kept as open")
    if not 0 <= order.filled_qty < order.qty:
        raise Violation(f"order {order.order_id} is filled beyond its quantity")
    if order.leaves_at is not None and state.now is not None and order.leaves_at < state.now:
        raise Violation(f"order {order.order_id} stands although its cancel has arrived")
    if order.replacing is not None:
        _check_pair(state, order)
    is_over = order.time_in_force is TimeInForce.CLS and state.session_date is None
    if is_over and order.status is not OrderStatus.ACCEPTED:
        raise Violation(f"order {order.order_id} has outlived its auction")


def _check_pair(state: VenueState, order: OrderState) -> None:
    """Of two orders the old one works and the new one is on its way, until it arrives."""
    assert order.replacing is not None
    other = state.orders.get(order.replacing.by or order.replacing.instead_of or OrderId(""))
    old, new = (order, other) if order.replacing.by else (other, order)
    if old is None or new is None or old.replacing is None or new.replacing is None:
        raise Violation(f"order {order.order_id} is to replace, or be replaced by, one that is not")
    if (old.replacing.by, new.replacing.instead_of) != (new.order_id, old.order_id):
        raise Violation(f"orders {old.order_id} and {new.order_id} do not replace each other")
    if not new.is_on_its_way or old.is_on_its_way:
        raise Violation(f"order {new.order_id} is there and {old.order_id} is not replaced")
    if new.effective_at is not None and state.now is not None and new.effective_at < state.now:
        raise Violation(f"order {old.order_id} stands although its replacement has arrived")


def _check_groups(state: VenueState) -> None:
    """Legs wait behind their entry and no longer; a stop covers what its take-profit has left."""
    for group_id, members in state.groups.items():
        roles = {}
        for order_id in members:
            order = state.orders[order_id]
            assert order.terms is not None
            if order.terms.group_role in roles:
                raise Violation(f"group {group_id} has two orders of one role")
            roles[order.terms.group_role] = order
        profit, loss = roles.get(GroupRole.TAKE_PROFIT), roles.get(GroupRole.STOP_LOSS)
        for leg in (profit, loss):
            if leg and (leg.status is OrderStatus.HELD) != (GroupRole.ENTRY in roles):
                raise Violation(f"leg {leg.order_id} is {leg.status} and its entry is not")
        if profit and loss and not (loss.waits and loss.qty == profit.left):
            raise Violation(f"stop {loss.order_id} stands beside a take-profit of other size")


def check_books(books: Books, state: VenueState) -> None:
    """Check that orders stand in the books as a restart would put them there."""
    if _standing(books, state) != _standing(Books.of(state), state):
        raise Violation("the books are not those of the open orders")


def _standing(books: Books, state: VenueState) -> object:
    sides = (BUY, SELL)
    resting = {
        symbol: [
            [(place.order_id, place.price, place.quantity) for place in book.walk(side)]
            for side in sides
        ]
        for symbol, book in books.books.items()
    }
    return (
        {symbol: places for symbol, places in resting.items() if any(places)},
        {symbol: list(orders) for symbol, orders in books.market_orders.items()},
        {symbol: list(orders) for symbol, orders in books.triggers.trailing.items()},
        books.triggers._fixed,
    )
