"""The life of a process that runs one service: start, wait for its turn, serve, drain, end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradewind.platform import heap
from tradewind.platform.clock import WallClock
from tradewind.platform.http import STANDBY
from tradewind.platform.ids import new_id
from tradewind.platform.logging import get_logger
from tradewind.platform.make_bus import make_bus
from tradewind.platform.process_end import end_at_once
from tradewind.platform.process_life import Failure, acquired_at_once, end_part
from tradewind.platform.server import HttpServer, reserve_port
from tradewind.platform.settings import Settings
from tradewind.platform.standby_door import StandbyDoor
from tradewind.serving.names import PORTS, ServiceName
from tradewind.serving.parts import BUILDS, Materials, Parts

if TYPE_CHECKING:  # the gateway has no database, nor what it takes to talk to one
    from tradewind.platform.database import Database, ServiceSchema

PORT_SETTING = "TRADEWIND_SERVICE_PORT"


@dataclass(frozen=True)
class Serving:
    """Where a service is found, and whether it serves or waits for its turn."""

    service: ServiceName
    url: str
    leads: bool


class ServiceProcess:
    """Runs one service; ``on_deposed`` must end the process at once, without another write."""

    def __init__(
        self,
        settings: Settings,
        name: ServiceName,
        on_deposed: Callable[[BaseException], None] = end_at_once,
    ) -> None:
        self._settings = settings
        self._name = name
        self._on_deposed = on_deposed
        self._clock = WallClock()
        self._bus = make_bus(settings.valkey_url)
        self._pools: list[Database] = []
        self._materials: Materials | None = None
        self._parts: Parts | None = None
        self._begun = False
        self._leaving = False
        self._door = StandbyDoor(name, settings, self._may_serve)
        self._door.status = "starting"
        self._server: HttpServer | None = None
        self._failure = Failure()
        self._log = get_logger(name)

    async def start(self) -> Serving:
        """Start, and serve if it is this process's turn.

        Raises ``StartupRefused`` and leaves nothing running behind.
        """
        try:
            return await self._start()
        except BaseException:
            await self.stop()
            raise

    async def lead(self) -> Serving:
        """Wait for this process's turn, and serve."""
        parts = self._parts
        assert parts is not None, "the process has to be started first"
        assert parts.election is not None, "every process of this service serves at once"
        await parts.election.acquire()
        self._door.status = "starting"
        return await self._begin(parts)

    async def wait_failed(self) -> BaseException:
        """Return when the process must not go on, with the reason."""
        return await self._failure.wait()

    async def stop(self) -> None:
        """Be ready no more, answer what is there, and end, in bounded time.

        A service that another process waits to take over hands over first, and sends whoever comes
        meanwhile there.
        """
        server, parts = self._server, self._parts
        if server is not None:
            server.begin_drain()
            if self._begun:
                await asyncio.sleep(self._settings.drain_delay_s)
            self._door.status = "draining"
        hands_over = parts is not None and parts.hands_over_first
        if parts is not None:
            self._leaving = hands_over
            parts.let_go()
            if hands_over:
                await self._end("service", parts.component.stop())
        if server is not None:
            await self._end("server", server.stop())
        if parts is not None:
            if not hands_over:
                await self._end("service", parts.component.stop())
            if parts.election is not None:
                await self._end("election", parts.election.close())
        await self._close()

    async def _start(self) -> Serving:
        settings = self._settings
        port = PORTS[self._name] if settings.service_port is None else settings.service_port
        listener = reserve_port(settings.host, port, PORT_SETTING)
        self._server = HttpServer(
            self._door,
            settings.host,
            port,
            drain_timeout_s=settings.drain_timeout_s,
            name=self._name,
            listener=listener,
            port_setting=PORT_SETTING,
            trusted_proxies=settings.trusted_proxies,
            message_bytes_max=settings.request_bytes_max,
        )
        await self._bus.start()
        self._materials = Materials(
            settings=settings,
            name=self._name,
            process=new_id(),
            clock=self._clock,
            bus=self._bus,
            open_database=self._open,
            on_deposed=self._on_deposed,
            on_failure=self._failure.give_up,
        )
        parts = self._parts = await BUILDS[self._name](self._materials)
        await self._server.start()
        await parts.warm_up()
        election = parts.election
        if election is not None and not await acquired_at_once(election.acquire()):
            parts.stand_by()
            self._door.status = STANDBY
            return Serving(self._name, self._server.url, leads=False)
        return await self._begin(parts)

    async def _begin(self, parts: Parts) -> Serving:
        assert self._server is not None
        await parts.component.start()
        await parts.begun()
        self._begun = True
        self._door.open(parts.application)
        heap.settle()
        return Serving(self._name, self._server.url, leads=True)

    def _may_serve(self) -> bool:
        parts = self._parts
        if parts is None or self._leaving:
            return False
        return parts.election is None or parts.election.is_held

    async def _open(self, schema: "ServiceSchema") -> "Database":
        from tradewind.platform.database import Database
        from tradewind.platform.migrations import check_migrated

        dsn = self._settings.database_url
        assert dsn is not None, "checked before the start"
        await check_migrated(dsn, schema)
        assert self._materials is not None
        database = await Database.open(dsn, schema, process=self._materials.process)
        self._pools.append(database)
        return database

    async def _close(self) -> None:
        if self._materials is not None:
            for connection in self._materials.connections:
                await self._end("connection", connection.close())
        for pool in self._pools:
            await self._end("pool", pool.close())
        await self._end("bus", self._bus.stop())

    async def _end(self, name: str, ending: Awaitable[None]) -> None:
        await end_part(name, ending, self._log)
