"""What came of it: the account's equity by day, and buying and holding beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from alpaca.data.enums import Adjustment
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.data.models import BarSet
from alpaca.data.requests import StockBarsRequest
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.models import PortfolioHistory
from alpaca.trading.requests import GetPortfolioHistoryRequest

from tradewind.demo.venue_client import AccountPerformance, ReplayPlan

_NEW_YORK = ZoneInfo("America/New_York")
_CENT = Decimal("0.01")
_BPS = 10_000


@dataclass(frozen=True)
class Curve:
    """An equity curve: one value at the close of each trading date."""

    dates: tuple[date, ...]
    values: tuple[Decimal, ...]

    @property
    def total_return(self) -> Decimal:
        """Return the growth from first to last, as a fraction."""
        return self.values[-1] / self.values[0] - 1

    @property
    def yearly_return(self) -> Decimal:
        """Return the constant growth a year that gives the same end, as a fraction."""
        years = Decimal((self.dates[-1] - self.dates[0]).days) / Decimal("365.25")
        if years <= 0:
            return Decimal(0)
        return (self.values[-1] / self.values[0]) ** (1 / years) - 1

    def drawdowns(self) -> list[Decimal]:
        """Return for each date how far the value lies below its peak so far, as a fraction."""
        falls, peak = [], self.values[0]
        for value in self.values:
            peak = max(peak, value)
            falls.append(1 - value / peak)
        return falls


@dataclass(frozen=True)
class Results:
    """Everything that the table and the chart show."""

    plan: ReplayPlan
    performance: AccountPerformance
    orders: int
    bot: Curve
    holding: Curve


def read_bot_curve(trading: TradingClient, first: date, last: date) -> Curve:
    """Return the account's equity by trading date."""
    history = trading.get_portfolio_history(
        GetPortfolioHistoryRequest(
            timeframe="1D", start=_start_of(first), end=_start_of(last, end=True)
        )
    )
    assert isinstance(history, PortfolioHistory)
    return Curve(
        tuple(datetime.fromtimestamp(at, _NEW_YORK).date() for at in history.timestamp),
        tuple(Decimal(str(value)).quantize(_CENT) for value in history.equity),
    )


def read_adjusted_closes(
    data: StockHistoricalDataClient, symbols: Sequence[str], first: date, last: date
) -> dict[str, dict[date, Decimal]]:
    """Return each symbol's closes with splits and reinvested dividends, by date."""
    answer = data.get_stock_bars(
        StockBarsRequest(
            symbol_or_symbols=list(symbols),
            timeframe=TimeFrame.Day,
            start=_start_of(first),
            end=_start_of(last, end=True),
            adjustment=Adjustment.ALL,
        )
    )
    assert isinstance(answer, BarSet)
    return {
        symbol: {
            bar.timestamp.astimezone(_NEW_YORK).date(): Decimal(str(bar.close)) for bar in bars
        }
        for symbol, bars in answer.data.items()
    }


def buy_and_hold(
    closes: Mapping[str, Mapping[date, Decimal]],
    dates: Sequence[date],
    cash: Decimal,
    fee_bps: Decimal,
) -> Curve:
    """Return what equal parts, bought at the first close and never sold, would have become.

    Dividends are reinvested at the close of the ex-date, and the purchase pays the venue's fee.
    A symbol that is not listed yet keeps its part in cash until its first close.
    """
    part = cash / len(closes)
    bought = part / (1 + fee_bps / _BPS)
    worth = dict.fromkeys(closes, part)
    first_close: dict[str, Decimal] = {}
    values = []
    for day in dates:
        for symbol, by_date in closes.items():
            close = by_date.get(day)
            if close is not None:
                first = first_close.setdefault(symbol, close)
                worth[symbol] = bought * close / first
        values.append(sum(worth.values(), Decimal(0)).quantize(_CENT, ROUND_HALF_EVEN))
    return Curve(tuple(dates), tuple(values))


def _start_of(day: date, *, end: bool = False) -> datetime:
    moment = datetime.max.time() if end else datetime.min.time()
    return datetime.combine(day, moment, _NEW_YORK).astimezone(UTC)
