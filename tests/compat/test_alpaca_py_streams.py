"""The official streaming clients, unmodified, against the running platform."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from alpaca.data.live import CryptoDataStream, StockDataStream
from alpaca.data.models import Bar, Orderbook, Quote, Trade
from alpaca.data.models.trades import TradingStatus
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.models import TradeUpdate
from alpaca.trading.requests import (
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
)
from alpaca.trading.stream import TradingStream
from tests.compat.conftest import Replay, open_replay

from tradewind.testing.process import PlatformProcess

WAIT_S = 30


class Inbox:
    """What a stream's handler was given, to be read by the test."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Any] = queue.Queue()

    async def handle(self, item: Any) -> None:
        self._queue.put(item)

    def next(self) -> Any:
        """Return the next item; fails when none comes."""
        return self._queue.get(timeout=WAIT_S)

    def next_within(self, seconds: float) -> Any:
        """Return the next item, or ``None`` when none comes in time."""
        try:
            return self._queue.get(timeout=seconds)
        except queue.Empty:
            return None

    def next_where(self, wanted: Callable[[Any], bool]) -> Any:
        """Return the next item that is wanted; what comes before is dropped."""
        for _ in range(10_000):
            item = self.next()
            if wanted(item):
                return item
        raise AssertionError("the wanted item never came")


@contextmanager
def running(stream: Any) -> Iterator[None]:
    """Run a stream the way that its users do: ``run`` in a thread, ``stop`` at the end."""
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stream.stop()
        thread.join(WAIT_S)
        assert not thread.is_alive()


def data_stream(source: PlatformProcess | Replay, path: str = "/v2/iex") -> StockDataStream:
    key_id, secret = key_of(source)
    url = source.gateway_url.replace("http://", "ws://") + path
    return StockDataStream(key_id, secret, url_override=url)


def trading_stream(source: PlatformProcess | Replay, path: str = "/stream") -> TradingStream:
    key_id, secret = key_of(source)
    url = source.gateway_url.replace("http://", "ws://") + path
    return TradingStream(key_id, secret, url_override=url)


def trading_client(source: PlatformProcess | Replay) -> TradingClient:
    return TradingClient(*key_of(source), url_override=source.gateway_url)


def key_of(source: PlatformProcess | Replay) -> tuple[str, str]:
    if isinstance(source, Replay):
        return source.key_id, source.secret
    assert source.credentials is not None
    return source.credentials.key_id, source.credentials.secret


@pytest.mark.parametrize("path", ["/v2/iex", "/v2/sip", "/v2/delayed_sip", "/api/v2/iex"])
def test_trades_and_quotes_of_the_live_venue_arrive(platform: PlatformProcess, path: str) -> None:
    trades, quotes = Inbox(), Inbox()
    stream = data_stream(platform, path)
    stream.subscribe_trades(trades.handle, "AAPL")
    stream.subscribe_quotes(quotes.handle, "AAPL", "IBM")
    with running(stream):
        trade, quote = trades.next(), quotes.next()
    assert isinstance(trade, Trade)
    assert (trade.symbol, trade.price > 0, trade.size > 0) == ("AAPL", True, True)
    assert trade.timestamp.tzinfo is not None
    assert isinstance(quote, Quote)
    assert quote.bid_price < quote.ask_price


def test_halts_and_resumptions_arrive(platform: PlatformProcess) -> None:
    replay = open_replay(platform, ["IBM"], "2012-01-03", "2012-01-31")
    halt = f"{platform.gateway_url}/tradewind/v1/venues/{replay.venue_id}/halts/IBM"
    statuses = Inbox()
    stream = data_stream(replay)
    stream.subscribe_trading_statuses(statuses.handle, "IBM")
    with running(stream):
        for _ in range(10):
            # The first may come before the subscription; halting again tells it again.
            httpx.put(halt, json={"reason": "rumours"}, headers=platform.headers).raise_for_status()
            if (halted := statuses.next_within(1)) is not None:
                break
        httpx.delete(halt, headers=platform.headers).raise_for_status()
        resumed = statuses.next_where(lambda status: status.status_code == "T")
    assert isinstance(halted, TradingStatus)
    assert (halted.symbol, halted.status_code, halted.reason_message) == ("IBM", "H", "rumours")
    assert (resumed.status_message, resumed.tape) == ("Trading Resumption", "C")


def test_the_wildcard_brings_every_symbol(platform: PlatformProcess) -> None:
    trades = Inbox()
    stream = data_stream(platform)
    stream.subscribe_trades(trades.handle, "*")
    with running(stream):
        first = trades.next()
        assert trades.next_where(lambda trade: trade.symbol != first.symbol)


def test_subscriptions_change_while_the_stream_runs(platform: PlatformProcess) -> None:
    aapl, ibm = Inbox(), Inbox()
    stream = data_stream(platform)
    stream.subscribe_trades(aapl.handle, "AAPL")
    with running(stream):
        aapl.next()
        stream.subscribe_trades(ibm.handle, "IBM")
        assert ibm.next().symbol == "IBM"
        stream.unsubscribe_trades("AAPL")
        assert ibm.next().symbol == "IBM"


def test_a_subscription_longer_than_a_frame_is_understood(platform: PlatformProcess) -> None:
    trades = Inbox()
    stream = data_stream(platform)
    stream.subscribe_trades(trades.handle, "AAPL", *(f"LONGSYMBOL{n}" for n in range(5000)))
    with running(stream):
        assert trades.next().symbol == "AAPL"


