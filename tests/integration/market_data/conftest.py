"""The market-data service that the tests of this folder share, one for each module."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.integration.market_data.market_data_site import Site

from tradewind.market_data_service.app import SCHEMA
from tradewind.platform.database import Database, ServiceSchema


@pytest.fixture(scope="module")
async def site(
    make_database: Callable[[ServiceSchema], Awaitable[Database]],
) -> AsyncIterator[Site]:
    """Return a started service on a database of this test module."""
    site = Site(await make_database(SCHEMA))
    await site.app.start()
    yield site
    await site.app.stop()
