"""The services by name, with the ports that they listen on unless told otherwise."""

from enum import StrEnum


class ServiceName(StrEnum):
    """A service that can run as a process of its own."""

    API_GATEWAY = "api-gateway"
    ACCOUNT = "account-service"
    ORDER = "order-service"
    MARKET_DATA = "market-data-service"
    PORTFOLIO = "portfolio-service"
    NOTIFICATION = "notification-service"
    WEB_UI = "web-ui"


PORTS = {
    ServiceName.API_GATEWAY: 8000,
    ServiceName.ACCOUNT: 8001,
    ServiceName.ORDER: 8002,
    ServiceName.MARKET_DATA: 8003,
    ServiceName.PORTFOLIO: 8004,
    ServiceName.NOTIFICATION: 8005,
    ServiceName.WEB_UI: 3000,
}
