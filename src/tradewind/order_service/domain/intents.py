"""What an order does to its account's position, and whether it may.

A margin account may be long or short in an instrument, never both: what an order does follows from
the position and its side, and no order passes through zero. Orders that open a long and a short
position never stand at once.
"""

from msgspec import structs

from tradewind.contracts.margin import DAY_TRADES_MAX
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import (
    LONG_INTENT,
    OrderClass,
    OrderSide,
    PositionIntent,
)
from tradewind.order_service.domain import margin
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.refusals import (
    DayTradeDenied,
    FractionalShort,
    HardToBorrow,
    IntentMismatch,
    LegsOfClosingOrder,
    NotShortable,
    OppositeOrderOpen,
    ShortingOff,
)
from tradewind.order_service.domain.state import AccountState
from tradewind.platform.money import SCALE, format_units

DAY_TRADE_EQUITY_MIN = 25_000 * SCALE
"""FINRA Rule 4210(f)(8)(B)(iv)(a)."""

_PLAIN = Terms()


def infer(core: Core, account: AccountState, symbol: str, side: OrderSide) -> PositionIntent:
    """Return what an order of a side would do."""
    if account.is_margin:
        qty = core.state.qty(account, symbol)
        if qty < 0 and side is OrderSide.BUY:
            return PositionIntent.BUY_TO_CLOSE
        if qty <= 0 and side is OrderSide.SELL:
            return PositionIntent.SELL_TO_OPEN
    return LONG_INTENT[side]


def with_intent(order: SubmitOrder, intent: PositionIntent) -> SubmitOrder:
    """Return an order whose terms name what it does where that is not what its side says."""
    kept = None if LONG_INTENT[order.side] is intent else intent
    if (order.terms.intent if order.terms else None) is kept:
        return order
    terms = structs.replace(order.terms or _PLAIN, intent=kept)
    return structs.replace(order, terms=None if terms == _PLAIN else terms)


def check(core: Core, account: AccountState, order: SubmitOrder, intent: PositionIntent) -> None:
    """Refuse an order that does something else than it says, or that the account may not send."""
    asked = order.terms.intent if order.terms else None
    if asked is not None and asked is not intent:
        raise IntentMismatch(
            f"position intent mismatch, inferred: {intent}, specified: {asked}: "
            f"the account holds {format_units(core.state.qty(account, order.symbol))} "
            f"{order.symbol}"
        )
    if not account.is_margin:
        return
    if intent is PositionIntent.SELL_TO_OPEN:
        _check_short(core, account, order)
    elif intent is PositionIntent.BUY_TO_CLOSE and _has_exits(order):
        raise LegsOfClosingOrder(
            "an order that closes a short position has no legs, which would open another; "
            "send a simple order"
        )
    _check_opposite(account, order.symbol, intent)
    _check_day_trade(account, order, intent)


def _check_short(core: Core, account: AccountState, order: SubmitOrder) -> None:
    symbol, listing = order.symbol, core.listing(order.symbol)
    if not margin.shorting_enabled(account):
        raise ShortingOff(
            "account is not allowed to short: it needs a multiplier of 2 or more and no_shorting "
            "set to false"
        )
    if not listing.shortable:
        raise NotShortable(f'asset "{symbol}" cannot be sold short')
    if not listing.easy_to_borrow:
        raise HardToBorrow(
            f'asset "{symbol}" is hard to borrow; only what is easy to borrow can be sold short'
        )
    if order.qty % SCALE:
        raise FractionalShort(
            f"fractional orders cannot be sold short; qty {format_units(order.qty)} is not whole"
        )


def _check_opposite(account: AccountState, symbol: str, intent: PositionIntent) -> None:
    open_orders = account.opening_orders.get(symbol, 0)
    if intent is PositionIntent.SELL_TO_OPEN and open_orders > 0:
        raise OppositeOrderOpen(
            f"cannot open a short sell while a long buy order is open in {symbol}; cancel it first"
        )
    if intent is PositionIntent.BUY_TO_OPEN and open_orders < 0:
        raise OppositeOrderOpen(
            f"cannot open a long buy while a short sell order is open in {symbol}; cancel it first"
        )


def _check_day_trade(account: AccountState, order: SubmitOrder, intent: PositionIntent) -> None:
    """Refuse what could be the fourth day trade: a close of today's position, or its exits."""
    done = sum(account.day_trades)
    if not account.margin.day_trade_rule or done < DAY_TRADES_MAX:
        return
    if account.last_equity >= DAY_TRADE_EQUITY_MIN:
        return
    could_be = _has_exits(order) if intent.opens else order.symbol in account.opened_today
    if could_be:
        raise DayTradeDenied(
            "trade denied due to pattern day trading protection: the account has made "
            f"{done} day trades within five sessions and its equity at the last close, "
            f"{format_units(account.last_equity)}, is below {format_units(DAY_TRADE_EQUITY_MIN)}; "
            "close the position in another session"
        )


def _has_exits(order: SubmitOrder) -> bool:
    terms = order.terms
    return terms is not None and terms.order_class in (OrderClass.BRACKET, OrderClass.OTO)
