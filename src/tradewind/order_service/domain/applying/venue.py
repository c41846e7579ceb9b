"""Fold events of the whole venue in: its instruments, sessions and corporate actions."""

from datetime import date, datetime

from tradewind.contracts import journal
from tradewind.order_service.domain.applying.entry import NOTHING, Handlers, without_zeros
from tradewind.order_service.domain.ledger import (
    CORPORATE_ACTIONS,
    Posting,
)
from tradewind.order_service.domain.requirements import maintenance
from tradewind.order_service.domain.state import (
    AccountState,
    Books,
    VenueState,
)
from tradewind.platform.money import (
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
    multiply_units,
)

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
    state.closing_prices.update(event.closing_prices)
    for account in state.accounts.values():
        equity = state.cash_available(account) + state.cash_held(account)
        kept = 0
        for symbol, position in account.positions.items():
            price, qty = state.closing_prices.get(symbol), state.qty(account, symbol)
            worth = position.cost_basis if price is None else multiply_units(price, qty)
            equity += worth
            if account.is_margin:
                kept += maintenance(state.listing(symbol), qty, abs(worth))
        account.closing_equity = MoneyUnits(equity)
        account.closing_maintenance = MoneyUnits(kept)
    return NOTHING


def _auction_crossed(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AuctionCrossed
) -> list[Posting]:
    return NOTHING


def _position_split(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.PositionSplit
) -> list[Posting]:
    account = state.accounts[event.account_id]
    position = account.positions[event.symbol]
    position.qty_at_day_start = QuantityUnits(
        position.qty_at_day_start * event.qty_after // event.qty_before
    )
    if not event.qty_after:
        del account.positions[event.symbol]
    change = event.qty_after - event.qty_before
    return without_zeros(
        (account.ledger_available, event.symbol, change),
        (CORPORATE_ACTIONS, event.symbol, -change),
    )


def _dividend_paid(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.DividendPaid
) -> list[Posting]:
    account = state.accounts[event.account_id]
    return without_zeros(
        (account.ledger_available, account.currency, event.amount),
        (CORPORATE_ACTIONS, account.currency, -event.amount),
    )


def _corporate_action_applied(
    state: VenueState,
    books: Books,
    number: int,
    at: datetime,
    event: journal.CorporateActionApplied,
) -> list[Posting]:
    state.actions_done[event.action_id] = event.ex_date
    if event.new_rate:
        for prices in (state.closing_prices, state.previous_closing_prices):
            if close := prices.get(event.symbol):
                prices[event.symbol] = PriceUnits(
                    divide(close * event.old_rate, event.new_rate, Rounding.HALF_EVEN)
                )
    return NOTHING


HANDLERS: Handlers = {
    journal.InstrumentListed: _instrument_listed,
    journal.SessionStarted: _session_started,
    journal.SessionEnded: _session_ended,
    journal.AuctionCrossed: _auction_crossed,
    journal.ExtendedHoursStarted: _extended_hours_started,
    journal.ExtendedHoursEnded: _extended_hours_ended,
    journal.PositionSplit: _position_split,
    journal.DividendPaid: _dividend_paid,
    journal.CorporateActionApplied: _corporate_action_applied,
}
