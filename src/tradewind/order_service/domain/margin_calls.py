"""Margin calls: accounts whose equity is below what their positions require.

Only accounts that owe cash or shares can come into this, so only those are looked at: after each
message of the feed, in turn, so many at most. A call is issued first. Once it is due, the account's
open orders are canceled, those that open before those that close, oldest first; then positions are
closed at market, that with the largest requirement first, each as far as it takes, until the rest
satisfies the requirement.

What is required is maintenance. An account with a multiplier of 4 must end a session within a
multiplier of 2; when it does not, that is what its call requires.
"""

from datetime import timedelta
from itertools import islice

from tradewind.contracts.journal import CancelReason, MarginCallIssued, MarginCallMet
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.vocabulary import OrderId, OrderSide, OrderType, TimeInForce
from tradewind.order_service.domain import groups, intents, margin, pending_replacement
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.holds import Hold
from tradewind.order_service.domain.margin import Holding, Standing
from tradewind.order_service.domain.matching import cancel
from tradewind.order_service.domain.requirements import initial
from tradewind.order_service.domain.state import AccountState, OrderState
from tradewind.order_service.domain.trading import accept
from tradewind.platform.ids import derived_id
from tradewind.platform.money import SCALE, MoneyUnits, QuantityUnits, Rounding, divide, round_to

CHECKS_MAX = 100
"""Accounts looked at after one message of the feed, so that its cost is bounded."""


def look(core: Core, most: int = CHECKS_MAX) -> None:
    """Check the accounts whose turn it is."""
    for account_id in list(islice(core.leveraged, most)):
        del core.leveraged[account_id]
        account = core.state.accounts[account_id]
        if is_priced(core, account):
            check(core, account)
        if core.is_leveraged(account):
            core.leveraged[account_id] = None


def is_priced(core: Core, account: AccountState) -> bool:
    """Tell whether the prices of an account's positions are those of now.

    A core that was restarted within a session knows the closes alone, by which nobody is called.
    """
    last_price = core.view.last_price
    return not core.is_open or all(last_price(symbol) for symbol in account.positions)


def check(core: Core, account: AccountState) -> None:
    """Issue a call, close positions once it is due, or note that it is met."""
    if is_met(core, account):
        return
    assert core.at is not None
    if account.margin_call is None:
        now = margin.standing(core, account)
        overnight = _is_overnight(core, account)
        core.emit(
            MarginCallIssued(
                account.account_id,
                now.equity,
                MoneyUnits(sum(_required(core, each, overnight) for each in now.holdings)),
                core.at + timedelta(seconds=account.margin.call_grace_s),
                overnight,
            )
        )
    assert account.margin_call is not None
    if core.at >= account.margin_call.due_at:
        _close_what_it_takes(core, account)
        is_met(core, account)


def is_met(core: Core, account: AccountState) -> bool:
    """Tell whether an account has what is required, and end its call if it has one."""
    now = margin.standing(core, account)
    required = now.maintenance
    if _is_overnight(core, account):
        required = margin.initial_of(core, now.holdings, margin.OVERNIGHT_MULTIPLIER)
    if now.equity < required:
        return False
    if account.margin_call is not None:
        core.emit(MarginCallMet(account.account_id, now.equity, required))
    return True


def _is_overnight(core: Core, account: AccountState) -> bool:
    if account.margin_call is not None:
        return account.margin_call.overnight
    most = margin.multiplier_max(account)
    return most == margin.INTRADAY_MULTIPLIER and not core.is_open


def _required(core: Core, holding: Holding, overnight: bool) -> int:
    if not overnight:
        return holding.maintenance
    listing = core.listing(holding.symbol)
    return initial(listing, holding.qty, holding.value, margin.OVERNIGHT_MULTIPLIER)


def _close_what_it_takes(core: Core, account: AccountState) -> None:
    if not any(core.takes(_closing_order(core, account, s, 0)) for s in account.positions):
        return
    _cancel_orders(core, account)
    assert account.margin_call is not None
    overnight = account.margin_call.overnight
    holdings = margin.standing(core, account).holdings
    holdings.sort(key=lambda each: (-_required(core, each, overnight), each.symbol))
    for symbol in [each.symbol for each in holdings]:
        now = margin.standing(core, account)
        lacking = _lacking(core, account, now, overnight)
        if lacking <= 0:
            return
        held = next(each for each in now.holdings if each.symbol == symbol)
        _close(core, account, held, lacking, _required(core, held, overnight))


def _cancel_orders(core: Core, account: AccountState) -> None:
    """Cancel every open order but those that are closing a position at market already."""
    orders = [core.state.orders[order_id] for order_id in account.order_ids]
    orders.sort(key=lambda order: not order.intent.opens)
    for order in orders:
        # One may have ended with another of its group.
        if order.status.is_open and not _is_closing(order):
            cancel(core, order, CancelReason.MARGIN_CALL)
            groups.settle(core)


def _is_closing(order: OrderState) -> bool:
    is_working = order.order_type is OrderType.MARKET and order.hold > 0
    return is_working and not order.intent.opens


def _lacking(core: Core, account: AccountState, now: Standing, overnight: bool) -> int:
    """Return what is required beyond the equity, without what is being closed already."""
    closing: dict[str, int] = {}
    for order_id in account.order_ids:
        order = core.state.orders[order_id]
        if _is_closing(order):
            qty = pending_replacement.adds(core.state, order)
            closing[order.symbol] = closing.get(order.symbol, 0) + qty
    lacking = -now.equity
    for each in now.holdings:
        size = abs(each.qty)
        left = size - closing.get(each.symbol, 0)
        lacking += divide(_required(core, each, overnight) * left, size, Rounding.UP)
    return lacking


def _close(
    core: Core, account: AccountState, holding: Holding, lacking: int, required: int
) -> None:
    """Close as much of a position as frees what is lacking, in whole shares."""
    listing = core.listing(holding.symbol)
    step = listing.quantity_increment if listing.is_round_the_clock else SCALE
    takes = divide(lacking * abs(holding.qty), required, Rounding.UP) if required else 0
    closable = abs(core.state.qty_available(account, holding.symbol))
    qty = min(round_to(takes, step, Rounding.UP), closable)
    order = _closing_order(core, account, holding.symbol, qty)
    if qty and core.takes(order):
        accept(core, order, Hold(qty, None))
        groups.settle(core)


def _closing_order(core: Core, account: AccountState, symbol: str, qty: int) -> SubmitOrder:
    side = OrderSide.SELL if core.state.qty(account, symbol) > 0 else OrderSide.BUY
    assert core.at is not None
    name = f"margin call {core.state.number}"
    order_id = OrderId(derived_id(core.at, account.account_id, symbol, name))
    all_day = core.listing(symbol).is_round_the_clock
    order = SubmitOrder(
        order_id=order_id,
        account_id=account.account_id,
        client_order_id=order_id,
        symbol=symbol,
        side=side,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.GTC if all_day else TimeInForce.DAY,
        qty=QuantityUnits(qty),
    )
    return intents.with_intent(order, intents.infer(core, account, symbol, side))
