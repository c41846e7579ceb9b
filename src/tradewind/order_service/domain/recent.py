"""What an account sent a moment ago, kept only as far as its limits ask for it."""

from datetime import datetime, timedelta

from tradewind.contracts.journal import OrderAccepted
from tradewind.contracts.orders import SubmitOrder
from tradewind.order_service.domain.state import AccountState

SECOND = timedelta(seconds=1)


def remember(account: AccountState, at: datetime, order: OrderAccepted) -> None:
    """Note an order that was taken and forget what has become too old to matter."""
    limits = account.limits
    if limits.orders_per_second_max is not None:
        recent = [stamp for stamp in account.recent_orders if at - stamp < SECOND]
        account.recent_orders = [*recent, at]
    if limits.duplicate_window_ms is not None:
        twins, window = account.recent_twins, timedelta(milliseconds=limits.duplicate_window_ms)
        kind = kind_of(order)
        # Taken out first, so that the oldest always stands first.
        twins.pop(kind, None)
        twins[kind] = at
        while at - twins[oldest := next(iter(twins))] >= window:
            del twins[oldest]


def taken_within_a_second(account: AccountState, at: datetime) -> int:
    """Return how many orders were taken in the second that ends now."""
    return sum(at - stamp < SECOND for stamp in account.recent_orders)


def kind_of(order: OrderAccepted | SubmitOrder) -> str:
    """Return a text that orders share when one may be the other sent twice."""
    terms = order.terms
    said: tuple[object, ...] = (order.qty,)
    if terms is not None:
        # Of a trailing order the core works the stop price out, of a notional one the quantity.
        trail = terms.trail_price or terms.trail_percent
        said = (terms.notional or order.qty, trail or terms.stop_price)
    kind = (order.symbol, order.side, order.order_type, order.limit_price, *said)
    return "|".join(map(str, kind))
