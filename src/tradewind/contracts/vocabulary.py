"""The field's words with one spelling each, as on the wire."""

from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from tradewind.platform.modes import BrokerKind as BrokerKind
from tradewind.platform.modes import FeedKind as FeedKind
from tradewind.platform.modes import FillModel as FillModel
from tradewind.platform.modes import LatencyModel as LatencyModel
from tradewind.platform.modes import SessionHours as SessionHours

AccountId = NewType("AccountId", str)
"""A customer's brokerage account, a UUID."""
UserId = NewType("UserId", str)
OrderId = NewType("OrderId", str)
ExecutionId = NewType("ExecutionId", str)
InstrumentId = NewType("InstrumentId", str)
VenueId = NewType("VenueId", str)
"""A market with its own clock, books and journal: ``main``, or a replay somebody opened."""

MAIN_VENUE = VenueId("main")


EXCHANGE_ZONE = ZoneInfo("America/New_York")
"""Where the exchange keeps its dates and hours."""


class OrderSide(StrEnum):
    """Which way an order or a fill goes."""

    BUY = "buy"
    SELL = "sell"


class PositionIntent(StrEnum):
    """What an order does to a position."""

    BUY_TO_OPEN = "buy_to_open"
    BUY_TO_CLOSE = "buy_to_close"
    SELL_TO_OPEN = "sell_to_open"
    SELL_TO_CLOSE = "sell_to_close"

    @property
    def opens(self) -> bool:
        """Whether the order opens a position or adds to one."""
        return self in _OPENING


_OPENING = frozenset({PositionIntent.BUY_TO_OPEN, PositionIntent.SELL_TO_OPEN})

LONG_INTENT = {
    OrderSide.BUY: PositionIntent.BUY_TO_OPEN,
    OrderSide.SELL: PositionIntent.SELL_TO_CLOSE,
}
"""What each side does where nobody is short."""


class OrderType(StrEnum):
    """How an order's price is meant."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"


class TimeInForce(StrEnum):
    """How long an order stands."""

    DAY = "day"
    GTC = "gtc"
    OPG = "opg"
    CLS = "cls"
    IOC = "ioc"
    FOK = "fok"


class OrderClass(StrEnum):
    """How orders hang together."""

    SIMPLE = "simple"
    BRACKET = "bracket"
    OCO = "oco"
    OTO = "oto"
    MLEG = "mleg"


class GroupRole(StrEnum):
    """What an order is for within its group."""

    ENTRY = "entry"
    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"


class OrderStatus(StrEnum):
    """Where an order stands in its life, in Alpaca's spelling."""

    ACCEPTED = "accepted"
    """Taken while the market is closed; it joins the book when the session opens."""
    HELD = "held"
    """A leg that waits for its group's entry to be filled."""
    NEW = "new"
    PENDING_NEW = "pending_new"
    """Durable here and on its way to the broker, which has not answered yet."""
    PENDING_CANCEL = "pending_cancel"
    """The broker has been asked to cancel the order, or is about to be; it may still fill."""
    PENDING_REPLACE = "pending_replace"
    """The broker has been asked to end the order in favour of another; it may still fill."""
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REJECTED = "rejected"
    """The broker did not take the order."""

    @property
    def is_open(self) -> bool:
        """Whether the order may still trade."""
        return self in _OPEN


_OPEN = frozenset(
    {
        OrderStatus.ACCEPTED,
        OrderStatus.HELD,
        OrderStatus.NEW,
        OrderStatus.PENDING_NEW,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.PENDING_REPLACE,
        OrderStatus.PARTIALLY_FILLED,
    }
)


class AuctionKind(StrEnum):
    """When the orders of an instrument trade together at one price."""

    OPENING = "opening"
    CLOSING = "closing"
    REOPENING = "reopening"
    """After a halt."""


class AssetClass(StrEnum):
    """What kind of thing an instrument is."""

    US_EQUITY = "us_equity"
    CRYPTO = "crypto"


class ExtendedPhase(StrEnum):
    """A session beside the regular one, in which only orders trade that ask for it."""

    PRE_MARKET = "pre_market"
    AFTER_HOURS = "after_hours"


class Role(StrEnum):
    """What a user may do."""

    TRADER = "trader"
    VIEWER = "viewer"
    ADMIN = "admin"
