"""Ending background tasks for certain."""

import asyncio
from collections.abc import Iterable

_ATTEMPTS = 5
_ATTEMPT_S = 2.0


async def end_tasks(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they have ended, in bounded time; their errors are theirs.

    A cancellation can be lost: a library that turns it into an error of its own while cleaning up
    leaves a loop that catches such errors running. So it is asked again.
    """
    pending = set(tasks)
    for _ in range(_ATTEMPTS):
        if not pending:
            return
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_ATTEMPT_S)
