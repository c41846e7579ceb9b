"""Journal events of an order, from its acceptance to its end: what ``contracts.journal`` has.

They carry what the order has become (``filled_qty`` and so on), so that a consumer needs no state
of its own to tell its story.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import (
    AccountId,
    ExecutionId,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits


class Liquidity(StrEnum):
    """Whether a fill took what was shown, was itself waiting in the book, or neither."""

    TAKER = "taker"
    MAKER = "maker"
    AUCTION = "auction"


class CancelReason(StrEnum):
    """Why an order ended before it was filled."""

    REQUESTED = "requested"
    IMMEDIATE = "immediate_or_cancel"
    FILL_OR_KILL = "fill_or_kill"
    UNFUNDED = "insufficient_buying_power"
    WASH_TRADE = "wash_trade"
    """It came to an order of its own account."""
    CORPORATE_ACTION = "corporate_action"
    GROUP = "one_cancels_other"
    BROKER = "broker"
    """The broker ended it without being asked."""
    TOO_LATE = "replaced_order_ended"
    """It was to replace an order that was filled or ended otherwise first."""
    KILL_SWITCH = "kill_switch"
    MARGIN_CALL = "margin_call"
    AUCTION = "auction"
    """It was for one auction, which did not fill it, or did not take place."""


class OrderAccepted(Struct, frozen=True, gc=False, tag="order_accepted"):
    """An order was taken. ``status`` is ``new`` in an open session, else ``accepted``.

    One that is on its way to the market or to a broker is ``pending_new``.
    """

    order_id: OrderId
    account_id: AccountId
    client_order_id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    time_in_force: TimeInForce
    qty: QuantityUnits
    limit_price: PriceUnits | None
    status: OrderStatus
    hold: int
    """Reserved by this event: cash of an order that opens, shares of one that closes."""
    hold_price: PriceUnits | None
    """What cash was reserved for a share of an order that opens: its limit, or for a market order
    the last price plus the venue's collar; of a margin account what such a share requires. ``None``
    for an order that closes."""
    queue_ahead: QuantityUnits = QuantityUnits(0)
    """What the feed showed at the limit price when the order came to rest."""
    extended_hours: bool = False
    replaces: OrderId | None = None
    terms: Terms | None = None
    routed: bool = False
    """Whether a broker carries it out; one that replaces another waits until that has ended."""
    effective_at: datetime | None = None
    """When it arrives at the market, where that takes time."""


class OrderRouted(Struct, frozen=True, tag="order_routed"):
    """The broker has the order and named it."""

    order_id: OrderId
    account_id: AccountId
    broker_order_id: str
    status: OrderStatus


class OrderRejected(Struct, frozen=True, tag="order_rejected"):
    """The broker did not take the order, or gave it back, or it came too late to replace another;
    its hold is released."""

    order_id: OrderId
    account_id: AccountId
    reason: str
    """In the broker's words where there is one."""
    hold_released: int


class CancelRequested(Struct, frozen=True, tag="cancel_requested"):
    """An order is to be canceled: by its broker, who answers, or when this reaches the market."""

    order_id: OrderId
    account_id: AccountId
    reason: CancelReason
    filled_qty: QuantityUnits
    filled_value: MoneyUnits
    effective_at: datetime | None = None
    """When it reaches the market; ``None`` at a live venue."""


class ReplaceRequested(Struct, frozen=True, tag="replace_requested"):
    """An order is to give way to another, whose ``OrderAccepted`` follows: once its broker has
    ended it, or when the other reaches the market."""

    order_id: OrderId
    account_id: AccountId
    replaced_by: OrderId
    filled_qty: QuantityUnits
    filled_value: MoneyUnits


class ReplacementDue(Struct, frozen=True, tag="replacement_due"):
    """The order that this one replaces has ended: it may take its place, or go to the broker."""

    order_id: OrderId
    account_id: AccountId
    qty: QuantityUnits
    """What it is for, less what the other filled after the replacement was asked for."""
    hold: int
    """What it reserves from now on, in all."""
    taken_off: QuantityUnits = QuantityUnits(0)
    """What the other filled meanwhile."""
    hwm: PriceUnits | None = None
    """Where the mark of a trailing order stands by now, which the other has kept."""
    stop_price: PriceUnits | None = None
    """The stop price of a trailing order by that mark."""
    status: OrderStatus = OrderStatus.PENDING_NEW


