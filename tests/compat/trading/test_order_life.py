"""The statuses of an order's life with their times, as alpaca-py reads them at a replay."""

from datetime import UTC, datetime, timedelta

from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.models import Order
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest, ReplaceOrderRequest
from tests.compat.trading.test_trading_client import client_of
from tests.compat.trading.venues import Venue

ENDINGS = ("filled_at", "expired_at", "canceled_at", "failed_at", "replaced_at")


def client(venue: Venue) -> TradingClient:
    return client_of(venue.gateway_url, venue.headers)


def low(qty: int, **changes: object) -> LimitOrderRequest:
    fields = {"symbol": "IBM", "side": OrderSide.BUY, "time_in_force": TimeInForce.GTC}
    return LimitOrderRequest(**(fields | {"qty": qty, "limit_price": 20} | changes))


def ended_by(order: Order) -> list[str]:
    """Return which of the times of an end are written; never before the order was made."""
    assert order.created_at <= order.submitted_at <= order.updated_at
    written = [name for name in ENDINGS if getattr(order, name) is not None]
    assert all(getattr(order, name) >= order.submitted_at for name in written)
    return written


def test_order_sent_at_night_is_accepted_and_filled_in_the_session(venue: Venue) -> None:
    trading = client(venue)
    venue.step()
    request = MarketOrderRequest(
        symbol="IBM", qty=3, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
    )
    sent = trading.submit_order(request)
    assert (sent.status, ended_by(sent), sent.expires_at) == (OrderStatus.ACCEPTED, [], None)
    venue.step()
    filled = trading.get_order_by_id(sent.id)
    assert (filled.status, ended_by(filled)) == (OrderStatus.FILLED, ["filled_at"])
    assert filled.filled_at == datetime(2008, 1, 3, 14, 30, tzinfo=UTC)
    assert filled.updated_at == filled.filled_at
    assert filled.submitted_at == sent.submitted_at


def test_day_order_expires_when_its_session_closes(venue: Venue) -> None:
    trading = client(venue)
    sent = trading.submit_order(low(1, time_in_force=TimeInForce.DAY))
    venue.step()
    expired = trading.get_order_by_id(sent.id)
    assert (expired.status, ended_by(expired)) == (OrderStatus.EXPIRED, ["expired_at"])
    assert expired.expired_at == datetime(2008, 1, 2, 21, tzinfo=UTC)


def test_gtc_order_stands_over_night_and_tells_when_it_will_expire(venue: Venue) -> None:
    trading = client(venue)
    sent = trading.submit_order(low(1))
    venue.step(2)
    standing = trading.get_order_by_id(sent.id)
    assert (standing.status, ended_by(standing)) == (OrderStatus.NEW, [])
    assert standing.expires_at == sent.created_at + timedelta(days=90)
    trading.cancel_order_by_id(sent.id)
    canceled = trading.get_order_by_id(sent.id)
    assert (canceled.status, ended_by(canceled)) == (OrderStatus.CANCELED, ["canceled_at"])
    assert canceled.canceled_at > standing.updated_at


def test_replacements_form_a_chain(venue: Venue) -> None:
    trading = client(venue)
    venue.step()
    first = trading.submit_order(low(1, extended_hours=True))
    second = trading.replace_order_by_id(first.id, ReplaceOrderRequest(limit_price=21))
    third = trading.replace_order_by_id(second.id, ReplaceOrderRequest(qty=2))
    chain = [trading.get_order_by_id(each.id) for each in (first, second, third)]
    assert [order.replaces for order in chain] == [None, first.id, second.id]
    assert [order.replaced_by for order in chain] == [second.id, third.id, None]
    assert [ended_by(order) for order in chain] == [["replaced_at"], ["replaced_at"], []]
    assert [order.status for order in chain[:2]] == [OrderStatus.REPLACED] * 2
    assert all(order.extended_hours for order in chain)
