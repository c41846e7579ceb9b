"""What may be changed of an open order, and how the new order takes the place of the old one."""

from msgspec import structs

from tradewind.contracts.journal import (
    CancelReason,
    OrderCanceled,
    OrderReplaced,
    ReplacementDue,
)
from tradewind.contracts.market_data import Listing
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import OrderType
from tradewind.order_service.domain import groups, holds, margin, pending_replacement
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import OrderNotCancelable, OrderNotReplaceable
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.domain.triggers import stop_of
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, format_units

_WITH_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_WITH_STOP = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})


def check(old: OrderState, command: ReplaceOrder) -> None:
    """Raise ``OrderNotReplaceable`` when the order has not got what is to be changed."""
    _check_at_rest(old)
    _check_fields(old, command)
    terms = old.terms
    if terms is None:
        return
    if terms.notional is not None:
        raise OrderNotReplaceable("cannot replace a notional order; cancel it and send a new one")
    if terms.triggered_at is not None and not (command.stop_price is command.trail is None):
        raise OrderNotReplaceable("the stop was triggered already; only its limit may change")
    if terms.group_id is not None and (
        command.time_in_force not in (None, old.time_in_force)
        or command.qty not in (None, old.left)
    ):
        raise OrderNotReplaceable(
            f"an order of a {terms.order_class} group shares qty and time_in_force with the "
            "others; replace prices only"
        )


def _check_at_rest(old: OrderState) -> None:
    """Refuse to replace an order that is on its way to the market, or to its end."""
    if old.is_on_its_way:
        raise OrderNotReplaceable(
            f"order {old.order_id} is on its way to the market; replace it once it is new"
        )
    if old.leaves_at is not None:
        raise OrderNotReplaceable(f"order {old.order_id} is about to be canceled, as was asked for")
    if old.replacing is not None:
        raise OrderNotReplaceable(
            f"order {old.order_id} is about to be replaced by {old.replacing.by}; replace that "
            "once it is new"
        )


def _check_fields(old: OrderState, command: ReplaceOrder) -> None:
    if command.limit_price is not None and old.order_type not in _WITH_LIMIT:
        raise OrderNotReplaceable(
            f"a {old.order_type} order has no limit price to replace; leave limit_price out"
        )
    if command.stop_price is not None and old.order_type not in _WITH_STOP:
        raise OrderNotReplaceable(
            f"a {old.order_type} order has no stop price to replace; leave stop_price out"
        )
    if command.trail is not None and old.order_type is not OrderType.TRAILING_STOP:
        raise OrderNotReplaceable(
            f"a {old.order_type} order has no trail to replace; leave trail out"
        )


def new_terms(old: OrderState, command: ReplaceOrder, listing: Listing) -> Terms | None:
    """Return the terms of the order that replaces another; a trailing one keeps its mark."""
    terms = old.terms
    if terms is None:
        return None
    if command.stop_price is not None:
        return structs.replace(terms, stop_price=command.stop_price)
    if command.trail is None:
        return terms
    if terms.trail_price is not None:
        terms = structs.replace(terms, trail_price=PriceUnits(command.trail))
    else:
        terms = structs.replace(terms, trail_percent=command.trail)
    assert terms.hwm is not None
    return structs.replace(terms, stop_price=stop_of(terms, old.side, terms.hwm, listing))


def check_cancelable(order: OrderState) -> None:
    """Refuse the cancel of an order that is about to be replaced: that of the other follows it."""
    if order.replacing is not None and order.replacing.by is not None:
        raise OrderNotCancelable(
            f"order {order.order_id} is about to be replaced by {order.replacing.by}; cancel that"
        )


def take_place(core: Core, new: OrderState) -> bool:
    """Let an order that has arrived take the old one's place; return whether it stands there.

    It is for what the old one has left it. One that no longer fits is rejected, and the old one
    stands as it was.
    """
    old = pending_replacement.old_of(core.state, new)
    assert new.replacing is not None
    if new.waits and not old.waits:
        triggered = f"the stop of order {old.order_id} was triggered before the change arrived"
        pending_replacement.reject(core, new, old, triggered)
        return False
    taken_off = QuantityUnits(new.replacing.left_before - old.left)
    qty = QuantityUnits(new.qty - taken_off)
    replaced = OrderReplaced(old.order_id, old.account_id, new.order_id, old.hold)
    if qty <= 0:
        core.emit(replaced)
        core.emit(OrderCanceled(new.order_id, new.account_id, CancelReason.TOO_LATE, new.hold))
        return False
    hold = _hold(core, old, new, qty)
    lacking = hold - new.hold - old.hold
    if lacking > 0 and lacking > margin.spendable(core, core.state.accounts[new.account_id]):
        unfunded = f"the account lacks {format_units(lacking)} for what is left of the order"
        pending_replacement.reject(core, new, old, unfunded)
        return False
    marks = _newest_mark(core, old, new)
    core.emit(replaced)
    core.emit(
        ReplacementDue(
            new.order_id, new.account_id, qty, hold, taken_off, *marks, status=new.status
        )
    )
    return True


def _hold(core: Core, old: OrderState, new: OrderState, qty: QuantityUnits) -> int:
    """Return what an order reserves in the place of another."""
    if not groups.reserves(core.state, old):
        return 0
    if not new.intent.opens:
        return qty
    assert new.hold_price is not None
    zero = MoneyUnits(0)
    return holds.reserved(core, new.side, new.hold_price, qty, QuantityUnits(0), zero, zero)


def _newest_mark(
    core: Core, old: OrderState, new: OrderState
) -> tuple[PriceUnits | None, PriceUnits | None]:
    """Return the mark that a trailing order takes over, and the stop price that follows from it."""
    if not new.waits or new.terms is None or old.terms is None or old.terms.hwm is None:
        return None, None
    return old.terms.hwm, stop_of(new.terms, new.side, old.terms.hwm, core.listing(new.symbol))
