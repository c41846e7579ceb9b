"""Which orders of a group are shown below which: the entry leads, without it the take-profit."""

from tradewind.contracts.orders import Order
from tradewind.contracts.vocabulary import GroupRole, OrderId, OrderStatus

_RANKS = (GroupRole.ENTRY, GroupRole.TAKE_PROFIT, GroupRole.STOP_LOSS)


def legs_below(order: Order, group: list[Order]) -> list[Order]:
    """Return those orders of its group that are shown below an order."""
    others = [other for other in group if other.order_id != order.order_id]
    return roll_up([order, *others])[1].get(order.order_id, [])


def roll_up(orders: list[Order]) -> tuple[list[Order], dict[OrderId, list[Order]]]:
    """Split orders into those that stand alone or lead their group, and the legs of each leader.

    An order that was replaced stands alone.
    """
    leaders: dict[OrderId, Order] = {}
    for order in orders:
        if (group_id := _group_of(order)) is not None:
            leader = leaders.get(group_id)
            if leader is None or _rank(order) < _rank(leader):
                leaders[group_id] = order
    shown: list[Order] = []
    legs: dict[OrderId, list[Order]] = {}
    for order in orders:
        group_id = _group_of(order)
        if group_id is None or leaders[group_id] is order:
            shown.append(order)
        else:
            legs.setdefault(leaders[group_id].order_id, []).append(order)
    for each in legs.values():
        each.sort(key=_rank)
    return shown, legs


def _group_of(order: Order) -> OrderId | None:
    if order.terms is None or order.status is OrderStatus.REPLACED:
        return None
    return order.terms.group_id


def _rank(order: Order) -> int:
    assert order.terms is not None
    assert order.terms.group_role is not None
    return _RANKS.index(order.terms.group_role)
