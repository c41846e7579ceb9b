"""The books of a venue: where its open orders stand, worked out from its state."""

from collections.abc import Mapping
from itertools import chain

from tradewind.contracts.vocabulary import OrderId, TimeInForce
from tradewind.order_service.domain.book import BUY, SELL, Book, Resting
from tradewind.order_service.domain.state import AUCTION_TIMES, OrderState, VenueState, book_side
from tradewind.order_service.domain.trigger_book import TriggerBook


class Books:
    """The books of a venue: limit orders by symbol, market orders that wait for a price, orders
    that wait for their stop price, and orders for one auction alone."""

    __slots__ = ("auctions", "books", "market_orders", "places", "triggers")

    def __init__(self) -> None:
        self.auctions: dict[tuple[str, TimeInForce], dict[OrderId, OrderState]] = {}
        self.books: dict[str, Book] = {}
        self.market_orders: dict[str, dict[OrderId, OrderState]] = {}
        self.places: dict[int, Resting] = {}
        """By the priority of its order: numbers that follow one another are near in memory."""
        self.triggers = TriggerBook()

    @classmethod
    def of(cls, state: VenueState) -> "Books":
        """Build the books that belong to a state."""
        books = cls()
        books.rebuild(state)
        return books

    def rebuild(self, state: VenueState) -> None:
        """Take everything out and let those orders in that the present session is for."""
        self.auctions.clear()
        self.books.clear()
        self.market_orders.clear()
        self.places.clear()
        self.triggers = TriggerBook()
        for order in sorted(state.orders.values(), key=lambda order: order.priority):
            if state.stands(order):
                self.add(order)

    def add(self, order: OrderState) -> None:
        """Put an order behind those of its kind and price, unless a broker carries it out."""
        if order.routing is not None:
            return
        if order.terms is not None and order.terms.waits:
            self.triggers.add(order.order_id, order.symbol, order.side, order.terms, order.priority)
            return
        if order.time_in_force in AUCTION_TIMES:
            entered = self.auctions.setdefault((order.symbol, order.time_in_force), {})
            entered[order.order_id] = order
            return
        if order.limit_price is None:
            self.market_orders.setdefault(order.symbol, {})[order.order_id] = order
            return
        book = self.books.get(order.symbol)
        if book is None:
            book = self.books[order.symbol] = Book()
        side = book_side(order.side)
        place = book.add(order.order_id, side, order.limit_price, order.left)
        self.places[order.priority] = place

    def lift(self, symbol: str, orders: Mapping[OrderId, OrderState]) -> list[OrderState]:
        """Take every order of a symbol out of its book, and return them in no order."""
        lifted = list(self.market_orders.pop(symbol, {}).values())
        book = self.books.pop(symbol, None)
        if book is not None:
            for place in chain(book.walk(BUY), book.walk(SELL)):
                order = orders[OrderId(place.order_id)]
                del self.places[order.priority]
                lifted.append(order)
        return lifted

    def reduce(self, order: OrderState, quantity: int) -> None:
        """Take a traded quantity off an order that is in the books."""
        place = self.places.get(order.priority)
        if place is None:
            if not order.left:
                self.remove(order)
            return
        self.books[order.symbol].reduce(place, quantity)
        if not place.quantity:
            del self.places[order.priority]

    def remove(self, order: OrderState) -> None:
        """Take an order out, if it is in the books at all."""
        if order.routing is not None:
            return
        if order.terms is not None and order.terms.waits:
            self.triggers.remove(
                order.order_id, order.symbol, order.side, order.terms, order.priority
            )
            return
        place = self.places.pop(order.priority, None)
        if place is not None:
            self.books[order.symbol].remove(place)
            return
        entered = self.auctions.get((order.symbol, order.time_in_force))
        if entered is not None:
            entered.pop(order.order_id, None)
            if not entered:
                del self.auctions[order.symbol, order.time_in_force]
            return
        waiting = self.market_orders.get(order.symbol)
        if waiting is not None:
            waiting.pop(order.order_id, None)
            if not waiting:
                del self.market_orders[order.symbol]
