"""The end of a session: which orders end with it."""

from datetime import date, datetime

from tradewind.contracts.journal import OrderExpired, SessionEnded
from tradewind.contracts.terms import GTC_LIFETIME
from tradewind.contracts.vocabulary import TimeInForce
from tradewind.order_service.domain import auctions, groups, interest, pending_replacement
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.money import PriceUnits


def end_session(
    core: Core,
    running: date,
    closing_prices: dict[str, PriceUnits],
    after_hours: bool = False,
    next_opens_at: datetime | None = None,
) -> None:
    """End the regular session of a date, for good or with its after-hours to follow."""
    auctions.end_all(core, closing_prices)
    core.bands.forget_all()
    groups.settle(core)
    for order in list(core.state.orders.values()):
        if is_too_old(core, order) or (
            order.time_in_force is TimeInForce.DAY and not (after_hours and order.extended_hours)
        ):
            expire(core, order)
    forget_depth(core)
    interest.post(core, running)
    core.emit(SessionEnded(running, closing_prices, next_opens_at))


def expire(core: Core, order: OrderState) -> None:
    """End an order whose time is over, unless it has ended with another.

    A broker tells that of its orders itself.
    """
    if order.routing is None and order.status.is_open:
        core.emit(OrderExpired(order.order_id, order.account_id, order.hold))
        pending_replacement.after_end(core, order)


def is_too_old(core: Core, order: OrderState) -> bool:
    """Tell whether a gtc order has stood for as long as it may."""
    assert core.at is not None
    return order.created_at + GTC_LIFETIME <= core.at


def forget_depth(core: Core) -> None:
    """Show nothing of what the session was for until the feed speaks again."""
    for symbol, view in core.view.instruments.items():
        if not core.state.is_round_the_clock(symbol):
            view.forget_depth()
