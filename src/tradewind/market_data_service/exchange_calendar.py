"""Work out the exchange's calendar in a process of its own.

The library brings pandas along, which takes a second to import and stays in memory. The calendar
is needed as numbers in a table, once in a long while, so a short-lived child process makes it:
``python -m tradewind.market_data_service.exchange_calendar <first date> <last date>`` writes one
line for each session, ``date,opens_at,closes_at`` in UTC. A container image has these lines made
when it is built, and does without the library.
"""

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tradewind.contracts.market_data import TradingDay
from tradewind.market_data_service.domain.settlement import settlement_days
from tradewind.platform.errors import StartupRefused

FIRST_DATE = date(1990, 1, 1)
YEARS_AHEAD = 2

_EXCHANGE = "XNYS"
_TIMEOUT_S = 120.0
_SETTLEMENT_MARGIN = timedelta(days=14)
_SESSIONS_APART_MAX = timedelta(days=7)
"""The exchange never closes for longer, but for disasters."""

MADE_WITH_THE_IMAGE = Path(sys.prefix, "share", "tradewind", "sessions.csv")


async def generate_trading_days(today: date, made: Path = MADE_WITH_THE_IMAGE) -> list[TradingDay]:
    """Return the sessions from 1990 to two years ahead.

    Settlement is counted in sessions; the few bank holidays on which the exchange trades are not
    left out. Raises ``StartupRefused`` when there are neither lines in ``made`` that reach so far
    nor the library.
    """
    last = today + timedelta(days=365 * YEARS_AHEAD)
    margin = last + _SETTLEMENT_MARGIN
    sessions = await asyncio.to_thread(_read, made)
    if not sessions or sessions[-1][0] < margin - _SESSIONS_APART_MAX:
        sessions = list(_parse(await _ask_library(FIRST_DATE, margin)))
    return [day for day in _with_settlement(sessions) if day.trading_date <= last]


def _read(made: Path) -> list[tuple[date, datetime, datetime]]:
    return list(_parse(made.read_text())) if made.exists() else []


async def _ask_library(first: date, last: date) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, first.isoformat(), last.isoformat()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            output, errors = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        reason = errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise StartupRefused(
            f"The exchange calendar could not be made ({reason}). "
            "Check that the package exchange-calendars is installed; a container image has its "
            "calendar made when it is built, so use a newer one."
        )
    return output.decode()


def _parse(text: str) -> Iterator[tuple[date, datetime, datetime]]:
    for line in text.splitlines():
        day, opens_at, closes_at = line.split(",")
        yield (
            date.fromisoformat(day),
            datetime.fromisoformat(opens_at).astimezone(UTC),
            datetime.fromisoformat(closes_at).astimezone(UTC),
        )


def _with_settlement(sessions: list[tuple[date, datetime, datetime]]) -> Iterator[TradingDay]:
    for index, (day, opens_at, closes_at) in enumerate(sessions):
        settles = index + settlement_days(day)
        if settles < len(sessions):
            yield TradingDay(
                trading_date=day,
                opens_at=opens_at,
                closes_at=closes_at,
                settlement_date=sessions[settles][0],
            )


def main(first: str, last: str) -> None:
    """Write the sessions between two dates to standard output."""
    from exchange_calendars import get_calendar  # type: ignore[import-untyped]  # ships no types

    schedule = get_calendar(_EXCHANGE, start=first, end=last).schedule
    sys.stdout.writelines(
        f"{row.Index.date()},{row.open.isoformat()},{row.close.isoformat()}\n"
        for row in schedule[["open", "close"]].itertuples()
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
