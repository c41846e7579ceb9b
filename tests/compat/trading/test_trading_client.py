"""alpaca-py's TradingClient, unmodified, through the whole life of orders."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import (
    AccountStatus,
    AssetClass,
    AssetStatus,
    OrderSide,
    OrderStatus,
    OrderType,
    PositionSide,
    QueryOrderStatus,
    TimeInForce,
)
from alpaca.trading.models import Order, Position, TradeAccount
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrderByIdRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopOrderRequest,
)
from tests.compat.trading.venues import Venue

from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import wait_for

DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK


@pytest.fixture
def client(platform: PlatformProcess) -> TradingClient:
    """Return a client of the market that is always open, with nothing of its account's open."""
    made = client_of(platform.gateway_url, platform.headers)
    made.close_all_positions(cancel_orders=True)
    wait_for(lambda: not made.get_all_positions(), "closing what was open")
    return made


@pytest.fixture
def past(venue: Venue) -> TradingClient:
    """Return a client of the replay of 2008, reached below ``/api``."""
    return client_of(venue.gateway_url + "/api", venue.headers)


def client_of(url: str, headers: dict[str, str]) -> TradingClient:
    return TradingClient(
        headers["APCA-API-KEY-ID"], headers["APCA-API-SECRET-KEY"], url_override=url
    )


def limit(price: float, **changes: object) -> LimitOrderRequest:
    fields = {"symbol": "AAPL", "qty": 2, "side": OrderSide.BUY, "time_in_force": GTC}
    return LimitOrderRequest(**(fields | {"limit_price": price} | changes))


def market(**changes: object) -> MarketOrderRequest:
    fields = {"symbol": "AAPL", "qty": 10, "side": OrderSide.BUY, "time_in_force": DAY}
    return MarketOrderRequest(**(fields | changes))


def filled(client: TradingClient, order: Order) -> Order:
    def now() -> Order | None:
        found = client.get_order_by_id(order.id)
        return found if found.status is OrderStatus.FILLED else None

    return wait_for(now, "the order's fill")


def refused(call: Callable[[], object]) -> APIError:
    with pytest.raises(APIError) as caught:
        call()
    return caught.value


def test_account_is_read_into_its_model(client: TradingClient) -> None:
    account = client.get_account()
    assert isinstance(account, TradeAccount)
    assert account.status is AccountStatus.ACTIVE
    assert account.currency == "USD"
    assert float(account.buying_power) == float(account.cash) > 0
    assert account.shorting_enabled is False


def test_settings_are_changed_and_put_back(client: TradingClient) -> None:
    before = client.get_account_configurations()
    changed = before.model_copy(update={"suspend_trade": True})
    assert client.set_account_configurations(changed).suspend_trade is True
    assert refused(lambda: client.submit_order(limit(1))).status_code == 403
    assert client.set_account_configurations(before) == before


def test_assets_clock_and_calendar_are_read(client: TradingClient) -> None:
    request = GetAssetsRequest(status=AssetStatus.ACTIVE, asset_class=AssetClass.US_EQUITY)
    symbols = [asset.symbol for asset in client.get_all_assets(request)]
    assert symbols == sorted(symbols)
    asset = client.get_asset("AAPL")
    assert client.get_asset(str(asset.id)) == asset
    assert client.get_clock().is_open
    days = client.get_calendar(GetCalendarRequest(start=date(2008, 7, 2), end=date(2008, 7, 7)))
    assert [(day.date, day.close.hour) for day in days] == [
        (date(2008, 7, 2), 16),
        (date(2008, 7, 3), 13),
        (date(2008, 7, 7), 16),
    ]


