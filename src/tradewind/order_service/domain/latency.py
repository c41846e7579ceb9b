"""The way to the market takes time: an order trades from its arrival, until its end arrives.

How long is drawn from the order's id and the venue's seed, in whole microseconds, so that the same
orders at the same instants always arrive in the same order. An order that has been taken is
``pending_new`` until the venue's time has passed its arrival; it joins before whatever comes next,
be it a command or a message of the feed. Likewise an order is ``pending_cancel`` and trades on
until its cancel arrives, which overtakes no order, or ``pending_replace`` until the order arrives
that is to take its place: both may come too late.
"""

import hashlib
from datetime import datetime, timedelta
from heapq import heappop

from tradewind.contracts.journal import CancelReason, CancelRequested, OrderActivated
from tradewind.contracts.venues import Latency
from tradewind.contracts.vocabulary import LatencyModel, OrderId, OrderStatus, TimeInForce
from tradewind.order_service.domain import auctions, groups, replacing, triggers
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.matching import cancel, match_incoming, side_of
from tradewind.order_service.domain.state import AUCTION_TIMES, OrderState
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import QuantityUnits

_MS_MAX = 60_000
_TAIL_MAX = 20
"""Spreads that no order takes longer than: one in a million would."""
_HALF_BITS = 32
_WORKING = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
_IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


def check_latency(settings: Latency) -> None:
    """Raise ``MalformedRequest`` for settings that mean nothing."""
    for name in ("ms", "spread_ms"):
        value = getattr(settings, name)
        if not 0 <= value <= _MS_MAX:
            raise MalformedRequest(f"latency.{name} {value} must be between 0 and {_MS_MAX}")
    if settings.model is LatencyModel.FIXED and settings.spread_ms:
        raise MalformedRequest("latency.spread_ms means nothing where latency is fixed")


def draw(settings: Latency, name: str) -> timedelta:
    """Return how long what has this name is on its way.

    Uniform: any microsecond below the spread alike. Long tail: half of the orders take up to one
    spread, half of the rest up to two, and so on.
    """
    least, spread = settings.ms * 1_000, settings.spread_ms * 1_000
    if settings.model is LatencyModel.FIXED or not spread:
        return timedelta(microseconds=least)
    digest = hashlib.blake2b(f"{settings.seed}:{name}".encode(), digest_size=8).digest()
    high = int.from_bytes(digest[:4], "big")
    low = int.from_bytes(digest[4:], "big")
    extra = low * spread >> _HALF_BITS
    if settings.model is LatencyModel.LONG_TAIL:
        extra += min(_HALF_BITS - high.bit_length(), _TAIL_MAX) * spread
    return timedelta(microseconds=least + extra)


def arrival(core: Core, order_id: OrderId) -> datetime | None:
    """Return when an order that is taken now arrives, ``None`` where it is there at once."""
    settings = core.spec.latency
    if not (settings.ms or settings.spread_ms):
        return None
    assert core.at is not None
    return core.at + draw(settings, order_id)


def cancel_from_afar(core: Core, order: OrderState) -> None:
    """Cancel an order as its owner does: once word of it has reached the market.

    What is not there, because its session, its entry or its auction is to come, ends at once.
    """
    if order.leaves_at is not None:
        return
    settings = core.spec.latency
    if not (order.is_on_its_way or is_there(core, order)) or order.routing is not None:
        cancel(core, order, CancelReason.REQUESTED)
        return
    assert core.at is not None
    arrives = core.at + draw(settings, f"cancel {order.order_id}")
    if order.effective_at is not None:
        arrives = max(arrives, order.effective_at)
    core.emit(
        CancelRequested(
            order.order_id,
            order.account_id,
            CancelReason.REQUESTED,
            order.filled_qty,
            order.filled_value,
            arrives,
        )
    )


def is_there(core: Core, order: OrderState) -> bool:
    """Tell whether an order works at a market to which word takes time."""
    settings = core.spec.latency
    return (
        bool(settings.ms or settings.spread_ms)
        and order.status in _WORKING
        and order.time_in_force not in AUCTION_TIMES
        and core.state.may_trade(order.symbol, extended_hours=order.extended_hours)
    )


def release(core: Core) -> None:
    """Let the orders and cancels that have arrived by now do their work, in order of arrival."""
    assert core.at is not None
    while core.arrivals and core.arrivals[0][0] <= core.at:
        _, is_cancel, _, order_id = heappop(core.arrivals)
        order = core.state.orders.get(order_id)
        if order is None:
            continue
        if is_cancel:
            cancel(core, order, CancelReason.REQUESTED)
        elif order.is_on_its_way and (
            not order.waits_to_replace or replacing.take_place(core, order)
        ):
            _arrive(core, order)
        groups.settle(core)


def _arrive(core: Core, order: OrderState) -> None:
    """Let an order join; where nothing trades by now it waits, unless it must trade at once."""
    if not core.state.may_trade(order.symbol, extended_hours=order.extended_hours):
        if order.time_in_force in _IMMEDIATE:
            cancel(core, order, CancelReason.IMMEDIATE)
        return
    ahead = QuantityUnits(0)
    if order.limit_price is not None and auctions.meets_book(order):
        ahead = core.view.queue_ahead(order.symbol, side_of(order), order.limit_price)
    core.emit(OrderActivated(order.order_id, order.account_id, ahead))
    if order.waits:
        triggers.start(core, order)
    else:
        match_incoming(core, order)
