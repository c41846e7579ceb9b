"""Auctions at the open and the close: all who take part trade at one price.

Orders with the time in force opg or cls take part in one auction and in nothing else. The limit
orders in the book and the market orders that wait take part as well. The market's own auction, as
the feed tells it, takes part as a buyer and a seller of its size at its price. What stood before at
the auction's price goes first: the market's own part in a venue with queues, then users by time.
"""

from collections.abc import Iterator
from datetime import timedelta

from msgspec import Struct

from tradewind.contracts.journal import AuctionCrossed, CancelReason, Liquidity
from tradewind.contracts.vocabulary import (
    AccountId,
    AuctionKind,
    FillModel,
    OrderId,
    OrderSide,
    PositionIntent,
    TimeInForce,
)
from tradewind.order_service.domain import margin
from tradewind.order_service.domain.book import BUY, SELL
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.matching import (
    beyond_hold,
    cancel,
    cancel_newer,
    fill,
    pays_at_market,
)
from tradewind.order_service.domain.refusals import AuctionNotOpen
from tradewind.order_service.domain.state import AUCTION_TIMES, OrderState, book_side
from tradewind.order_service.domain.uniform_price import Crossing, Interest, find_crossing
from tradewind.platform.money import PriceUnits, QuantityUnits, Rounding, multiply_units

OPENING_ENDS_BEFORE = timedelta(minutes=2)
"""No opg order is taken from so long before the open: 9:28 where trading begins at 9:30."""
CLOSING_ENDS_BEFORE = timedelta(minutes=10)
"""No cls order is taken from so long before the close: 15:50 where trading ends at 16:00."""

_TIMES = {
    AuctionKind.OPENING: TimeInForce.OPG,
    AuctionKind.CLOSING: TimeInForce.CLS,
    AuctionKind.REOPENING: TimeInForce.OPG,
}


class _Market(Struct, frozen=True, gc=False):
    """The market's own part: a buyer and a seller of so much at a price."""

    price: int
    size: int
    first: bool
    """Whether it goes before users at the same price."""

    @property
    def interest(self) -> list[Interest]:
        return [(self.price, self.size)] if self.size else []


def meets_book(order: OrderState) -> bool:
    """Tell whether an order that works trades in the book, and not in an auction or on a stop."""
    return not order.waits and order.time_in_force not in AUCTION_TIMES


def check_entry(core: Core, time: TimeInForce) -> None:
    """Refuse an order for an auction whose entry is over, or whose next has not begun."""
    state = core.state
    assert core.at is not None
    if time is TimeInForce.CLS:
        closes_at = state.session_closes_at
        if closes_at is not None and core.at >= closes_at - CLOSING_ENDS_BEFORE:
            raise AuctionNotOpen(
                f"cls orders are taken until {closes_at - CLOSING_ENDS_BEFORE:%H:%M:%S} UTC, ten "
                "minutes before the close, and again once the session has ended; send a day order"
            )
        return
    opens_at = state.next_opens_at
    if core.is_open and (opens_at is None or opens_at != state.session_closes_at):
        raise AuctionNotOpen(
            "opg orders are taken once the session that is open has ended; send a day order"
        )
    if opens_at is not None and opens_at - OPENING_ENDS_BEFORE <= core.at < opens_at:
        raise AuctionNotOpen(
            f"opg orders are taken until {opens_at - OPENING_ENDS_BEFORE:%H:%M:%S} UTC, two "
            "minutes before the open; send a day order"
        )


def hold_without_print(core: Core, symbol: str) -> None:
    """Hold an opening auction of which the feed has told nothing, now that trading has begun."""
    if (symbol, TimeInForce.OPG) in core.books.auctions and core.trades(symbol):
        hold(core, symbol, AuctionKind.OPENING, _reference(core, symbol), QuantityUnits(0))


def reopen(core: Core, symbol: str) -> PriceUnits | None:
    """Hold the auction after a halt and return its price, ``None`` when no user's order traded.

    Orders for an opening that fell into the halt take part in it.
    """
    price = _reference(core, symbol)
    return hold(core, symbol, AuctionKind.REOPENING, price, QuantityUnits(0))


def end_all(core: Core, closing_prices: dict[str, PriceUnits]) -> None:
    """Hold the closing auctions that the feed has not told, and cancel what is left of any."""
    for symbol, time in sorted(core.books.auctions):
        if time is TimeInForce.CLS and core.trades(symbol):
            price = closing_prices.get(symbol) or _reference(core, symbol)
            hold(core, symbol, AuctionKind.CLOSING, price, QuantityUnits(0))
        else:
            _cancel_rest(core, symbol, time)


def hold(
    core: Core, symbol: str, kind: AuctionKind, price: PriceUnits | None, size: QuantityUnits
) -> PriceUnits | None:
    """Hold an auction and return its price, ``None`` when no user's order traded.

    ``price`` and ``size`` are the market's own, ``price`` alone is a mere reference. Orders for
    this auction that are not filled are canceled.
    """
    time = _TIMES[kind]
    traded = None
    crossing = _find(core, symbol, time, price, size)
    if crossing is not None:
        crossed, filled = crossing
        traded = PriceUnits(crossed.price)
        volume, imbalance = QuantityUnits(crossed.volume), QuantityUnits(crossed.imbalance)
        core.emit(AuctionCrossed(symbol, kind, traded, volume, imbalance))
        for order, qty in filled:
            fill(core, order, traded, qty, Liquidity.AUCTION)
    _cancel_rest(core, symbol, time)
    return traded


