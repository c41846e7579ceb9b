"""What one replay draws on, read before its first day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from tradewind.contracts.corporate_actions import PriceAction
from tradewind.contracts.market_data import Bar, FeedSpec, TradingDay
from tradewind.market_data_service.domain.market_time import date_of, midnight_of
from tradewind.market_data_service.domain.sessions import Calendar
from tradewind.market_data_service.feeds.errors import NothingToReplay
from tradewind.market_data_service.history import History
from tradewind.platform.money import PriceUnits


class Past:
    """What one replay draws on: its days, and the bars and actions by date."""

    def __init__(
        self,
        days: Sequence[TradingDay],
        bars: Mapping[str, Sequence[Bar]],
        actions: Sequence[PriceAction],
        ticks: Mapping[str, PriceUnits],
        starts_at: datetime,
    ) -> None:
        self.days = days
        self.dates = [day.trading_date for day in days]
        self.actions = actions
        self.ticks = ticks
        self.starts_at = starts_at
        """The close before the first day: where the venue's clock stands at first."""
        self._by_symbol = {
            symbol: {date_of(bar.starts_at): bar for bar in each} for symbol, each in bars.items()
        }

    @property
    def symbols(self) -> list[str]:
        """Return the symbols that have bars, sorted."""
        return sorted(self._by_symbol)

    def bars_of(self, trading_date: date) -> list[Bar]:
        """Return the day's bars by symbol."""
        found = (self._by_symbol[symbol].get(trading_date) for symbol in self.symbols)
        return [bar for bar in found if bar is not None]

    def bar(self, symbol: str, trading_date: date) -> Bar | None:
        """Return one bar."""
        return self._by_symbol.get(symbol, {}).get(trading_date)

    def actions_between(self, after: date, until: date) -> list[PriceAction]:
        """Return the actions whose ex-date lies after one date and not after another."""
        return [action for action in self.actions if after < action.ex_date <= until]

    def bars_before(self, trading_date: date) -> Iterator[Bar]:
        """Yield each symbol's last two bars before a date, older first."""
        for each in self._by_symbol.values():
            earlier = [bar for day, bar in each.items() if day < trading_date]
            yield from earlier[-2:]


async def load_past(
    spec: FeedSpec,
    history: History,
    calendar: Calendar,
    symbols: Sequence[str],
    ticks: Mapping[str, PriceUnits],
) -> Past:
    """Read what a replay shows; raises ``NothingToReplay``."""
    bars = await history.daily_bars(symbols)
    dates = [date_of(bar.starts_at) for each in bars.values() for bar in (each[0], each[-1])]
    days: list[TradingDay] = []
    if dates:
        first = max(spec.start_date or min(dates), min(dates))
        days = calendar.between(first, min(spec.end_date or max(dates), max(dates)))
    if not days:
        raise NothingToReplay(
            f"there are no prices of {', '.join(symbols) or 'any instrument'} between "
            f"{spec.start_date or 'the beginning'} and {spec.end_date or 'the end'}"
        )
    before = calendar.before(days[0].trading_date)
    actions = await history.actions(list(bars))
    starts_at = before.closes_at if before else midnight_of(days[0].trading_date)
    return Past(days, bars, actions, ticks, starts_at)
