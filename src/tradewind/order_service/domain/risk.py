"""Whether an order may be taken, and what it must reserve.

The checks stand in the order of ``refusals``: the first that fails is the answer.
"""

from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import (
    OrderId,
    OrderSide,
    OrderType,
    PositionIntent,
    TimeInForce,
)
from tradewind.order_service.domain import (
    auctions,
    holds,
    instrument_rules,
    intents,
    limits,
    margin,
    routing,
)
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.holds import NOTHING, Hold
from tradewind.order_service.domain.refusals import (
    DuplicateClientOrderId,
    FractionalTradingOff,
    InsufficientBuyingPower,
    InsufficientQuantity,
    NoPriceKnown,
    OrderTooLarge,
    SessionNotOpen,
    TradingIsHalted,
    TradingSuspended,
    WashTrade,
)
from tradewind.order_service.domain.state import AUCTION_TIMES, AccountState, OrderState, book_side
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import (
    SCALE,
    MoneyUnits,
    PriceUnits,
    Rounding,
    divide,
    format_units,
    multiply_units,
    round_to,
)

ORDER_VALUE_MAX = 1_000_000_000 * SCALE
"""No order may be worth more than a billion, nor its quantity or price be above one: amounts then
fit the journal's columns, which hold nine times as much."""

CLIENT_ORDER_ID_MAX = 128

_AMOUNT_MAX = 2**63 - 1
_BPS = 10_000
_IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
_WITH_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_WITH_STOP = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
_STOPS = _WITH_STOP | {OrderType.TRAILING_STOP}
_PLAIN = Terms()
_PLAIN_TYPES = frozenset({OrderType.MARKET, OrderType.LIMIT})
_STANDING = frozenset({TimeInForce.DAY, TimeInForce.GTC})


def check(
    core: Core,
    account: AccountState,
    order: SubmitOrder,
    intent: PositionIntent,
    instead_of: OrderState | None = None,
    *,
    reserves: bool = True,
) -> Hold:
    """Return the hold of an order that may be taken; raises a refusal.

    ``intent`` is what it does to the position, ``instead_of`` the open order that it replaces,
    whose hold becomes free. A leg for which another order reserves holds nothing itself.
    """
    limits.check_kill_switch(account)
    if account.configuration.suspend_trade:
        raise TradingSuspended(
            "trading is suspended by the account's owner; set suspend_trade to false to resume"
        )
    routing.check(core, account, order)
    _check_fields(order)
    _check_client_order_id(core, account, order)
    instrument_rules.check(core, account, order)
    is_coin = core.state.is_round_the_clock(order.symbol)
    if order.qty % SCALE and not (is_coin or account.configuration.fractional_trading):
        raise FractionalTradingOff(
            f"qty {format_units(order.qty)} is not whole and fractional trading is off"
        )
    price = order.limit_price or _reference_price(core, order)
    _check_size(core, order, price)
    _check_session(core, order)
    if price is None and intent.opens:
        raise NoPriceKnown(f"no price of {order.symbol} is known yet; send a limit order")
    limits.check(core, account, order, intent, price, instead_of)
    intents.check(core, account, order, intent)
    if not reserves:
        return NOTHING
    waits = order.terms is not None and order.terms.waits
    if not waits and order.time_in_force not in AUCTION_TIMES:
        _check_wash_trade(core, account, order, instead_of)
    if not intent.opens:
        return _hold_shares(core, account, order, instead_of)
    assert price is not None
    if intent is PositionIntent.SELL_TO_OPEN:
        price = short_price(core, order.symbol, price)
    return _hold_cash(core, account, order, intent, price, instead_of)


def _check_session(core: Core, order: SubmitOrder) -> None:
    """Refuse what must trade in a session, or an auction, that is not there."""
    if order.time_in_force in _IMMEDIATE and (halt := core.state.halt_of(order.symbol)):
        raise TradingIsHalted(
            f"trading in {halt.symbol or 'the whole venue'} is halted"
            f"{': ' if halt.reason else ''}{halt.reason}; a {order.time_in_force} order must trade "
            "at once, use day or gtc"
        )
    is_live = core.spec.broker is not None
    if order.time_in_force in _IMMEDIATE and not (is_live or core.takes(order)):
        raise SessionNotOpen(
            f"the market is closed and a {order.time_in_force} order must trade at once; "
            "use day or gtc"
        )
    if order.time_in_force in AUCTION_TIMES and not is_live:
        auctions.check_entry(core, order.time_in_force)


