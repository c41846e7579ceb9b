"""A small moving-average bot, written as for Alpaca itself.

Each evening it reads the new daily bars. A symbol whose fast average stands above its slow one is
held with an equal share of the equity, the others are sold; orders go in overnight and fill at the
next open. Nothing here knows that the market is a replay.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from alpaca.common.exceptions import APIError
from alpaca.data.enums import Adjustment
from alpaca.data.historical.stock import StockHistoricalDataClient
from alpaca.data.models import BarSet
from alpaca.data.requests import StockBarsRequest
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.models import Position, TradeAccount
from alpaca.trading.requests import MarketOrderRequest

INVESTED_SHARE = Decimal("0.94")
"""Share of the equity that is spread over the symbols; the rest covers gaps overnight and fees."""

_CASH_MARGIN = Decimal("0.94")
_NEW_DAYS = timedelta(days=7)
_DAYS_PER_BAR = 2
"""Calendar days to ask for so that so many trading days are among them."""

_FORBIDDEN = 403


class MovingAverageBot:
    """Trades some symbols by the crossing of two simple moving averages."""

    def __init__(
        self,
        trading: TradingClient,
        data: StockHistoricalDataClient,
        symbols: Sequence[str],
        *,
        fast: int = 20,
        slow: int = 100,
    ) -> None:
        self._trading = trading
        self._data = data
        self._symbols = sorted(symbols)
        self._fast = fast
        self._slow = slow
        self._bars: dict[str, deque[tuple[datetime, Decimal]]] = {
            symbol: deque(maxlen=slow) for symbol in self._symbols
        }
        self._held: frozenset[str] = frozenset()
        self.orders = 0
        """How many orders were sent."""

    def on_close(self, now: datetime) -> None:
        """Decide at the end of a trading day."""
        self._read_bars(now)
        wanted = frozenset(symbol for symbol in self._symbols if self._is_rising(symbol))
        if wanted == self._held:
            return
        self._held = self._positions()
        for symbol in sorted(self._held - wanted):
            self._trading.close_position(symbol)
            self.orders += 1
        if entering := sorted(wanted - self._held):
            self._enter(entering)

    def _read_bars(self, now: datetime) -> None:
        """Take the newest bars; load all anew when a split has changed the old ones."""
        if not all(self._bars.values()) or not self._take(self._fetch(now - _NEW_DAYS)):
            for bars in self._bars.values():
                bars.clear()
            self._take(self._fetch(now - timedelta(days=self._slow * _DAYS_PER_BAR)))

    def _fetch(self, start: datetime) -> dict[str, list[tuple[datetime, Decimal]]]:
        answer = self._data.get_stock_bars(
            StockBarsRequest(
                symbol_or_symbols=self._symbols,
                timeframe=TimeFrame.Day,
                start=start,
                adjustment=Adjustment.SPLIT,
            )
        )
        assert isinstance(answer, BarSet)
        # The wire has JSON numbers; their shortest text is what the server wrote.
        return {
            symbol: [(bar.timestamp, Decimal(str(bar.close))) for bar in bars]
            for symbol, bars in answer.data.items()
        }

    def _take(self, fetched: dict[str, list[tuple[datetime, Decimal]]]) -> bool:
        """Add what is new; return whether what was known is unchanged."""
        for symbol, bars in fetched.items():
            kept = self._bars[symbol]
            known = dict(kept)
            for at, close in bars:
                if not kept or at > kept[-1][0]:
                    kept.append((at, close))
                elif known.get(at, close) != close:
                    return False
        return True

    def _is_rising(self, symbol: str) -> bool:
        closes = [close for _, close in self._bars[symbol]]
        if len(closes) < self._slow:
            return False
        fast = sum(closes[-self._fast :]) / self._fast
        return fast > sum(closes) / self._slow

    def _positions(self) -> frozenset[str]:
        positions = self._trading.get_all_positions()
        return frozenset(each.symbol for each in positions if isinstance(each, Position))

    def _enter(self, symbols: Sequence[str]) -> None:
        account = self._trading.get_account()
        assert isinstance(account, TradeAccount)
        share = Decimal(account.equity or 0) * INVESTED_SHARE / len(self._symbols)
        spendable = Decimal(account.buying_power or 0) * _CASH_MARGIN
        for symbol in symbols:
            # What sales of tonight will bring is there tomorrow; a small remainder waits for it.
            budget = min(share, spendable)
            _, close = self._bars[symbol][-1]
            quantity = int(budget / close)
            if quantity and budget >= share / 2 and self._buy(symbol, quantity):
                spendable -= budget

    def _buy(self, symbol: str, quantity: int) -> bool:
        order = MarketOrderRequest(
            symbol=symbol, qty=quantity, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
        )
        try:
            self._trading.submit_order(order)
        except APIError as error:
            if error.status_code != _FORBIDDEN:
                raise
            return False  # not enough buying power tonight: tomorrow is another day
        self.orders += 1
        return True
