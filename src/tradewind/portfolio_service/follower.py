"""Follows one venue's journal and keeps its projection, in memory and in the database."""

import asyncio
from contextlib import suppress

from asyncpg import InterfaceError, PostgresError

from tradewind.contracts.journal import JournalReader, JournalRecord
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import Unavailable
from tradewind.platform.logging import get_logger
from tradewind.portfolio_service.domain.projection import Projection
from tradewind.portfolio_service.repository import Overtaken, Repository

PASSING = (OSError, TimeoutError, PostgresError, InterfaceError, Unavailable)
"""Errors that go away by themselves: the database or the journal cannot be reached."""

_BATCH = 1_000
_FOLD_AT_ONCE = 250
"""Records between two turns of the event loop."""
_UNSAVED_MAX = 20_000
_SAVE_INTERVAL_S = 1.0
_RETRY_S_MIN = 0.1
_RETRY_S_MAX = 5.0

_log = get_logger("portfolio-service")


class VenueFollower:
    """One venue's projection, always on its way to the end of the journal.

    Records are folded in memory as they come and written down once a second, or at once when
    somebody waits for them: a lockstep replay commits thousands of small batches, and one
    transaction for each would cost more than all the rest. Nothing can be lost by that, for the
    position in the journal is written with what was derived from it.
    """

    def __init__(self, venue_id: VenueId, journal: JournalReader, repository: Repository) -> None:
        self._venue_id = venue_id
        self._journal = journal
        self._repository = repository
        self._projection = Projection(venue_id)
        self._loaded = False
        self._saved_number = -1
        self._waiting = 0
        self._ended = False
        self._unsaved = asyncio.Event()
        self._hurry = asyncio.Event()
        self._saved = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    @property
    def projection(self) -> Projection:
        """The venue as it stands; to be read only."""
        return self._projection

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._run(), name=f"portfolio-{self._venue_id}")

    def running(self) -> bool:
        """Tell whether the journal is being followed; not so after a broken invariant."""
        return self._task is not None and not self._ended

    def failure(self) -> BaseException | None:
        """Return what ended the following, if it was not ``stop``."""
        if self._task is None or not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    async def stop(self) -> None:
        """Stop following and write down what there is."""
        if self._task is None:
            return
        self._task.cancel()
        (outcome,) = await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(outcome, asyncio.CancelledError) and self._loaded:
            try:
                await self._save()
            except (*PASSING, Overtaken) as error:
                # It is folded again at the next start.
                _log.warning("portfolio_not_saved", venue_id=self._venue_id, error=repr(error))

    async def wait_for(self, number: int, timeout_s: float) -> None:
        """Return when a record has been folded and written down; raises ``Unavailable``."""
        self._waiting += 1
        self._hurry.set()
        try:
            async with asyncio.timeout(timeout_s), self._saved:
                await self._saved.wait_for(
                    lambda: self._saved_number >= number or not self.running()
                )
        except TimeoutError:
            raise Unavailable(
                "the portfolio is still catching up with the journal; try again shortly"
            ) from None
        finally:
            self._waiting -= 1
        if self._saved_number < number:
            raise Unavailable("the portfolio of this venue is out of service")

    async def _run(self) -> None:
        retry_s = _RETRY_S_MIN
        try:
            while True:
                before = self._projection.last_number
                try:
                    await self._follow()
                except* Overtaken as errors:
                    # What is in memory rests on a state that is no longer the newest.
                    self._loaded = False
                    _log.info("portfolio_overtaken", venue_id=self._venue_id, error=repr(errors))
                except* PASSING as errors:
                    _log.warning(
                        "portfolio_interrupted", venue_id=self._venue_id, error=repr(errors)
                    )
                advanced = self._projection.last_number > before
                retry_s = _RETRY_S_MIN if advanced else min(2 * retry_s, _RETRY_S_MAX)
                await asyncio.sleep(retry_s)
        finally:
            # Whoever waits learns that nothing more will come.
            self._ended = True
            async with self._saved:
                self._saved.notify_all()

    async def _follow(self) -> None:
        if not self._loaded:
            self._projection = await self._repository.load(self._venue_id)
            self._loaded = True
            self._unsaved.clear()
            await self._announce(self._projection.last_number)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._fold())
            tasks.create_task(self._save_regularly())

    async def _fold(self) -> None:
        after = self._projection.last_number
        async for records in self._journal.follow(self._venue_id, after, batch=_BATCH):
            for start in range(0, len(records), _FOLD_AT_ONCE):
                self._apply(records[start : start + _FOLD_AT_ONCE])
                await asyncio.sleep(0)
            if self._projection.last_number - self._saved_number >= _UNSAVED_MAX:
                self._hurry.set()
                async with self._saved:
                    await self._saved.wait_for(
                        lambda: self._projection.last_number - self._saved_number < _UNSAVED_MAX
                    )
        raise Unavailable("the journal ended")

    def _apply(self, records: list[JournalRecord]) -> None:
        for record in records:
            self._projection.apply(record)
        self._unsaved.set()

    async def _save_regularly(self) -> None:
        while True:
            await self._unsaved.wait()
            if not self._waiting:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_SAVE_INTERVAL_S):
                        await self._hurry.wait()
            self._hurry.clear()
            await self._save()

    async def _save(self) -> None:
        self._unsaved.clear()
        changes = self._projection.take_changes()
        try:
            number = await self._repository.save(self._projection, changes, self._saved_number)
        except BaseException:
            self._projection.restore_changes(changes)
            self._unsaved.set()
            raise
        await self._announce(number)

    async def _announce(self, number: int) -> None:
        async with self._saved:
            self._saved_number = number
            self._saved.notify_all()