def _check_fields(order: SubmitOrder) -> None:
    """Refuse what no caller may send: the core does not rely on whoever stands before it."""
    name = order.client_order_id
    if not 0 < len(name) <= CLIENT_ORDER_ID_MAX or not name.isprintable():
        raise MalformedRequest(
            f"client_order_id must have 1 to {CLIENT_ORDER_ID_MAX} printable characters"
        )
    if order.qty <= 0:
        raise MalformedRequest(f"qty must be above 0, was {format_units(order.qty)}")
    if order.order_type in _WITH_LIMIT:
        if order.limit_price is None or order.limit_price <= 0:
            raise MalformedRequest(f"a {order.order_type} order needs a limit_price above 0")
    elif order.limit_price is not None:
        raise MalformedRequest(f"a {order.order_type} order has no limit_price")
    _check_terms(order)


def _check_terms(order: SubmitOrder) -> None:
    if order.terms is None and order.order_type in _PLAIN_TYPES and not order.extended_hours:
        return
    terms = order.terms or _PLAIN
    trails = (terms.trail_price is not None) + (terms.trail_percent is not None)
    if trails != (order.order_type is OrderType.TRAILING_STOP):
        raise MalformedRequest("a trailing_stop order, and no other, has one trail")
    trail = terms.trail_percent if terms.trail_price is None else terms.trail_price
    if trail is not None and not 0 < trail <= ORDER_VALUE_MAX:
        raise MalformedRequest(f"a trail must be above 0, was {format_units(trail)}")
    if order.order_type in _WITH_STOP and (terms.stop_price is None or terms.stop_price <= 0):
        raise MalformedRequest(f"a {order.order_type} order needs a stop_price above 0")
    if terms.stop_price is not None and order.order_type not in _STOPS:
        raise MalformedRequest(f"a {order.order_type} order has no stop_price")
    if order.order_type in _STOPS and order.time_in_force not in _STANDING:
        raise MalformedRequest(f"a {order.order_type} order must be day or gtc")
    if terms.group_id is not None and order.time_in_force not in _STANDING:
        raise MalformedRequest(f"an order of a {terms.order_class} group must be day or gtc")
    if order.extended_hours and not (
        order.order_type is OrderType.LIMIT
        and order.time_in_force in _STANDING
        and terms.group_id is None
    ):
        raise MalformedRequest("an order for extended hours must be a simple day or gtc limit")


def _check_size(core: Core, order: SubmitOrder, price: PriceUnits | None) -> None:
    if order.side is OrderSide.SELL and order.limit_price is not None:
        # It trades at what is bid, which may be far above its limit.
        price = max(order.limit_price, _reference_price(core, order) or order.limit_price)
    if order.qty > ORDER_VALUE_MAX or (
        price is not None
        and (price > ORDER_VALUE_MAX or multiply_units(price, order.qty) > ORDER_VALUE_MAX)
    ):
        raise OrderTooLarge(
            f"the order is worth more than {format_units(ORDER_VALUE_MAX)}, or its quantity or "
            "price is above that; split it"
        )


def _check_client_order_id(core: Core, account: AccountState, order: SubmitOrder) -> None:
    existing = account.client_order_ids.get(order.client_order_id)
    if existing or (account.account_id, order.client_order_id) in core.known_client_order_ids:
        raise DuplicateClientOrderId("client_order_id must be unique")


def _reference_price(core: Core, order: SubmitOrder) -> PriceUnits | None:
    """Return the price that a market order counts with: the last known one plus the collar.

    A stop counts with its stop price instead.
    """
    price = None if order.terms is None else order.terms.stop_price
    if price is None:
        price = newest_price(core, order.symbol, order.side)
    if price is None or order.side is OrderSide.SELL:
        return price
    return with_collar(core, order.symbol, price)


