"""A real portfolio service on a real database, following a journal in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tradewind.contracts.journal import JournalReader
from tradewind.platform.database import Database, ServiceSchema
from tradewind.portfolio_service.app import SCHEMA, PortfolioApp

TABLES = ("venue_progress", "accounts", "positions", "last_prices", "equity_points", "income")
StartApp = Callable[[JournalReader], Awaitable[PortfolioApp]]


@pytest.fixture(scope="module")
async def portfolio_database(
    make_database: Callable[[ServiceSchema], Awaitable[Database]],
) -> Database:
    """Return the migrated database of one test module."""
    return await make_database(SCHEMA)


@pytest.fixture
async def database(portfolio_database: Database) -> Database:
    """Return the database without any row."""
    await portfolio_database.execute(f"TRUNCATE {', '.join(TABLES)}")
    return portfolio_database


@pytest.fixture
async def start_app(database: Database) -> AsyncIterator[StartApp]:
    """Return a function that starts portfolio services on the same database."""
    started: list[PortfolioApp] = []

    async def start(journal: JournalReader) -> PortfolioApp:
        app = PortfolioApp(database, journal)
        started.append(app)
        await app.start()
        return app

    yield start
    for app in started:
        await app.stop()
