"""What a broker's reports do to the orders of a live venue.

The broker has the last word: nothing here is refused because it does not suit us, only because it
has been told before or does not follow what is known of the order. Then the executions of the order
have to be read again from the beginning.
"""

from tradewind.contracts.journal import (
    CancelReason,
    Liquidity,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRouted,
    ReplacementDue,
)
from tradewind.contracts.vocabulary import ExecutionId, OrderId, OrderSide, OrderStatus
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import OrderNotFound, ReportOutOfSequence
from tradewind.order_service.domain.reports import (
    BrokerEnded,
    BrokerFilled,
    BrokerQuoted,
    BrokerTook,
    Ending,
)
from tradewind.order_service.domain.routing import REASON_MAX, replacement_of
from tradewind.order_service.domain.state import OrderState, Routing
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.ids import derived_id
from tradewind.platform.money import (
    MoneyUnits,
    QuantityUnits,
    Rounding,
    format_units,
    multiply_units,
)


def took(core: Core, report: BrokerTook) -> OrderState:
    """Remember the broker's name for an order; told twice it changes nothing."""
    order, routing = _routed(core, report.order_id)
    if not report.broker_order_id:
        raise MalformedRequest("a broker's order id must not be empty")
    if not routing.broker_order_id:
        waits = order.status is OrderStatus.PENDING_NEW
        status = OrderStatus.NEW if waits else order.status
        core.emit(OrderRouted(order.order_id, order.account_id, report.broker_order_id, status))
    elif routing.broker_order_id != report.broker_order_id:
        raise ReportOutOfSequence(
            f"order {order.order_id} is {routing.broker_order_id} at the broker, not "
            f"{report.broker_order_id}"
        )
    return order


def filled(core: Core, report: BrokerFilled) -> OrderState:
    """Count a fill of the broker's, once."""
    order, routing = _routed(core, report.order_id)
    if report.execution_id in routing.execution_ids:
        return order
    _check_fill(order, routing, report)
    value = multiply_units(report.price, report.qty, Rounding.DOWN)
    filled_value = MoneyUnits(order.filled_value + value)
    account = core.state.accounts[order.account_id]
    change = report.qty - report.asset_fee if order.side is OrderSide.BUY else -report.qty
    assert core.at is not None
    is_whole = report.filled_qty == order.qty
    core.emit(
        OrderFilled(
            order_id=order.order_id,
            account_id=order.account_id,
            execution_id=ExecutionId(
                derived_id(core.at, core.spec.venue_id, core.state.number + 1)
            ),
            symbol=order.symbol,
            side=order.side,
            price=report.price,
            qty=report.qty,
            fee=report.fee,
            liquidity=Liquidity.TAKER if order.limit_price is None else Liquidity.MAKER,
            hold_released=_released(core, order, report, filled_value),
            filled_qty=report.filled_qty,
            filled_value=filled_value,
            status=OrderStatus.FILLED if is_whole else OrderStatus.PARTIALLY_FILLED,
            position_qty=QuantityUnits(core.state.qty(account, order.symbol) + change),
            broker_execution_id=report.execution_id,
            asset_fee=report.asset_fee,
        )
    )
    if is_whole:
        _drop_replacement(core, order)
    return order


def _check_fill(order: OrderState, routing: Routing, report: BrokerFilled) -> None:
    if report.qty <= 0 or report.price <= 0:
        raise MalformedRequest(
            f"a fill has a quantity and a price above 0, not {format_units(report.qty)} at "
            f"{format_units(report.price)}"
        )
    if not 0 <= report.asset_fee < (report.qty if order.side is OrderSide.BUY else 1):
        raise MalformedRequest(
            f"a fee of {format_units(report.asset_fee)} in {order.symbol} cannot be taken from "
            f"what the fill brings in"
        )
    if not routing.broker_order_id or report.filled_qty != order.filled_qty + report.qty:
        raise ReportOutOfSequence(
            f"fill {report.execution_id} makes {format_units(report.filled_qty)} with "
            f"{format_units(report.qty)}, and {format_units(order.filled_qty)} are known"
        )
    if report.filled_qty > order.qty:
        raise ReportOutOfSequence(
            f"fill {report.execution_id} makes {format_units(report.filled_qty)} of an order for "
            f"{format_units(order.qty)}"
        )


