"""Read price rows of a file, one at a time, with errors that name the line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from tradewind.contracts.market_data import Bar
from tradewind.market_data_service.domain.market_time import ONE_MINUTE, midnight_of, minute_of
from tradewind.market_data_service.domain.replay import PRINTS_PER_DAY, path_vwap
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.market_data_service.domain.timeframes import DAY_BAR, MINUTE_BAR
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import InexactAmount, PriceUnits, QuantityUnits, to_units

DAY_COLUMNS = ("symbol", "date", "open", "high", "low", "close", "volume")
MINUTE_COLUMNS = ("symbol", "timestamp", "open", "high", "low", "close", "volume")

ROWS_MAX = 5_000_000
"""More rows are refused; split the file."""

_SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,14}")
_PRICE_MAX = 10**9 * 10**9
_VOLUME_MAX = 9 * 10**18


class PriceFileRefused(MalformedRequest):
    """A file of prices has a line that does not hold; nothing of it was taken."""

    title = "Price file refused"


class PriceRows:
    """Turns the rows of one file into bars."""

    def __init__(self, header: Sequence[str], calendar: Calendar, now: datetime) -> None:
        """Take the header line.

        Raises ``PriceFileRefused`` when the columns are not those of daily or minute prices.
        """
        columns = tuple(name.strip().lower() for name in header)
        if columns not in (DAY_COLUMNS, MINUTE_COLUMNS):
            raise PriceFileRefused(
                f"line 1: the columns are {','.join(columns)[:200] or 'missing'}; expected "
                f"{','.join(DAY_COLUMNS)} or {','.join(MINUTE_COLUMNS)}"
            )
        self.timeframe = DAY_BAR if columns == DAY_COLUMNS else MINUTE_BAR
        self._calendar = calendar
        self._now = now
        self._seen: set[tuple[str, datetime]] = set()

    def read(self, lines: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Bar]:
        """Yield a bar for each numbered line; raises ``PriceFileRefused`` at the first bad one."""
        for number, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(self._seen) >= ROWS_MAX:
                raise PriceFileRefused(f"line {number}: more than {ROWS_MAX} rows; split the file")
            try:
                bar = self._bar([cell.strip() for cell in cells])
            except (ValueError, InexactAmount) as error:
                raise PriceFileRefused(f"line {number}: {error}") from None
            yield bar

    def _bar(self, cells: Sequence[str]) -> Bar:
        if len(cells) != len(DAY_COLUMNS):
            raise ValueError(f"{len(cells)} columns; expected {len(DAY_COLUMNS)}")
        symbol = cells[0].upper()
        if not _SYMBOL.fullmatch(symbol):
            raise ValueError(f"symbol {cells[0][:20]!r} is not 1–15 letters, digits and dots")
        starts_at = self._day(cells[1]) if self.timeframe == DAY_BAR else self._minute(cells[1])
        if (symbol, starts_at) in self._seen:
            raise ValueError(f"{symbol} at {cells[1]} is given twice")
        self._seen.add((symbol, starts_at))
        opened, high, low, close = (
            _price(name, cell) for name, cell in zip(DAY_COLUMNS[2:6], cells[2:6], strict=True)
        )
        if not low <= min(opened, close) <= max(opened, close) <= high:
            raise ValueError(
                f"open {cells[2]} and close {cells[5]} do not lie between low {cells[4]} and "
                f"high {cells[3]}"
            )
        return Bar(
            symbol,
            self.timeframe,
            starts_at,
            opened,
            high,
            low,
            close,
            _volume(cells[6]),
            PRINTS_PER_DAY,
            path_vwap((opened, high, low, close)),
        )

    def _day(self, text: str) -> datetime:
        day = date.fromisoformat(text)
        if self._calendar.find(day) is None:
            raise ValueError(f"{text} is not a trading day of the exchange")
        starts_at = midnight_of(day)
        if starts_at > self._now:
            raise ValueError(f"{text} lies in the future")
        return starts_at

    def _minute(self, text: str) -> datetime:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError(f"timestamp {text} has no offset; write it like 2024-01-02T14:30:00Z")
        at = at.astimezone(UTC)
        if at != minute_of(at):
            raise ValueError(f"timestamp {text} is not the start of a minute")
        if at + ONE_MINUTE > self._now:
            raise ValueError(f"{text} lies in the future")
        return at


def _price(name: str, text: str) -> PriceUnits:
    units = to_units(text)
    if not 0 < units <= _PRICE_MAX:
        raise ValueError(f"{name} {text} is not between 0 and a billion dollars")
    return PriceUnits(units)


def _volume(text: str) -> QuantityUnits:
    units = to_units(text)
    if not 0 <= units <= _VOLUME_MAX:
        raise ValueError(f"volume {text} is not between 0 and nine billion shares")
    return QuantityUnits(units)
