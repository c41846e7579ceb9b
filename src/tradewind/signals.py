"""Work that goes on until the process is asked to stop."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import TypeVar

_T = TypeVar("_T")


def stop_on_signals() -> asyncio.Event:
    """Return an event that the first SIGINT or SIGTERM sets; the second ends the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def received() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(kind, received)
    return stop


async def unless(stop: asyncio.Event, work: Coroutine[None, None, _T]) -> _T | None:
    """Return what the work returns, or ``None`` when ``stop`` comes first and ends it."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return None
    finally:
        stopping.cancel()
