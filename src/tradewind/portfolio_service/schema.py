"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="portfolio",
    role="tradewind_portfolio",
    migrations="tradewind.portfolio_service.migrations",
    user="tradewind_portfolio_service",
    changes={
        "accounts": "INSERT, UPDATE",
        "equity_points": "INSERT, UPDATE",
        "last_prices": "INSERT, UPDATE",
        "positions": "INSERT, UPDATE, DELETE",
        "venue_progress": "INSERT, UPDATE",
    },
)
