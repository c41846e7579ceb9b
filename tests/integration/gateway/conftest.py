"""The whole platform on a database of its own, and people who use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from tests.site import Site, run_site


@pytest.fixture(scope="module")
async def site(database_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Return a running platform that the tests of a module share."""
    folder: Path = tmp_path_factory.mktemp("site")
    async with run_site(database_dsn, folder) as running:
        yield running


@pytest.fixture
async def anybody(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client without credentials."""
    async with httpx.AsyncClient(base_url=site.gateway_url, timeout=30) as client:
        yield client


@pytest.fixture
async def admin(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client with the first key."""
    key = site.bootstrap.key
    headers = {"APCA-API-KEY-ID": key.key.key_id, "APCA-API-SECRET-KEY": key.secret}
    async with httpx.AsyncClient(base_url=site.gateway_url, headers=headers, timeout=30) as client:
        yield client
