"""An event loop without a world: time passes only when nothing is left to do at the present one.

Sleeping costs nothing, nothing comes from outside, and what is ready runs in the order in which it
became ready: the same program takes the same steps every time.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


class Stuck(Exception):
    """Everybody waits for somebody else, or time has run far beyond what the run may take."""


class _Nothing:
    """Stands where the selector would: instead of waiting it moves the loop's time on."""

    def __init__(self, loop: "SimulatedLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Stuck("nothing is ready and nothing will be")
        self._loop.pass_time(timeout)
        return []

    def close(self) -> None:
        """There is nothing to close."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs tasks on a time of its own."""

    def __init__(self, *, ends_at: float) -> None:
        super().__init__()
        self._now = 0.0
        self._ends_at = ends_at
        self._selector = _Nothing(self)

    def time(self) -> float:
        """Return the simulated time in seconds."""
        return self._now

    def pass_time(self, seconds: float) -> None:
        """Let time pass; raises ``Stuck`` beyond the end."""
        self._now += max(0.0, seconds)
        if self._now > self._ends_at:
            raise Stuck(f"not finished after {self._ends_at} simulated seconds")

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody is waiting outside."""


def run(work: Coroutine[Any, Any, _T], *, ends_at: float) -> _T:
    """Run a coroutine on a loop of its own; an error that nobody handles is the run's."""
    loop = SimulatedLoop(ends_at=ends_at)
    unhandled: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: unhandled.append(context))
    try:
        result = loop.run_until_complete(work)
    finally:
        _clear(loop)
    if unhandled:
        raise RuntimeError(f"nobody handled: {unhandled[0]}")
    return result


def _clear(loop: SimulatedLoop) -> None:
    """End what is still there, whatever it says to that."""
    for _ in range(20):
        tasks = asyncio.all_tasks(loop)
        if not tasks:
            break
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
