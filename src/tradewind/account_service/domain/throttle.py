"""How often somebody may fail to sign in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most ``attempts_max`` failures in any ``window``, for each username and each address."""

    attempts_max: int
    window: timedelta

    def retry_after_s(self, failures: int, oldest: datetime | None, now: datetime) -> int | None:
        """Return the whole seconds to wait, or ``None`` when another attempt is allowed.

        ``failures`` and ``oldest`` describe the failures inside the window that ends ``now``.
        """
        if failures < self.attempts_max or oldest is None:
            return None
        return max(1, ceil((oldest + self.window - now).total_seconds()))
