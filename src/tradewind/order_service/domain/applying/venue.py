"""Fold events of the whole venue in: its instruments and sessions."""

from datetime import date, datetime

from tradewind.contracts import journal
from tradewind.contracts.venues import Halt
from tradewind.order_service.domain.applying.entry import NOTHING, Handlers
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import Posting
from tradewind.order_service.domain.requirements import maintenance
from tradewind.order_service.domain.state import (
    WHOLE_VENUE,
    AccountState,
    BandsInForce,
    Resumption,
    VenueState,
)
from tradewind.platform.money import MoneyUnits, multiply_units

_DAY_TRADE_SESSIONS = 5
"""Day trades count in this session and the four before."""


def _instrument_listed(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.InstrumentListed
) -> list[Posting]:
    state.instruments[event.listing.symbol] = event.listing
    return NOTHING


def _session_started(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.SessionStarted
) -> list[Posting]:
    was_extended = state.extended_phase is not None
    state.session_date = event.trading_date
    state.session_closes_at = event.closes_at
    state.next_opens_at = event.next_opens_at
    state.extended_phase = None
    if state.trading_date != event.trading_date:
        _begin_day(state, event.trading_date)
    for symbol, price in event.previous_closing_prices.items():
        state.closing_prices.setdefault(symbol, price)
        state.previous_closing_prices.setdefault(symbol, price)
    if was_extended:
        books.rebuild(state)
    return NOTHING


def _begin_day(state: VenueState, trading_date: date) -> None:
    """Count the day from here: with its pre-market where there is one."""
    state.trading_date = trading_date
    state.previous_closing_prices.update(state.closing_prices)
    for account in state.accounts.values():
        account.last_equity = account.closing_equity
        if account.is_margin:
            _begin_margin_day(account)
        for symbol, position in account.positions.items():
            position.qty_at_day_start = state.qty(account, symbol)
            position.cost_today = MoneyUnits(0)


def _extended_hours_started(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.ExtendedHoursStarted
) -> list[Posting]:
    state.extended_phase = event.phase
    if state.trading_date != event.trading_date:
        _begin_day(state, event.trading_date)
    books.rebuild(state)
    return NOTHING


def _extended_hours_ended(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.ExtendedHoursEnded
) -> list[Posting]:
    state.extended_phase = None
    books.rebuild(state)
    return NOTHING


def _begin_margin_day(account: AccountState) -> None:
    account.last_maintenance = account.closing_maintenance
    account.opened_today = {}
    days = [*account.day_trades, 0][-_DAY_TRADE_SESSIONS:]
    account.day_trades = days if any(days) else []


def _session_ended(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.SessionEnded
) -> list[Posting]:
    state.session_date = None
    state.session_closes_at = None
    state.next_opens_at = event.next_opens_at or state.next_opens_at
    state.closed_date = event.trading_date
    state.closing_prices.update(event.closing_prices)
    state.bands.clear()
    for account in state.accounts.values():
        equity = principal = state.cash_available(account) + state.cash_held(account)
        kept = borrowed = 0
        for symbol, position in account.positions.items():
            price, qty = state.closing_prices.get(symbol), state.qty(account, symbol)
            worth = position.cost_basis if price is None else multiply_units(price, qty)
            equity += worth
            principal += min(0, worth)
            borrowed -= min(0, worth)
            if account.is_margin:
                kept += maintenance(state.listing(symbol), qty, abs(worth))
        account.closing_equity = MoneyUnits(equity)
        account.closing_principal = MoneyUnits(principal)
        account.closing_borrowed = MoneyUnits(borrowed)
        account.closing_maintenance = MoneyUnits(kept)
    return NOTHING


def _trading_halted(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.TradingHalted
) -> list[Posting]:
    state.halts[event.symbol] = Halt(
        symbol=event.symbol,
        reason=event.reason,
        by=event.by,
        since=at,
        resumes_at=event.resumes_at,
    )
    # The first trade afterwards gives new ones.
    if event.symbol == WHOLE_VENUE:
        state.bands.clear()
    else:
        state.bands.pop(event.symbol, None)
    return NOTHING


def _trading_resumed(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.TradingResumed
) -> list[Posting]:
    del state.halts[event.symbol]
    state.resumptions[event.symbol] = Resumption(at, event.by)
    return NOTHING


def _price_bands_moved(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.PriceBandsMoved
) -> list[Posting]:
    state.bands[event.symbol] = BandsInForce(event.lower, event.upper, at)
    return NOTHING


def _market_told(
    state: VenueState,
    books: Books,
    number: int,
    at: datetime,
    event: journal.AuctionCrossed | journal.AuctionPrinted,
) -> list[Posting]:
    """Change nothing: what follows from it has events of its own."""
    return NOTHING


HANDLERS: Handlers = {
    journal.InstrumentListed: _instrument_listed,
    journal.SessionStarted: _session_started,
    journal.SessionEnded: _session_ended,
    journal.AuctionCrossed: _market_told,
    journal.AuctionPrinted: _market_told,
    journal.PriceBandsMoved: _price_bands_moved,
    journal.TradingHalted: _trading_halted,
    journal.TradingResumed: _trading_resumed,
    journal.ExtendedHoursStarted: _extended_hours_started,
    journal.ExtendedHoursEnded: _extended_hours_ended,
}
