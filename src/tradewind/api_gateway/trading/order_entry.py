"""From the body of an order request to a command for the core.

The checks come in a fixed order, so that the same order always gets the same answer: JSON, types
and words, instrument, what this server offers and which combinations exist, amounts.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct

from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.api_gateway.trading.order_rules import (
    OrderNotAcceptable,
    check_quantity,
    read_price,
    read_qty,
)
from tradewind.api_gateway.wire.amount import AnyAmount, amount_decoder
from tradewind.api_gateway.wire.body import decode_body
from tradewind.api_gateway.wire.errors import NotOfferedYet
from tradewind.contracts.market_data import Instrument
from tradewind.contracts.orders import Order, ReplaceOrder, SubmitOrder
from tradewind.contracts.vocabulary import (
    AccountId,
    AssetClass,
    OrderClass,
    OrderId,
    OrderSide,
    OrderType,
    TimeInForce,
)
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.ids import new_id
from tradewind.platform.money import QuantityUnits

CLIENT_ORDER_ID_MAX = 128

_W = TypeVar("_W", bound=StrEnum)


class NewOrderBody(Struct, frozen=True, kw_only=True):
    """An order as clients send it; amounts may be JSON numbers or strings."""

    symbol: str | None = None
    qty: AnyAmount | None = None
    notional: AnyAmount | None = None
    side: str | None = None
    type: str | None = None
    time_in_force: str | None = None
    limit_price: AnyAmount | None = None
    stop_price: AnyAmount | None = None
    trail_price: AnyAmount | None = None
    trail_percent: AnyAmount | None = None
    extended_hours: bool | None = None
    client_order_id: str | None = None
    order_class: str | None = None
    # Any: parts of order classes that are not offered; only their presence is looked at.
    take_profit: dict[str, Any] | None = None
    stop_loss: dict[str, Any] | None = None
    legs: list[Any] | None = None
    position_intent: str | None = None
    advanced_instructions: dict[str, Any] | None = None


class ReplaceOrderBody(Struct, frozen=True, kw_only=True):
    """What to change of an order; what is absent stays."""

    qty: AnyAmount | None = None
    notional: AnyAmount | None = None
    time_in_force: str | None = None
    limit_price: AnyAmount | None = None
    stop_price: AnyAmount | None = None
    trail: AnyAmount | None = None
    client_order_id: str | None = None
    advanced_instructions: dict[str, Any] | None = None  # Any: only its presence is looked at


_new_order = amount_decoder(NewOrderBody)
_replacement = amount_decoder(ReplaceOrderBody)

_SIDES = {side.value: side for side in OrderSide}
_TYPES = {order_type.value: order_type for order_type in OrderType}
_TIMES = {time.value: time for time in TimeInForce}
_CLASSES = {order_class.value: order_class for order_class in OrderClass} | {"": OrderClass.SIMPLE}
_INTENTS = {
    "buy_to_open": OrderSide.BUY,
    "buy_to_close": OrderSide.BUY,
    "sell_to_open": OrderSide.SELL,
    "sell_to_close": OrderSide.SELL,
}
_OFFERED_TYPES = frozenset({OrderType.MARKET, OrderType.LIMIT})
_OFFERED_TIMES = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK})
_EXTENDED_TIMES = frozenset({TimeInForce.DAY, TimeInForce.GTC})


class Words(Struct, frozen=True):
    """The order's words once they are known to be Alpaca's."""

    side: OrderSide
    order_type: OrderType
    time_in_force: TimeInForce
    order_class: OrderClass


async def read_new_order(
    body: bytes, account_id: AccountId, instruments: InstrumentDirectory
) -> tuple[SubmitOrder, Instrument]:
    """Return the command that a body asks for and the instrument it is about.

    Raises ``UnreadableBody``, ``MalformedRequest``, ``OrderNotAcceptable`` or ``NotOfferedYet``.
    """
    sent = decode_body(_new_order, body)
    words = _read_words(sent)
    client_order_id = check_client_order_id(sent.client_order_id)
    instrument = await _tradable(sent.symbol, instruments)
    _check_offered(sent, words)
    _check_combination(sent, words)
    qty = _read_new_qty(sent)
    check_quantity(qty, instrument, words.time_in_force)
    limit_price = None
    if sent.limit_price is not None:
        limit_price = read_price("limit_price", sent.limit_price, instrument.asset_class)
    order_id = OrderId(new_id())
    command = SubmitOrder(
        order_id=order_id,
        account_id=account_id,
        # The platform's own id is fresh, so the core need not look whether it was used before.
        client_order_id=client_order_id or order_id,
        symbol=instrument.symbol,
        side=words.side,
        order_type=words.order_type,
        time_in_force=words.time_in_force,
        qty=qty,
        limit_price=limit_price,
        extended_hours=bool(sent.extended_hours),
    )
    return command, instrument


def read_replacement(body: bytes, order: Order, instrument: Instrument | None) -> ReplaceOrder:
    """Return the command that replaces an order; raises as ``read_new_order`` does."""
    sent = decode_body(_replacement, body)
    time_in_force = None
    if sent.time_in_force is not None:
        time_in_force = _word("time_in_force", sent.time_in_force, _TIMES)
    client_order_id = check_client_order_id(sent.client_order_id)
    _check_replaceable(sent, order, time_in_force)
    qty = None
    if sent.qty is not None:
        qty = read_qty(sent.qty)
    if instrument is not None:
        check_quantity(qty or order.qty, instrument, time_in_force or order.time_in_force)
    limit_price = None
    if sent.limit_price is not None:
        asset_class = AssetClass.US_EQUITY if instrument is None else instrument.asset_class
        limit_price = read_price("limit_price", sent.limit_price, asset_class)
    return ReplaceOrder(
        order_id=order.order_id,
        new_order_id=OrderId(new_id()),
        account_id=order.account_id,
        client_order_id=client_order_id,
        qty=qty,
        limit_price=limit_price,
        time_in_force=time_in_force,
    )


def check_client_order_id(text: str | None) -> str | None:
    """Return a client's own id, or ``None`` when it gave none; raises ``MalformedRequest``."""
    if not text:
        return None
    if len(text) > CLIENT_ORDER_ID_MAX:
        raise MalformedRequest(
            f"client_order_id must have at most {CLIENT_ORDER_ID_MAX} characters, had {len(text)}"
        )
    if not text.isprintable():
        raise MalformedRequest("client_order_id must have printable characters only")
    return text


