"""Leading: a lease that is renewed, handed over on a clean stop, and lost for good when taken.

A process leads from ``acquire`` until it releases the lease or ends. Three things keep a process
that has been replaced from doing harm: its epoch is too low for the journal, its sessions with the
database are cut, and ``on_lost`` ends it.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

import structlog
from asyncpg import InterfaceError, PostgresError

from tradewind.order_service.leadership_repository import LeadershipRepository
from tradewind.platform.database import Database
from tradewind.platform.tasks import end_tasks

TTL_S = 3.0
RENEW_S = 0.5
WATCH_S = 0.2

_log = structlog.get_logger("order_service")


class LeadershipLost(Exception):
    """Another process leads, or the session that proved our leading has ended."""


class Leadership:
    """One process's part in the election.

    ``holder`` names the process; its sessions carry it at the end of their application name.
    ``exclusive`` says that no other process can be at this database, so there is nobody to wait
    for. ``on_lost`` has to end the process at once, without writing anything. A lease lasts for
    ``ttl_s`` seconds after its newest renewal.
    """

    def __init__(
        self,
        database: Database,
        holder: str,
        *,
        exclusive: bool,
        on_lost: Callable[[BaseException], None],
        ttl_s: float = TTL_S,
    ) -> None:
        self._database = database
        self._ttl_s = ttl_s
        self.holder = holder
        """What names this process."""
        self._exclusive = exclusive
        self._on_lost = on_lost
        self._repository: LeadershipRepository | None = None
        self._released = asyncio.Event()
        self._renewing: asyncio.Task[None] | None = None
        self._held_until = 0.0
        self._closing = False
        self.epoch: int | None = None
        """The fencing epoch, once this process leads."""

    @property
    def is_held(self) -> bool:
        """Whether no other process can have taken the lease by now."""
        return self.epoch is not None and time.monotonic() < self._held_until

    async def try_acquire(self) -> bool:
        """Take the lease if it can be had, and keep it renewed from then on."""
        if self._repository is None:
            self._repository = await LeadershipRepository.open(
                self._database, self._released.set, self._cut_off
            )
        began = time.monotonic()
        epoch = await self._repository.claim(self.holder, self._ttl_s, force=self._exclusive)
        if epoch is None:
            return False
        self.epoch = epoch
        self._held_until = began + self._ttl_s
        self._renewing = asyncio.create_task(self._renew(epoch), name="leadership")
        _log.info("leadership_acquired", epoch=epoch)
        return True

    async def acquire(self) -> None:
        """Wait until this process leads."""
        while True:
            self._released.clear()
            if await self.try_acquire():
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_S):
                    await self._released.wait()

    async def release(self) -> None:
        """Hand over: the next leader may begin at once; does nothing for who does not lead."""
        if self._renewing is not None:
            await end_tasks([self._renewing])
            self._renewing = None
        epoch, self.epoch = self.epoch, None
        if self._repository is not None and epoch is not None:
            self._closing = True
            await self._repository.release(epoch)
            _log.info("leadership_released", epoch=epoch)

    async def close(self) -> None:
        """Leave the election."""
        self._closing = True
        if self._renewing is not None:
            await end_tasks([self._renewing])
            self._renewing = None
        self.epoch = None
        if self._repository is not None:
            await self._repository.close()
            self._repository = None

    async def _renew(self, epoch: int) -> None:
        repository = self._repository
        assert repository is not None
        while True:
            await asyncio.sleep(RENEW_S)
            began = time.monotonic()
            try:
                held = await repository.renew(epoch, self._ttl_s)
            except (TimeoutError, OSError, PostgresError, InterfaceError) as error:
                # A slow database is no loss: nobody else can write to it either. A lost session is
                # told by the connection itself.
                _log.warning("leadership_not_renewed", error=repr(error))
                continue
            if not held:
                self._lost(LeadershipLost(f"another process leads since epoch {epoch} ended"))
                return
            self._held_until = began + self._ttl_s

    def end_if_lapsed(self, failure: BaseException) -> None:
        """End the process at once if what failed did so after the lease had run out.

        Another process may lead by then: a stop in order would write beside it. A process that was
        stopped by a signal may find its writer's connection cut before it hears of its successor.
        """
        if self.epoch is not None and not self._exclusive and not self.is_held:
            self._lost(LeadershipLost(f"its lease had run out before this failed: {failure!r}"))

    def _cut_off(self) -> None:
        # An exclusive database ends with its owner, who is told by other means and stops in order.
        if not self._exclusive:
            self._lost(LeadershipLost("the session of the leadership with the database has ended"))

    def _lost(self, error: LeadershipLost) -> None:
        if not self._closing:
            self._closing = True
            self._held_until = 0.0
            self._on_lost(error)
