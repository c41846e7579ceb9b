"""The database of this installation: the owner's own PostgreSQL, or the embedded one."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg

from tradewind.platform.data_folder import DataFolder
from tradewind.platform.database import CONNECT_TIMEOUT_S, Connection
from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.platform.errors import StartupRefused
from tradewind.platform.settings import Settings


class LocalDatabase:
    """Gives the DSN to work with, starting and stopping the embedded server when it is ours."""

    name = "database"

    def __init__(self, settings: Settings) -> None:
        self._url = settings.database_url
        self._folder = DataFolder(settings.data_dir)
        self._server = EmbeddedPostgres(settings.data_dir)
        self._owned = False
        self._watch: Connection | None = None

    @property
    def is_new(self) -> bool:
        """Whether the first start is still to come, which makes the database."""
        return self._url is None and not self._server.is_initialized

    async def start(self) -> str:
        """Lock the data folder, start the server and return its DSN."""
        if self._url is not None:
            return self._url
        self._folder.acquire()
        try:
            dsn = await self._server.start()
        except BaseException:
            await self._stop_server()
            raise
        self._owned = True
        return dsn

    async def watch(self, on_end: Callable[[BaseException], None]) -> None:
        """Tell once when the embedded server has ended by itself; a server of others is not ours.

        Nothing goes on without it, and a core would notice only at its next write.
        """
        if not self._owned:
            return
        connection: Connection = await asyncpg.connect(
            await self._server.attach(), timeout=CONNECT_TIMEOUT_S
        )

        def ended(_: object) -> None:
            if self._watch is not None:
                on_end(ConnectionError("the database server has ended"))

        connection.add_termination_listener(ended)
        self._watch = connection

    async def stop(self) -> None:
        """Stop the server and unlock the folder, if ``start`` took them."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.terminate()
        if not self._owned:
            return
        self._owned = False
        await self._stop_server()

    async def _stop_server(self) -> None:
        try:
            await self._server.stop()
        finally:
            self._folder.release()

    async def attach(self) -> str | None:
        """Return the DSN when another process keeps the database running, else ``None``."""
        if self._url is not None:
            return self._url
        self._folder.check_version()
        return await self._server.attach()


@asynccontextmanager
async def existing_database(settings: Settings) -> AsyncIterator[str]:
    """Lend the database to a short command, beside a running platform or without one.

    Raises ``StartupRefused`` when the platform was never started.
    """
    database = LocalDatabase(settings)
    if database.is_new:
        raise StartupRefused(
            f"There is no database in {settings.data_dir} yet. Start the platform once with "
            "`tradewind up`, or name its folder with TRADEWIND_DATA_DIR."
        )
    dsn = await database.attach()
    if dsn is not None:
        yield dsn
        return
    dsn = await database.start()
    try:
        yield dsn
    finally:
        await database.stop()
