"""Orders that hang together: brackets, one-triggers-other, one-cancels-other.

An entry's legs are ``held`` and reserve nothing until the entry is filled in full; they are
canceled with an entry that ends otherwise. A take-profit and a stop-loss stand for the same shares:
the take-profit reserves them for both until the stop-loss is triggered, which ends the take-profit
first. What the take-profit trades, the stop-loss need not cover any more; when one ends, so does
the other.
"""

from tradewind.contracts.journal import CancelReason, OrderAccepted, OrderActivated, OrderReduced
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.vocabulary import (
    GroupRole,
    OrderClass,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionIntent,
)
from tradewind.order_service.domain import holds, risk
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.holds import NOTHING, Hold
from tradewind.order_service.domain.matching import cancel, match_incoming, side_of
from tradewind.order_service.domain.refusals import LegPriceNotAcceptable, OrderTooLarge
from tradewind.order_service.domain.state import OrderState, VenueState
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import (
    CENT,
    PriceUnits,
    QuantityUnits,
    format_units,
    multiply_units,
)

_OTHER_SIDE = {OrderSide.BUY: OrderSide.SELL, OrderSide.SELL: OrderSide.BUY}


def reserves(state: VenueState, order: OrderState) -> bool:
    """Tell whether an order has a hold of its own: no held leg, no stop beside a take-profit."""
    if order.status is OrderStatus.HELD:
        return False
    return not (order.waits and _siblings(state, order, GroupRole.TAKE_PROFIT))


def _siblings(state: VenueState, order: OrderState, role: GroupRole) -> list[OrderState]:
    """Return the other open orders of an order's group that have a role."""
    if order.terms is None or order.terms.group_id is None:
        return []
    members = state.groups.get(order.terms.group_id, ())
    orders = [state.orders[key] for key in members if key != order.order_id]
    return [other for other in orders if other.terms and other.terms.group_role is role]


def _others(state: VenueState, order: OrderState) -> list[OrderState]:
    return [found for role in GroupRole for found in _siblings(state, order, role)]


def check_legs(core: Core, command: SubmitOrder, base: PriceUnits | None) -> None:
    """Refuse legs on the wrong side of each other or of the base price, or worth too much."""
    profit, loss = command.take_profit, command.stop_loss
    is_oco = command.terms is not None and command.terms.order_class is OrderClass.OCO
    if profit is None and loss is None and not is_oco:
        return
    exit_side = command.side if is_oco else _OTHER_SIDE[command.side]
    above = 1 if exit_side is OrderSide.SELL else -1
    target = command.limit_price if is_oco else profit.limit_price if profit else None
    for price in (target, loss.stop_price if loss else None, loss.limit_price if loss else None):
        if price is None:
            continue
        if price <= 0:
            raise MalformedRequest(f"a leg's price must be above 0, was {format_units(price)}")
        worth = multiply_units(price, command.qty)
        if price > risk.ORDER_VALUE_MAX or worth > risk.ORDER_VALUE_MAX:
            raise OrderTooLarge(
                f"a leg is worth more than {format_units(risk.ORDER_VALUE_MAX)}, or its price is "
                "above that; split the order"
            )
    if loss is not None and loss.stop_price is not None:
        if target is not None and (target - loss.stop_price) * above < CENT:
            raise LegPriceNotAcceptable(
                f"take_profit.limit_price {format_units(target)} must be "
                f"{'above' if above > 0 else 'below'} stop_loss.stop_price "
                f"{format_units(loss.stop_price)} by 0.01 or more"
            )
        if base is not None and (base - loss.stop_price) * above < CENT:
            raise LegPriceNotAcceptable(
                f"stop_loss.stop_price {format_units(loss.stop_price)} must be "
                f"{'below' if above > 0 else 'above'} base_price {format_units(base)} "
                "by 0.01 or more"
            )


def take_legs(core: Core, command: SubmitOrder) -> None:
    """Take the legs that stand beside an order: held behind an entry, working in an oco."""
    terms = command.terms
    if terms is None or terms.group_id is None:
        return
    is_oco = terms.order_class is OrderClass.OCO
    side = command.side if is_oco else _OTHER_SIDE[command.side]
    status = OrderStatus.HELD
    if is_oco:
        status = OrderStatus.NEW if core.takes(command) else OrderStatus.ACCEPTED
    legs = ((command.take_profit, GroupRole.TAKE_PROFIT), (command.stop_loss, GroupRole.STOP_LOSS))
    for leg, role in legs:
        if leg is not None:
            _take_leg(core, command, leg, role, side, status)


