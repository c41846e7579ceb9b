"""What the feed does to users' orders: depth, trades, sessions and corporate actions."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tradewind.contracts.corporate_actions import (
    CashDividend,
    CashMerger,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.journal import (
    AuctionPrinted,
    InstrumentListed,
    Liquidity,
    OrderActivated,
    SessionStarted,
)
from tradewind.contracts.market_data import (
    AuctionPrint,
    Depth,
    ExtendedHoursClosed,
    ExtendedHoursOpened,
    FeedMessage,
    Listing,
    SessionClosed,
    SessionOpened,
    Trade,
    TradingStatus,
)
from tradewind.contracts.vocabulary import AuctionKind, ExtendedPhase, OrderId
from tradewind.order_service.domain import (
    auctions,
    corporate_actions,
    extended_hours,
    groups,
    halts,
    latency,
    margin_calls,
    triggers,
    volatility,
)
from tradewind.order_service.domain.book import BUY, SELL, Book, Resting
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.expiry import end_session
from tradewind.order_service.domain.matching import advance_queue, fill, side_of, take
from tradewind.order_service.domain.state import AUCTION_TIMES
from tradewind.platform.money import PriceUnits, QuantityUnits

_AFTER_HOURS = ExtendedPhase.AFTER_HOURS
_TIMED = (
    Depth,
    Trade,
    AuctionPrint,
    TradingStatus,
    SessionOpened,
    SessionClosed,
    ExtendedHoursOpened,
    ExtendedHoursClosed,
)
"""Events that have a time of their own."""


def follow(core: Core, message: FeedMessage) -> int:
    """Apply a message's events in order and return its number.

    In a venue that follows its feed's time, each event happens at its own.
    """
    core.view.begin_run(message.run)
    follows = core.spec.follows_feed_time
    if not follows:
        halts.resume_due(core)
    for index, event in enumerate(message.events):
        handler = _HANDLERS.get(type(event))
        if handler is None:
            continue
        if follows:
            core.begin(_time_of(message, index))
            latency.release(core)
            halts.resume_due(core)
        handler(core, event)
        groups.settle(core)
    if follows:
        core.begin(message.at)
    triggers.journal_marks(core)
    margin_calls.look(core)
    core.view.number = message.number
    return message.number


def _time_of(message: FeedMessage, index: int) -> datetime:
    """Return an event's time: its own, else that of the next event which has one."""
    for event in message.events[index:]:
        if isinstance(event, _TIMED):
            return event.at
    return message.at


def list_instrument(core: Core, listing: Listing) -> None:
    """Take over an instrument's rules, if they are others than those known."""
    if core.state.instruments.get(listing.symbol) != listing:
        core.emit(InstrumentListed(listing))


def show_depth(core: Core, depth: Depth) -> None:
    """Take over the feed's levels and let waiting orders meet them."""
    if not core.trades(depth.symbol):
        return
    view = core.view.learn(depth.symbol)
    is_first = not view.has_shown
    view.show(depth, core.at)
    if is_first:
        auctions.hold_without_print(core, depth.symbol)
    if is_first and _crosses(core, depth.symbol):
        _join_again(core, depth.symbol)
    for order in list(core.books.market_orders.get(depth.symbol, {}).values()):
        take(core, order)
    book = core.books.books.get(depth.symbol)
    if book is not None:
        for side in (BUY, SELL):
            _shorten_queues(core, depth.symbol, book, side)
            _fill_crossed(core, depth.symbol, book, side)
    volatility.tell_depth(core, depth.symbol)


def _crosses(core: Core, symbol: str) -> bool:
    """Tell whether any two of the users' limit orders and the feed's levels can trade."""
    book = core.books.books.get(symbol)
    if book is None:
        return False
    bid, ask = book.first(BUY), book.first(SELL)
    shown = core.view.instrument(symbol).shown
    return (
        (bid is not None and ask is not None and bid.price >= ask.price)
        or (bid is not None and next(shown[SELL].reaches(bid.price), None) is not None)
        or (ask is not None and next(shown[BUY].reaches(ask.price), None) is not None)
    )


def _join_again(core: Core, symbol: str) -> None:
    """Let every order come to the first depth of a session, one after another, oldest first.

    Orders that were sent over night have met nobody yet, and those that stood before have not met
    this day's market. The core does not know either what the feed showed before it was restarted.
    """
    lifted = core.books.lift(symbol, core.state.orders)
    for order in sorted(lifted, key=lambda order: order.priority):
        take(core, order)
        if order.status.is_open:
            core.books.add(order)


def _shorten_queues(core: Core, symbol: str, book: Book, side: int) -> None:
    """Nobody stands behind more than is shown: what the feed took back is gone from the queue."""
    if not core.view.ahead:
        return
    shown = core.view.instrument(symbol).shown[side]
    if not shown.levels:
        return
    for place in book.walk(side, shown.levels[-1][0]):
        ahead = core.view.ahead.get(OrderId(place.order_id))
        if ahead:
            core.view.ahead[OrderId(place.order_id)] = min(ahead, shown.size_at(place.price) or 0)


def _fill_crossed(core: Core, symbol: str, book: Book, side: int) -> None:
    """Fill resting orders that the feed's other side has come to, at their own price."""
    shown = core.view.instrument(symbol).shown[1 - side]
    while (place := book.first(side)) is not None:
        level = next(shown.reaches(place.price), None)
        if level is None or not core.bands.allows(symbol, place.price):
            return
        qty = min(place.quantity, level[1])
        level[1] -= qty
        _fill_place(core, place, qty)


