"""Fold events of an account in: its cash, its settings, what an administrator set."""

from datetime import datetime

from msgspec import structs

from tradewind.contracts import journal
from tradewind.contracts.margin import MarginCall
from tradewind.contracts.trading_accounts import Configuration
from tradewind.order_service.domain.applying.entry import NOTHING, Handlers
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.cash_keys import Movement, cash_moved
from tradewind.order_service.domain.ledger import (
    OUTSIDE,
    Posting,
)
from tradewind.order_service.domain.state import (
    AccountState,
    VenueState,
)
from tradewind.platform.money import (
    MoneyUnits,
)


def _account_opened(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AccountOpened
) -> list[Posting]:
    state.accounts[event.account_id] = AccountState(
        account_id=event.account_id, currency=event.currency, opened_at=at
    )
    return NOTHING


def _cash_deposited(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CashDeposited
) -> list[Posting]:
    account = state.accounts[event.account_id]
    _move_equity(account, event.amount)
    _remember_key(state, number, at, event)
    return [
        (account.ledger_available, account.currency, event.amount),
        (OUTSIDE, account.currency, -event.amount),
    ]


def _cash_withdrawn(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CashWithdrawn
) -> list[Posting]:
    account = state.accounts[event.account_id]
    _move_equity(account, -event.amount)
    _remember_key(state, number, at, event)
    return [
        (account.ledger_available, account.currency, -event.amount),
        (OUTSIDE, account.currency, event.amount),
    ]


def _cash_transferred(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.CashTransferred
) -> list[Posting]:
    giver, taker = state.accounts[event.account_id], state.accounts[event.to_account_id]
    _move_equity(giver, -event.amount)
    _move_equity(taker, event.amount)
    _remember_key(state, number, at, event)
    return [
        (giver.ledger_available, giver.currency, -event.amount),
        (taker.ledger_available, taker.currency, event.amount),
    ]


def _remember_key(state: VenueState, number: int, at: datetime, event: Movement) -> None:
    if event.key:
        state.cash_keys[event.key] = cash_moved(number, at, event)


def _move_equity(account: AccountState, amount: int) -> None:
    """Move the equity of past closes along with cash from or to elsewhere, which is no profit."""
    account.last_equity = MoneyUnits(account.last_equity + amount)
    account.closing_equity = MoneyUnits(account.closing_equity + amount)


def _account_configured(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AccountConfigured
) -> list[Posting]:
    state.accounts[event.account_id].configuration = Configuration(
        suspend_trade=event.suspend_trade,
        fractional_trading=event.fractional_trading,
        no_shorting=event.no_shorting,
        trade_confirm_email=event.trade_confirm_email,
        max_margin_multiplier=event.max_margin_multiplier,
        ptp_no_exception_entry=event.ptp_no_exception_entry,
    )
    return NOTHING


def _account_limits_set(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AccountLimitsSet
) -> list[Posting]:
    account = state.accounts[event.account_id]
    account.limits = event.limits
    account.recent_orders = []
    account.recent_twins = {}
    return NOTHING


def _kill_switch_engaged(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.KillSwitchEngaged
) -> list[Posting]:
    account = state.accounts[event.account_id]
    account.kill_switch = True
    account.kill_switch_reason = event.reason
    return NOTHING


def _kill_switch_released(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.KillSwitchReleased
) -> list[Posting]:
    account = state.accounts[event.account_id]
    account.kill_switch = False
    account.kill_switch_reason = ""
    return NOTHING


def _account_margin_set(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.AccountMarginSet
) -> list[Posting]:
    account = state.accounts[event.account_id]
    before, settings = account.margin, event.settings
    account.margin = settings
    multiplier = settings.multiplier_max
    if settings.account_type is before.account_type:
        multiplier = min(multiplier, int(account.configuration.max_margin_multiplier))
        no_shorting = account.configuration.no_shorting
    else:
        no_shorting = not account.is_margin
        account.margin_call = None
        account.opened_today, account.day_trades = {}, []
    account.configuration = structs.replace(
        account.configuration, max_margin_multiplier=str(multiplier), no_shorting=no_shorting
    )
    return NOTHING


def _margin_call_issued(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.MarginCallIssued
) -> list[Posting]:
    state.accounts[event.account_id].margin_call = MarginCall(
        issued_at=at,
        due_at=event.due_at,
        deficit=MoneyUnits(event.required - event.equity),
        overnight=event.overnight,
    )
    return NOTHING


def _margin_call_met(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.MarginCallMet
) -> list[Posting]:
    state.accounts[event.account_id].margin_call = None
    return NOTHING


HANDLERS: Handlers = {
    journal.AccountOpened: _account_opened,
    journal.CashDeposited: _cash_deposited,
    journal.CashWithdrawn: _cash_withdrawn,
    journal.CashTransferred: _cash_transferred,
    journal.AccountConfigured: _account_configured,
    journal.AccountLimitsSet: _account_limits_set,
    journal.KillSwitchEngaged: _kill_switch_engaged,
    journal.KillSwitchReleased: _kill_switch_released,
    journal.AccountMarginSet: _account_margin_set,
    journal.MarginCallIssued: _margin_call_issued,
    journal.MarginCallMet: _margin_call_met,
}