class ReplaceRejected(Struct, frozen=True, tag="replace_rejected"):
    """An order does not give way to the other, which has ended instead; it may have ended too."""

    order_id: OrderId
    account_id: AccountId
    replaced_by: OrderId
    status: OrderStatus
    filled_qty: QuantityUnits
    filled_value: MoneyUnits


class OrderActivated(Struct, frozen=True, gc=False, tag="order_activated"):
    """The session opened or the entry was filled: an order that waited joined the others."""

    order_id: OrderId
    account_id: AccountId
    queue_ahead: QuantityUnits = QuantityUnits(0)
    hold: int = 0
    """Reserved by this event for a leg that was held."""
    hold_price: PriceUnits | None = None


class OrderTriggered(Struct, frozen=True, gc=False, tag="order_triggered"):
    """A trade reached a stop price: from here on the order is a market or limit order."""

    order_id: OrderId
    account_id: AccountId
    price: PriceUnits
    """Of the trade."""
    queue_ahead: QuantityUnits = QuantityUnits(0)
    hold: int = 0
    """Reserved by this event, for a leg that shared its sibling's hold until now."""
    hold_price: PriceUnits | None = None


class TrailMoved(Struct, frozen=True, gc=False, tag="trail_moved"):
    """The market took a trailing order's mark, and with it the stop price, by a step or more."""

    order_id: OrderId
    account_id: AccountId
    hwm: PriceUnits
    stop_price: PriceUnits


class OrderReduced(Struct, frozen=True, gc=False, tag="order_reduced"):
    """The other leg traded a part, which this one need not cover any more."""

    order_id: OrderId
    account_id: AccountId
    qty: QuantityUnits
    """What the order is for now."""


class OrderFilled(Struct, frozen=True, gc=False, tag="order_filled"):
    """An execution that traded: one side of it."""

    order_id: OrderId
    account_id: AccountId
    execution_id: ExecutionId
    symbol: str
    side: OrderSide
    price: PriceUnits
    qty: QuantityUnits
    fee: MoneyUnits
    liquidity: Liquidity
    hold_released: int
    """Taken out of the order's hold: cash of an order that opens, shares of one that closes."""
    filled_qty: QuantityUnits
    filled_value: MoneyUnits
    """Sum over the order's fills of price times quantity, each rounded down to a billionth."""
    status: OrderStatus
    position_qty: QuantityUnits
    contra_order_id: OrderId | None = None
    """The other user's order, or ``None`` when the feed's depth was the other side."""
    liquidity_fee: MoneyUnits = MoneyUnits(0)
    """Part of ``fee`` by the maker's or taker's rate; ``fee`` is below zero for a rebate."""
    broker_execution_id: str = ""
    """The broker's own id of a fill at a live venue."""
    asset_fee: QuantityUnits = QuantityUnits(0)
    """What the broker kept of the asset that was bought, besides ``fee``."""


class OrderCanceled(Struct, frozen=True, gc=False, tag="order_canceled"):
    """An order ended unfilled or partly filled; its hold is released."""

    order_id: OrderId
    account_id: AccountId
    reason: CancelReason
    hold_released: int


class OrderExpired(Struct, frozen=True, gc=False, tag="order_expired"):
    """A day order's session ended; its hold is released."""

    order_id: OrderId
    account_id: AccountId
    hold_released: int


class OrderReplaced(Struct, frozen=True, gc=False, tag="order_replaced"):
    """An order gave way to another, whose ``OrderAccepted`` follows; its hold is released."""

    order_id: OrderId
    account_id: AccountId
    replaced_by: OrderId
    hold_released: int


class OrderRestated(Struct, frozen=True, tag="order_restated"):
    """A corporate action changed what an open order asks for; it goes behind the others."""

    order_id: OrderId
    account_id: AccountId
    action_id: str
    qty: QuantityUnits
    """What the order is for now, with what it has filled."""
    limit_price: PriceUnits | None
    terms: Terms | None
    hold: int
    """What it reserves now: cash of a buy, shares of a sell."""
    hold_price: PriceUnits | None
    queue_ahead: QuantityUnits = QuantityUnits(0)
    status: OrderStatus = OrderStatus.NEW
    filled_qty: QuantityUnits = QuantityUnits(0)
    filled_value: MoneyUnits = MoneyUnits(0)
