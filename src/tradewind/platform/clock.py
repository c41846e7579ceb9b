"""The only place that reads a clock: everything else is handed one."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, aware and in UTC."""

    def now(self) -> datetime:
        """Return the present instant."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the present instant by the machine."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told: replays and tests set it."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the instant that was set last."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move to an instant; going backwards raises ``ValueError``."""
        if at < self._at:
            raise ValueError(f"the clock stands at {self._at} and cannot go back to {at}")
        self._at = at
