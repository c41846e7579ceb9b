"""Two orders of which one is on its way to replace the other: how the end of one touches both.

The old order stands and trades until the new one reaches the market. When it ends before, the new
one has come too late and is rejected; when the new one ends first, the old one stands as it was.
"""

from tradewind.contracts.journal import (
    CancelReason,
    CancelRequested,
    OrderRejected,
    ReplaceRejected,
)
from tradewind.contracts.vocabulary import OrderStatus
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import OrderState, VenueState
from tradewind.platform.money import QuantityUnits

_ENDS = {
    OrderStatus.FILLED: "was filled",
    OrderStatus.CANCELED: "was canceled",
    OrderStatus.EXPIRED: "had expired",
}


def after_end(core: Core, order: OrderState) -> None:
    """Do to the other of two orders what follows from the end of one, which has just been told."""
    if order.replacing is None:
        return
    if order.replacing.by is not None:
        new = core.state.orders[order.replacing.by]
        ended = f"{_ENDS[order.status]} before its replacement arrived"
        reject(core, new, order, f"order {order.order_id} {ended}")
    else:
        _stand(core, order, old_of(core.state, order))


def reject(core: Core, new: OrderState, old: OrderState, reason: str) -> None:
    """End an order that cannot replace the other; a cancel that follows it goes to the other."""
    leaves_at = new.leaves_at
    core.emit(OrderRejected(new.order_id, new.account_id, reason, new.hold))
    _stand(core, new, old)
    if leaves_at is not None and old.status.is_open:
        core.emit(
            CancelRequested(
                old.order_id,
                old.account_id,
                CancelReason.REQUESTED,
                old.filled_qty,
                old.filled_value,
                leaves_at,
            )
        )


def _stand(core: Core, new: OrderState, old: OrderState) -> None:
    """Let the old order stand as it was, if it has not ended."""
    status = old.status
    if status is OrderStatus.PENDING_REPLACE:
        status = OrderStatus.PARTIALLY_FILLED if old.filled_qty else OrderStatus.NEW
    core.emit(
        ReplaceRejected(
            old.order_id, old.account_id, new.order_id, status, old.filled_qty, old.filled_value
        )
    )


def reject_all(core: Core, symbol: str, reason: str) -> None:
    """Reject what is on its way to replace orders of a symbol, which are about to change."""
    for order in list(core.state.orders.values()):
        if order.symbol == symbol and order.waits_to_replace:
            reject(core, order, old_of(core.state, order), reason)


def old_of(state: VenueState, new: OrderState) -> OrderState:
    """Return the open order that another is on its way to replace."""
    assert new.replacing is not None
    assert new.replacing.instead_of is not None
    return state.orders[new.replacing.instead_of]


def adds(state: VenueState, order: OrderState) -> QuantityUnits:
    """Return what an open order may trade beyond the one that it is to replace."""
    if not order.waits_to_replace:
        return order.left
    return QuantityUnits(max(0, order.left - old_of(state, order).left))
