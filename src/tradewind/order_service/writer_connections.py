"""The connections over which every venue's batches are written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tradewind.platform.database import CONNECT_TIMEOUT_S, Connection, Database

CONNECTIONS_MAX = 8


class WriterConnections:
    """Lends a connection for each commit, as many at once as the database can well carry.

    A venue needs one only while it commits: most venues are replays that nobody is stepping, and
    the database has fewer connections than there may be venues.
    """

    def __init__(self, database: Database, limit: int = CONNECTIONS_MAX) -> None:
        self._database = database
        self._idle: list[Connection] = []
        self._free = asyncio.Semaphore(limit)

    async def warm(self) -> None:
        """Connect once, so that the first order does not wait for it."""
        async with self.lend():
            pass

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Connection]:
        """Lend a connection that is alive as far as is known; an error inside costs it its life."""
        async with self._free:
            connection = self._idle.pop() if self._idle else None
            if connection is None or connection.is_closed():
                connection = await self._connect()
            try:
                yield connection
            except BaseException:
                connection.terminate()
                raise
            self._idle.append(connection)

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        idle, self._idle = self._idle, []
        for connection in idle:
            try:
                await connection.close(timeout=CONNECT_TIMEOUT_S)
            except (OSError, TimeoutError):
                connection.terminate()

    async def _connect(self) -> Connection:
        connection = await self._database.connect()
        # Plans are made while the tables are small and kept while they grow: a scan that was
        # cheap at first would slow every batch down.
        await connection.execute("SET enable_seqscan = off")
        return connection
