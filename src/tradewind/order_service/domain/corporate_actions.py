"""Corporate actions: what companies do to positions, to cash and to the orders that stand.

Feeds tell an action just before the first session of its ex-date, and it takes effect at once.
What an administrator enters waits for that session. Positions count as they stand then, long or
short: who is short pays what a holder gets.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from tradewind.contracts.corporate_actions import (
    CashDividend,
    CashMerger,
    CorporateAction,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.journal import (
    CashInLieuPaid,
    CorporateActionApplied,
    CorporateActionWithdrawn,
    DividendAccrued,
    DividendPaid,
    MergerPaid,
    PositionRenamed,
    PositionSplit,
    StockDividendPaid,
)
from tradewind.order_service.domain import restating
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.state import AccountState
from tradewind.order_service.domain.valuation import current_price
from tradewind.platform.money import (
    CENT,
    SCALE,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    divide,
    format_units,
    multiply_units,
    round_to,
)

_AMOUNT_MAX = 2**63 - 1
"""The most that a column of the journal's tables holds."""


def apply_action(core: Core, action: CorporateAction) -> None:
    """Let an action take effect, unless it has before.

    One that would give somebody more than can be counted is withdrawn instead.
    """
    if action.action_id in core.state.actions_done:
        return
    reason = beyond_count(core, action)
    if reason:
        core.emit(CorporateActionWithdrawn(action.action_id, "", reason))
        return
    _HANDLERS[type(action)](core, action)


def begin_day(core: Core, trading_date: date) -> None:
    """Apply what was announced for a trading date or before, and pay the dividends that are due.

    With the first session of the date, of whatever kind; with a later one nothing is left to do.
    """
    due = [action for action in core.state.announced.values() if action.ex_date <= trading_date]
    for action in sorted(due, key=lambda action: (action.ex_date, action.action_id)):
        apply_action(core, action)
    for action_id, owed in list(core.state.entitlements.items()):
        for account_id, claim in list(owed.items()):
            if claim.payable_date <= trading_date:
                core.emit(
                    DividendPaid(
                        action_id,
                        account_id,
                        claim.symbol,
                        claim.qty,
                        claim.rate,
                        claim.amount,
                        accrued=True,
                    )
                )


def beyond_count(core: Core, action: CorporateAction) -> str:
    """Return why an action would give somebody more than can be counted, empty when it does not."""
    for account in _holders(core, action.symbol):
        qty = core.state.qty(account, action.symbol)
        match action:
            case Split():
                result = abs(qty) * action.new_rate // action.old_rate
            case StockDividend():
                result = abs(qty) * (SCALE + action.rate) // SCALE
            case CashDividend() | CashMerger():
                result = abs(multiply_units(PriceUnits(action.rate), qty))
            case SymbolChange():
                result = abs(qty)
        if result > _AMOUNT_MAX:
            return (
                f"account {account.account_id} would have {format_units(result)}, which is more "
                f"than the {format_units(_AMOUNT_MAX)} that can be counted"
            )
    return ""


def _split(core: Core, event: Split) -> None:
    new, old = event.new_rate, event.old_rate
    price = current_price(core, event.symbol)
    if event.is_reverse:
        restating.end_orders(core, event.symbol)
    else:
        restating.end_short_lived(core, event.symbol)
    for account in _holders(core, event.symbol):
        before = core.state.qty(account, event.symbol)
        after = QuantityUnits(divide(before * new, old, Rounding.DOWN))
        core.emit(PositionSplit(event.action_id, account.account_id, event.symbol, before, after))
        if event.is_reverse and price is not None:
            whole = PriceUnits(divide(price * old, new, Rounding.HALF_EVEN))
            _pay_in_lieu(core, event, account, whole)
    _applied(core, event, new, old)
    if not event.is_reverse:
        restating.after_split(core, event.action_id, event.symbol, new, old)


