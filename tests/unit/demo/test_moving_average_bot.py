"""The bot holds what rises, sells what falls, and notices a split."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.data.models import BarSet
from alpaca.data.requests import StockBarsRequest
from alpaca.trading.models import Position, TradeAccount
from alpaca.trading.requests import MarketOrderRequest
from requests import HTTPError, Response

from tradewind.demo.bot import MovingAverageBot

START = datetime(2020, 1, 1, 5, tzinfo=UTC)


class Market:
    """Stands in for both clients: prices by day, and an account that fills at once."""

    def __init__(self, **closes: list[float]) -> None:
        self.closes = closes
        self.days = 0
        self.cash = Decimal(1000)
        self.held: dict[str, int] = {}
        self.requests: list[StockBarsRequest] = []
        self.refuse_with: int | None = None

    def get_stock_bars(self, request: StockBarsRequest) -> BarSet:
        self.requests.append(request)
        assert request.start is not None
        start = request.start.replace(tzinfo=UTC)
        rows: dict[str, list[dict[str, Any]]] = {}
        for symbol, closes in self.closes.items():
            for number, close in enumerate(closes[: self.days]):
                at = START + timedelta(days=number)
                if at >= start:
                    row = {"t": at.isoformat(), "o": close, "h": close, "l": close, "c": close}
                    rows.setdefault(symbol, []).append(row | {"v": 1, "n": 1, "vw": close})
        return BarSet(rows)

    def get_all_positions(self) -> list[Position]:
        return [Position.model_construct(symbol=symbol) for symbol in self.held]

    def get_account(self) -> TradeAccount:
        equity = str(self.cash)
        return TradeAccount.model_construct(equity=equity, buying_power=equity)

    def close_position(self, symbol: str) -> None:
        del self.held[symbol]

    def submit_order(self, order: MarketOrderRequest) -> None:
        if self.refuse_with is not None:
            response = Response()
            response.status_code = self.refuse_with
            raise APIError('{"code": 40310000, "message": "no"}', HTTPError(response=response))
        assert order.symbol is not None
        self.held[order.symbol] = int(order.qty or 0)


def make_bot(market: Market) -> MovingAverageBot:
    clients: Any = market  # one stand-in for both clients
    return MovingAverageBot(clients, clients, list(market.closes), fast=2, slow=4)


def live(market: Market, bot: MovingAverageBot, days: int) -> None:
    for _ in range(days):
        market.days += 1
        bot.on_close(START + timedelta(days=market.days - 1, hours=16))


def test_nothing_is_bought_before_the_slow_average_is_full() -> None:
    market = Market(A=[1, 2, 3, 4])
    bot = make_bot(market)
    live(market, bot, 3)
    assert bot.orders == 0
    live(market, bot, 1)
    assert list(market.held) == ["A"]


def test_equal_shares_are_bought_and_falling_symbols_sold() -> None:
    market = Market(A=[10, 10, 11, 12, 9, 5, 3], B=[20, 20, 22, 24, 26, 28, 30])
    bot = make_bot(market)
    live(market, bot, 4)
    assert market.held == {"A": 39, "B": 19}  # 470 each: 94 % of 1,000 in two parts
    live(market, bot, 3)
    assert market.held == {"B": 19}
    assert bot.orders == 3


def test_only_new_bars_are_asked_for() -> None:
    market = Market(A=[10.0] * 20)
    bot = make_bot(market)
    live(market, bot, 20)
    spans = {
        START + timedelta(days=number, hours=16) - request.start.replace(tzinfo=UTC)
        for number, request in enumerate(market.requests)
        if request.start
    }
    assert spans == {timedelta(days=8), timedelta(days=7)}


def test_split_makes_the_bot_load_its_history_anew() -> None:
    market = Market(A=[10.0, 10.0, 11.0, 12.0, 12.0, 12.5, 13.0])
    bot = make_bot(market)
    live(market, bot, 5)
    asked = len(market.requests)
    market.closes["A"] = [close / 2 for close in market.closes["A"]]
    live(market, bot, 1)
    assert len(market.requests) == asked + 2
    assert list(market.held) == ["A"]
    assert bot.orders == 1


def test_order_without_buying_power_is_tried_again_the_next_day() -> None:
    market = Market(A=[1, 2, 3, 4, 5])
    bot = make_bot(market)
    market.refuse_with = 403
    live(market, bot, 4)
    assert (bot.orders, market.held) == (0, {})
    market.refuse_with = None
    live(market, bot, 1)
    assert bot.orders == 1


def test_other_refusals_end_the_bot() -> None:
    market = Market(A=[1, 2, 3, 4])
    bot = make_bot(market)
    market.refuse_with = 422
    with pytest.raises(APIError):
        live(market, bot, 4)
