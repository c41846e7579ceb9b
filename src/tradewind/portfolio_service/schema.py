"""Where the service keeps its tables; known without what the service itself needs to run."""

from tradewind.platform.database import ServiceSchema

SCHEMA = ServiceSchema(
    schema="portfolio",
    role="tradewind_portfolio",
    migrations="tradewind.portfolio_service.migrations",
    user="tradewind_portfolio_service",
    changes={
        # What is deleted is folded from the journal again.
        "accounts": "INSERT, UPDATE, DELETE",
        "equity_points": "INSERT, UPDATE, DELETE",
        "income": "INSERT, UPDATE, DELETE",
        "last_prices": "INSERT, UPDATE, DELETE",
        "positions": "INSERT, UPDATE, DELETE",
        "venue_progress": "INSERT, UPDATE",
    },
)
