"""What a person with the official client does first: look at the account, buy, cancel."""

from decimal import Decimal

from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest
from tests.kubernetes.e2e.report import StepFailed

from tradewind.testing.waiting import wait_for


def trade(url: str, key: dict[str, str], certificate: str = "") -> str:
    """Trade with alpaca-py at an address and return what was done; raises where it goes wrong."""
    client = TradingClient(key["key_id"], key["secret"], url_override=f"{url}/api")
    # Whatever this machine trusts otherwise, by REQUESTS_CA_BUNDLE for one, is not asked.
    client._session.trust_env = False
    client._session.verify = certificate or True
    if Decimal(str(client.get_account().cash)) <= 0:
        raise StepFailed("the first account has no cash")
    before = _held(client)
    bought = client.submit_order(
        MarketOrderRequest(symbol="AAPL", qty=3, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    )
    wait_for(lambda: client.get_order_by_id(bought.id).status is OrderStatus.FILLED, "the fill", 30)
    if (held := _held(client)) != before + 3:
        raise StepFailed(f"3 shares of AAPL were bought, and the position went {before} -> {held}")
    resting = client.submit_order(
        LimitOrderRequest(
            symbol="MSFT", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.GTC, limit_price=1
        )
    )
    client.cancel_order_by_id(resting.id)
    if client.get_order_by_id(resting.id).status is not OrderStatus.CANCELED:
        raise StepFailed("a resting order was not canceled")
    return "bought 3 AAPL, canceled an order that rested"


def _held(client: TradingClient) -> Decimal:
    of_aapl = [each.qty for each in client.get_all_positions() if each.symbol == "AAPL"]
    return Decimal(of_aapl[0]) if of_aapl else Decimal(0)
