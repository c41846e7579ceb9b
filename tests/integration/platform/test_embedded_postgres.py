"""The embedded server through crashes and odd data folders."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.platform.errors import StartupRefused
from tradewind.platform.local_database import LocalDatabase
from tradewind.platform.settings import Settings


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tw-pg-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder)
    yield server
    await server.stop()


def pid_of(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


async def lets_nobody_in(dsn: str) -> bool:
    try:
        await ask(dsn, "SELECT 1")
    except asyncpg.CannotConnectNowError:
        return True
    except (OSError, asyncpg.PostgresError):
        pass
    return False


async def ask(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_data_outlives_a_stop(server: EmbeddedPostgres) -> None:
    dsn = await server.start()
    await ask(dsn, "CREATE TABLE kept (n int)")
    await server.stop()
    assert await server.attach() is None
    assert await ask(await server.start(), "SELECT count(*) FROM kept") == 0


async def test_commits_are_durable_and_nobody_outside_the_machine_connects(
    server: EmbeddedPostgres,
) -> None:
    dsn = await server.start()
    shown = {
        name: await ask(dsn, f"SHOW {name}")
        for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses")
    }
    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
    }


async def test_a_server_left_running_is_taken_over(server: EmbeddedPostgres, folder: Path) -> None:
    dsn = await server.start()
    pid = pid_of(folder)
    heir = EmbeddedPostgres(folder)
    assert await heir.attach() == dsn
    assert await heir.start() == dsn
    assert pid_of(folder) == pid


async def test_a_killed_server_recovers_what_was_committed(
    server: EmbeddedPostgres, folder: Path
) -> None:
    dsn = await server.start()
    await ask(dsn, "CREATE TABLE kept (n int)")
    await ask(dsn, "INSERT INTO kept VALUES (1)")
    os.kill(pid_of(folder), signal.SIGKILL)
    assert await ask(await server.start(), "SELECT count(*) FROM kept") == 1


async def test_a_server_that_recovers_is_ended_at_once_and_keeps_what_was_committed(
    server: EmbeddedPostgres, folder: Path
) -> None:
    dsn = await server.start()
    await ask(dsn, "CREATE TABLE kept (n int)")
    await ask(dsn, "INSERT INTO kept VALUES (1)")
    connection = await asyncpg.connect(dsn, timeout=10)
    os.kill(connection.get_server_pid(), signal.SIGKILL)
    with pytest.raises(asyncpg.PostgresConnectionError):
        await connection.execute("SELECT pg_sleep(10)")
    for _ in range(200):
        if await lets_nobody_in(dsn):
            break
    started = time.monotonic()
    await server.stop()
    assert time.monotonic() - started < 15
    assert await ask(await server.start(), "SELECT count(*) FROM kept") == 1


async def test_a_stale_pid_that_belongs_to_another_program_is_ignored(
    server: EmbeddedPostgres, folder: Path
) -> None:
    await server.start()
    pid_file = folder / "postgres" / "postmaster.pid"
    content = pid_file.read_text()
    await server.stop()
    pid_file.write_text(content.replace(content.split()[0], str(os.getpid()), 1))
    assert await server.attach() is None
    assert await ask(await server.start(), "SELECT 1") == 1


async def test_a_first_start_that_was_killed_half_way_is_begun_again(
    server: EmbeddedPostgres, folder: Path
) -> None:
    (folder / "postgres.partial").mkdir()
    (folder / "postgres.partial" / "PG_VERSION").write_text("18\n")
    assert not server.is_initialized
    assert await ask(await server.start(), "SELECT 1") == 1
    assert not (folder / "postgres.partial").exists()


async def test_a_folder_of_another_postgresql_is_refused(
    server: EmbeddedPostgres, folder: Path
) -> None:
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("99\n")
    with pytest.raises(StartupRefused, match="written by PostgreSQL 99"):
        await server.start()


async def test_a_path_below_a_regular_file_is_refused(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(StartupRefused, match=r"cannot be used.*TRADEWIND_DATA_DIR"):
        await EmbeddedPostgres(folder / "file" / "data").start()


async def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("deep" * 20) / ("deeper" * 10))
    try:
        assert await ask(await server.start(), "SELECT 1") == 1
    finally:
        await server.stop()


async def test_a_canceled_start_leaves_no_server_behind(folder: Path) -> None:
    await EmbeddedPostgres(folder).start()
    await EmbeddedPostgres(folder).stop()
    for turns in (5, 50, 500, 5000):
        database = LocalDatabase(Settings(data_dir=folder))
        starting = asyncio.create_task(database.start())
        for _ in range(turns):
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await database.stop()
        assert await EmbeddedPostgres(folder).attach() is None


async def test_a_server_whose_folder_was_closed_off_still_ends_and_recovers(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "way" / "data")
    dsn = await server.start()
    await ask(dsn, "CREATE TABLE kept (n int)")
    (folder / "way").chmod(0o700)
    await server.stop()
    assert await server.attach() is None
    assert await ask(await server.start(), "SELECT count(*) FROM kept") == 0
    await server.stop()
