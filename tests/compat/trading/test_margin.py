"""alpaca-py, unmodified, against a margin account: short sales, intents and figures."""

from collections.abc import Iterator

import httpx
import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, PositionIntent, PositionSide, TimeInForce
from alpaca.trading.requests import ClosePositionRequest, LimitOrderRequest, MarketOrderRequest
from tests.compat.trading.test_trading_client import client_of, filled

from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import wait_for


@pytest.fixture
def client(platform: PlatformProcess) -> Iterator[TradingClient]:
    """Return a client on margin without positions and open orders; it pays cash again after."""
    made = client_of(platform.gateway_url, platform.headers)
    close(made)
    set_margin(platform, made, {"account_type": "margin"})
    yield made
    close(made)
    set_margin(platform, made, {"account_type": "cash"})


def close(client: TradingClient) -> None:
    client.close_all_positions(cancel_orders=True)
    wait_for(lambda: not client.get_all_positions(), "closing what was open")


def set_margin(platform: PlatformProcess, client: TradingClient, body: dict[str, str]) -> None:
    account = client.get_account()
    url = f"{platform.gateway_url}/tradewind/v1/accounts/{account.id}/margin"
    answer = httpx.put(url, headers=platform.headers, json=body)
    assert answer.status_code == 200, answer.text


def test_account_shows_twice_its_equity_as_buying_power(client: TradingClient) -> None:
    account = client.get_account()
    assert (account.multiplier, account.shorting_enabled) == ("2", True)
    assert float(account.buying_power) == pytest.approx(2 * float(account.equity))


def test_short_sale_is_a_position_below_zero_and_is_bought_back(client: TradingClient) -> None:
    sell = MarketOrderRequest(
        symbol="AAPL",
        qty=10,
        side=OrderSide.SELL,
        time_in_force=TimeInForce.DAY,
        position_intent=PositionIntent.SELL_TO_OPEN,
    )
    order = filled(client, client.submit_order(sell))
    assert order.position_intent is PositionIntent.SELL_TO_OPEN
    position = client.get_open_position("AAPL")
    assert (position.side, position.qty) == (PositionSide.SHORT, "-10")
    assert float(position.market_value) < 0 > float(position.cost_basis)
    account = client.get_account()
    assert float(account.short_market_value) < 0 < float(account.maintenance_margin)
    part = client.close_position("AAPL", ClosePositionRequest(qty="4"))
    assert filled(client, part).position_intent is PositionIntent.BUY_TO_CLOSE
    assert client.get_open_position("AAPL").qty == "-6"


def test_refusals_of_short_sales_have_codes(client: TradingClient) -> None:
    buy = LimitOrderRequest(
        symbol="AAPL",
        qty=1,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.DAY,
        limit_price=1,
        position_intent=PositionIntent.BUY_TO_CLOSE,
    )
    with pytest.raises(APIError) as mismatch:
        client.submit_order(buy)
    assert (mismatch.value.status_code, mismatch.value.code) == (422, 42210000)
    sell = MarketOrderRequest(
        symbol="AAPL", qty=0.5, side=OrderSide.SELL, time_in_force=TimeInForce.DAY
    )
    with pytest.raises(APIError) as fraction:
        client.submit_order(sell)
    assert "cannot be sold short" in fraction.value.message
