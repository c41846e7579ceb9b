"""alpaca-py's crypto requests and data client, unmodified, at the market that is always open."""

import pytest
from alpaca.data.historical import CryptoHistoricalDataClient
from alpaca.data.requests import (
    CryptoBarsRequest,
    CryptoLatestBarRequest,
    CryptoLatestOrderbookRequest,
    CryptoLatestQuoteRequest,
    CryptoLatestTradeRequest,
    CryptoQuoteRequest,
    CryptoSnapshotRequest,
    CryptoTradesRequest,
)
from alpaca.data.timeframe import TimeFrame
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import AssetClass, OrderSide, OrderStatus, OrderType, TimeInForce
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetAssetsRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopOrderRequest,
)
from tests.compat.trading.test_trading_client import client_of, filled, refused

from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import wait_for

PAIR = "BTC/USD"
GTC = TimeInForce.GTC


@pytest.fixture
def client(platform: PlatformProcess) -> TradingClient:
    """Return a client with nothing of its account's open, once bitcoin has a price."""
    made = client_of(platform.gateway_url, platform.headers)
    made.close_all_positions(cancel_orders=True)
    wait_for(lambda: not made.get_all_positions(), "closing what was open")
    return made


@pytest.fixture
def data(platform: PlatformProcess) -> CryptoHistoricalDataClient:
    key, secret = (
        platform.headers["APCA-API-KEY-ID"],
        platform.headers["APCA-API-SECRET-KEY"],
    )
    return CryptoHistoricalDataClient(key, secret, url_override=platform.gateway_url)


def buy(client: TradingClient, **fields: object) -> object:
    request = {"symbol": PAIR, "side": OrderSide.BUY, "time_in_force": GTC} | fields
    return client.submit_order(MarketOrderRequest(**request))


def test_pairs_are_assets_with_their_steps(client: TradingClient) -> None:
    found = client.get_all_assets(GetAssetsRequest(asset_class=AssetClass.CRYPTO))
    assert [asset.symbol for asset in found] == ["BTC/USD", "ETH/USD"]
    bitcoin = client.get_asset(PAIR)
    assert client.get_asset("BTCUSD") == client.get_asset("BTC%2FUSD") == bitcoin
    assert (bitcoin.min_order_size, bitcoin.min_trade_increment) == (0.0001, 1e-9)
    assert (bitcoin.marginable, bitcoin.shortable, bitcoin.fractionable) == (False, False, True)


def test_fraction_of_a_coin_is_bought_and_closed_in_parts(client: TradingClient) -> None:
    order = buy(client, qty=0.012345679)
    assert order.asset_class is AssetClass.CRYPTO
    assert filled(client, order).filled_qty == "0.012345679"
    position = client.get_open_position("BTCUSD")
    assert (position.symbol, position.asset_class) == (PAIR, AssetClass.CRYPTO)
    assert position.qty == "0.012345679"
    part = client.close_position(PAIR, ClosePositionRequest(percentage="33.333333333"))
    assert filled(client, part).filled_qty == "0.004115226"
    part = client.close_position(PAIR, ClosePositionRequest(qty="0.001"))
    assert filled(client, part).filled_qty == "0.001"
    rest = client.close_position("BTC%2FUSD")
    assert rest.time_in_force is GTC
    assert filled(client, rest).filled_qty == "0.007230453"
    assert client.get_all_positions() == []


def test_amount_of_money_is_spent(client: TradingClient) -> None:
    order = filled(client, buy(client, notional=250, time_in_force=TimeInForce.IOC))
    spent = float(order.filled_qty) * float(order.filled_avg_price)
    assert 249.9 < spent <= 250


def test_limits_and_stop_limits_rest_and_are_replaced(client: TradingClient) -> None:
    request = LimitOrderRequest(
        symbol=PAIR, qty=0.01, side=OrderSide.BUY, time_in_force=GTC, limit_price=30_000.01
    )
    order = client.submit_order(request)
    assert order.status is OrderStatus.NEW
    moved = client.replace_order_by_id(order.id, ReplaceOrderRequest(limit_price=31_000))
    assert float(moved.limit_price) == 31_000
    stop = StopLimitOrderRequest(
        symbol=PAIR,
        qty=0.001,
        side=OrderSide.BUY,
        time_in_force=GTC,
        stop_price=90_000,
        limit_price=91_000,
    )
    assert client.submit_order(stop).type is OrderType.STOP_LIMIT
    listed = client.get_orders(GetOrdersRequest(symbols=[PAIR]))
    assert {each.symbol for each in listed} == {PAIR}
    assert client.get_orders(GetOrdersRequest(symbols=["BTCUSD"])) == listed
    assert len(listed) == 2
    assert len(client.cancel_orders()) == 2


def test_what_crypto_does_not_take_is_refused_in_words(client: TradingClient) -> None:
    fields = {"symbol": PAIR, "qty": 0.01, "side": OrderSide.BUY}
    day = refused(lambda: buy(client, qty=0.01, time_in_force=TimeInForce.DAY))
    assert (day.status_code, day.code) == (422, 42210000)
    assert "GTC or IOC" in day.message
    stop = StopOrderRequest(stop_price=90_000, time_in_force=GTC, **fields)
    assert "market, limit or stop_limit" in refused(lambda: client.submit_order(stop)).message
    assert "smallest order" in refused(lambda: buy(client, qty=0.00001)).message
    tick = LimitOrderRequest(limit_price=30_000.001, time_in_force=GTC, **fields)
    assert "steps of 0.01" in refused(lambda: client.submit_order(tick)).message


def test_crypto_data_is_read_into_its_models(data: CryptoHistoricalDataClient) -> None:
    bars = data.get_crypto_bars(
        CryptoBarsRequest(symbol_or_symbols=[PAIR, "ETH/USD"], timeframe=TimeFrame.Day, limit=10)
    ).data
    assert bars[PAIR][0].high >= bars[PAIR][0].low > 0
    trade = wait_for(
        lambda: data.get_crypto_latest_trade(CryptoLatestTradeRequest(symbol_or_symbols=PAIR)).get(
            PAIR
        ),
        "a trade of bitcoin",
    )
    quote = data.get_crypto_latest_quote(CryptoLatestQuoteRequest(symbol_or_symbols=PAIR))[PAIR]
    assert quote.bid_price < quote.ask_price
    assert abs(trade.price - quote.bid_price) < quote.bid_price / 10
    book = data.get_crypto_latest_orderbook(CryptoLatestOrderbookRequest(symbol_or_symbols=PAIR))
    assert book[PAIR].bids[0].price < book[PAIR].asks[0].price
    assert data.get_crypto_latest_bar(CryptoLatestBarRequest(symbol_or_symbols=PAIR))[PAIR].close
    snapshot = data.get_crypto_snapshot(CryptoSnapshotRequest(symbol_or_symbols=PAIR))[PAIR]
    assert snapshot.latest_trade.price > 0
    assert snapshot.daily_bar.volume > 0
    trades = data.get_crypto_trades(CryptoTradesRequest(symbol_or_symbols=PAIR, limit=5))
    assert trades.data[PAIR][0].size > 0
    quotes = data.get_crypto_quotes(CryptoQuoteRequest(symbol_or_symbols=PAIR, limit=5))
    assert quotes.data[PAIR][0].bid_size > 0


def test_shares_are_no_pairs(data: CryptoHistoricalDataClient) -> None:
    request = CryptoLatestTradeRequest(symbol_or_symbols="AAPL")
    assert refused(lambda: data.get_crypto_latest_trade(request)).status_code == 400
