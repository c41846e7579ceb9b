"""When a message that was not taken is sent again, and when it is given up."""

from datetime import datetime, timedelta

ATTEMPTS_MAX = 12
_FIRST_PAUSE_S = 2
_PAUSE_S_MAX = 3_600


def next_attempt_at(now: datetime, attempts: int) -> datetime | None:
    """Return when to try again after so many attempts, ``None`` when it is given up.

    The pauses double from two seconds to at most an hour, a good hour altogether.
    """
    if attempts >= ATTEMPTS_MAX:
        return None
    return now + timedelta(seconds=min(_FIRST_PAUSE_S << (attempts - 1), _PAUSE_S_MAX))
