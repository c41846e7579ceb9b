"""What processes that run services share: waiting for their turn, failing, and ending."""

import asyncio
from collections.abc import Awaitable

from structlog.typing import FilteringBoundLogger

_ELECTION_S = 0.5
_PART_STOP_TIMEOUT_S = 45.0


class Failure:
    """The first reason why a process must not go on."""

    def __init__(self) -> None:
        self._error: BaseException | None = None
        self._failed = asyncio.Event()

    def give_up(self, error: BaseException) -> None:
        """Note that the process must not go on; what comes later is a consequence."""
        if self._error is None:
            self._error = error
            self._failed.set()

    async def wait(self) -> BaseException:
        """Return when the process must not go on, with the reason."""
        await self._failed.wait()
        assert self._error is not None
        return self._error


async def acquired_at_once(acquiring: Awaitable[None]) -> bool:
    """Take the lead, unless somebody else has it: one who just ended is gone in a moment."""
    try:
        async with asyncio.timeout(_ELECTION_S):
            await acquiring
    except TimeoutError:
        return False
    return True


async def end_part(name: str, ending: Awaitable[None], log: FilteringBoundLogger) -> None:
    """End one part in bounded time, whatever goes wrong: the others must still be stopped."""
    try:
        async with asyncio.timeout(_PART_STOP_TIMEOUT_S):
            await ending
    except Exception:
        log.exception("part did not stop cleanly", stopped=name)
