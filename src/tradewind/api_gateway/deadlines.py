"""A time limit for every request from one timer for all of them.

``asyncio.timeout`` arms and disarms a timer of the loop for each request, which costs more than
authentication and rate limits together. All requests here have the same limit, so they end in the
order in which they began and one look at the oldest is enough.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_LOOKS_A_LIMIT = 20
_LOOK_S_MAX = 1.0

_T = TypeVar("_T")


class Deadlines:
    """Ends requests that take longer than a limit; up to a twentieth of it late."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._look_s = min(limit_s / _LOOKS_A_LIMIT, _LOOK_S_MAX)
        self._running: dict[asyncio.Task[Any], float] = {}  # Any: tasks of every result
        self._given_up: set[asyncio.Task[Any]] = set()
        self._watching = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, work: Coroutine[Any, Any, _T]) -> _T:  # Any: what a coroutine is sent
        """Await some work in this task; raises ``TimeoutError`` when it takes too long."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        # Asked without its loop it would look for it, by a system call to learn the process's id.
        task = asyncio.current_task(self._loop)
        assert task is not None
        self._begin(task)
        try:
            return await work
        except asyncio.CancelledError:
            # A cancellation by somebody else, such as a server that stops, is left standing.
            if task in self._given_up and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._running.pop(task, None)
            self._given_up.discard(task)

    def _begin(self, task: "asyncio.Task[Any]") -> None:  # Any: tasks of every result
        loop = task.get_loop()
        self._running[task] = loop.time() + self._limit_s
        if not self._watching:
            self._watching = True
            loop.call_later(self._look_s, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        overdue = []
        for task, deadline in self._running.items():
            if deadline > now:
                break
            overdue.append(task)
        for task in overdue:
            del self._running[task]
            self._given_up.add(task)
            task.cancel()
        self._watching = bool(self._running)
        if self._watching:
            loop.call_later(self._look_s, self._look, loop)
