"""Which order types, times in force and classes go together, and what each needs and forbids."""

from msgspec import Struct

from tradewind.api_gateway.trading.order_bodies import NewOrderBody
from tradewind.api_gateway.trading.order_rules import OrderNotAcceptable
from tradewind.api_gateway.wire.errors import NotOfferedYet
from tradewind.contracts.vocabulary import (
    OrderClass,
    OrderSide,
    OrderType,
    PositionIntent,
    TimeInForce,
)
from tradewind.platform.errors import MalformedRequest

WITH_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
WITH_STOP = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})

_STANDING_TIMES = frozenset({TimeInForce.DAY, TimeInForce.GTC})
_STOPS = WITH_STOP | {OrderType.TRAILING_STOP}
_ENTRIES = frozenset({OrderType.MARKET, OrderType.LIMIT})
_INTENTS = {intent.value: intent for intent in PositionIntent}


class Words(Struct, frozen=True):
    """The order's words once they are known to be Alpaca's."""

    side: OrderSide
    order_type: OrderType
    time_in_force: TimeInForce
    order_class: OrderClass


def check_offered(sent: NewOrderBody, words: Words) -> None:
    """Raise ``NotOfferedYet`` for what this server does not do."""
    if words.order_class is OrderClass.MLEG:
        raise NotOfferedYet("mleg orders are not offered yet; send an order for each leg")
    if sent.advanced_instructions is not None:
        raise NotOfferedYet("advanced_instructions are not offered yet")


def check_combination(sent: NewOrderBody, words: Words) -> None:
    """Refuse fields that are missing or too many, and words that do not go together."""
    if words.order_class is OrderClass.SIMPLE:
        if sent.take_profit is not None or sent.stop_loss is not None or sent.legs:
            raise MalformedRequest("simple orders have no take_profit, stop_loss or legs")
    else:
        _check_class(sent, words)
        _check_legs(sent, words.order_class)
    if sent.position_intent is not None:
        _check_intent(sent.position_intent, words.side)
    _check_limit_and_stop(sent, words)
    _check_trail(sent, words.order_type)
    if words.order_type in _STOPS and words.time_in_force not in _STANDING_TIMES:
        raise OrderNotAcceptable(
            f"{words.order_type.value} orders must be DAY or GTC orders, "
            f"not {words.time_in_force.value}"
        )
    if sent.extended_hours and (
        words.order_type is not OrderType.LIMIT or words.time_in_force not in _STANDING_TIMES
    ):
        raise OrderNotAcceptable("extended hours order must be DAY or GTC limit orders")


def check_fraction(words: Words) -> None:
    """Refuse a fraction of a share, or an amount of money, for what needs whole shares."""
    if words.order_class is not OrderClass.SIMPLE:
        raise OrderNotAcceptable("fractional orders must be simple orders")
    if words.order_type is OrderType.TRAILING_STOP:
        raise OrderNotAcceptable("trailing_stop orders must be for whole shares")


def _check_limit_and_stop(sent: NewOrderBody, words: Words) -> None:
    kind = words.order_type
    if kind is OrderType.MARKET and (sent.limit_price is not None or sent.stop_price is not None):
        raise MalformedRequest("market orders require no stop or limit price")
    if sent.stop_price is not None and kind not in WITH_STOP:
        raise MalformedRequest(f"{kind.value} orders require no stop price")
    if sent.limit_price is not None and kind not in WITH_LIMIT:
        raise MalformedRequest(f"{kind.value} orders require no limit price")
    # An oco order may say in its take_profit what it takes a profit at.
    if kind in WITH_LIMIT and sent.limit_price is None and words.order_class is not OrderClass.OCO:
        raise MalformedRequest(f"{kind.value} orders require a limit price")
    if kind in WITH_STOP and sent.stop_price is None:
        raise MalformedRequest(f"{kind.value} orders require a stop price")


def _check_trail(sent: NewOrderBody, kind: OrderType) -> None:
    trails = (sent.trail_price is not None) + (sent.trail_percent is not None)
    if kind is not OrderType.TRAILING_STOP:
        if trails:
            raise MalformedRequest("only trailing_stop orders have trail_price or trail_percent")
    elif trails != 1:
        raise MalformedRequest("trailing_stop orders require either trail_price or trail_percent")


def _check_class(sent: NewOrderBody, words: Words) -> None:
    name = words.order_class.value
    if words.order_class is OrderClass.OCO:
        if words.order_type is not OrderType.LIMIT:
            raise MalformedRequest("oco orders require type limit")
    elif words.order_type not in _ENTRIES:
        raise OrderNotAcceptable(f"{name} orders must be entered by a market or limit order")
    if words.time_in_force not in _STANDING_TIMES:
        raise OrderNotAcceptable(f"{name} orders must be DAY or GTC orders")
    if sent.extended_hours:
        raise OrderNotAcceptable(f"{name} orders cannot trade in extended hours")


def _check_legs(sent: NewOrderBody, order_class: OrderClass) -> None:
    if sent.legs:
        raise MalformedRequest("only mleg orders have legs")
    if order_class is OrderClass.OTO:
        if (sent.take_profit is None) == (sent.stop_loss is None):
            raise MalformedRequest("oto orders require either take_profit or stop_loss")
    elif sent.take_profit is None or sent.stop_loss is None:
        raise MalformedRequest(f"{order_class.value} orders require take_profit and stop_loss")
    own_limit = sent.limit_price if order_class is OrderClass.OCO else None
    if sent.take_profit is not None and sent.take_profit.limit_price is None and own_limit is None:
        raise MalformedRequest("take_profit.limit_price is required")
    if sent.stop_loss is not None and sent.stop_loss.stop_price is None:
        raise MalformedRequest("stop_loss.stop_price is required")


def _check_intent(text: str, side: OrderSide) -> None:
    intent = _INTENTS.get(text)
    if intent is None:
        raise MalformedRequest(
            f"position_intent must be one of {', '.join(_INTENTS)}; was {text[:40]!r}"
        )
    if not text.startswith(side.value):
        raise MalformedRequest(f"position_intent {text} does not go with side {side.value}")