def _fill_place(core: Core, place: Resting, qty: int) -> None:
    order = core.state.orders[OrderId(place.order_id)]
    fill(core, order, PriceUnits(place.price), QuantityUnits(qty), Liquidity.MAKER)


def tell_trade(core: Core, trade: Trade) -> None:
    """Let a trade fill the orders that rest, then set going those that waited for its price."""
    auctions.hold_without_print(core, trade.symbol)
    print_trade(core, trade)
    triggers.on_trade(core, trade.symbol, trade.price)
    _follow_bands(core, trade.symbol, trade.price)


def _follow_bands(core: Core, symbol: str, price: PriceUnits) -> None:
    """Let the bands follow a trade; where they have moved, orders may meet that could not."""
    if volatility.tell_trade(core, symbol, price) and _crosses(core, symbol):
        _join_again(core, symbol)


def hold_auction(core: Core, event: AuctionPrint) -> None:
    """Let orders take part in the market's own auction, then set the stops going it reached.

    The opening auction is over once the market has shown depth.
    """
    symbol = event.symbol
    if not core.is_open or not core.trades(symbol) or core.state.is_round_the_clock(symbol):
        return
    opens = event.auction is AuctionKind.OPENING
    if opens and core.view.instrument(event.symbol).has_shown:
        return
    price = auctions.hold(core, event.symbol, event.auction, event.price, event.size)
    if price is None and event.size:
        core.emit(AuctionPrinted(event.symbol, event.auction, event.price, event.size))
    core.view.learn(event.symbol).last_price = price or event.price
    if opens:
        triggers.on_trade(core, event.symbol, price or event.price)
        _follow_bands(core, event.symbol, price or event.price)


def print_trade(core: Core, trade: Trade) -> None:
    """Take over the last price, and fill resting orders that the trade reached.

    A trade through an order's price fills it; one at its price first uses up what the feed's queue
    had before it. No more is filled than the trade's own size, unless the venue fills any quantity.
    """
    core.view.learn(trade.symbol).last_price = trade.price
    book = core.books.books.get(trade.symbol)
    if book is None or not core.trades(trade.symbol):
        return
    left = core.view.size_of(trade.size)
    for side in (BUY, SELL):
        used = 0
        """What the trade has used up of the feed's own queue at its price."""
        for place in list(book.walk(side, trade.price)):
            if not left:
                break
            if place.price == trade.price:
                ahead = max(0, core.view.ahead.get(OrderId(place.order_id), 0) - used)
                before = min(ahead, left)
                used += before
                left -= before
            qty = min(place.quantity, left)
            if qty and core.bands.allows(trade.symbol, place.price):
                left -= qty
                _fill_place(core, place, qty)
        if used:
            advance_queue(core, trade.symbol, side, trade.price, used)


def open_session(core: Core, event: SessionOpened) -> None:
    """Begin a trading date; orders that waited join the book in order of acceptance.

    A date that has begun already is not begun again. One whose end was never told ends now, valued
    at its last trades.
    """
    running = core.state.session_date
    if running is not None:
        if event.trading_date <= running:
            return
        end_session(core, running, core.view.last_prices())
    extended_hours.give_way(core, event.trading_date)
    corporate_actions.begin_day(core, event.trading_date)
    unknown = {
        symbol: price
        for symbol, price in event.previous_closing_prices.items()
        if symbol not in core.state.closing_prices
    }
    core.bands.opened_at = core.at
    core.emit(SessionStarted(event.trading_date, event.closes_at, event.next_opens_at, unknown))
    for order in list(core.state.orders.values()):
        if core.stands_by(order) and (
            order.time_in_force in AUCTION_TIMES or core.state.halt_of(order.symbol) is None
        ):
            ahead = QuantityUnits(0)
            if order.limit_price is not None and auctions.meets_book(order):
                ahead = core.view.queue_ahead(order.symbol, side_of(order), order.limit_price)
            core.emit(OrderActivated(order.order_id, order.account_id, ahead))


def close_session(core: Core, event: SessionClosed) -> None:
    """End the trading date: day orders expire, positions are valued at the closing prices.

    The end of an earlier date than the one that runs is no news.
    """
    running = core.state.session_date
    if running is not None and event.trading_date >= running:
        end_session(
            core, running, event.closing_prices, event.after_hours_follow, event.next_opens_at
        )


def open_extended_hours(core: Core, event: ExtendedHoursOpened) -> None:
    """Begin a session beside the regular one, after that one if its end was never told."""
    running = core.state.session_date
    if running is not None:
        is_next = event.trading_date > running
        if not is_next and event != ExtendedHoursOpened(running, event.at, _AFTER_HOURS):
            return
        end_session(core, running, core.view.last_prices(), not is_next)
    extended_hours.begin(core, event.trading_date, event.phase)


# The value type is Any because each handler takes its own event. Bars tell the core nothing that
# the trades in them have not told.
_HANDLERS: dict[type, Callable[[Core, Any], None]] = {
    Listing: list_instrument,
    Depth: show_depth,
    Trade: tell_trade,
    AuctionPrint: hold_auction,
    TradingStatus: halts.follow,
    SessionOpened: open_session,
    SessionClosed: close_session,
    ExtendedHoursOpened: open_extended_hours,
    ExtendedHoursClosed: extended_hours.close,
    Split: corporate_actions.apply_action,
    CashDividend: corporate_actions.apply_action,
    StockDividend: corporate_actions.apply_action,
    SymbolChange: corporate_actions.apply_action,
    CashMerger: corporate_actions.apply_action,
}