def _released(core: Core, order: OrderState, report: BrokerFilled, value: MoneyUnits) -> int:
    """Return what a fill takes out of the hold: the rest stays reserved as it was."""
    if order.side is OrderSide.SELL:
        return report.qty
    assert order.hold_price is not None
    left = QuantityUnits(order.qty - report.filled_qty)
    fees = MoneyUnits(order.order_fees + report.fee)
    rest = core.fees.exposure(order.hold_price, left, report.filled_qty, value, fees)
    return max(0, order.hold - rest)


def ended(core: Core, report: BrokerEnded) -> OrderState:
    """End an order as the broker says, and let go the one that waited to replace it."""
    order, routing = _routed(core, report.order_id)
    if report.filled_qty != order.filled_qty:
        raise ReportOutOfSequence(
            f"order {order.order_id} ended at the broker with {format_units(report.filled_qty)} "
            f"filled, and {format_units(order.filled_qty)} are known"
        )
    replacement = replacement_of(core, order)
    held = order.hold
    if report.ending is Ending.EXPIRED:
        core.emit(OrderExpired(order.order_id, order.account_id, held))
    elif report.ending is Ending.REJECTED:
        reason = report.reason[:REASON_MAX]
        core.emit(OrderRejected(order.order_id, order.account_id, reason, held))
    elif replacement is not None:
        core.emit(OrderReplaced(order.order_id, order.account_id, replacement.order_id, held))
        _release_replacement(core, order, replacement)
        return order
    else:
        unasked = routing.replaced_by is None
        reason_here = CancelReason.BROKER if unasked else CancelReason.REQUESTED
        core.emit(
            OrderCanceled(
                order.order_id, order.account_id, routing.cancel_reason or reason_here, held
            )
        )
    _drop_replacement(core, order)
    return order


def _drop_replacement(core: Core, order: OrderState) -> None:
    """End an order that came too late to replace another."""
    replacement = replacement_of(core, order)
    if replacement is not None:
        _cancel(core, replacement, CancelReason.TOO_LATE)


def _release_replacement(core: Core, old: OrderState, new: OrderState) -> None:
    """Let a replacement go to the broker for what the old order has left it."""
    assert new.routing is not None
    taken_off = QuantityUnits(old.filled_qty - new.routing.filled_before)
    qty = QuantityUnits(new.qty - taken_off)
    if qty <= 0:
        _cancel(core, new, CancelReason.TOO_LATE)
        return
    hold: int = qty
    if new.side is OrderSide.BUY:
        assert new.hold_price is not None
        zero = MoneyUnits(0)
        hold = core.fees.exposure(new.hold_price, qty, QuantityUnits(0), zero, zero)
        account = core.state.accounts[new.account_id]
        if hold - new.hold > core.state.cash_available(account):
            _cancel(core, new, CancelReason.UNFUNDED)
            return
    core.emit(ReplacementDue(new.order_id, new.account_id, qty, hold, taken_off))


def _cancel(core: Core, order: OrderState, reason: CancelReason) -> None:
    core.emit(OrderCanceled(order.order_id, order.account_id, reason, order.hold))


def quoted(core: Core, report: BrokerQuoted) -> None:
    """Take over the broker's newest price: market orders and positions count with it."""
    core.view.learn(report.symbol).last_price = report.price


def _routed(core: Core, order_id: OrderId) -> tuple[OrderState, Routing]:
    order = core.state.orders.get(order_id)
    if order is None or order.routing is None:
        raise OrderNotFound(f"no order {order_id} is open at the broker of {core.spec.name}")
    return order, order.routing
