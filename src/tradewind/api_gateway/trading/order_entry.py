"""From the body of an order request to a command for the core.

The checks come in a fixed order, so that the same order always gets the same answer: JSON, types
and words, instrument, what this server offers and which combinations exist, amounts.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.api_gateway.trading.order_bodies import NewOrderBody, ReplaceOrderBody
from tradewind.api_gateway.trading.order_combinations import (
    WITH_LIMIT,
    WITH_STOP,
    Words,
    check_combination,
    check_fraction,
    check_offered,
)
from tradewind.api_gateway.trading.order_rules import (
    OrderNotAcceptable,
    check_quantity,
    read_notional,
    read_percent,
    read_qty,
)
from tradewind.api_gateway.trading.order_terms import PriceReader, read_legs, read_terms
from tradewind.api_gateway.wire.amount import amount_decoder
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
    VenueId,
)
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, MoneyUnits, QuantityUnits

CLIENT_ORDER_ID_MAX = 128

_W = TypeVar("_W", bound=StrEnum)


_new_order = amount_decoder(NewOrderBody)
_replacement = amount_decoder(ReplaceOrderBody)

_SIDES = {side.value: side for side in OrderSide}
_TYPES = {order_type.value: order_type for order_type in OrderType}
_TIMES = {time.value: time for time in TimeInForce}
_CLASSES = {order_class.value: order_class for order_class in OrderClass} | {"": OrderClass.SIMPLE}


async def read_new_order(
    body: bytes, account_id: AccountId, venue_id: VenueId, instruments: InstrumentDirectory
) -> tuple[SubmitOrder, Instrument]:
    """Return the command that a body asks for and the instrument it is about.

    Raises ``UnreadableBody``, ``MalformedRequest``, ``OrderNotAcceptable`` or ``NotOfferedYet``.
    """
    sent = decode_body(_new_order, body)
    words = _read_words(sent)
    client_order_id = check_client_order_id(sent.client_order_id)
    instrument = await _tradable(sent.symbol, venue_id, instruments)
    check_offered(sent, words)
    check_combination(sent, words)
    order_id = OrderId(new_id())
    qty, money = _read_new_qty(sent, words, instrument)
    prices = PriceReader(instrument)
    limit_price = prices.read("limit_price", sent.limit_price)
    terms = read_terms(sent, words, prices, order_id, money)
    take_profit, stop_loss = read_legs(sent, prices)
    if words.order_class is OrderClass.OCO and take_profit is not None:
        # The order itself takes the profit.
        limit_price, take_profit = limit_price or take_profit.limit_price, None
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
        terms=terms,
        take_profit=take_profit,
        stop_loss=stop_loss,
    )
    return command, instrument


def read_replacement(body: bytes, order: Order, instrument: Instrument | None) -> ReplaceOrder:
    """Return the command that replaces an order; raises as ``read_new_order`` does."""
    sent = decode_body(_replacement, body)
    time_in_force = None
    if sent.time_in_force is not None:
        time_in_force = _word("time_in_force", sent.time_in_force, _TIMES)
    client_order_id = check_client_order_id(sent.client_order_id)
    _check_replaceable(sent, order)
    qty = None
    if sent.qty is not None:
        qty = read_qty(sent.qty)
    if instrument is not None:
        check_quantity(qty or order.qty, instrument, time_in_force or order.time_in_force)
    prices = PriceReader(instrument)
    return ReplaceOrder(
        order_id=order.order_id,
        new_order_id=OrderId(new_id()),
        account_id=order.account_id,
        client_order_id=client_order_id,
        qty=qty,
        limit_price=prices.read("limit_price", sent.limit_price),
        time_in_force=time_in_force,
        stop_price=prices.read("stop_price", sent.stop_price),
        trail=_read_trail(sent.trail, order, prices),
    )


def _read_trail(value: Decimal | None, order: Order, prices: PriceReader) -> int | None:
    """Return a new trail in what the order's own was given in."""
    if value is None:
        return None
    if order.terms is not None and order.terms.trail_price is None:
        return read_percent("trail", value)
    return prices.read("trail", value)


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


async def _tradable(
    symbol: str | None, venue_id: VenueId, instruments: InstrumentDirectory
) -> Instrument:
    instrument = await instruments.find_at(venue_id, symbol) if symbol else None
    if instrument is None:
        raise OrderNotAcceptable(f'asset "{(symbol or "")[:64]}" not found')
    if not instrument.active:
        raise OrderNotAcceptable(f'asset "{instrument.symbol}" is not active')
    if not instrument.tradable:
        raise OrderNotAcceptable(f'asset "{instrument.symbol}" is not tradable')
    return instrument


def _read_new_qty(
    sent: NewOrderBody, words: Words, instrument: Instrument
) -> tuple[QuantityUnits, MoneyUnits | None]:
    """Return a quantity, or an amount of money for which the core works one out."""
    if sent.qty is None:
        if sent.notional is None:
            raise MalformedRequest("qty or notional is required")
        if instrument.asset_class is AssetClass.US_EQUITY:
            if words.time_in_force is not TimeInForce.DAY:
                raise OrderNotAcceptable(
                    f"notional orders must be DAY orders, not {words.time_in_force.value}"
                )
            check_fraction(words)
        return QuantityUnits(0), read_notional(sent.notional, instrument)
    if sent.notional is not None:
        raise MalformedRequest("qty and notional cannot both be given")
    qty = read_qty(sent.qty)
    check_quantity(qty, instrument, words.time_in_force)
    if qty % SCALE and instrument.asset_class is AssetClass.US_EQUITY:
        check_fraction(words)
    return qty, None


def _check_replaceable(sent: ReplaceOrderBody, order: Order) -> None:
    if sent.notional is not None:
        raise OrderNotAcceptable("notional cannot be replaced; cancel and send a new order")
    if sent.advanced_instructions is not None:
        raise NotOfferedYet("advanced_instructions are not offered yet")
    kind = order.order_type
    if (sent.stop_price is not None and kind not in WITH_STOP) or (
        sent.trail is not None and kind is not OrderType.TRAILING_STOP
    ):
        raise MalformedRequest(f"{kind.value} orders have no stop_price or trail")
    if sent.limit_price is not None and kind not in WITH_LIMIT:
        if kind is OrderType.MARKET:
            raise MalformedRequest("market orders require no stop or limit price")
        raise MalformedRequest(f"{kind.value} orders require no limit price")
