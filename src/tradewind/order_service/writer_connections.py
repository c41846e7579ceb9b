"""The connections over which every venue's batches are written."""

import asyncio
from types import TracebackType

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

    def lend(self) -> "_Loan":
        """Lend a connection that is alive as far as is known; an error inside costs it its life."""
        return _Loan(self)

    async def take(self) -> Connection:
        """Take a connection, once there is one to be had; ``give_back`` must follow."""
        await self._free.acquire()
        try:
            connection = self._idle.pop() if self._idle else None
            if connection is None or connection.is_closed():
                connection = await self._connect()
        except BaseException:
            self._free.release()
            raise
        return connection

    def give_back(self, connection: Connection, *, is_sound: bool) -> None:
        """Let the next one have a connection, unless something has gone wrong on it."""
        if is_sound:
            self._idle.append(connection)
        else:
            connection.terminate()
        self._free.release()

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


class _Loan:
    """A connection for the time of an ``async with``.

    Written out, because every commit passes: a generator for it costs as much again.
    """

    def __init__(self, connections: WriterConnections) -> None:
        self._connections = connections
        self._connection: Connection | None = None

    async def __aenter__(self) -> Connection:
        self._connection = connection = await self._connections.take()
        return connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._connection is not None
        self._connections.give_back(self._connection, is_sound=kind is None)
