"""Fold one event into the state: the only code that changes it.

``apply`` is what recovery, verification and the live core share, so that replaying the journal
gives the live state. Each handler returns the postings of the event's journal entry.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import structs

from tradewind.contracts import journal
from tradewind.contracts.orders import Configuration
from tradewind.contracts.vocabulary import OrderId, OrderSide, OrderStatus
from tradewind.order_service.domain.cash_keys import Movement, cash_moved
from tradewind.order_service.domain.ledger import (
    CLEARING,
    CORPORATE_ACTIONS,
    FEES,
    OUTSIDE,
    Posting,
)
from tradewind.order_service.domain.lifecycle import move
from tradewind.order_service.domain.recent import remember
from tradewind.order_service.domain.state import (
    AccountState,
    Books,
    OrderState,
    PositionState,
    VenueState,
)
from tradewind.platform.errors import InvariantBroken
from tradewind.platform.money import (
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
    multiply_units,
)

NOTHING: list[Posting] = []


def apply(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.Event
) -> list[Posting]:
    """Fold the record ``number`` in and return its postings; raises ``InvariantBroken``."""
    if number != state.number + 1:
        raise InvariantBroken(f"record {number} cannot follow record {state.number}")
    postings = _HANDLERS[type(event)](state, books, number, at, event)
    if postings:
        state.ledger.post(postings)
    state.number = number
    state.now = at
    return postings


def _account_opened(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AccountOpened
) -> list[Posting]:
    state.accounts[event.account_id] = AccountState(
        account_id=event.account_id, currency=event.currency, opened_at=at
    )
    return NOTHING


def _cash_deposited(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CashDeposited
) -> list[Posting]:
    account = state.accounts[event.account_id]
    _move_equity(account, event.amount)
    _remember_key(state, number, at, event)
    return [
        (account.ledger_available, account.currency, event.amount),
        (OUTSIDE, account.currency, -event.amount),
    ]


def _cash_withdrawn(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CashWithdrawn
) -> list[Posting]:
    account = state.accounts[event.account_id]
    _move_equity(account, -event.amount)
    _remember_key(state, number, at, event)
    return [
        (account.ledger_available, account.currency, -event.amount),
        (OUTSIDE, account.currency, event.amount),
    ]


def _cash_transferred(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CashTransferred
) -> list[Posting]:
    giver, taker = state.accounts[event.account_id], state.accounts[event.to_account_id]
    _move_equity(giver, -event.amount)
    _move_equity(taker, event.amount)
    _remember_key(state, number, at, event)
    return [
        (giver.ledger_available, giver.currency, -event.amount),
        (taker.ledger_available, taker.currency, event.amount),
    ]


def _remember_key(state: VenueState, number: int, at: datetime, event: Movement) -> None:
    if event.key:
        state.cash_keys[event.key] = cash_moved(number, at, event)


def _move_equity(account: AccountState, amount: int) -> None:
    """Move the equity of past closes along with cash from or to elsewhere, which is no profit."""
    account.last_equity = MoneyUnits(account.last_equity + amount)
    account.closing_equity = MoneyUnits(account.closing_equity + amount)


def _account_configured(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AccountConfigured
) -> list[Posting]:
    state.accounts[event.account_id].configuration = Configuration(
        suspend_trade=event.suspend_trade,
        fractional_trading=event.fractional_trading,
        no_shorting=event.no_shorting,
        trade_confirm_email=event.trade_confirm_email,
        max_margin_multiplier=event.max_margin_multiplier,
        ptp_no_exception_entry=event.ptp_no_exception_entry,
    )
    return NOTHING


def _account_limits_set(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AccountLimitsSet
) -> list[Posting]:
    account = state.accounts[event.account_id]
    account.limits = event.limits
    account.recent_orders = []
    account.recent_twins = {}
    return NOTHING


def _kill_switch_engaged(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.KillSwitchEngaged
) -> list[Posting]:
    account = state.accounts[event.account_id]
    account.kill_switch = True
    account.kill_switch_reason = event.reason
    return NOTHING


def _kill_switch_released(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.KillSwitchReleased
) -> list[Posting]:
    account = state.accounts[event.account_id]
    account.kill_switch = False
    account.kill_switch_reason = ""
    return NOTHING


def _order_accepted(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderAccepted
) -> list[Posting]:
    account = state.accounts[event.account_id]
    order = OrderState(
        order_id=event.order_id,
        account_id=event.account_id,
        client_order_id=event.client_order_id,
        symbol=event.symbol,
        side=event.side,
        order_type=event.order_type,
        time_in_force=event.time_in_force,
        qty=event.qty,
        limit_price=event.limit_price,
        extended_hours=event.extended_hours,
        status=event.status,
        hold=event.hold,
        hold_price=event.hold_price,
        queue_ahead=event.queue_ahead,
        priority=number,
        created_at=at,
        updated_at=at,
        replaces=event.replaces,
    )
    order.terms = event.terms
    if event.terms is not None and event.terms.group_id is not None:
        state.groups.setdefault(event.terms.group_id, {})[order.order_id] = None
    state.orders[order.order_id] = order
    account.order_ids[order.order_id] = None
    account.client_order_ids[order.client_order_id] = order.order_id
    if order.status is not OrderStatus.HELD:
        remember(account, at, event)
    if order.status not in (OrderStatus.ACCEPTED, OrderStatus.HELD):
        books.add(order)
    return _held(state, order, order.hold)


def _held(state: VenueState, order: OrderState, amount: int) -> list[Posting]:
    if not amount:
        return NOTHING
    account = state.accounts[order.account_id]
    asset = account.currency if order.side is OrderSide.BUY else order.symbol
    return [(account.ledger_available, asset, -amount), (account.ledger_held, asset, amount)]


def _order_activated(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderActivated
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.status = move(order.status, OrderStatus.NEW)
    order.queue_ahead = event.queue_ahead
    order.priority = number
    order.updated_at = at
    books.add(order)
    return _reserve(state, order, event)


def _reserve(
    state: VenueState, order: OrderState, event: journal.OrderActivated | journal.OrderTriggered
) -> list[Posting]:
    """Post what a leg reserves once it has to."""
    if not event.hold:
        return NOTHING
    order.hold = event.hold
    order.hold_price = event.hold_price
    return _held(state, order, event.hold)


def _order_triggered(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderTriggered
) -> list[Posting]:
    order = state.orders[event.order_id]
    assert order.terms is not None
    books.remove(order)
    order.terms = structs.replace(order.terms, triggered_at=at)
    order.queue_ahead = event.queue_ahead
    order.priority = number
    order.updated_at = at
    books.add(order)
    return _reserve(state, order, event)


def _trail_moved(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.TrailMoved
) -> list[Posting]:
    order = state.orders[event.order_id]
    assert order.terms is not None
    order.terms = structs.replace(order.terms, hwm=event.hwm, stop_price=event.stop_price)
    order.updated_at = at
    return NOTHING


def _order_reduced(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderReduced
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.qty = event.qty
    order.updated_at = at
    return NOTHING


def _order_filled(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderFilled
) -> list[Posting]:
    order = state.orders[event.order_id]
    account = state.accounts[event.account_id]
    value = MoneyUnits(event.filled_value - order.filled_value)
    order.status = move(order.status, event.status)
    order.filled_qty = event.filled_qty
    order.filled_value = event.filled_value
    order.fees = MoneyUnits(order.fees + event.fee)
    order.liquidity_fees = MoneyUnits(order.liquidity_fees + event.liquidity_fee)
    order.hold -= event.hold_released
    order.updated_at = at
    account.fees_paid = MoneyUnits(account.fees_paid + event.fee)
    books.reduce(order, event.qty)
    if order.status is OrderStatus.FILLED:
        order.filled_at = at
        _forget(state, account, order.order_id)
    if event.side is OrderSide.BUY:
        return _bought(state, account, event, value)
    return _sold(state, account, event, value)


def _bought(
    state: VenueState, account: AccountState, event: journal.OrderFilled, value: MoneyUnits
) -> list[Posting]:
    position = account.positions.get(event.symbol)
    if position is None:
        position = account.positions[event.symbol] = PositionState()
    position.cost_basis = MoneyUnits(position.cost_basis + value)
    position.cost_today = MoneyUnits(position.cost_today + value)
    change = event.hold_released - value - event.fee
    return _without_zeros(
        (account.ledger_held, account.currency, -event.hold_released),
        (account.ledger_available, account.currency, change),
        (CLEARING, account.currency, value),
        (FEES, account.currency, event.fee),
        (account.ledger_available, event.symbol, event.qty),
        (CLEARING, event.symbol, -event.qty),
    )


def _sold(
    state: VenueState, account: AccountState, event: journal.OrderFilled, value: MoneyUnits
) -> list[Posting]:
    position = account.positions[event.symbol]
    before = state.qty(account, event.symbol)
    sold = divide(position.cost_basis * event.qty, before, Rounding.HALF_EVEN)
    position.cost_basis = MoneyUnits(position.cost_basis - sold)
    position.cost_today = MoneyUnits(position.cost_today - value)
    if not event.position_qty:
        del account.positions[event.symbol]
    return _without_zeros(
        (account.ledger_held, event.symbol, -event.hold_released),
        (CLEARING, event.symbol, event.qty),
        (account.ledger_available, account.currency, value - event.fee),
        (CLEARING, account.currency, -value),
        (FEES, account.currency, event.fee),
    )


def _order_canceled(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderCanceled
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.canceled_at = at
    return _end(state, books, at, order, OrderStatus.CANCELED)


def _order_expired(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderExpired
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.expired_at = at
    return _end(state, books, at, order, OrderStatus.EXPIRED)


def _order_replaced(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.OrderReplaced
) -> list[Posting]:
    order = state.orders[event.order_id]
    order.replaced_at = at
    order.replaced_by = event.replaced_by
    return _end(state, books, at, order, OrderStatus.REPLACED)


def _end(
    state: VenueState, books: Books, at: datetime, order: OrderState, status: OrderStatus
) -> list[Posting]:
    """Take an order out of everything and give its hold back."""
    account = state.accounts[order.account_id]
    books.remove(order)
    order.status = move(order.status, status)
    order.updated_at = at
    hold, order.hold = order.hold, 0
    _forget(state, account, order.order_id)
    asset = account.currency if order.side is OrderSide.BUY else order.symbol
    return _without_zeros(
        (account.ledger_held, asset, -hold), (account.ledger_available, asset, hold)
    )


def _forget(state: VenueState, account: AccountState, order_id: OrderId) -> None:
    order = state.orders.pop(order_id)
    if order.terms is not None and order.terms.group_id is not None:
        members = state.groups[order.terms.group_id]
        del members[order_id]
        if not members:
            del state.groups[order.terms.group_id]
    del account.order_ids[order_id]
    del account.client_order_ids[order.client_order_id]


def _session_started(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.SessionStarted
) -> list[Posting]:
    state.session_date = event.trading_date
    state.previous_closing_prices.update(state.closing_prices)
    for account in state.accounts.values():
        account.last_equity = account.closing_equity
        for symbol, position in account.positions.items():
            position.qty_at_day_start = state.qty(account, symbol)
            position.cost_today = MoneyUnits(0)
    return NOTHING


def _session_ended(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.SessionEnded
) -> list[Posting]:
    state.session_date = None
    state.closing_prices.update(event.closing_prices)
    for account in state.accounts.values():
        equity = state.cash_available(account) + state.cash_held(account)
        for symbol, position in account.positions.items():
            price = state.closing_prices.get(symbol)
            if price is None:
                equity += position.cost_basis
            else:
                equity += multiply_units(price, state.qty(account, symbol))
        account.closing_equity = MoneyUnits(equity)
    return NOTHING


def _position_split(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.PositionSplit
) -> list[Posting]:
    account = state.accounts[event.account_id]
    position = account.positions[event.symbol]
    position.qty_at_day_start = QuantityUnits(
        position.qty_at_day_start * event.qty_after // event.qty_before
    )
    if not event.qty_after:
        del account.positions[event.symbol]
    change = event.qty_after - event.qty_before
    return _without_zeros(
        (account.ledger_available, event.symbol, change),
        (CORPORATE_ACTIONS, event.symbol, -change),
    )


def _dividend_paid(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.DividendPaid
) -> list[Posting]:
    account = state.accounts[event.account_id]
    return _without_zeros(
        (account.ledger_available, account.currency, event.amount),
        (CORPORATE_ACTIONS, account.currency, -event.amount),
    )


def _corporate_action_applied(
    state: VenueState,
    books: Books,
    number: int,
    at: datetime,
    event: journal.CorporateActionApplied,
) -> list[Posting]:
    state.actions_done[event.action_id] = event.ex_date
    if event.new_rate:
        for prices in (state.closing_prices, state.previous_closing_prices):
            if close := prices.get(event.symbol):
                prices[event.symbol] = PriceUnits(
                    divide(close * event.old_rate, event.new_rate, Rounding.HALF_EVEN)
                )
    return NOTHING


def _without_zeros(*postings: Posting) -> list[Posting]:
    return [posting for posting in postings if posting[2]]


# The value type is Any because each handler takes its own event; the key ties them together.
_HANDLERS: dict[type, Callable[[VenueState, Books, int, datetime, Any], list[Posting]]] = {
    journal.AccountOpened: _account_opened,
    journal.CashDeposited: _cash_deposited,
    journal.CashWithdrawn: _cash_withdrawn,
    journal.CashTransferred: _cash_transferred,
    journal.AccountConfigured: _account_configured,
    journal.AccountLimitsSet: _account_limits_set,
    journal.KillSwitchEngaged: _kill_switch_engaged,
    journal.KillSwitchReleased: _kill_switch_released,
    journal.OrderAccepted: _order_accepted,
    journal.OrderActivated: _order_activated,
    journal.OrderTriggered: _order_triggered,
    journal.TrailMoved: _trail_moved,
    journal.OrderReduced: _order_reduced,
    journal.OrderFilled: _order_filled,
    journal.OrderCanceled: _order_canceled,
    journal.OrderExpired: _order_expired,
    journal.OrderReplaced: _order_replaced,
    journal.SessionStarted: _session_started,
    journal.SessionEnded: _session_ended,
    journal.PositionSplit: _position_split,
    journal.DividendPaid: _dividend_paid,
    journal.CorporateActionApplied: _corporate_action_applied,
}
