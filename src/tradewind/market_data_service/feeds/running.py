"""Tasks of feeds: a feed that breaks down says so at once."""

import asyncio
from collections.abc import Coroutine

from tradewind.platform.logging import get_logger


def start_task(work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
    """Run work beside everything else; its owner stops it. A failure is logged when it happens."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_report)
    return task


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        get_logger("market-data").critical("feed_broke_down", task=task.get_name(), exc_info=error)
