"""Waiting for what another process does, and finding it a place to listen."""

import socket
import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def wait_for(
    answer: Callable[[], _T | None], what: str, timeout_s: float = 20, every_s: float = 0.05
) -> _T:
    """Ask again until there is an answer; raises ``AssertionError`` naming ``what`` too late."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = answer()
        if found:
            return found
        time.sleep(every_s)  # between two questions to another process
    raise AssertionError(f"{what} did not happen within {timeout_s:.0f} seconds")


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
