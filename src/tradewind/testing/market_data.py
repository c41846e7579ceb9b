"""Short ways to write market data in tests."""

from datetime import UTC, date, datetime, time

from tradewind.contracts.market_data import Bar, Trade, TradingDay
from tradewind.contracts.vocabulary import EXCHANGE_ZONE
from tradewind.platform.money import PriceUnits, QuantityUnits, to_units

CENT_TICK = PriceUnits(to_units("0.01"))


def price(text: str | int) -> PriceUnits:
    """Return a price in billionths."""
    return PriceUnits(to_units(text))


def shares(text: str | int) -> QuantityUnits:
    """Return a number of shares in billionths."""
    return QuantityUnits(to_units(text))


def midnight(day: date) -> datetime:
    """Return the start of a date in New York, in UTC."""
    return datetime.combine(day, time(), EXCHANGE_ZONE).astimezone(UTC)


def day_bar(symbol: str, day: date, ohlc: str, volume: int = 1_000_000) -> Bar:
    """Return a daily bar from ``"open high low close"``."""
    opened, high, low, close = map(price, ohlc.split())
    at = midnight(day)
    return Bar(symbol, "1Day", at, opened, high, low, close, shares(volume), 4, opened)


def trade(symbol: str, at: datetime, at_price: str, size: int, trade_id: int = 1) -> Trade:
    """Return a print."""
    return Trade(symbol, at, price(at_price), shares(size), trade_id)


def exchange_session(day: date) -> TradingDay:
    """Return a full session from 09:30 to 16:00 New York time."""
    return TradingDay(
        trading_date=day,
        opens_at=datetime.combine(day, time(9, 30), EXCHANGE_ZONE).astimezone(UTC),
        closes_at=datetime.combine(day, time(16), EXCHANGE_ZONE).astimezone(UTC),
        settlement_date=day,
    )
