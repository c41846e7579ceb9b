"""Fixtures of the stream tests."""

from collections.abc import AsyncIterator

import pytest
from tests.integration.gateway_streams.stream_site import Site, running_site


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Site]:
    """Return a gateway on a real server that the tests of a module share and leave as it was."""
    async with running_site() as running:
        yield running
