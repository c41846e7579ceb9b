"""What a broker tells of the orders of a live venue; amounts in billionths."""

from enum import StrEnum

from msgspec import Struct

from tradewind.contracts.vocabulary import OrderId
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits


class Ending(StrEnum):
    """How an order ended at the broker, besides being filled."""

    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class BrokerTook(Struct, frozen=True):
    """The broker has the order and named it."""

    order_id: OrderId
    broker_order_id: str


class BrokerFilled(Struct, frozen=True):
    """The broker filled a part of the order, or the rest."""

    order_id: OrderId
    execution_id: str
    """The broker's own: a fill that is told twice counts once."""
    price: PriceUnits
    qty: QuantityUnits
    filled_qty: QuantityUnits
    """What the order has traded with this fill: a gap shows that another was missed."""
    fee: MoneyUnits = MoneyUnits(0)
    asset_fee: QuantityUnits = QuantityUnits(0)
    """What the broker kept of the asset that was bought."""


class BrokerEnded(Struct, frozen=True):
    """The order has ended at the broker without being filled in full."""

    order_id: OrderId
    ending: Ending
    filled_qty: QuantityUnits
    """What it has traded in all: it has not ended here before all of that is known."""
    reason: str = ""
    """In the broker's words."""


class BrokerQuoted(Struct, frozen=True):
    """The broker's newest price of an instrument; it is not journaled."""

    symbol: str
    price: PriceUnits


BrokerReport = BrokerTook | BrokerFilled | BrokerEnded | BrokerQuoted
