"""One writer for one venue: takes what waits, decides it in order, commits once, then answers.

While a batch is being committed the next commands gather, so the cost of a commit is shared by as
many commands as arrived in the meantime. Callers are answered only after the commit. When a commit
fails, memory is ahead of the journal: the venue stops for good and ``on_failure`` ends the process.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from tradewind.contracts.market_data import FeedMessage
from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.contracts.vocabulary import AccountId
from tradewind.order_service.domain.commands import Command
from tradewind.order_service.domain.core import Core, Emitted
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.refusals import OutcomeUnknown
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.clock import Clock
from tradewind.platform.errors import Refusal, Stopping, Unavailable
from tradewind.platform.tasks import end_tasks

BATCH_MAX = 512
QUEUE_MAX = 20_000
STOP_TIMEOUT_S = 30.0

_NAMED = (SubmitOrder, ReplaceOrder)
"""Commands that bring a client order id along."""


class Writer(Protocol):
    """What makes a batch durable; any error it raises ends the venue."""

    async def write(self, emitted: list[Emitted], touched: list[OrderState]) -> None:
        """Return after the commit."""
        ...

    async def known_client_order_ids(
        self, wanted: Sequence[tuple[AccountId, str]]
    ) -> set[tuple[AccountId, str]]:
        """Return those of the pairs of account and client order id that belong to an order."""
        ...


class _Waiting(Struct, gc=False):
    command: Command
    answer: "asyncio.Future[Any]"


class Sequencer:
    """Runs one venue's core."""

    def __init__(
        self,
        core: Core,
        writer: Writer,
        clock: Clock,
        *,
        on_commit: Callable[[Sequence[Emitted]], None],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self.core = core
        self._writer = writer
        self._clock = clock
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._committed = asyncio.Event()
        self._committed.set()
        self._readers = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.failed = False

    def start(self) -> None:
        """Begin to take commands."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(), name=f"sequencer {self.core.spec.venue_id}")

    async def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Finish what waits, then end; what takes too long is broken off, its outcome unknown."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=timeout_s)
            await end_tasks([self._task])
            # A failure has been reported by then.
            await asyncio.gather(self._task, return_exceptions=True)

    async def execute(self, command: Command) -> Any:
        """Carry a command out and return its answer when it is durable; raises ``Refusal``.

        ``Unavailable`` means that nothing was done, ``OutcomeUnknown`` that nobody can tell.
        """
        if self._stopping or self.failed:
            raise Stopping("the venue is stopping; try again in a moment")
        # The feed sends one message after another; a session or a dividend must not be lost.
        if len(self._waiting) >= QUEUE_MAX and not isinstance(command, FeedMessage):
            raise Unavailable("too many commands are waiting; try again in a moment")
        assert self._loop is not None, "only a sequencer that was started takes commands"
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append(_Waiting(command, answer))
        self._wake.set()
        return await answer

    async def settled(self) -> None:
        """Return when memory shows nothing that is not yet durable; raises ``Unavailable``."""
        self._readers += 1
        try:
            while not self._committed.is_set():
                await self._committed.wait()
        finally:
            self._readers -= 1
        if self.failed:
            raise Stopping("the venue has stopped; try again in a moment")

    async def _run(self) -> None:
        try:
            while True:
                if not self._waiting:
                    if self._stopping:
                        return
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                wrote = await self._batch()
                if self._readers or not wrote:
                    # Otherwise the next commit begins before anybody has had a turn.
                    await asyncio.sleep(0)
        except BaseException as error:
            self.failed = True
            self._committed.set()
            _refuse(self._waiting, Stopping("the venue has stopped; this was not done"))
            self._waiting.clear()
            if not isinstance(error, asyncio.CancelledError):
                self._on_failure(error)
            raise

    async def _batch(self) -> bool:
        """Decide what waits and make it durable; return whether there was anything to write."""
        batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
        unknown: Refusal = Stopping("the venue has stopped; this was not done")
        try:
            await self._look_up_client_order_ids(batch)
            batch = [entry for entry in batch if not entry.answer.done()]
            self._committed.clear()
            unknown = OutcomeUnknown(
                "the venue has stopped; whether this was done is not known, look it up"
            )
            answers = [self._decide(entry.command) for entry in batch]
            emitted, touched = self.core.drain()
            if emitted:
                await self._writer.write(emitted, touched)
        except BaseException:
            _refuse(batch, unknown)
            raise
        self._committed.set()
        if emitted:
            self._on_commit(emitted)
        for entry, (value, refusal) in zip(batch, answers, strict=True):
            if entry.answer.done():
                continue
            if refusal is None:
                entry.answer.set_result(value)
            else:
                entry.answer.set_exception(refusal)
        return bool(emitted)

    def _decide(self, command: Command) -> tuple[Any, Refusal | None]:
        try:
            answer = decide(self.core, command, self._time())
        except Refusal as refusal:
            return None, refusal
        if isinstance(answer, OrderState):
            return answer.view(), None
        return answer, None

    def _time(self) -> datetime:
        """Return the venue's time: the clock's, or in a replay that of the newest feed event."""
        if not self.core.spec.follows_feed_time:
            return self._clock.now()
        return self.core.at or self.core.spec.starts_at or self._clock.now()

    async def _look_up_client_order_ids(self, batch: list[_Waiting]) -> None:
        """Learn which of the batch's client order ids belong to orders that have ended."""
        wanted: list[tuple[AccountId, str]] = [
            (command.account_id, command.client_order_id)
            for entry in batch
            if isinstance(command := entry.command, _NAMED)
            and command.client_order_id is not None
            and command.client_order_id != command.order_id
        ]
        known = await self._writer.known_client_order_ids(wanted) if wanted else set()
        self.core.known_client_order_ids = known


def _refuse(entries: Iterable[_Waiting], refusal: Refusal) -> None:
    for entry in entries:
        if not entry.answer.done():
            entry.answer.set_exception(refusal)
