"""One process at a time does a piece of work; the others wait for it to end.

The right to work is a lock that PostgreSQL keeps for a connection, so it goes with the process. It
has no epoch: it is for work whose doubling would be a nuisance, not for the ledger.
"""

import asyncio
from collections.abc import Callable

from tradewind.platform.database import CONNECT_TIMEOUT_S, Connection, Database

LOOK_S = 0.25
"""How often a process that waits asks for its turn."""

_TRY = "SELECT pg_try_advisory_lock(hashtextextended('tradewind.' || $1, 0))"


class WorkLost(Exception):
    """The connection that proved the right to work has ended."""


class SoleWorker:
    """One process's turn; ``on_lost`` has to end the process at once."""

    def __init__(
        self, database: Database, name: str, on_lost: Callable[[BaseException], None]
    ) -> None:
        self._database = database
        self._name = name
        self._on_lost = on_lost
        self._connection: Connection | None = None
        self._closing = False
        self.is_held = False
        """Whether this process may work."""

    async def acquire(self) -> None:
        """Wait until this process may work."""
        if self._connection is None:
            self._connection = await self._database.connect()
        while True:
            if await self._connection.fetchval(_TRY, self._name):
                break
            await asyncio.sleep(LOOK_S)
        self._connection.add_termination_listener(self._ended)
        self.is_held = True

    async def close(self) -> None:
        """Let the next one work."""
        self._closing = True
        self.is_held = False
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(timeout=CONNECT_TIMEOUT_S)

    def _ended(self, _: object) -> None:
        if not self._closing:
            self.is_held = False
            self._on_lost(WorkLost(f"the database connection of {self._name} has ended"))
