"""Sends what waits, again and again with growing pauses, and forgets what ended long ago."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from asyncpg import InterfaceError, PostgresError

from tradewind.contracts.notifications import ChannelKind
from tradewind.notification_service.domain.retrying import next_attempt_at
from tradewind.notification_service.records import Due
from tradewind.notification_service.repository import Repository
from tradewind.notification_service.senders import NotTaken
from tradewind.platform.clock import Clock
from tradewind.platform.logging import get_logger

Send = Callable[[Due, datetime], Awaitable[None]]

KEPT = timedelta(days=30)
"""How long messages that ended can still be looked at."""

_BATCH = 32
"""Messages that are sent at the same time."""
_LOOK_S = 1.0
_PAUSE_S = 2.0
_FORGET_MAX = 1_000
_PASSING = (OSError, TimeoutError, PostgresError, InterfaceError)

_log = get_logger("notification-service")


class Deliverer:
    """Sends messages as they become due; one process at a time."""

    def __init__(
        self, repository: Repository, senders: Mapping[ChannelKind, Send], clock: Clock
    ) -> None:
        self._repository = repository
        self._senders = senders
        self._clock = clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look at once: there is something new."""
        self._woken.set()

    async def run(self) -> None:
        """Send for ever; what keeps the database from answering is waited out."""
        while True:
            try:
                if not await self.send_due():
                    await self._repository.forget_ended(self._clock.now() - KEPT, _FORGET_MAX)
                    await self._rest()
            except _PASSING as error:
                _log.warning("deliveries_interrupted", error=repr(error))
                await asyncio.sleep(_PAUSE_S)

    async def send_due(self) -> int:
        """Send what is due, up to a batch, and return how many messages that were."""
        self._woken.clear()
        due = await self._repository.due(self._clock.now(), _BATCH)
        async with asyncio.TaskGroup() as tasks:
            for each in due:
                tasks.create_task(self._send(each))
        return len(due)

    async def _send(self, due: Due) -> None:
        try:
            await self._senders[due.kind](due, self._clock.now())
        except NotTaken as error:
            retry_at = next_attempt_at(self._clock.now(), due.attempts + 1)
            await self._repository.not_delivered(due.delivery_id, str(error), retry_at)
            if retry_at is None:
                _log.warning("message_given_up", delivery_id=due.delivery_id, why=str(error))
        else:
            await self._repository.delivered(due.delivery_id, self._clock.now())

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                await self._woken.wait()
