"""Whatever is killed at a random moment under load, nothing that was acknowledged is lost.

``TRADEWIND_TEST_KILL_ROUNDS=100`` kills more often; a failure is repeated by the seed that it
prints.
"""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from tests.resilience.order_load import AUCTIONS, KINDS, Load, connected

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.testing.process import PlatformProcess

ROUNDS = int(os.environ.get("TRADEWIND_TEST_KILL_ROUNDS", "10"))
DATABASE_ROUNDS = max(3, ROUNDS // 3)
SEED = int(os.environ.get("TRADEWIND_TEST_SEED", "0")) or random.SystemRandom().getrandbits(32)

Kill = Callable[[PlatformProcess], Awaitable[Callable[[], object]]]
"""Prepares to kill something, and returns how."""


@pytest.fixture
async def platform() -> AsyncIterator[PlatformProcess]:
    # A short path: PostgreSQL's socket lies below it, and its length is limited.
    folder = Path(tempfile.mkdtemp(prefix="tw-kill-"))
    platform = PlatformProcess(
        folder,
        initial_cash="1000000",
        rate_limit_per_key="1000000/minute",
        rate_limit_per_address="1000000/minute",
    )
    platform.start()
    _let_it_borrow(platform)
    yield platform
    if platform.is_running:
        platform.stop()
    else:
        await EmbeddedPostgres(folder).stop()
    shutil.rmtree(folder, ignore_errors=True)


def _let_it_borrow(platform: PlatformProcess) -> None:
    """Give the account margin, for without it nothing is sold short."""
    assert platform.credentials is not None
    path = f"/tradewind/v1/accounts/{platform.credentials.account_id}/margin"
    httpx.put(
        platform.gateway_url + path,
        headers=platform.headers,
        json={"account_type": "margin", "multiplier": 4},
        timeout=30,
    ).raise_for_status()


async def auctions_are_far(platform: PlatformProcess) -> bool:
    """Tell whether orders for both auctions are taken: not within ten minutes of the close."""
    async with connected(platform) as client:
        clock = (await client.get("/v2/clock")).raise_for_status().json()
    closes_at, now = map(datetime.fromisoformat, (clock["next_close"], clock["timestamp"]))
    return closes_at - now > timedelta(minutes=12)


async def the_platform(platform: PlatformProcess) -> Callable[[], object]:
    return platform.kill


async def the_database_server(platform: PlatformProcess) -> Callable[[], object]:
    pid = int((platform.data_dir / "postgres/postmaster.pid").read_text().split()[0])
    return lambda: _kill_and_wait(pid, platform)


async def the_connection_that_writes(platform: PlatformProcess) -> Callable[[], object]:
    dsn = await EmbeddedPostgres(platform.data_dir).attach()
    connection = await asyncpg.connect(dsn, timeout=10)
    pid = await connection.fetchval(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%INSERT INTO journal%' "
        "AND pid <> pg_backend_pid() ORDER BY query_start DESC LIMIT 1"
    )
    await connection.close(timeout=5)
    # Before the first order of a start no connection has written.
    return platform.kill if pid is None else lambda: _kill_and_wait(pid, platform)


def _kill_and_wait(pid: int, platform: PlatformProcess) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    assert platform.wait_ended() != 0, "a platform without its database ends with an error"


@pytest.mark.timeout(60 + 30 * ROUNDS)
@pytest.mark.parametrize(
    ("kill", "rounds"),
    [
        (the_platform, ROUNDS),
        (the_database_server, DATABASE_ROUNDS),
        (the_connection_that_writes, DATABASE_ROUNDS),
    ],
)
async def test_every_acknowledged_order_outlives(
    platform: PlatformProcess, kill: Kill, rounds: int
) -> None:
    sys.stdout.write(f"TRADEWIND_TEST_SEED={SEED}\n")
    known: set[str] = set()
    kinds: Counter[str] = Counter()
    acknowledged = 0
    expected = {*KINDS, "cancel", "replace", "close"}
    if not await auctions_are_far(platform):
        expected -= AUCTIONS
    for number in range(rounds):
        load = Load(platform, SEED + number)
        await load.run_until(await kill(platform))
        platform.start()
        known = await load.check(known)
        acknowledged += len(load.acknowledged)
        kinds += load.kinds
        verified = await asyncio.to_thread(platform.run, "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
    sys.stdout.write(f"{acknowledged} acknowledged: {dict(kinds)}\n")
    assert acknowledged > 3 * rounds, "the load was too thin to show anything"
    if rounds >= 10:
        assert kinds.keys() >= expected, f"never got through: {expected - kinds.keys()}"