def test_resting_order_lives_through_replace_and_cancel(client: TradingClient) -> None:
    name = f"life-{uuid4()}"
    order = client.submit_order(limit(1.5, client_order_id=name, extended_hours=True))
    assert isinstance(order, Order)
    assert order.status is OrderStatus.NEW
    assert (order.qty, order.limit_price, order.extended_hours) == ("2", "1.5", True)
    assert order.type is order.order_type is OrderType.LIMIT
    assert client.get_order_by_client_id(name).id == order.id
    assert client.get_order_by_id(order.id, GetOrderByIdRequest(nested=True)) == order
    new = client.replace_order_by_id(order.id, ReplaceOrderRequest(qty=5, limit_price=1.25))
    assert (new.replaces, new.qty, new.limit_price) == (order.id, "5", "1.25")
    assert client.get_order_by_id(order.id).replaced_by == new.id
    assert client.cancel_order_by_id(new.id) is None
    canceled = client.get_order_by_id(new.id)
    assert canceled.status is OrderStatus.CANCELED
    assert canceled.canceled_at is not None
    again = refused(lambda: client.cancel_order_by_id(new.id))
    assert (again.status_code, again.code) == (422, 42210000)


def test_orders_are_listed_by_filters(client: TradingClient) -> None:
    before = datetime.now(UTC)
    buys = [client.submit_order(limit(price)) for price in (1.1, 1.2, 1.3)]
    other = client.submit_order(limit(1.4, symbol="IBM"))
    client.cancel_order_by_id(buys[0].id)

    def ids(**filters: object) -> list[UUID]:
        return [found.id for found in client.get_orders(GetOrdersRequest(**filters))]

    assert ids() == [other.id, buys[2].id, buys[1].id]
    assert ids(symbols=["AAPL"], limit=1) == [buys[2].id]
    assert ids(status=QueryOrderStatus.CLOSED, after=before) == [buys[0].id]
    assert ids(status=QueryOrderStatus.ALL, after=before, direction="asc", nested=True) == [
        *(buy.id for buy in buys),
        other.id,
    ]
    assert ids(status=QueryOrderStatus.ALL, after=other.submitted_at) == []
    assert ids(side=OrderSide.SELL) == []
    canceled = client.cancel_orders()
    assert {result.id for result in canceled} == {buys[1].id, buys[2].id, other.id}
    assert {result.status for result in canceled} == {200}
    assert client.cancel_orders() == []


def test_market_order_fills_and_the_position_is_closed_in_parts(client: TradingClient) -> None:
    order = filled(client, client.submit_order(market()))
    assert float(order.filled_avg_price) > 0
    assert order.filled_at is not None
    position = client.get_open_position("AAPL")
    assert isinstance(position, Position)
    assert (position.qty, position.side) == ("10", PositionSide.LONG)
    assert position.asset_id == client.get_asset("AAPL").id
    assert client.get_open_position(position.asset_id).symbol == "AAPL"
    half = client.close_position("AAPL", ClosePositionRequest(percentage="50"))
    assert half.side is OrderSide.SELL
    filled(client, half)
    part = client.close_position("AAPL", ClosePositionRequest(qty="1.5"))
    filled(client, part)
    assert client.get_open_position("AAPL").qty == "3.5"
    filled(client, client.submit_order(market(symbol="IBM", qty=3)))
    closed = client.close_all_positions(cancel_orders=True)
    assert {(each.symbol, each.status) for each in closed} == {("AAPL", 200), ("IBM", 200)}
    assert all(isinstance(each.body, Order) for each in closed)
    wait_for(lambda: not client.get_all_positions(), "closing everything")
    missing = refused(lambda: client.get_open_position("AAPL"))
    assert (missing.status_code, missing.code) == (404, 40410000)


@pytest.mark.parametrize("time_in_force", [IOC, FOK])
def test_order_that_cannot_trade_at_once_does_not_rest(
    client: TradingClient, time_in_force: TimeInForce
) -> None:
    order = client.submit_order(limit(1, time_in_force=time_in_force))
    assert order.status is OrderStatus.CANCELED
    assert client.get_orders() == []


def test_marketable_limit_order_fills_at_its_price_or_better(client: TradingClient) -> None:
    order = filled(client, client.submit_order(limit(2000, qty=1, time_in_force=IOC)))
    assert float(order.filled_avg_price) < 2000


