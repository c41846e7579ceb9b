"""One service's view of PostgreSQL: its own schema, its own rights, written-out SQL."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from tradewind.platform.errors import StartupRefused
from tradewind.platform.secret_file import PasswordSource, password_source

Record = asyncpg.Record
Connection: TypeAlias = "asyncpg.Connection[Record]"
PooledConnection: TypeAlias = "PoolConnectionProxy[Record]"

CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 30.0
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class ServiceSchema:
    """What a service owns in the database.

    ``migrations`` is the dotted package of its Alembic folder, for example
    ``tradewind.order_service.migrations``; the revisions lie in ``versions`` below it.

    ``user`` signs in for the service alone where each service has a user of its own. It reads every
    table of the schema and changes those in ``changes``, each with its statements. Without
    ``changes`` it acts as the role, which owns the tables: a service that makes and drops
    partitions has to.
    """

    schema: str
    role: str
    migrations: str
    user: str = ""
    changes: Mapping[str, str] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name in (self.schema, self.role, *([self.user] if self.user else [])):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no plain lower-case SQL name")

    def acts_as_role(self, dsn: str) -> bool:
        """Tell whether who signs in with a DSN goes on as the role that owns the tables."""
        user = unquote(urlsplit(dsn).username or "")
        return user != self.user or self.changes is None


class Database:
    """A pool whose connections work inside the service's schema, with its role or its user."""

    def __init__(
        self,
        dsn: str,
        schema: ServiceSchema,
        pool: "asyncpg.Pool[Record]",
        server_settings: dict[str, str],
        password: PasswordSource | None,
    ) -> None:
        self._dsn = dsn
        self._password = password
        self._server_settings = server_settings
        self._pool = pool
        self.schema = schema

    @classmethod
    async def open(
        cls,
        dsn: str,
        schema: ServiceSchema,
        *,
        min_size: int = 1,
        max_size: int = 8,
        process: str = "",
    ) -> "Database":
        """Connect; raises ``StartupRefused`` when the server cannot be reached.

        ``process`` names this process at the end of its sessions' application name.
        """
        settings = _server_settings(dsn, schema, process)
        password = password_source(dsn)
        try:
            pool = await asyncpg.create_pool(
                dsn,
                password=password,
                min_size=min_size,
                max_size=max_size,
                timeout=CONNECT_TIMEOUT_S,
                command_timeout=COMMAND_TIMEOUT_S,
                server_settings=settings,
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise unreachable(error) from error
        return cls(dsn, schema, pool, settings, password)

    @property
    def dsn(self) -> str:
        """Where the database is, with what may be secret in it."""
        return self._dsn

    async def close(self) -> None:
        """Close every connection; those still busy after ten seconds are cut."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def fetch(self, sql: str, *args: object) -> list[Record]:
        """Return every row."""
        return await self._pool.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: object) -> Record | None:
        """Return the first row, or ``None``."""
        return await self._pool.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:  # a column may be of any type
        """Return the first column of the first row, or ``None``."""
        return await self._pool.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> str:
        """Run a statement and return its tag, for example ``UPDATE 1``."""
        return await self._pool.execute(sql, *args)

    async def executemany(self, sql: str, args: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each sequence of arguments, in one transaction."""
        await self._pool.executemany(sql, args)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PooledConnection]:
        """Lend a connection inside a transaction: commits at the end, rolls back on an error."""
        async with (
            self._pool.acquire(timeout=CONNECT_TIMEOUT_S) as connection,
            connection.transaction(),
        ):
            yield connection

    async def connect(self) -> Connection:
        """Open a connection outside the pool (a writer, LISTEN); the caller closes it."""
        return await asyncpg.connect(
            self._dsn,
            password=self._password,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=COMMAND_TIMEOUT_S,
            server_settings=self._server_settings,
        )


def unreachable(error: BaseException) -> StartupRefused:
    """Say that the database does not answer, and what to do."""
    return StartupRefused(
        f"The database cannot be reached ({error or type(error).__name__}). "
        "Check that PostgreSQL runs and that TRADEWIND_DATABASE_URL is right."
    )


def _server_settings(dsn: str, schema: ServiceSchema, process: str) -> dict[str, str]:
    settings = {
        "application_name": f"tradewind-{schema.schema} {process}".rstrip(),
        "search_path": schema.schema,
        "timezone": "UTC",
    }
    if schema.acts_as_role(dsn):
        settings["role"] = schema.role
    return settings
