"""Market data and portfolio in memory: two instruments, one price each, a clock that stands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tradewind.contracts.corporate_actions import PriceAction
from tradewind.contracts.market_data import (
    Bar,
    BarPage,
    BarQuery,
    Depth,
    FeedSpec,
    FeedState,
    Instrument,
    MarketClock,
    Quote,
    QuotePage,
    Snapshot,
    TickQuery,
    Trade,
    TradePage,
    TradingDay,
)
from tradewind.contracts.portfolio import (
    EquityHistory,
    EquityPoint,
    Income,
    Performance,
    PositionIncome,
)
from tradewind.contracts.vocabulary import (
    MAIN_VENUE,
    AccountId,
    AssetClass,
    FeedKind,
    InstrumentId,
    VenueId,
)
from tradewind.platform.errors import NotFound
from tradewind.platform.ids import derived_id
from tradewind.platform.money import SCALE, MoneyUnits, PriceUnits, QuantityUnits
from tradewind.testing.market_data import exchange_session

_NOW = datetime(2024, 1, 2, 15, 0, tzinfo=UTC)
_TRADE = "AAPL"


def instrument(symbol: str, **changes: bool) -> Instrument:
    """Return an instrument with a cent as its step, fractions allowed."""
    flags = {"active": True, "tradable": True, "fractionable": True} | changes
    return Instrument(
        instrument_id=InstrumentId(derived_id(_NOW, symbol)),
        symbol=symbol,
        name=f"{symbol} Inc.",
        exchange="NASDAQ",
        price_increment=PriceUnits(SCALE // 100),
        quantity_increment=QuantityUnits(1),
        active=flags["active"],
        tradable=flags["tradable"],
        fractionable=flags["fractionable"],
    )


class MarketDataInMemory:
    """Implements ``tradewind.contracts.market_data.MarketDataService``."""

    def __init__(self) -> None:
        self.instruments = [
            instrument("AAPL"),
            instrument("IBM", fractionable=False),
            instrument("OLD", active=False),
            instrument("IDX", tradable=False),
        ]
        self.feeds: dict[VenueId, FeedState] = {MAIN_VENUE: _state(MAIN_VENUE)}
        self.stopped: list[VenueId] = []
        self.asked: list[object] = []

    async def list_instruments(
        self, *, active: bool | None = None, asset_class: AssetClass | None = None
    ) -> list[Instrument]:
        """Return the instruments."""
        return [
            found
            for found in self.instruments
            if active in (None, found.active) and asset_class in (None, found.asset_class)
        ]

    async def find_instrument(self, symbol_or_id: str) -> Instrument | None:
        """Return one by symbol in any case, or by id."""
        for found in self.instruments:
            if symbol_or_id.upper() == found.symbol or symbol_or_id == found.instrument_id:
                return found
        return None

    async def create_feed(self, spec: FeedSpec) -> FeedState:
        """Remember a feed."""
        self.asked.append(spec)
        self.feeds[spec.venue_id] = _state(spec.venue_id, FeedKind.REPLAY)
        return self.feeds[spec.venue_id]

    async def step_feed(self, venue_id: VenueId, days: int = 1) -> FeedState:
        """Count days."""
        done = (await self.feed_state(venue_id)).days_done + days
        self.feeds[venue_id] = _state(venue_id, FeedKind.REPLAY, done)
        return self.feeds[venue_id]

    async def stop_feed(self, venue_id: VenueId) -> None:
        """Forget a feed."""
        self.stopped.append(venue_id)
        del self.feeds[venue_id]

    async def feed_state(self, venue_id: VenueId) -> FeedState:
        """Return where a feed stands."""
        if venue_id not in self.feeds:
            raise NotFound(f"there is no venue {venue_id}")
        return self.feeds[venue_id]

    async def clock(self, venue_id: VenueId) -> MarketClock:
        """Return half past nine of the first trading day of 2024."""
        return MarketClock(
            at=_NOW,
            is_open=True,
            next_open=_NOW + timedelta(days=1),
            next_close=_NOW + timedelta(hours=6),
        )

    async def list_trading_days(self, start: date, end: date) -> list[TradingDay]:
        """Return the weekdays."""
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        return [exchange_session(day) for day in days if day.weekday() < 5]

    async def latest_trades(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Trade]:
        """Return the one trade."""
        trade = Trade(_TRADE, _NOW, PriceUnits(190 * SCALE), QuantityUnits(100 * SCALE), 1)
        return {_TRADE: trade} if _TRADE in symbols else {}

    async def latest_quotes(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Quote]:
        """Return nothing."""
        return {}

    async def latest_depths(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Depth]:
        """Return nothing."""
        return {}

    async def latest_bars(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Bar]:
        """Return nothing."""
        return {}

    async def snapshots(self, venue_id: VenueId, symbols: Sequence[str]) -> dict[str, Snapshot]:
        """Return the one trade."""
        trades = await self.latest_trades(venue_id, symbols)
        return {symbol: Snapshot(symbol=symbol, latest_trade=t) for symbol, t in trades.items()}

    async def list_bars(self, venue_id: VenueId, query: BarQuery) -> BarPage:
        """Return an empty page."""
        return BarPage({})

    async def list_trades(self, venue_id: VenueId, query: TickQuery) -> TradePage:
        """Return an empty page."""
        return TradePage({})

    async def list_quotes(self, venue_id: VenueId, query: TickQuery) -> QuotePage:
        """Return an empty page."""
        return QuotePage({})

    async def list_corporate_actions(
        self, symbols: Sequence[str], start: date, end: date
    ) -> list[PriceAction]:
        """Return nothing."""
        return []


class PortfolioInMemory:
    """Implements ``tradewind.contracts.portfolio.PortfolioService``: two days, one percent up."""

    def __init__(self) -> None:
        self.asked: list[tuple[VenueId, AccountId, date | None, date | None]] = []
        self.points = [
            _point(date(2024, 1, 2), 100_000, flow=100_000, profit=0),
            _point(date(2024, 1, 3), 101_000, flow=0, profit=1_000),
        ]

    async def equity_history(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> EquityHistory:
        """Return the two days and remember what was asked."""
        self.asked.append((venue_id, account_id, start, end))
        return EquityHistory(points=self.points, base_value=MoneyUnits(0), base_value_at=None)

    async def performance(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> Performance:
        """Return one percent and remember what was asked."""
        self.asked.append((venue_id, account_id, start, end))
        return Performance(
            account_id=account_id,
            start_date=self.points[0].trading_date,
            end_date=self.points[-1].trading_date,
            start_equity=MoneyUnits(0),
            end_equity=self.points[-1].equity,
            net_cash_flow=self.points[0].net_cash_flow,
            profit_loss=MoneyUnits(1_000 * SCALE),
            time_weighted_return=Decimal("0.01"),
            max_drawdown=Decimal(0),
            fees=MoneyUnits(0),
            dividends=MoneyUnits(0),
            fills=2,
        )

    async def income(
        self, venue_id: VenueId, account_id: AccountId, start: date | None, end: date | None
    ) -> Income:
        """Return a dividend of 12.50, interest of 0.1234 and fees; remember what was asked."""
        self.asked.append((venue_id, account_id, start, end))
        ibm = PositionIncome(
            symbol="IBM",
            dividends=MoneyUnits(12_500_000_000),
            fees=MoneyUnits(350_000_000),
        )
        return Income(
            account_id=account_id,
            positions=[ibm],
            interest=MoneyUnits(123_400_000),
            borrow_fees=MoneyUnits(10_000_000),
        )


def _point(day: date, equity: int, *, flow: int, profit: int) -> EquityPoint:
    return EquityPoint(
        trading_date=day,
        at=exchange_session(day).closes_at,
        equity=MoneyUnits(equity * SCALE),
        net_cash_flow=MoneyUnits(flow * SCALE),
        profit_loss=MoneyUnits(profit * SCALE),
    )


def _state(venue_id: VenueId, kind: FeedKind = FeedKind.SIMULATED, days: int = 0) -> FeedState:
    return FeedState(
        venue_id=venue_id,
        kind=kind,
        now=_NOW + timedelta(days=days),
        is_open=False,
        trading_date=None,
        number=days,
        days_done=days,
        days_total=10,
    )