def _read_words(sent: NewOrderBody) -> Words:
    if not sent.symbol and sent.order_class != OrderClass.MLEG:
        raise MalformedRequest("symbol is required")
    return Words(
        side=_word("side", sent.side, _SIDES),
        order_type=_word("type", sent.type, _TYPES),
        time_in_force=_word("time_in_force", sent.time_in_force, _TIMES),
        order_class=_word("order_class", sent.order_class or "", _CLASSES),
    )


def _word(name: str, text: str | None, words: Mapping[str, _W]) -> _W:
    if text is None:
        raise MalformedRequest(f"{name} is required")
    word = words.get(text)
    if word is None:
        known = ", ".join(filter(None, words))
        raise MalformedRequest(f"{name} must be one of {known}; was {text[:40]!r}")
    return word


async def _tradable(symbol: str | None, instruments: InstrumentDirectory) -> Instrument:
    instrument = await instruments.find(symbol) if symbol else None
    if instrument is None:
        raise OrderNotAcceptable(f'asset "{(symbol or "")[:64]}" not found')
    if not instrument.active:
        raise OrderNotAcceptable(f'asset "{instrument.symbol}" is not active')
    if not instrument.tradable:
        raise OrderNotAcceptable(f'asset "{instrument.symbol}" is not tradable')
    return instrument


def _check_offered(sent: NewOrderBody, words: Words) -> None:
    if words.order_class is not OrderClass.SIMPLE:
        raise NotOfferedYet(
            f"{words.order_class.value} orders are not offered yet; send simple orders"
        )
    if words.order_type not in _OFFERED_TYPES:
        raise NotOfferedYet(
            f"{words.order_type.value} orders are not offered yet; send market or limit orders"
        )
    if words.time_in_force not in _OFFERED_TIMES:
        raise NotOfferedYet(
            f"time_in_force {words.time_in_force.value} is not offered yet; "
            "send day, gtc, ioc or fok"
        )
    if sent.notional is not None and sent.qty is None:
        raise NotOfferedYet("notional orders are not offered yet; send qty")
    if sent.advanced_instructions is not None:
        raise NotOfferedYet("advanced_instructions are not offered yet")


def _check_combination(sent: NewOrderBody, words: Words) -> None:
    if sent.take_profit is not None or sent.stop_loss is not None or sent.legs:
        raise MalformedRequest("simple orders have no take_profit, stop_loss or legs")
    if sent.position_intent is not None:
        _check_intent(sent.position_intent, words.side)
    if words.order_type is OrderType.MARKET and (
        sent.limit_price is not None or sent.stop_price is not None
    ):
        raise MalformedRequest("market orders require no stop or limit price")
    if sent.stop_price is not None:
        raise MalformedRequest("limit orders require no stop price")
    if sent.trail_price is not None or sent.trail_percent is not None:
        raise MalformedRequest("only trailing_stop orders have trail_price or trail_percent")
    if words.order_type is OrderType.LIMIT and sent.limit_price is None:
        raise MalformedRequest("limit orders require a limit price")
    if sent.extended_hours and (
        words.order_type is not OrderType.LIMIT or words.time_in_force not in _EXTENDED_TIMES
    ):
        raise OrderNotAcceptable("extended hours order must be DAY or GTC limit orders")


def _check_intent(intent: str, side: OrderSide) -> None:
    intended = _INTENTS.get(intent)
    if intended is None:
        raise MalformedRequest(
            f"position_intent must be one of {', '.join(_INTENTS)}; was {intent[:40]!r}"
        )
    if intended is not side:
        raise MalformedRequest(f"position_intent {intent} does not go with side {side.value}")
    if intent in ("sell_to_open", "buy_to_close"):
        raise OrderNotAcceptable(f"{intent} needs a short position; accounts here are long only")


def _read_new_qty(sent: NewOrderBody) -> QuantityUnits:
    if sent.qty is None:
        raise MalformedRequest("qty is required")
    if sent.notional is not None:
        raise MalformedRequest("qty and notional cannot both be given")
    return read_qty(sent.qty)


def _check_replaceable(
    sent: ReplaceOrderBody, order: Order, time_in_force: TimeInForce | None
) -> None:
    if sent.notional is not None:
        raise NotOfferedYet("notional orders are not offered yet; send qty")
    if sent.advanced_instructions is not None:
        raise NotOfferedYet("advanced_instructions are not offered yet")
    if time_in_force is not None and time_in_force not in _OFFERED_TIMES:
        raise NotOfferedYet(
            f"time_in_force {time_in_force.value} is not offered yet; send day, gtc, ioc or fok"
        )
    if sent.stop_price is not None or sent.trail is not None:
        raise MalformedRequest(f"{order.order_type.value} orders have no stop_price or trail")
    if order.order_type is OrderType.MARKET and sent.limit_price is not None:
        raise MalformedRequest("market orders require no stop or limit price")
