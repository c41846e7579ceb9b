"""All routes of Alpaca's trading API."""

from tradewind.api_gateway.routing.route import Route
from tradewind.api_gateway.trading.account_endpoints import AccountEndpoints
from tradewind.api_gateway.trading.activity_endpoints import ActivityEndpoints
from tradewind.api_gateway.trading.asset_endpoints import AssetEndpoints
from tradewind.api_gateway.trading.history_endpoints import HistoryEndpoints
from tradewind.api_gateway.trading.hours_endpoints import HoursEndpoints
from tradewind.api_gateway.trading.instruments import InstrumentDirectory
from tradewind.api_gateway.trading.order_endpoints import OrderEndpoints
from tradewind.api_gateway.trading.position_endpoints import PositionEndpoints
from tradewind.contracts.accounts import AccountService
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.portfolio import PortfolioService


def trading_routes(
    *,
    accounts: AccountService,
    orders: OrderService,
    market_data: MarketDataService,
    portfolio: PortfolioService,
    instruments: InstrumentDirectory,
) -> list[Route]:
    """Return the trading routes over the services."""
    return [
        *AccountEndpoints(accounts, orders).routes(),
        *ActivityEndpoints(orders).routes(),
        *HistoryEndpoints(portfolio, orders, market_data).routes(),
        *OrderEndpoints(orders, instruments).routes(),
        *PositionEndpoints(orders, instruments).routes(),
        *AssetEndpoints(market_data, instruments).routes(),
        *HoursEndpoints(market_data).routes(),
    ]
