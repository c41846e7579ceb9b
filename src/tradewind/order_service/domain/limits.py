"""The limits that an administrator set for an account: whether an order stays within them.

Each refusal names the limit, what the order would make of it, and by how much that is too much.
An order that only reduces a position is held to the value of one order and to the pace alone.
"""

from datetime import timedelta

from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.vocabulary import PositionIntent
from tradewind.order_service.domain import pending_replacement
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.recent import kind_of, taken_within_a_second
from tradewind.order_service.domain.refusals import (
    DailyLossLimit,
    DuplicateOrder,
    KillSwitchOn,
    NoPriceKnown,
    OrderRateLimit,
    OrderValueLimit,
    PositionLimit,
    SymbolRestricted,
)
from tradewind.order_service.domain.state import AccountState, OrderState
from tradewind.order_service.domain.valuation import equity
from tradewind.platform.money import (
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    format_units,
    multiply_units,
)

_NONE = AccountLimits()


def check_kill_switch(account: AccountState) -> None:
    """Refuse every order of an account that an administrator has stopped."""
    if account.kill_switch:
        because = f": {account.kill_switch_reason}" if account.kill_switch_reason else ""
        raise KillSwitchOn(
            f"the account's kill switch is on{because}; an administrator can release it"
        )


def check(
    core: Core,
    account: AccountState,
    order: SubmitOrder,
    intent: PositionIntent,
    price: PriceUnits | None,
    instead_of: OrderState | None,
) -> None:
    """Refuse an order beyond a limit, in the order of ``refusals``.

    ``price`` is what the order counts with, ``instead_of`` the open order that it replaces.
    """
    limits = account.limits
    if limits == _NONE:
        return
    _check_pace(core, account, order, instead_of)
    size = _size_with(core, account, order, intent, instead_of)
    if size and order.symbol in limits.restricted_symbols:
        raise SymbolRestricted(
            f"{order.symbol} is restricted for this account: a position in it may be reduced, "
            "not opened or added to"
        )
    _check_order_value(limits, order, price)
    if size:
        _check_position(limits, order, price, size)
        _check_daily_loss(core, account)


def _check_pace(
    core: Core, account: AccountState, order: SubmitOrder, instead_of: OrderState | None
) -> None:
    assert core.at is not None
    most, window_ms = account.limits.orders_per_second_max, account.limits.duplicate_window_ms
    if most is not None and (taken := taken_within_a_second(account, core.at)) >= most:
        raise OrderRateLimit(
            f"{taken} orders were taken within the last second and the account's limit is {most}; "
            "wait a second"
        )
    if window_ms is None or instead_of is not None:
        return
    before = account.recent_twins.get(kind_of(order))
    if before is not None and core.at - before < timedelta(milliseconds=window_ms):
        ago_ms = (core.at - before) // timedelta(milliseconds=1)
        raise DuplicateOrder(
            f"the same {order.side} of {format_units(order.qty)} {order.symbol} was taken "
            f"{ago_ms} ms ago; wait until {window_ms} ms have passed to send it again"
        )


def _size_with(
    core: Core,
    account: AccountState,
    order: SubmitOrder,
    intent: PositionIntent,
    instead_of: OrderState | None,
) -> QuantityUnits:
    """Return how large a position, long or short, an order may lead to; 0 when it reduces one."""
    if not intent.opens:
        return QuantityUnits(0)
    size = abs(core.state.qty(account, order.symbol)) + order.qty
    for order_id in account.order_ids:
        other = core.state.orders[order_id]
        if other is not instead_of and other.symbol == order.symbol and other.intent is intent:
            size += pending_replacement.adds(core.state, other)
    return QuantityUnits(max(0, size))


def _check_order_value(limits: AccountLimits, order: SubmitOrder, price: PriceUnits | None) -> None:
    most = limits.order_value_max
    if most is None:
        return
    value = _value(order, price, order.qty)
    if value > most:
        raise OrderValueLimit(
            f"the order is worth {format_units(value)}, {format_units(value - most)} more than "
            f"the account's limit of {format_units(most)} for one order"
        )


def _check_position(
    limits: AccountLimits, order: SubmitOrder, price: PriceUnits | None, size: QuantityUnits
) -> None:
    most_qty, most_value = limits.position_qty_max, limits.position_value_max
    if most_qty is not None and size > most_qty:
        raise PositionLimit(
            f"the position in {order.symbol} could become {format_units(size)}, "
            f"{format_units(size - most_qty)} more than the account's limit of "
            f"{format_units(most_qty)}, open orders included"
        )
    if most_value is None:
        return
    value = _value(order, price, size)
    if value > most_value:
        raise PositionLimit(
            f"the position in {order.symbol} could be worth {format_units(value)}, "
            f"{format_units(value - most_value)} more than the account's limit of "
            f"{format_units(most_value)}, open orders included"
        )


def _check_daily_loss(core: Core, account: AccountState) -> None:
    most = account.limits.daily_loss_max
    if most is None:
        return
    loss = account.last_equity - equity(core, account)
    if loss >= most:
        raise DailyLossLimit(
            f"the account has lost {format_units(loss)} today and its limit is "
            f"{format_units(most)}: only orders that reduce a position are taken until the next "
            "session"
        )


def _value(order: SubmitOrder, price: PriceUnits | None, qty: QuantityUnits) -> MoneyUnits:
    if price is None:
        raise NoPriceKnown(
            f"no price of {order.symbol} is known yet to hold the account's limits against; "
            "send a limit order"
        )
    return multiply_units(price, qty, Rounding.UP)
