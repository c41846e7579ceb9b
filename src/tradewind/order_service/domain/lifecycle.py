"""The life of an order: one table, so that an illegal move cannot be written."""

from tradewind.contracts.vocabulary import OrderStatus
from tradewind.platform.errors import InvariantBroken

_WORKING = frozenset(
    {
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
        OrderStatus.REPLACED,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.PENDING_REPLACE,
        OrderStatus.REJECTED,
    }
)

TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.ACCEPTED: frozenset(
        {OrderStatus.NEW, OrderStatus.CANCELED, OrderStatus.REPLACED, OrderStatus.EXPIRED}
    ),
    OrderStatus.HELD: frozenset(
        {OrderStatus.NEW, OrderStatus.CANCELED, OrderStatus.REPLACED, OrderStatus.EXPIRED}
    ),
    OrderStatus.NEW: _WORKING,
    OrderStatus.PARTIALLY_FILLED: _WORKING,
    # On the way to the market, or to a broker, who has the last word.
    OrderStatus.PENDING_NEW: frozenset(
        {
            OrderStatus.NEW,
            OrderStatus.CANCELED,
            OrderStatus.EXPIRED,
            OrderStatus.REJECTED,
            OrderStatus.PENDING_CANCEL,
            OrderStatus.PENDING_REPLACE,
        }
    ),
    # A cancel may follow an order that has not arrived yet itself.
    OrderStatus.PENDING_CANCEL: (_WORKING | {OrderStatus.NEW})
    - {OrderStatus.REPLACED, OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE},
    # What it was to give way to may be rejected: then it works on.
    OrderStatus.PENDING_REPLACE: (_WORKING | {OrderStatus.NEW}) - {OrderStatus.PENDING_REPLACE},
    OrderStatus.FILLED: frozenset(),
    OrderStatus.CANCELED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
    OrderStatus.REPLACED: frozenset(),
    OrderStatus.REJECTED: frozenset(),
}


def move(status: OrderStatus, to: OrderStatus) -> OrderStatus:
    """Return ``to`` when the table allows the move; raises ``InvariantBroken``."""
    if to not in TRANSITIONS[status]:
        raise InvariantBroken(f"an order cannot go from {status} to {to}")
    return to
