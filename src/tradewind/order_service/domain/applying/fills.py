"""Fold a fill in: the order, the position and the money."""

from datetime import datetime

from tradewind.contracts import journal
from tradewind.contracts.vocabulary import OrderSide, OrderStatus
from tradewind.order_service.domain.applying.entry import Handlers, without_zeros
from tradewind.order_service.domain.applying.orders import forget
from tradewind.order_service.domain.ledger import (
    CLEARING,
    FEES,
    Posting,
)
from tradewind.order_service.domain.lifecycle import move
from tradewind.order_service.domain.state import (
    AccountState,
    Books,
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
    books.reduce(order, event.qty)
    if order.status is OrderStatus.FILLED:
        order.filled_at = at
        forget(state, account, order.order_id)
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
    return without_zeros(
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
    return without_zeros(
        (account.ledger_held, event.symbol, -event.hold_released),
        (CLEARING, event.symbol, event.qty),
        (account.ledger_available, account.currency, value - event.fee),
        (CLEARING, account.currency, -value),
        (FEES, account.currency, event.fee),
    )


HANDLERS: Handlers = {
    journal.OrderFilled: _order_filled,
}
