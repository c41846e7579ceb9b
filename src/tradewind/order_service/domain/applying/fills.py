"""Fold a fill in: the order, the position and the money."""

from datetime import datetime

from tradewind.contracts import journal
from tradewind.contracts.vocabulary import OrderSide, OrderStatus
from tradewind.order_service.domain.applying.entry import Handlers, without_zeros
from tradewind.order_service.domain.applying.orders import forget
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import (
    CLEARING,
    FEES,
    Posting,
)
from tradewind.order_service.domain.lifecycle import move
from tradewind.order_service.domain.state import (
    AccountState,
    OrderState,
    PositionState,
    VenueState,
)
from tradewind.platform.money import (
    MoneyUnits,
    Rounding,
    divide,
)


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
    if order.routing is not None:
        order.routing.execution_ids.append(event.broker_execution_id)
    books.reduce(order, event.qty)
    if order.status is OrderStatus.FILLED:
        order.filled_at = at
        forget(state, account, order.order_id)
    if (
        account.is_margin
        and state.session_date is not None
        and not state.is_round_the_clock(event.symbol)
    ):
        _count_day_trade(account, order)
    _move_position(state, account, event, value)
    if event.side is OrderSide.BUY:
        return _bought(account, order, event, value)
    return _sold(account, order, event, value)


def _count_day_trade(account: AccountState, order: OrderState) -> None:
    """Count a close of what was opened in the same session; several in a row count once."""
    if order.intent.opens:
        account.opened_today[order.symbol] = None
    elif order.symbol in account.opened_today:
        del account.opened_today[order.symbol]
        if not account.day_trades:
            account.day_trades.append(0)
        account.day_trades[-1] += 1


def _move_position(
    state: VenueState, account: AccountState, event: journal.OrderFilled, value: MoneyUnits
) -> None:
    """Add to what a position cost, or take the part off that is closed."""
    cost = value if event.side is OrderSide.BUY else MoneyUnits(-value)
    before = state.qty(account, event.symbol)
    position = account.positions.get(event.symbol)
    if position is None:
        position = account.positions[event.symbol] = PositionState()
    if abs(event.position_qty) > abs(before):
        position.cost_basis = MoneyUnits(position.cost_basis + cost)
    else:
        closed = divide(position.cost_basis * event.qty, abs(before), Rounding.HALF_EVEN)
        position.cost_basis = MoneyUnits(position.cost_basis - closed)
    position.cost_today = MoneyUnits(position.cost_today + cost)
    if not event.position_qty:
        del account.positions[event.symbol]


def _bought(
    account: AccountState, order: OrderState, event: journal.OrderFilled, value: MoneyUnits
) -> list[Posting]:
    released = event.hold_released
    opens = order.intent.opens
    return without_zeros(
        (account.ledger_held, account.currency, -released if opens else 0),
        (account.ledger_held, event.symbol, 0 if opens else released),
        (
            account.ledger_available,
            account.currency,
            (released if opens else 0) - value - event.fee,
        ),
        (CLEARING, account.currency, value),
        (FEES, account.currency, event.fee),
        (
            account.ledger_available,
            event.symbol,
            event.qty - event.asset_fee if opens else event.qty - released,
        ),
        (FEES, event.symbol, event.asset_fee),
        (CLEARING, event.symbol, -event.qty),
    )


def _sold(
    account: AccountState, order: OrderState, event: journal.OrderFilled, value: MoneyUnits
) -> list[Posting]:
    released = event.hold_released
    opens = order.intent.opens
    return without_zeros(
        (account.ledger_held, event.symbol, 0 if opens else -released),
        (account.ledger_held, account.currency, -released if opens else 0),
        (account.ledger_available, event.symbol, -event.qty if opens else released - event.qty),
        (CLEARING, event.symbol, event.qty),
        (
            account.ledger_available,
            account.currency,
            (released if opens else 0) + value - event.fee,
        ),
        (CLEARING, account.currency, -value),
        (FEES, account.currency, event.fee),
    )


HANDLERS: Handlers = {
    journal.OrderFilled: _order_filled,
}
