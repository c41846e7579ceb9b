"""When a trade in US shares settles."""

from datetime import date

_CYCLES: tuple[tuple[date, int], ...] = (
    (date(2024, 5, 28), 1),
    (date(2017, 9, 5), 2),
    (date(1995, 6, 7), 3),
)
_OLDEST_CYCLE = 5


def settlement_days(trading_date: date) -> int:
    """Return how many business days after the trade money and shares change hands.

    T+1 since 2024-05-28, T+2 since 2017-09-05, T+3 since 1995-06-07, T+5 before (SEC rule 15c6-1
    and its amendments).
    """
    return next((days for since, days in _CYCLES if trading_date >= since), _OLDEST_CYCLE)
