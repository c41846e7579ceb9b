"""alpaca-py replaces orders at a market to which they take time."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.requests import StockLatestQuoteRequest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.models import Order
from alpaca.trading.requests import LimitOrderRequest, ReplaceOrderRequest
from tests.compat.trading.test_trading_client import client_of

from tradewind.testing.process import PlatformProcess, own_platform
from tradewind.testing.waiting import wait_for

LATENCY_MS = 1_500
ROUNDS_MAX = 20
"""How often the market may do something else than it should for the test."""


@pytest.fixture(scope="module")
def slow() -> Iterator[PlatformProcess]:
    """Return a platform whose orders are on their way for a while, and trade at any touch."""
    with own_platform(
        "slow", feed_interval_ms="100", latency_ms=str(LATENCY_MS), fill_model="instant"
    ) as process:
        yield process


@pytest.fixture
def client(slow: PlatformProcess) -> TradingClient:
    return client_of(slow.gateway_url, slow.headers)


def bid_of(slow: PlatformProcess, symbol: str) -> float:
    key, secret = slow.headers.values()
    data = StockHistoricalDataClient(key, secret, url_override=slow.gateway_url)
    quotes = data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols=symbol))
    return float(quotes[symbol].bid_price)


def buy(client: TradingClient, symbol: str, limit_price: float) -> Order:
    """Send an order for a share, which is on its way when this returns."""
    request = LimitOrderRequest(
        symbol=symbol,
        qty=1,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.DAY,
        limit_price=limit_price,
    )
    order = client.submit_order(request)
    assert (order.status, order.filled_qty) == (OrderStatus.PENDING_NEW, "0")
    return order


def arrived(client: TradingClient, order: Order) -> Order:
    """Return an order once it is on its way no more, nor another in its place."""
    on_the_way = (OrderStatus.PENDING_NEW, OrderStatus.PENDING_REPLACE)

    def there() -> Order | None:
        now = client.get_order_by_id(order.id)
        return None if now.status in on_the_way else now

    return wait_for(there, f"the way of order {order.id}")


def test_replacement_is_pending_until_it_reaches_the_market(client: TradingClient) -> None:
    first = arrived(client, buy(client, "IBM", 5))
    assert first.status is OrderStatus.NEW
    second = client.replace_order_by_id(first.id, ReplaceOrderRequest(limit_price=6))
    assert (second.status, second.replaces) == (OrderStatus.PENDING_NEW, first.id)
    pending = client.get_order_by_id(first.id)
    assert (pending.status, pending.limit_price) == (OrderStatus.PENDING_REPLACE, "5")
    assert pending.replaced_at is None
    with pytest.raises(APIError) as twice:
        client.replace_order_by_id(first.id, ReplaceOrderRequest(limit_price=7))
    assert twice.value.status_code == 422

    second = arrived(client, second)
    assert (second.status, second.limit_price) == (OrderStatus.NEW, "6")
    third = arrived(client, client.replace_order_by_id(second.id, ReplaceOrderRequest(qty=2)))
    chain = [client.get_order_by_id(each.id) for each in (first, second, third)]
    assert [order.replaces for order in chain] == [None, first.id, second.id]
    assert [order.replaced_by for order in chain] == [second.id, third.id, None]
    assert [order.status for order in chain[:2]] == [OrderStatus.REPLACED] * 2
    for old, new in pairwise(chain):
        assert old.replaced_at - new.created_at >= timedelta(milliseconds=LATENCY_MS)
    assert (third.status, third.qty, third.limit_price) == (OrderStatus.NEW, "2", "6")
    client.cancel_order_by_id(third.id)


def test_replacement_that_comes_too_late_is_rejected_and_the_fill_stands(
    client: TradingClient, slow: PlatformProcess
) -> None:
    for _ in range(ROUNDS_MAX):
        # At the bid the next trades reach it, most likely while its replacement is on its way.
        old = arrived(client, buy(client, "AAPL", bid_of(slow, "AAPL")))
        if old.status is not OrderStatus.NEW:
            continue
        try:
            new = client.replace_order_by_id(old.id, ReplaceOrderRequest(limit_price=5))
        except APIError:
            # It was filled before it could be replaced at all.
            assert client.get_order_by_id(old.id).status is OrderStatus.FILLED
            continue
        new, old = arrived(client, new), client.get_order_by_id(old.id)
        if new.status is OrderStatus.REJECTED:
            break
        assert (new.status, old.status) == (OrderStatus.NEW, OrderStatus.REPLACED)
        client.cancel_order_by_id(new.id)
    else:
        pytest.fail(f"nothing traded in {ROUNDS_MAX} rounds")
    assert (old.status, old.filled_qty, old.replaced_by) == (OrderStatus.FILLED, "1", None)
    assert (new.replaces, new.filled_qty) == (old.id, "0")
    assert new.failed_at >= old.filled_at