def test_the_test_stream_is_always_on(platform: PlatformProcess) -> None:
    trades = Inbox()
    stream = data_stream(platform, "/v2/test")
    stream.subscribe_trades(trades.handle, "FAKEPACA")
    with running(stream):
        assert trades.next().symbol == "FAKEPACA"


def test_a_replay_streams_each_day_that_is_stepped(platform: PlatformProcess) -> None:
    venue = open_replay(platform, ["AAPL"], "2006-01-03", "2006-01-31")
    days, trades = Inbox(), Inbox()
    stream = data_stream(venue)
    stream.subscribe_daily_bars(days.handle, "AAPL")
    stream.subscribe_trades(trades.handle, "AAPL")
    with running(stream):
        bar = step_until_heard(venue, days)
        assert isinstance(bar, Bar)
        assert bar.timestamp.year == 2006
        assert bar.low <= bar.close <= bar.high
        assert bar.low <= trades.next().price <= bar.high


def step_until_heard(venue: Replay, inbox: Inbox) -> Any:
    """Step the replay until the stream, which connects meanwhile, brings something."""
    for _ in range(20):
        venue.step(1)
        if (item := inbox.next_within(1)) is not None:
            return item
    raise AssertionError("the stream brought nothing of twenty days")


def test_the_life_of_orders_arrives_as_trade_updates(platform: PlatformProcess) -> None:
    updates = Inbox()
    stream = trading_stream(platform)
    stream.subscribe_trade_updates(updates.handle)
    client = trading_client(platform)
    with running(stream):
        wait_until_listening(client, updates)
        bought = client.submit_order(
            MarketOrderRequest(
                symbol="IBM", qty=2, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
            )
        )
        new, fill = of_order(updates, bought.id, 2)
        resting = client.submit_order(
            LimitOrderRequest(
                symbol="IBM",
                qty=1,
                side=OrderSide.BUY,
                time_in_force=TimeInForce.GTC,
                limit_price=1,
            )
        )
        replacement = client.replace_order_by_id(resting.id, ReplaceOrderRequest(limit_price=2))
        client.cancel_order_by_id(replacement.id)
        rested, replaced = of_order(updates, resting.id, 2)
        renewed, canceled = of_order(updates, replacement.id, 2)
    assert (new.event, new.order.status, new.order.filled_qty) == ("new", "new", "0")
    assert (fill.event, fill.order.status, fill.order.filled_qty) == ("fill", "filled", "2")
    assert isinstance(fill.execution_id, UUID)
    assert (fill.qty, fill.position_qty) == (2, 2)
    assert float(fill.order.filled_avg_price) == fill.price > 0
    assert (rested.event, replaced.event) == ("new", "replaced")
    assert replaced.order.replaced_by == replacement.id
    assert (renewed.event, canceled.event) == ("new", "canceled")
    assert renewed.order.replaces == resting.id
    assert canceled.order.limit_price == "2"


def test_a_day_order_of_a_replay_is_accepted_then_new_then_filled(
    platform: PlatformProcess,
) -> None:
    venue = open_replay(platform, ["AAPL"], "2006-01-03", "2006-01-31")
    venue.step(1)
    updates = Inbox()
    stream = trading_stream(venue, "/api/stream/")
    stream.subscribe_trade_updates(updates.handle)
    client = trading_client(venue)
    with running(stream):
        wait_until_listening(client, updates, symbol="AAPL")
        order = client.submit_order(
            MarketOrderRequest(
                symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
            )
        )
        venue.step(1)
        told = of_order(updates, order.id, 3)
    assert [each.event for each in told] == ["accepted", "new", "fill"]
    assert [str(each.order.status.value) for each in told] == ["accepted", "new", "filled"]
    assert told[2].timestamp.year == 2006


def wait_until_listening(client: TradingClient, updates: Inbox, symbol: str = "IBM") -> None:
    """Send and cancel orders until the stream, which connects meanwhile, tells of one."""
    for _ in range(20):
        probe = client.submit_order(
            LimitOrderRequest(
                symbol=symbol,
                qty=1,
                side=OrderSide.BUY,
                time_in_force=TimeInForce.GTC,
                limit_price=1,
            )
        )
        client.cancel_order_by_id(probe.id)
        while (update := updates.next_within(1)) is not None:
            if update.event == "canceled" and update.order.id == probe.id:
                return
    raise AssertionError("the stream told of none of twenty orders")


def of_order(updates: Inbox, order_id: UUID, count: int) -> list[TradeUpdate]:
    """Return the next updates of one order."""
    return [updates.next_where(lambda update: update.order.id == order_id) for _ in range(count)]


def test_crypto_stream_brings_pairs_with_their_books_and_no_shares(
    platform: PlatformProcess,
) -> None:
    trades, quotes, books = Inbox(), Inbox(), Inbox()
    url = platform.gateway_url.replace("http://", "ws://") + "/v1beta3/crypto/us"
    stream = CryptoDataStream(*key_of(platform), url_override=url)
    stream.subscribe_trades(trades.handle, "*")
    stream.subscribe_quotes(quotes.handle, "BTC/USD")
    stream.subscribe_orderbooks(books.handle, "ETH/USD")
    with running(stream):
        seen = {trades.next().symbol for _ in range(40)}
        quote, book = quotes.next(), books.next()
    assert seen == {"BTC/USD", "ETH/USD"}
    assert isinstance(quote, Quote)
    assert (quote.symbol, quote.bid_price < quote.ask_price) == ("BTC/USD", True)
    assert isinstance(book, Orderbook)
    assert book.symbol == "ETH/USD"
    assert book.reset
    assert book.bids[0].price < book.asks[0].price
