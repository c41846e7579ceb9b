"""The calendar that an image brings along: used as far as it reaches."""

from datetime import date
from pathlib import Path

from tradewind.market_data_service.exchange_calendar import generate_trading_days

TODAY = date(2024, 3, 1)


def lines(until: date) -> str:
    """Return a calendar of Mondays alone, so that it cannot be mistaken for the library's."""
    first = date(2024, 1, 1)
    return "".join(
        f"{day},{day}T14:30:00+00:00,{day}T21:00:00+00:00\n"
        for ordinal in range(first.toordinal(), until.toordinal() + 1, 7)
        for day in [date.fromordinal(ordinal)]
    )


async def test_calendar_of_the_image_is_taken_as_it_is(tmp_path: Path) -> None:
    made = tmp_path / "sessions.csv"
    made.write_text(lines(date(2027, 1, 1)))
    days = await generate_trading_days(TODAY, made)
    assert {day.trading_date.weekday() for day in days} == {0}
    assert days[0].opens_at.hour == 14


async def test_calendar_that_ends_too_early_is_made_again(tmp_path: Path) -> None:
    made = tmp_path / "sessions.csv"
    made.write_text(lines(date(2025, 1, 1)))
    days = await generate_trading_days(TODAY, made)
    assert {day.trading_date.weekday() for day in days} == {0, 1, 2, 3, 4}
