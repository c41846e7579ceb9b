"""What is asked of the broker of a live venue: nothing ends here before the broker has said so.

A replacement is a cancel and then a new order: it goes to the broker when the order that it
replaces has ended there, for what that one left. So the two never work at the same time.
"""

from tradewind.contracts.journal import (
    CancelReason,
    CancelRequested,
    OrderCanceled,
    ReplaceRequested,
)
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.vocabulary import (
    BrokerKind,
    OrderClass,
    OrderId,
    OrderType,
    TimeInForce,
)
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import (
    LiveTradingOff,
    OrderNotReplaceable,
    OrderNotRoutable,
)
from tradewind.order_service.domain.state import AccountState, OrderState

_EXCHANGE_TIMES = frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK})
REASON_MAX = 500
"""Characters of a broker's words that are kept."""


def check(core: Core, account: AccountState, order: SubmitOrder) -> None:
    """Refuse at a live venue what must not go to its broker."""
    if core.spec.broker is None:
        return
    if not account.live_trading:
        raise LiveTradingOff(
            f"live trading is off for account {account.account_id}: its orders do not go to "
            f"{core.spec.broker}; an administrator can turn it on"
        )
    if order.terms is not None and order.terms.order_class is not OrderClass.SIMPLE:
        raise OrderNotRoutable(
            f"a live venue takes simple orders, not {order.terms.order_class} ones; send the legs "
            "one by one"
        )
    if core.spec.broker is BrokerKind.CCXT:
        _check_for_exchange(account, order)


def _check_for_exchange(account: AccountState, order: SubmitOrder) -> None:
    """Refuse what crypto exchanges do not all have, and pairs whose money is not the account's."""
    if not order.symbol.endswith(f"/{account.currency}"):
        raise OrderNotRoutable(
            f"{order.symbol} is not traded against {account.currency}, which is the account's "
            "currency"
        )
    if order.order_type not in (OrderType.MARKET, OrderType.LIMIT):
        raise OrderNotRoutable(
            f"an exchange takes market and limit orders, not {order.order_type} ones"
        )
    if order.time_in_force not in _EXCHANGE_TIMES:
        raise OrderNotRoutable(
            f"an exchange takes gtc, ioc and fok orders, not {order.time_in_force} ones"
        )


def check_replaceable(order: OrderState) -> None:
    """Refuse to replace a broker's order that is on its way to an end already."""
    routing = order.routing
    if routing is None:
        return
    if routing.cancel_reason is not None or routing.replaced_by is not None:
        raise OrderNotReplaceable(
            f"cannot replace order {order.order_id}: it is {order.status}; wait for the broker"
        )
    if routing.waits_for is not None:
        raise OrderNotReplaceable(
            f"cannot replace order {order.order_id}: it waits for the end of {routing.waits_for}, "
            "which it replaces; wait for that"
        )


def request_cancel(core: Core, order: OrderState, reason: CancelReason) -> None:
    """Ask for the end of a broker's order; one that was never sent ends at once."""
    routing = order.routing
    assert routing is not None
    if routing.waits_for is not None:
        core.emit(OrderCanceled(order.order_id, order.account_id, reason, order.hold))
        return
    replacement = replacement_of(core, order)
    if replacement is not None:
        request_cancel(core, replacement, reason)
    if routing.cancel_reason is None:
        core.emit(
            CancelRequested(
                order.order_id, order.account_id, reason, order.filled_qty, order.filled_value
            )
        )


def request_replace(core: Core, order: OrderState, replaced_by: OrderId) -> None:
    """Ask for the end of an order in favour of another."""
    core.emit(
        ReplaceRequested(
            order.order_id, order.account_id, replaced_by, order.filled_qty, order.filled_value
        )
    )


def replacement_of(core: Core, order: OrderState) -> OrderState | None:
    """Return the open order that waits for the end of a broker's order."""
    routing = order.routing
    if routing is None or routing.replaced_by is None:
        return None
    return core.state.orders.get(routing.replaced_by)
