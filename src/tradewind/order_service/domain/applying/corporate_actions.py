"""Fold corporate actions, interest and borrow fees in: positions, cash and closes."""

from datetime import datetime

from tradewind.contracts import journal
from tradewind.order_service.domain.applying.entry import NOTHING, Handlers, without_zeros
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import CORPORATE_ACTIONS, FEES, INTEREST, Posting
from tradewind.order_service.domain.state import (
    AccountState,
    Entitlement,
    PositionState,
    VenueState,
)
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, Rounding, divide


def _shares_changed(
    state: VenueState,
    books: Books,
    number: int,
    at: datetime,
    event: journal.PositionSplit | journal.StockDividendPaid,
) -> list[Posting]:
    account = state.accounts[event.account_id]
    position = account.positions[event.symbol]
    position.qty_at_day_start = QuantityUnits(
        divide(position.qty_at_day_start * event.qty_after, event.qty_before, Rounding.DOWN)
    )
    if not event.qty_after:
        del account.positions[event.symbol]
    return _shares(account, event.symbol, event.qty_after - event.qty_before)


def _shares(account: AccountState, symbol: str, change: int) -> list[Posting]:
    """Return the entry by which the company gives shares, or takes them."""
    return without_zeros(
        (account.ledger_available, symbol, change), (CORPORATE_ACTIONS, symbol, -change)
    )


def _cash(account: AccountState, amount: int) -> list[Posting]:
    """Return the entry by which the company pays, or is paid by who is short."""
    return without_zeros(
        (account.ledger_available, account.currency, amount),
        (CORPORATE_ACTIONS, account.currency, -amount),
    )


def _cash_in_lieu_paid(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CashInLieuPaid
) -> list[Posting]:
    account = state.accounts[event.account_id]
    _give_up(state, account, event.symbol, event.qty, event.amount)
    return _shares(account, event.symbol, -event.qty) + _cash(account, event.amount)


def _give_up(
    state: VenueState, account: AccountState, symbol: str, qty: int, amount: MoneyUnits
) -> None:
    """Take so much off a position, with its part of the cost, as a sale for ``amount`` would."""
    position = account.positions[symbol]
    before = state.qty(account, symbol)
    part = divide(position.cost_basis * qty, before, Rounding.HALF_EVEN)
    position.cost_basis = MoneyUnits(position.cost_basis - part)
    position.cost_today = MoneyUnits(position.cost_today - amount)
    if qty == before:
        del account.positions[symbol]


def _dividend_accrued(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.DividendAccrued
) -> list[Posting]:
    account = state.accounts[event.account_id]
    state.entitlements.setdefault(event.action_id, {})[event.account_id] = Entitlement(
        symbol=event.symbol,
        qty=event.qty,
        rate=event.rate,
        amount=event.amount,
        payable_date=event.payable_date,
    )
    return without_zeros(
        (account.ledger_receivable, account.currency, event.amount),
        (CORPORATE_ACTIONS, account.currency, -event.amount),
    )


def _dividend_paid(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.DividendPaid
) -> list[Posting]:
    account = state.accounts[event.account_id]
    if not event.accrued:
        return _cash(account, event.amount)
    owed = state.entitlements[event.action_id]
    del owed[event.account_id]
    if not owed:
        del state.entitlements[event.action_id]
    return without_zeros(
        (account.ledger_available, account.currency, event.amount),
        (account.ledger_receivable, account.currency, -event.amount),
    )


def _position_renamed(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.PositionRenamed
) -> list[Posting]:
    account = state.accounts[event.account_id]
    old = account.positions.pop(event.symbol)
    new = account.positions.setdefault(event.new_symbol, PositionState())
    new.cost_basis = MoneyUnits(new.cost_basis + old.cost_basis)
    new.qty_at_day_start = QuantityUnits(new.qty_at_day_start + old.qty_at_day_start)
    new.cost_today = MoneyUnits(new.cost_today + old.cost_today)
    if not state.qty(account, event.new_symbol) + event.qty:
        del account.positions[event.new_symbol]
    return _shares(account, event.symbol, -event.qty) + _shares(
        account, event.new_symbol, event.qty
    )


def _merger_paid(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.MergerPaid
) -> list[Posting]:
    account = state.accounts[event.account_id]
    del account.positions[event.symbol]
    return _shares(account, event.symbol, -event.qty) + _cash(account, event.amount)


def _corporate_action_applied(
    state: VenueState,
    books: Books,
    number: int,
    at: datetime,
    event: journal.CorporateActionApplied,
) -> list[Posting]:
    state.actions_done[event.action_id] = event.ex_date
    entered = state.announced.pop(event.action_id, None)
    if entered is not None:
        state.entered[event.action_id] = entered
    if event.new_rate or event.delisted:
        state.bands.pop(event.symbol, None)
    if event.delisted:
        state.delisted[event.symbol] = event.ex_date
    for prices in (state.closing_prices, state.previous_closing_prices):
        close = prices.get(event.symbol)
        if close is None:
            continue
        if event.new_rate:
            prices[event.symbol] = PriceUnits(
                divide(close * event.old_rate, event.new_rate, Rounding.HALF_EVEN)
            )
        if event.new_symbol:
            prices[event.new_symbol] = close
        if event.delisted:
            del prices[event.symbol]
    state.delisted.pop(event.new_symbol, None)
    return NOTHING


def _corporate_action_announced(
    state: VenueState,
    books: Books,
    number: int,
    at: datetime,
    event: journal.CorporateActionAnnounced,
) -> list[Posting]:
    state.announced[event.action.action_id] = event.action
    return NOTHING


def _corporate_action_withdrawn(
    state: VenueState,
    books: Books,
    number: int,
    at: datetime,
    event: journal.CorporateActionWithdrawn,
) -> list[Posting]:
    # It is not done: whoever tells it again, tells it anew.
    state.announced.pop(event.action_id, None)
    return NOTHING


def _interest_posted(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.InterestPosted
) -> list[Posting]:
    account = state.accounts[event.account_id]
    return without_zeros(
        (account.ledger_available, account.currency, event.amount),
        (INTEREST, account.currency, -event.amount),
    )


def _borrow_fee_posted(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.BorrowFeePosted
) -> list[Posting]:
    account = state.accounts[event.account_id]
    account.fees_paid = MoneyUnits(account.fees_paid + event.amount)
    return without_zeros(
        (account.ledger_available, account.currency, -event.amount),
        (FEES, account.currency, event.amount),
    )


HANDLERS: Handlers = {
    journal.PositionSplit: _shares_changed,
    journal.StockDividendPaid: _shares_changed,
    journal.CashInLieuPaid: _cash_in_lieu_paid,
    journal.DividendAccrued: _dividend_accrued,
    journal.DividendPaid: _dividend_paid,
    journal.PositionRenamed: _position_renamed,
    journal.MergerPaid: _merger_paid,
    journal.CorporateActionApplied: _corporate_action_applied,
    journal.CorporateActionAnnounced: _corporate_action_announced,
    journal.CorporateActionWithdrawn: _corporate_action_withdrawn,
    journal.InterestPosted: _interest_posted,
    journal.BorrowFeePosted: _borrow_fee_posted,
}