def _pay_in_lieu(core: Core, event: Split, account: AccountState, price: PriceUnits) -> None:
    """Pay cash for the fraction of a share that a split leaves, at the price of a whole one."""
    qty = core.state.qty(account, event.symbol)
    fraction = QuantityUnits(qty - round_to(qty, SCALE, Rounding.DOWN))
    if fraction:
        amount = _to_cent(price, fraction)
        core.emit(
            CashInLieuPaid(
                event.action_id, account.account_id, event.symbol, fraction, price, amount
            )
        )


def _pay_stock_dividend(core: Core, event: StockDividend) -> None:
    new = SCALE + event.rate
    restating.end_short_lived(core, event.symbol)
    for account in _holders(core, event.symbol):
        before = core.state.qty(account, event.symbol)
        after = QuantityUnits(divide(before * new, SCALE, Rounding.DOWN))
        if after != before:
            core.emit(
                StockDividendPaid(event.action_id, account.account_id, event.symbol, before, after)
            )
    _applied(core, event, new, SCALE)
    restating.after_split(core, event.action_id, event.symbol, new, SCALE)


def _pay_dividend(core: Core, event: CashDividend) -> None:
    """Pay cash for every position, or owe it until the payable date; to the cent, half-even."""
    later = event.payable_date
    reached = max(event.ex_date, core.state.trading_date or event.ex_date)
    for account in _holders(core, event.symbol):
        qty = core.state.qty(account, event.symbol)
        amount = _to_cent(PriceUnits(event.rate), qty)
        if not amount:
            continue
        about = (event.action_id, account.account_id, event.symbol, qty, event.rate, amount)
        if later is not None and later > reached:
            core.emit(DividendAccrued(*about, later))
        else:
            core.emit(DividendPaid(*about))
    _applied(core, event)
    restating.after_dividend(core, event.action_id, event.symbol, event.rate)


def _change_symbol(core: Core, event: SymbolChange) -> None:
    # Whoever holds shares of the new name already may be long here and short there.
    for symbol in (event.symbol, event.new_symbol):
        restating.end_orders(core, symbol)
    for account in _holders(core, event.symbol):
        qty = core.state.qty(account, event.symbol)
        core.emit(
            PositionRenamed(
                event.action_id, account.account_id, event.symbol, event.new_symbol, qty
            )
        )
    _applied(core, event, new_symbol=event.new_symbol, delisted=True)


def _merge(core: Core, event: CashMerger) -> None:
    restating.end_orders(core, event.symbol)
    for account in _holders(core, event.symbol):
        qty = core.state.qty(account, event.symbol)
        amount = _to_cent(PriceUnits(event.rate), qty)
        core.emit(
            MergerPaid(event.action_id, account.account_id, event.symbol, qty, event.rate, amount)
        )
    _applied(core, event, delisted=True)


def _applied(
    core: Core,
    action: CorporateAction,
    new: int = 0,
    old: int = 0,
    *,
    new_symbol: str = "",
    delisted: bool = False,
) -> None:
    """Close an action, and take over what it does to the feed's picture of the symbol."""
    core.emit(
        CorporateActionApplied(
            action.action_id, action.symbol, action.ex_date, new, old, new_symbol, delisted
        )
    )
    if not (new or delisted):
        return
    view = core.view.learn(action.symbol)
    view.forget_depth()
    core.bands.forget(action.symbol)
    last = view.last_price
    if new and last is not None:
        view.last_price = PriceUnits(last * old // new)
    if delisted:
        view.last_price = None
    if new_symbol and last is not None:
        core.view.learn(new_symbol).last_price = last


def _to_cent(price: PriceUnits, qty: QuantityUnits) -> MoneyUnits:
    return MoneyUnits(round_to(multiply_units(price, qty), CENT, Rounding.HALF_EVEN))


def _holders(core: Core, symbol: str) -> list[AccountState]:
    return [account for account in core.state.accounts.values() if symbol in account.positions]


# The value type is Any because each handler takes its own action.
_HANDLERS: dict[type, Callable[[Core, Any], None]] = {
    Split: _split,
    CashDividend: _pay_dividend,
    StockDividend: _pay_stock_dividend,
    SymbolChange: _change_symbol,
    CashMerger: _merge,
}