@pytest.mark.parametrize(
    ("request_of", "status", "code", "words"),
    [
        (lambda: limit(1, symbol="NOPE"), 422, 42210000, "not found"),
        (lambda: limit(1.001), 422, 42210000, "sub-penny"),
        (lambda: limit(1, qty=-1), 422, 40010001, "qty must be > 0"),
        (lambda: market(qty=None, notional=100, time_in_force=GTC), 422, 42210000, "notional"),
        (lambda: limit(5000, qty=1000), 403, 40310000, "insufficient buying power"),
        (
            lambda: market(symbol="MSFT", side=OrderSide.SELL),
            403,
            40310000,
            "insufficient qty available",
        ),
        (
            lambda: StopOrderRequest(
                symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=IOC, stop_price=900
            ),
            422,
            42210000,
            "stop orders must be DAY or GTC orders",
        ),
    ],
)
def test_refused_order_raises_with_code_and_reason(
    client: TradingClient,
    request_of: Callable[[], LimitOrderRequest],
    status: int,
    code: int,
    words: str,
) -> None:
    error = refused(lambda: client.submit_order(request_of()))
    assert (error.status_code, error.code) == (status, code)
    assert words in error.message
    assert client.get_orders() == []


def test_client_order_id_is_taken_once(client: TradingClient) -> None:
    request = limit(1, client_order_id=f"once-{uuid4()}")
    client.submit_order(request)
    error = refused(lambda: client.submit_order(request))
    assert (error.status_code, error.code) == (422, 40010001)
    assert "client_order_id must be unique" in error.message
    assert len(client.get_orders()) == 1


def test_unknown_order_is_not_found(client: TradingClient) -> None:
    unknown = uuid4()
    for call in (
        lambda: client.get_order_by_id(unknown),
        lambda: client.cancel_order_by_id(unknown),
        lambda: client.replace_order_by_id(unknown, ReplaceOrderRequest(qty=1)),
        lambda: client.get_order_by_client_id("never sent"),
    ):
        error = refused(call)
        assert (error.status_code, error.code) == (404, 40410000)


def test_wrong_secret_is_not_authorized(platform: PlatformProcess) -> None:
    stranger = TradingClient("nobody", "nothing", url_override=platform.gateway_url)
    error = refused(stranger.get_account)
    assert (error.status_code, error.code) == (401, 40110000)


def test_trailing_slash_of_the_override_does_no_harm(platform: PlatformProcess) -> None:
    client = client_of(platform.gateway_url + "/", platform.headers)
    assert client.get_clock().is_open


def test_replay_tells_the_story_of_an_order_over_days(past: TradingClient, venue: Venue) -> None:
    venue.step()
    clock = past.get_clock()
    assert (clock.timestamp.date(), clock.is_open) == (date(2008, 1, 2), False)
    waiting = past.submit_order(market(symbol="IBM", qty=100))
    assert waiting.status is OrderStatus.ACCEPTED
    low = past.submit_order(limit(1, symbol="IBM", time_in_force=DAY))
    venue.step()
    bought = past.get_order_by_id(waiting.id)
    assert bought.status is OrderStatus.FILLED
    assert bought.filled_at.date() == date(2008, 1, 3)
    assert past.get_order_by_id(low.id).status is OrderStatus.EXPIRED
    fee = float(bought.filled_avg_price) * 100 / 10_000
    spent = 100_000 - float(past.get_account().cash)
    assert spent == pytest.approx(float(bought.filled_avg_price) * 100 + round(fee, 2))
    venue.step(9)
    history = past.get_portfolio_history(
        GetPortfolioHistoryRequest(period="1M", timeframe="1D", cashflow_types="ALL")
    )
    assert len(history.timestamp) == len(history.equity) == 11
    assert history.base_value == 100_000
    account = past.get_account()
    assert history.equity[-1] == pytest.approx(float(account.equity))
    assert history.profit_loss[-1] == pytest.approx(float(account.equity) - 100_000)
