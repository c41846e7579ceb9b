"""What a client may ask of the trading core about one order."""

from msgspec import Struct

from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.vocabulary import AccountId, OrderId, OrderSide, OrderType, TimeInForce
from tradewind.platform.money import PriceUnits, QuantityUnits


class SubmitOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Instruct the venue; exactly the fields that the order's type needs are set.

    The core works the quantity out when ``terms`` name an amount of money instead, and the stop
    price of a trailing order. Legs are those of a bracket, oto or oco, as ``terms`` say.
    """

    order_id: OrderId
    account_id: AccountId
    client_order_id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    time_in_force: TimeInForce
    qty: QuantityUnits
    limit_price: PriceUnits | None = None
    extended_hours: bool = False
    terms: Terms | None = None
    take_profit: Leg | None = None
    stop_loss: Leg | None = None


class ReplaceOrder(Struct, frozen=True, kw_only=True, gc=False):
    """Replace an open order by a new one; ``None`` keeps the old value.

    ``qty`` is the new order's own quantity; ``None`` keeps what the old one had left to trade.
    """

    order_id: OrderId
    new_order_id: OrderId
    account_id: AccountId
    client_order_id: str | None = None
    qty: QuantityUnits | None = None
    limit_price: PriceUnits | None = None
    time_in_force: TimeInForce | None = None
    stop_price: PriceUnits | None = None
    trail: int | None = None
    """The new trail in what the old one was given in: a price, or billionths of a percent."""
