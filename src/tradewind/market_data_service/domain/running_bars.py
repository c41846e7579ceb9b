"""Build bars from prints as they come."""

from datetime import datetime

from tradewind.contracts.market_data import Bar, Trade
from tradewind.market_data_service.domain.market_time import ONE_MINUTE, minute_of
from tradewind.market_data_service.domain.timeframes import DAY_BAR, MINUTE_BAR
from tradewind.platform.money import PriceUnits, QuantityUnits, Rounding, divide


class RunningBar:
    """A bar that is still growing."""

    __slots__ = (
        "_close",
        "_count",
        "_high",
        "_low",
        "_open",
        "_symbol",
        "_timeframe",
        "_value",
        "_volume",
        "starts_at",
    )

    def __init__(self, timeframe: str, starts_at: datetime, first: Trade) -> None:
        self.starts_at = starts_at
        self._symbol = first.symbol
        self._timeframe = timeframe
        self._open = self._high = self._low = self._close = first.price
        self._volume: int = first.size
        self._value = first.price * first.size
        self._count = 1

    @classmethod
    def resumed(cls, bar: Bar) -> "RunningBar":
        """Return a bar that grows on from where it was stored."""
        resumed = cls.__new__(cls)
        resumed.starts_at = bar.starts_at
        resumed._symbol, resumed._timeframe = bar.symbol, bar.timeframe
        resumed._open, resumed._high = bar.open, bar.high
        resumed._low, resumed._close = bar.low, bar.close
        resumed._volume, resumed._count = bar.volume, bar.trade_count
        resumed._value = bar.vwap * bar.volume
        return resumed

    def add(self, trade: Trade) -> None:
        """Take in a print."""
        price = trade.price
        if price > self._high:
            self._high = price
        elif price < self._low:
            self._low = price
        self._close = price
        self._volume += trade.size
        self._value += price * trade.size
        self._count += 1

    def bar(self) -> Bar:
        """Return the bar as it stands."""
        vwap = (
            divide(self._value, self._volume, Rounding.HALF_EVEN) if self._volume else self._close
        )
        return Bar(
            self._symbol,
            self._timeframe,
            self.starts_at,
            self._open,
            self._high,
            self._low,
            self._close,
            QuantityUnits(self._volume),
            self._count,
            PriceUnits(vwap),
        )


class BarBoard:
    """The growing minute and daily bars of a venue's instruments."""

    def __init__(self) -> None:
        self._minutes: dict[str, RunningBar] = {}
        self._days: dict[str, RunningBar] = {}

    def resume(self, bar: Bar) -> None:
        """Go on with a stored bar."""
        board = self._days if bar.timeframe == DAY_BAR else self._minutes
        board[bar.symbol] = RunningBar.resumed(bar)

    def take(self, trade: Trade, day_start: datetime | None) -> list[Bar]:
        """Take in a print of the day that starts at an instant; return the bars that it ends.

        A print outside the regular session, without a day, counts for the minute only.
        """
        finished = _grow(self._minutes, MINUTE_BAR, minute_of(trade.at), trade)
        if day_start is not None:
            finished += _grow(self._days, DAY_BAR, day_start, trade)
        return finished

    def finish_minutes(self, until: datetime) -> list[Bar]:
        """Return and remove the minute bars that are over at an instant."""
        over = [
            symbol
            for symbol, running in self._minutes.items()
            if running.starts_at + ONE_MINUTE <= until
        ]
        return [self._minutes.pop(symbol).bar() for symbol in over]

    def finish_days(self) -> list[Bar]:
        """Return and remove the daily bars: the session is over."""
        bars = self.days()
        self._days.clear()
        return bars

    def days(self) -> list[Bar]:
        """Return the daily bars as they stand."""
        return [running.bar() for running in self._days.values()]

    def running(self) -> list[Bar]:
        """Return every bar that still grows."""
        return [*(running.bar() for running in self._minutes.values()), *self.days()]


def _grow(
    board: dict[str, RunningBar], timeframe: str, starts_at: datetime, trade: Trade
) -> list[Bar]:
    running = board.get(trade.symbol)
    if running is not None and running.starts_at == starts_at:
        running.add(trade)
        return []
    board[trade.symbol] = RunningBar(timeframe, starts_at, trade)
    return [running.bar()] if running is not None else []
