"""Build bars from prints as they come."""

from datetime import datetime

from tradewind.contracts.market_data import Bar, Trade
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
