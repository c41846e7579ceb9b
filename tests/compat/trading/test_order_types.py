"""alpaca-py's requests for stops, trailing stops, groups and amounts of money, unmodified."""

import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderClass, OrderSide, OrderStatus, OrderType, TimeInForce
from alpaca.trading.models import Order
from alpaca.trading.requests import (
    GetOrderByIdRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
)
from tests.compat.trading.test_trading_client import client_of, filled, refused
from tests.compat.trading.venues import Venue

from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import wait_for

SELL_TWO = {
    "symbol": "AAPL",
    "qty": 2,
    "side": OrderSide.SELL,
    "time_in_force": TimeInForce.GTC,
}


@pytest.fixture
def client(platform: PlatformProcess) -> TradingClient:
    """Return a client that has ten shares of AAPL and no open order."""
    made = client_of(platform.gateway_url, platform.headers)
    made.close_all_positions(cancel_orders=True)
    wait_for(lambda: not made.get_all_positions(), "closing what was open")
    buy = MarketOrderRequest(
        symbol="AAPL", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
    )
    filled(made, made.submit_order(buy))
    return made


def price_of(client: TradingClient) -> float:
    return float(client.get_open_position("AAPL").current_price)


def test_stop_and_stop_limit_wait_are_replaced_and_canceled(client: TradingClient) -> None:
    low = round(price_of(client) / 2, 2)
    stop = client.submit_order(StopOrderRequest(stop_price=low, **SELL_TWO))
    assert (stop.type, stop.status) == (OrderType.STOP, OrderStatus.NEW)
    assert float(stop.stop_price) == low
    assert stop.expires_at is not None
    moved = client.replace_order_by_id(stop.id, ReplaceOrderRequest(stop_price=low + 1))
    assert (moved.replaces, float(moved.stop_price)) == (stop.id, low + 1)
    client.cancel_order_by_id(moved.id)
    request = StopLimitOrderRequest(stop_price=low, limit_price=low - 1, **SELL_TWO)
    limited = client.submit_order(request)
    assert (limited.type, float(limited.limit_price)) == (OrderType.STOP_LIMIT, low - 1)
    client.cancel_order_by_id(limited.id)


def test_stop_that_the_market_has_passed_sells_at_once(client: TradingClient) -> None:
    high = round(price_of(client) * 1.5, 2)
    order = client.submit_order(StopOrderRequest(stop_price=high, **SELL_TWO))
    assert filled(client, order).filled_qty == "2"


def test_trailing_stop_shows_its_mark(client: TradingClient) -> None:
    request = TrailingStopOrderRequest(trail_percent=20, **SELL_TWO)
    order = client.submit_order(request)
    assert (order.type, order.trail_percent) == (OrderType.TRAILING_STOP, "20")
    assert float(order.hwm) * 0.8 - 0.01 <= float(order.stop_price) <= float(order.hwm) * 0.8
    moved = client.replace_order_by_id(order.id, ReplaceOrderRequest(trail=30))
    assert moved.trail_percent == "30"
    client.cancel_order_by_id(moved.id)


def bracket(client: TradingClient) -> Order:
    price = price_of(client)
    request = MarketOrderRequest(
        symbol="AAPL",
        qty=3,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.GTC,
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfitRequest(limit_price=round(price * 2, 2)),
        stop_loss=StopLossRequest(stop_price=round(price / 2, 2)),
    )
    return client.submit_order(request)


def test_bracket_answers_with_its_legs_and_ends_as_one(client: TradingClient) -> None:
    order = bracket(client)
    assert order.order_class is OrderClass.BRACKET
    assert [leg.type for leg in order.legs] == [OrderType.LIMIT, OrderType.STOP]
    filled(client, order)
    found = client.get_order_by_id(order.id, GetOrderByIdRequest(nested=True))
    assert [leg.status for leg in found.legs] == [OrderStatus.NEW, OrderStatus.NEW]
    assert client.get_order_by_id(order.id).legs is None
    listed = client.get_orders(GetOrdersRequest(nested=True))
    assert [(o.type, [leg.type for leg in o.legs]) for o in listed] == [
        (OrderType.LIMIT, [OrderType.STOP])
    ]
    assert len(client.get_orders(GetOrdersRequest(nested=False))) == 2
    client.cancel_order_by_id(found.legs[0].id)
    assert client.get_orders(GetOrdersRequest()) == []


def test_oco_and_oto_are_taken(client: TradingClient) -> None:
    price = price_of(client)
    profit = TakeProfitRequest(limit_price=round(price * 2, 2))
    loss = StopLossRequest(stop_price=round(price / 2, 2), limit_price=round(price / 3, 2))
    oco = client.submit_order(
        LimitOrderRequest(
            order_class=OrderClass.OCO, take_profit=profit, stop_loss=loss, **SELL_TWO
        )
    )
    assert float(oco.limit_price) == profit.limit_price
    assert [leg.type for leg in oco.legs] == [OrderType.STOP_LIMIT]
    client.cancel_order_by_id(oco.id)
    oto = client.submit_order(
        LimitOrderRequest(
            limit_price=round(price / 2, 2),
            order_class=OrderClass.OTO,
            stop_loss=StopLossRequest(stop_price=round(price / 3, 2)),
            **(SELL_TWO | {"side": OrderSide.BUY}),
        )
    )
    assert [leg.status for leg in oto.legs] == [OrderStatus.HELD]
    client.cancel_order_by_id(oto.id)
    assert client.get_orders(GetOrdersRequest()) == []


def test_amount_of_money_buys_a_fraction(client: TradingClient) -> None:
    request = MarketOrderRequest(
        symbol="AAPL", notional=100, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
    )
    order = filled(client, client.submit_order(request))
    assert (order.notional, order.qty) == ("100", None)
    spent = float(order.filled_qty) * float(order.filled_avg_price)
    assert 99.9 < spent <= 100.0001


def test_legs_on_the_wrong_side_are_refused(client: TradingClient) -> None:
    price = price_of(client)
    request = MarketOrderRequest(
        symbol="AAPL",
        qty=1,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.DAY,
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfitRequest(limit_price=round(price * 3, 2)),
        stop_loss=StopLossRequest(stop_price=round(price * 2, 2)),
    )
    error = refused(lambda: client.submit_order(request))
    assert (error.status_code, error.code) == (422, 42210000)


def test_stop_of_a_replay_goes_when_the_market_falls(venue: Venue) -> None:
    past = client_of(venue.gateway_url, venue.headers)
    venue.step()
    buy = MarketOrderRequest(
        symbol="AAPL", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
    )
    order = past.submit_order(buy)
    venue.step()
    bought = past.get_order_by_id(order.id)
    trail = TrailingStopOrderRequest(
        symbol="AAPL",
        qty=10,
        side=OrderSide.SELL,
        time_in_force=TimeInForce.GTC,
        trail_percent=5,
    )
    sent = past.submit_order(trail)
    # Apple fell from 198 to 179 dollars in the second trading week of 2008.
    venue.step(10)
    sold = past.get_order_by_id(sent.id)
    assert sold.status is OrderStatus.FILLED
    assert float(sold.filled_avg_price) < float(bought.filled_avg_price)
    assert float(sold.filled_avg_price) < float(sold.hwm) * 0.96
