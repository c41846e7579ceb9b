"""All routes of our own."""

from tradewind.api_gateway.cross_origin import CrossOrigin
from tradewind.api_gateway.platform_api.account_endpoints import AccountApiEndpoints
from tradewind.api_gateway.platform_api.broker_endpoints import BrokerEndpoints
from tradewind.api_gateway.platform_api.cash_endpoints import CashEndpoints
from tradewind.api_gateway.platform_api.control_endpoints import ControlEndpoints
from tradewind.api_gateway.platform_api.corporate_action_endpoints import (
    CorporateActionEndpoints,
)
from tradewind.api_gateway.platform_api.halt_endpoints import HaltEndpoints
from tradewind.api_gateway.platform_api.margin_endpoints import MarginEndpoints
from tradewind.api_gateway.platform_api.notification_endpoints import NotificationEndpoints
from tradewind.api_gateway.platform_api.session_endpoints import SessionEndpoints
from tradewind.api_gateway.platform_api.status_endpoints import StatusEndpoints
from tradewind.api_gateway.platform_api.venue_endpoints import VenueEndpoints
from tradewind.api_gateway.rate_limit import RateLimits
from tradewind.api_gateway.routing.route import Route
from tradewind.contracts.accounts import AccountService
from tradewind.contracts.market_data import MarketDataService
from tradewind.contracts.notifications import NotificationService
from tradewind.contracts.orders import OrderService
from tradewind.contracts.portfolio import PortfolioService


def platform_routes(
    *,
    accounts: AccountService,
    orders: OrderService,
    market_data: MarketDataService,
    portfolio: PortfolioService,
    notifications: NotificationService,
    limits: RateLimits,
    cross_origin: CrossOrigin,
) -> list[Route]:
    """Return our own routes over the services."""
    return [
        *SessionEndpoints(accounts, limits, cross_origin).routes(),
        *AccountApiEndpoints(accounts, portfolio).routes(),
        *CashEndpoints(accounts, orders).routes(),
        *BrokerEndpoints(accounts, orders).routes(),
        *ControlEndpoints(accounts, orders).routes(),
        *CorporateActionEndpoints(accounts, orders).routes(),
        *MarginEndpoints(accounts, orders).routes(),
        *NotificationEndpoints(notifications, market_data).routes(),
        *VenueEndpoints(accounts, orders, market_data).routes(),
        *HaltEndpoints(accounts, orders, market_data).routes(),
        *StatusEndpoints(orders).routes(),
    ]
