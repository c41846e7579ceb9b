"""Snapshots made by a child process beside the live core, on a real PostgreSQL."""

import asyncio
import sys

import msgspec
import pytest
from tests.integration.orders.stage import Stage, price

from tradewind.order_service.app import SCHEMA, build
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.recovery import recover
from tradewind.order_service.snapshot_process import Job, SnapshotFailed, SnapshotProcess
from tradewind.platform.clock import WallClock
from tradewind.platform.settings import Settings


async def _trade(stage: Stage) -> None:
    assert stage.app is not None
    await stage.app.submit_order(stage.order(qty=3))
    await stage.app.submit_order(stage.order(qty=2, limit_price=price(90), time_in_force="gtc"))


async def _epoch(stage: Stage) -> int:
    epoch: int = await stage.database.fetchval(
        "SELECT epoch FROM leases WHERE venue_id = $1", stage.venue_id
    )
    return epoch


async def test_child_writes_down_what_the_core_has_in_memory(stage: Stage) -> None:
    assert stage.app is not None
    await _trade(stage)
    child = SnapshotProcess(stage.database, "a process")
    number = await child.take(stage.venue_id, await _epoch(stage))
    journal = JournalRepository(stage.database)
    state = await journal.newest_snapshot(stage.venue_id)
    core = stage.app._venues[stage.venue_id].core
    assert state == core.state
    assert number == core.state.number == await journal.snapshot_number(stage.venue_id)


async def test_next_snapshot_starts_from_the_one_before(stage: Stage) -> None:
    assert stage.app is not None
    journal = JournalRepository(stage.database)
    child = SnapshotProcess(stage.database, "a process")
    numbers = []
    for _ in range(4):
        await _trade(stage)
        numbers.append(await child.take(stage.venue_id, await _epoch(stage)))
    rows = await stage.database.fetch(
        "SELECT number FROM snapshots WHERE venue_id = $1 ORDER BY number", stage.venue_id
    )
    assert [row["number"] for row in rows] == numbers[-2:], "the two newest are kept"
    recovered = await recover(journal, stage.venue_id)
    assert recovered.state == stage.app._venues[stage.venue_id].core.state


async def test_leader_that_was_replaced_leaves_no_snapshot(stage: Stage) -> None:
    await _trade(stage)
    child = SnapshotProcess(stage.database, "a process")
    with pytest.raises(SnapshotFailed):
        await child.take(stage.venue_id, await _epoch(stage) - 1)
    assert await JournalRepository(stage.database).snapshot_number(stage.venue_id) == 0


async def test_snapshot_that_takes_too_long_is_ended(stage: Stage) -> None:
    await _trade(stage)
    child = SnapshotProcess(stage.database, "too slow", timeout_s=2)
    async with stage.database.transaction() as connection:
        await connection.execute("LOCK TABLE snapshots")
        with pytest.raises(TimeoutError):
            await child.take(stage.venue_id, await _epoch(stage))
    assert await JournalRepository(stage.database).snapshot_number(stage.venue_id) == 0


async def test_child_ends_with_its_parent(stage: Stage) -> None:
    await _trade(stage)
    job = Job(
        stage.database.dsn,
        SCHEMA.schema,
        SCHEMA.role,
        SCHEMA.migrations,
        SCHEMA.user,
        stage.venue_id,
        await _epoch(stage),
        "orphan",
        None,
    )
    async with stage.database.transaction() as connection:
        await connection.execute("LOCK TABLE snapshots")
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tradewind.order_service.snapshot_process",
            stdin=asyncio.subprocess.PIPE,
        )
        assert child.stdin is not None
        child.stdin.write(msgspec.json.encode(job) + b"\n")
        await child.stdin.drain()
        child.stdin.close()
        async with asyncio.timeout(30):
            assert await child.wait() == 1


async def test_start_goes_on_from_what_was_recovered_before_the_lead_was_sought(
    stage: Stage,
) -> None:
    assert stage.app is not None
    await _trade(stage)
    last = stage.app._venues[stage.venue_id].core.state.number
    await stage.app.stop()
    app = build(
        Settings(), stage.database, stage.bus, WallClock(), on_failure=stage.failures.append
    )
    await app.warm_up()
    assert app._standby.number(stage.venue_id) == last
    known = app._standby._venues[stage.venue_id].state
    await app.start()
    assert app._venues[stage.venue_id].core.state is known
    await app.stop()
    await stage.start()
