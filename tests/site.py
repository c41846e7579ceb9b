"""The whole platform on a database of its own, in the process of the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tradewind.all_in_one import Platform, Running
from tradewind.contracts.accounts import Bootstrap
from tradewind.platform.settings import Settings

_UNLIMITED = "10000000/minute"


@dataclass(frozen=True)
class Site:
    """Where the platform is found, and what its first start made."""

    gateway_url: str
    web_url: str
    dsn: str
    bootstrap: Bootstrap


@asynccontextmanager
async def run_site(dsn: str, folder: Path, **settings: object) -> AsyncIterator[Site]:
    """Run the platform on an empty database until the end of the block."""
    chosen: dict[str, object] = {
        "data_dir": folder,
        "database_url": dsn,
        "gateway_port": 0,
        "web_port": 0,
        "rate_limit_per_key": _UNLIMITED,
        "rate_limit_per_address": _UNLIMITED,
        "rate_limit_sign_in": _UNLIMITED,
        "log_level": "warning",
    }
    platform = Platform(Settings.model_validate(chosen | settings))
    running: Running = await platform.start()
    try:
        assert running.bootstrap is not None
        yield Site(running.gateway_url, running.web_url, dsn, running.bootstrap)
    finally:
        await platform.stop()