def _reference(core: Core, symbol: str) -> PriceUnits | None:
    """Return the newest price of a symbol, brought between what the feed bids and asks."""
    view = core.view.instrument(symbol)
    price = view.last_price or core.state.closing_prices.get(symbol)
    bid, ask = view.shown[BUY].best(), view.shown[SELL].best()
    if bid is not None and (price is None or price < bid[0]):
        return PriceUnits(bid[0])
    if ask is not None and (price is None or price > ask[0]):
        return PriceUnits(ask[0])
    return price


def _cancel_rest(core: Core, symbol: str, time: TimeInForce) -> None:
    for order in list(core.books.auctions.get((symbol, time), {}).values()):
        cancel(core, order, CancelReason.AUCTION)


def _find(
    core: Core, symbol: str, time: TimeInForce, price: PriceUnits | None, size: QuantityUnits
) -> tuple[Crossing, list[tuple[OrderState, QuantityUnits]]] | None:
    """Return where an auction crosses and who trades how much, buyers first."""
    told = core.view.size_of(size) if size else 0
    market = _Market(price or 0, told, core.spec.fills.model is FillModel.QUEUE)
    _part_own_orders(core, symbol, time)
    while True:
        sides = [_in_priority(core, symbol, time, side, market) for side in (BUY, SELL)]
        wanted = [[(order.limit_price, int(order.left)) for order in side] for side in sides]
        crossing = find_crossing(
            wanted[BUY] + market.interest, wanted[SELL] + market.interest, price
        )
        if crossing is None:
            return None
        filled = [each for side in sides for each in _share_out(side, crossing, market)]
        unfunded = _first_unfunded(core, filled, crossing.price)
        if unfunded is None:
            return (crossing, filled) if filled else None
        cancel(core, unfunded, CancelReason.UNFUNDED)


def _in_priority(
    core: Core, symbol: str, time: TimeInForce, side: int, market: _Market
) -> list[OrderState]:
    """Return the orders of a side that may take part: at market, then by price, then by time."""
    reach = _reach(core, symbol, time, 1 - side, market)
    if reach == 0:
        return []
    orders = [
        order
        for order in _at_market_or_entered(core, symbol, time)
        if book_side(order.side) == side
    ]
    book = core.books.books.get(symbol)
    if book is not None:
        places = book.walk(side, reach)
        orders += [core.state.orders[OrderId(place.order_id)] for place in places]
    sign = -1 if side == BUY else 1
    orders.sort(
        key=lambda order: (
            (0, 0) if order.limit_price is None else (1, sign * order.limit_price),
            order.priority,
        )
    )
    return orders


def _at_market_or_entered(core: Core, symbol: str, time: TimeInForce) -> Iterator[OrderState]:
    yield from core.books.auctions.get((symbol, time), {}).values()
    yield from core.books.market_orders.get(symbol, {}).values()


def _reach(core: Core, symbol: str, time: TimeInForce, side: int, market: _Market) -> int | None:
    """Return the best price on a side: ``None`` at market, 0 when nobody is there."""
    limits = [market.price] if market.size else []
    for order in _at_market_or_entered(core, symbol, time):
        if book_side(order.side) == side:
            if order.limit_price is None:
                return None
            limits.append(order.limit_price)
    book = core.books.books.get(symbol)
    place = book.first(side) if book else None
    if place is not None:
        limits.append(place.price)
    return (max(limits) if side == BUY else min(limits)) if limits else 0


def _share_out(
    side: list[OrderState], crossing: Crossing, market: _Market
) -> list[tuple[OrderState, QuantityUnits]]:
    """Return what each order of a side trades: the volume goes to the most willing first."""
    left, filled = crossing.volume, []
    before = market.size
    for order in side:
        sign = 1 if order.side is OrderSide.BUY else -1
        if order.limit_price is not None:
            if sign * order.limit_price < sign * crossing.price:
                break
            if sign * market.price - (not market.first) >= sign * order.limit_price:
                left, before = left - min(left, before), 0
        qty = QuantityUnits(min(left, order.left))
        if not qty:
            break
        left -= qty
        filled.append((order, qty))
    return filled


def _first_unfunded(
    core: Core, filled: list[tuple[OrderState, QuantityUnits]], price: int
) -> OrderState | None:
    """Return the first buy at market whose account has not got what it costs at this price."""
    spendable: dict[AccountId, int] = {}
    for order, qty in filled:
        if order.intent is not PositionIntent.BUY_TO_OPEN:
            continue
        cash = spendable.get(order.account_id)
        if cash is None:
            cash = margin.spendable(core, core.state.accounts[order.account_id])
        value = multiply_units(PriceUnits(price), qty, Rounding.DOWN)
        cash -= beyond_hold(core, order, order.filled_qty + qty, order.filled_value + value)
        if cash < 0 and pays_at_market(order):
            return order
        spendable[order.account_id] = cash
    return None


def _part_own_orders(core: Core, symbol: str, time: TimeInForce) -> None:
    """Keep an account from trading with itself: of two that would, the newer ends."""
    everybody = _Market(0, 0, first=False)
    sides = [_in_priority(core, symbol, time, side, everybody) for side in (BUY, SELL)]
    buyers = {order.account_id for order in sides[BUY]}
    for account_id in sorted(buyers & {order.account_id for order in sides[SELL]}):
        buys, sells = ([o for o in side if o.account_id == account_id] for side in sides)
        while buys and sells and _cross(buys[0], sells[0]):
            cancel_newer(core, buys[0], sells[0])
            for orders in (buys, sells):
                if not orders[0].status.is_open:
                    del orders[0]


def _cross(buy: OrderState, sell: OrderState) -> bool:
    return buy.limit_price is None or (
        sell.limit_price is None or buy.limit_price >= sell.limit_price
    )
