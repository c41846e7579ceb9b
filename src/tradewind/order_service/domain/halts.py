"""Halts: nothing trades in an instrument, or in the whole venue, until it is resumed.

Orders are taken meanwhile and wait, can be canceled and replaced; those that must trade at once are
refused. What rested in the book keeps its place. When trading resumes, all of them meet in an
auction at one price, with the newest price as reference, and the feed's depth joins afterwards.
"""

from tradewind.contracts.journal import OrderActivated, TradingHalted, TradingResumed
from tradewind.contracts.market_data import TradingStatus
from tradewind.contracts.venues import Halt
from tradewind.contracts.vocabulary import TimeInForce
from tradewind.order_service.domain import auctions, groups, triggers
from tradewind.order_service.domain.commands import HaltTrading, ResumeTrading
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import NotHalted
from tradewind.order_service.domain.state import AUCTION_TIMES, WHOLE_VENUE
from tradewind.platform.errors import MalformedRequest

REASON_MAX = 200
SYMBOL_MAX = 32
BY_FEED = "feed"


def halt(core: Core, command: HaltTrading) -> Halt:
    """Halt an instrument or the venue; a halt that is on already takes the new reason and end."""
    assert core.at is not None
    if core.spec.broker is not None:
        raise MalformedRequest(
            f"a live venue trades at its broker {core.spec.broker}; turn live trading off instead"
        )
    if len(command.reason) > REASON_MAX or len(command.symbol) > SYMBOL_MAX:
        raise MalformedRequest(
            f"reason must have at most {REASON_MAX} characters, a symbol at most {SYMBOL_MAX}"
        )
    if command.resumes_at is not None and command.resumes_at <= core.at:
        raise MalformedRequest(
            f"resumes_at {command.resumes_at:%Y-%m-%dT%H:%M:%SZ} must be later than the venue's "
            f"time {core.at:%Y-%m-%dT%H:%M:%SZ}"
        )
    core.emit(TradingHalted(command.symbol, command.reason, command.by, command.resumes_at))
    return core.state.halts[command.symbol]


def resume(core: Core, command: ResumeTrading) -> None:
    """End a halt; raises ``NotHalted``."""
    if command.symbol not in core.state.halts:
        raise NotHalted(f"{command.symbol or 'the whole venue'} is not halted")
    _end(core, command.symbol, command.by)


def follow(core: Core, status: TradingStatus) -> None:
    """Do as the market's own exchange does; what an administrator halted stays so."""
    existing = core.state.halts.get(status.symbol)
    if status.halted:
        if existing is None and status.symbol:
            core.emit(TradingHalted(status.symbol, status.reason[:REASON_MAX], BY_FEED))
    elif existing is not None and existing.by == BY_FEED:
        _end(core, status.symbol, BY_FEED)


def resume_due(core: Core) -> None:
    """End the halts whose time is over."""
    assert core.at is not None
    for symbol, existing in sorted(core.state.halts.items()):
        if existing.resumes_at is not None and existing.resumes_at <= core.at:
            _end(core, symbol, existing.by)


def _end(core: Core, symbol: str, by: str) -> None:
    core.emit(TradingResumed(symbol, by))
    state = core.state
    if symbol == WHOLE_VENUE:
        core.bands.forget_all()
    for order in list(state.orders.values()):
        if (
            core.stands_by(order)
            and symbol in (WHOLE_VENUE, order.symbol)
            and order.time_in_force not in AUCTION_TIMES
            and state.may_trade(order.symbol, extended_hours=order.extended_hours)
        ):
            core.emit(OrderActivated(order.order_id, order.account_id))
    for each in _symbols(core) if symbol == WHOLE_VENUE else [symbol]:
        if not state.may_trade(each, extended_hours=False):
            continue
        core.view.learn(each).forget_depth()
        core.bands.forget(each)
        price = auctions.reopen(core, each)
        if price is not None:
            core.view.learn(each).last_price = price
            triggers.on_trade(core, each, price)
        groups.settle(core)


def _symbols(core: Core) -> list[str]:
    """Return the symbols in which orders can meet."""
    waiting = {symbol for symbol, time in core.books.auctions if time is TimeInForce.OPG}
    return sorted({*core.books.books, *core.books.market_orders, *waiting})
