"""What the tests of the order service share."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import MakeDatabase
from tests.integration.orders.stage import Stage

from tradewind.order_service.app import SCHEMA


@pytest.fixture
async def stage(make_database: MakeDatabase) -> AsyncIterator[Stage]:
    """Yield an open venue with an account, which must not have failed in the end."""
    stage = Stage(await make_database(SCHEMA))
    await stage.open()
    yield stage
    assert stage.app is not None
    await stage.app.stop()
    assert stage.failures == []