def newest_price(core: Core, symbol: str, side: OrderSide) -> PriceUnits | None:
    """Return the price that a market order would meet now, else the last one, else the close."""
    price = core.view.instrument(symbol).reference_price(book_side(side))
    return price or core.state.closing_prices.get(symbol)


def with_collar(core: Core, symbol: str, price: PriceUnits) -> PriceUnits:
    """Return what a market buy reserves for a share: the price plus the venue's collar."""
    collar = PriceUnits(divide(price * (_BPS + core.spec.market_collar_bps), _BPS, Rounding.UP))
    return PriceUnits(round_to(collar, core.listing(symbol).tick_at(collar), Rounding.UP))


def short_price(core: Core, symbol: str, price: PriceUnits) -> PriceUnits:
    """Return what a short sale counts with: its price, or what buying it back would cost now."""
    newest = newest_price(core, symbol, OrderSide.BUY)
    return price if newest is None else max(price, with_collar(core, symbol, newest))


def _check_wash_trade(
    core: Core, account: AccountState, order: SubmitOrder, instead_of: OrderState | None
) -> None:
    """Refuse an order that would meet one of its own account."""
    book = core.books.books.get(order.symbol)
    side = 1 - book_side(order.side)
    if book is None or book.first(side, order.limit_price) is None:
        return
    reached = 0
    for place in book.walk(side, order.limit_price):
        other = core.state.orders[OrderId(place.order_id)]
        if other.account_id == account.account_id and other is not instead_of:
            raise WashTrade(
                "potential wash trade detected. use complex orders",
                existing_order_id=other.order_id,
                reject_reason="opposite side limit order exists",
            )
        reached += place.quantity
        if reached >= order.qty:
            return


def _hold_cash(
    core: Core,
    account: AccountState,
    order: SubmitOrder,
    intent: PositionIntent,
    price: PriceUnits,
    instead_of: OrderState | None,
) -> Hold:
    hold, spendable = holds.opening(core, account, order.symbol, intent, order.qty, price)
    if instead_of is not None:
        spendable = MoneyUnits(spendable + instead_of.hold)
    if hold.amount > _AMOUNT_MAX:
        raise OrderTooLarge(f"with its fees the order costs {format_units(hold.amount)}; split it")
    if hold.amount > spendable:
        raise _beyond_buying_power(core, account, order, price, hold, spendable)
    return hold


def _beyond_buying_power(
    core: Core,
    account: AccountState,
    order: SubmitOrder,
    price: PriceUnits,
    hold: Hold,
    spendable: MoneyUnits,
) -> InsufficientBuyingPower:
    amounts = format_units(hold.amount), format_units(spendable)
    if not account.is_margin:
        return InsufficientBuyingPower(
            "insufficient buying power: the order reserves {} and {} may be spent".format(*amounts),
            buying_power=amounts[1],
            cost_basis=amounts[0],
        )
    multiplier = margin.standing(core, account).multiplier
    return InsufficientBuyingPower(
        "insufficient buying power: the order requires {} of margin and {} of the equity is "
        "free".format(*amounts),
        buying_power=format_units(max(0, spendable) * multiplier),
        cost_basis=format_units(multiply_units(price, order.qty, Rounding.UP)),
    )


def _hold_shares(
    core: Core, account: AccountState, order: SubmitOrder, instead_of: OrderState | None
) -> Hold:
    closable = holds.closable(core.state, account, order.symbol, order.side)
    if instead_of is not None:
        closable += instead_of.hold
    if order.qty > closable:
        existing = abs(core.state.qty(account, order.symbol))
        raise InsufficientQuantity(
            f"insufficient qty available for order (requested: {format_units(order.qty)}, "
            f"available: {format_units(closable)})",
            available=format_units(closable),
            existing_qty=format_units(existing),
            held_for_orders=format_units(existing - closable),
            symbol=order.symbol,
        )
    return Hold(order.qty, None)