def _take_leg(
    core: Core,
    command: SubmitOrder,
    leg: Leg,
    role: GroupRole,
    side: OrderSide,
    status: OrderStatus,
) -> None:
    assert command.terms is not None
    if leg.stop_price is None:
        order_type = OrderType.LIMIT
    else:
        order_type = OrderType.STOP if leg.limit_price is None else OrderType.STOP_LIMIT
    core.emit(
        OrderAccepted(
            order_id=leg.order_id,
            account_id=command.account_id,
            client_order_id=leg.order_id,
            symbol=command.symbol,
            side=side,
            order_type=order_type,
            time_in_force=command.time_in_force,
            qty=command.qty,
            limit_price=leg.limit_price,
            status=status,
            hold=0,
            hold_price=None,
            terms=Terms(
                stop_price=leg.stop_price,
                order_class=command.terms.order_class,
                group_id=command.terms.group_id,
                group_role=role,
                intent=_leg_intent(command.terms),
                do_not_reduce=command.terms.do_not_reduce,
            ),
        )
    )


def _leg_intent(terms: Terms) -> PositionIntent | None:
    """Return what the legs of an order do, where that is not what their side says."""
    if terms.order_class is OrderClass.OCO:
        return terms.intent
    opens_short = terms.intent is PositionIntent.SELL_TO_OPEN
    return PositionIntent.BUY_TO_CLOSE if opens_short else None


def settle(core: Core) -> None:
    """Do to the rest of each group what follows from orders that traded or ended."""
    while core.unsettled:
        order = core.unsettled.pop(0)
        assert order.terms is not None
        if order.terms.group_role is GroupRole.ENTRY:
            _after_entry(core, order)
        elif not order.status.is_open:
            for other in _others(core.state, order):
                if other.status.is_open:
                    end(core, other)
        else:
            for other in _siblings(core.state, order, GroupRole.STOP_LOSS):
                if other.waits and other.qty != order.left:
                    core.emit(OrderReduced(other.order_id, other.account_id, order.left))


def end(core: Core, order: OrderState, reason: CancelReason = CancelReason.GROUP) -> None:
    """Cancel an order of a group and leave the rest of the group to the caller."""
    cancel(core, order, reason)
    core.unsettled.pop()


def _after_entry(core: Core, entry: OrderState) -> None:
    legs = [leg for leg in _others(core.state, entry) if leg.status is OrderStatus.HELD]
    if entry.status is OrderStatus.FILLED:
        _activate(core, legs)
    elif not entry.status.is_open:
        for leg in legs:
            end(core, leg)


def _activate(core: Core, legs: list[OrderState]) -> None:
    """Let the legs work once their entry is filled; the first reserves for both."""
    if not legs:
        return
    hold = _hold(core, legs[0], max((_worst_price(core, leg) for leg in legs), default=None))
    if hold is None:
        for leg in legs:
            end(core, leg, CancelReason.UNFUNDED)
        return
    for leg in legs:
        ahead = QuantityUnits(0)
        if leg.limit_price is not None and not leg.waits:
            ahead = core.view.queue_ahead(leg.symbol, side_of(leg), leg.limit_price)
        core.emit(OrderActivated(leg.order_id, leg.account_id, ahead, hold.amount, hold.price))
        hold = NOTHING
    for leg in legs:
        if leg.status.is_open and not leg.waits:
            match_incoming(core, leg)


def _worst_price(core: Core, order: OrderState) -> PriceUnits:
    """Return the price that an order is counted at when it opens a position."""
    if order.limit_price is not None:
        return order.limit_price
    assert order.terms is not None
    assert order.terms.stop_price is not None
    return risk.with_collar(core, order.symbol, order.terms.stop_price)


def _hold(core: Core, order: OrderState, price: PriceUnits | None) -> Hold | None:
    """Return what an order has to reserve, ``None`` when the account has not got it."""
    account, intent = core.state.accounts[order.account_id], order.intent
    if not intent.opens:
        enough = order.left <= holds.closable(core.state, account, order.symbol, order.side)
        return Hold(order.left, None) if enough else None
    assert price is not None
    if intent is PositionIntent.SELL_TO_OPEN:
        price = risk.short_price(core, order.symbol, price)
    hold, spendable = holds.opening(core, account, order.symbol, intent, order.left, price)
    return hold if hold.amount <= spendable else None


def take_over(core: Core, order: OrderState) -> Hold | None:
    """End the take-profit beside a stop that is about to go, and return what the stop reserves.

    Nothing more when it has a hold of its own. ``None`` when the hold cannot be had: the order has
    been canceled.
    """
    if reserves(core.state, order):
        return NOTHING
    for other in _siblings(core.state, order, GroupRole.TAKE_PROFIT):
        end(core, other)
    hold = _hold(core, order, _worst_price(core, order))
    if hold is None:
        end(core, order, CancelReason.UNFUNDED)
    return hold
