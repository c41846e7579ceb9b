"""Sessions before and after the regular one: for limit orders that ask for them.

All other orders stand aside meanwhile: those that were sent wait for the regular session, and those
that rest leave the book and come back with it, at the place in the queue that they had.
"""

from datetime import date

from tradewind.contracts.journal import (
    ExtendedHoursEnded,
    ExtendedHoursStarted,
    OrderActivated,
)
from tradewind.contracts.market_data import ExtendedHoursClosed
from tradewind.contracts.vocabulary import ExtendedPhase, TimeInForce
from tradewind.order_service.domain import corporate_actions
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.expiry import expire, forget_depth


def begin(core: Core, trading_date: date, phase: ExtendedPhase) -> None:
    """Begin one where no regular session runs; what is told again or late is no news."""
    state = core.state
    newest = state.trading_date
    if newest is not None:
        if trading_date < newest or (state.extended_phase is phase and trading_date == newest):
            return
        if trading_date == newest and phase is ExtendedPhase.PRE_MARKET:
            return
        if trading_date > newest and state.extended_phase is not None:
            _end(core, newest)
    forget_depth(core)
    corporate_actions.begin_day(core, trading_date)
    core.emit(ExtendedHoursStarted(trading_date, phase))
    for order in list(state.orders.values()):
        if core.stands_by(order) and order.extended_hours and state.halt_of(order.symbol) is None:
            core.emit(OrderActivated(order.order_id, order.account_id))


def give_way(core: Core, trading_date: date) -> None:
    """Let the regular session of a date begin: its own pre-market goes over into it."""
    running = core.state.trading_date
    if core.state.extended_phase is None or running is None:
        return
    if running < trading_date:
        _end(core, running)
    forget_depth(core)


def close(core: Core, event: ExtendedHoursClosed) -> None:
    """End the after-hours: day orders for extended hours expire."""
    running = core.state.trading_date
    if core.state.extended_phase is None or running is None:
        return
    if event.trading_date >= running:
        _end(core, running)


def _end(core: Core, running: date) -> None:
    for order in list(core.state.orders.values()):
        if order.time_in_force is TimeInForce.DAY and order.extended_hours:
            expire(core, order)
    forget_depth(core)
    core.emit(ExtendedHoursEnded(running))
