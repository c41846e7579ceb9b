"""A live venue at a crypto exchange: a small server that speaks Binance's REST and WebSocket."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.integration.brokers.desk import WAIT_S, Desk, Started
from tests.integration.brokers.exchange import KEY, SECRET, Exchange
from tests.integration.brokers.wire import State, Wire

from tradewind.testing.waiting import wait_for


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange()
    try:
        yield exchange
    finally:
        exchange.close()


@pytest.fixture
def wire(exchange: Exchange) -> Iterator[Wire]:
    wire = Wire(exchange.url)
    try:
        yield wire
    finally:
        wire.close()


@pytest.fixture
def desk(started: Started, wire: Wire) -> Iterator[Desk]:
    broker = {
        "broker": "ccxt",
        "exchange": "binance",
        "key": KEY,
        "secret": SECRET,
        "url": wire.url,
        "currency": "USDT",
        "reconcile_s": 3600,
    }
    desk = Desk(started, "binance-test", broker)
    desk.symbol, desk.time_in_force = "BTC/USDT", "gtc"
    try:
        desk.start()
        yield desk
    finally:
        desk.end()


def test_market_order_is_filled_with_the_exchanges_fee(desk: Desk, exchange: Exchange) -> None:
    filled = desk.wait(desk.order(qty="0.5"), "filled")
    assert filled["filled_avg_price"] == "50000"
    assert desk.cash() == exchange.cash == Decimal(100_000) - 25_000 - 25
    position = desk.call("GET", "/positions/BTC%2FUSDT").json()
    assert (position["qty"], position["asset_class"]) == ("0.5", "crypto")
    desk.agrees()
    closing = desk.call("DELETE", "/positions/BTC%2FUSDT").json()
    desk.wait(closing, "filled")
    assert exchange.coins == 0
    desk.agrees()


def test_fee_in_the_coin_is_taken_from_the_position(desk: Desk, exchange: Exchange) -> None:
    exchange.fee_asset = "BTC"
    desk.wait(desk.order(qty="0.5"), "filled")
    position = desk.call("GET", "/positions/BTC%2FUSDT").json()
    assert position["qty"] == "0.4995"
    desk.agrees()


def test_each_partial_fill_arrives_once_with_its_price(desk: Desk, exchange: Exchange) -> None:
    order = desk.wait(desk.limit("49000", qty="0.3"), "new")
    exchange.trade(order["id"], "0.1", "48999")
    desk.wait(order, "partially_filled")
    exchange.trade(order["id"], "0.15", "49000")
    exchange.end(order["id"])
    ended = desk.wait(order, "canceled")
    assert ended["filled_qty"] == "0.25"
    fills = desk.call("GET", "/account/activities/FILL?direction=asc").json()
    assert [(fill["qty"], fill["price"]) for fill in fills] == [
        ("0.1", "48999"),
        ("0.15", "49000"),
    ]
    desk.agrees()


def test_cancel_and_replace_reach_the_exchange(desk: Desk, exchange: Exchange) -> None:
    order = desk.wait(desk.limit("49000", qty="0.3"), "new")
    exchange.trade(order["id"], "0.1", "49000")
    desk.wait(order, "partially_filled")
    changed = desk.call("PATCH", f"/orders/{order['id']}", {"limit_price": "48000"}).json()
    new = desk.wait(changed, "new")
    assert new["qty"] == "0.2"
    [standing] = exchange.open
    assert (standing.client_id, standing.price, standing.qty) == (
        new["id"],
        Decimal(48_000),
        Decimal("0.2"),
    )
    desk.call("DELETE", f"/orders/{new['id']}")
    desk.wait(new, "canceled")
    assert exchange.open == []
    desk.agrees()


def test_what_the_exchange_refuses_is_rejected_with_its_words(desk: Desk) -> None:
    order = desk.order("buy", "0.10005", type="limit", limit_price="50000")
    desk.wait(order, "rejected")
    assert "not a step" in desk.platform.run("explain", order["id"]).stdout
    desk.deposit("5000000")
    order = desk.limit("50000", qty="3")
    desk.wait(order, "rejected")
    assert "insufficient balance" in desk.platform.run("explain", order["id"]).stdout


def test_what_happened_during_a_lost_connection_is_brought_in(
    desk: Desk, exchange: Exchange, wire: Wire
) -> None:
    order = desk.wait(desk.limit("49000", qty="0.3"), "new")
    wire.set(State.CUT)
    exchange.trade(order["id"], "0.2", "49000")
    waiting = desk.limit("48000", qty="0.1")
    assert desk.get(waiting["id"])["status"] == "pending_new"
    exchange.trade(order["id"], "0.1", "48999.5")
    wire.set(State.OPEN)
    desk.wait(order, "filled")
    desk.wait(waiting, "new")
    desk.agrees()


def test_acknowledged_orders_reach_the_exchange_once_whatever_is_killed(
    desk: Desk, exchange: Exchange, wire: Wire
) -> None:
    wire.set(State.DEAF)
    sent = [desk.limit(f"{48_000 + number}", qty="0.1") for number in range(4)]
    wait_for(lambda: exchange.attempts, "an order arriving", WAIT_S)
    assert wire.wait_lost(20)
    desk.platform.kill()
    wire.set(State.OPEN)
    desk.start()
    for order in sent:
        desk.wait(order, "new")
    taken = [order.client_id for order in exchange.orders]
    assert sorted(taken) == sorted(order["id"] for order in sent)
    desk.agrees()


def test_foreign_order_is_reported_and_left_alone(desk: Desk, exchange: Exchange) -> None:
    desk.wait(desk.limit("49000", qty="0.1"), "new")
    exchange.open[0].client_id = "somebody else's"
    found = {difference["kind"]: difference for difference in desk.reconcile()}
    assert found.keys() == {"order_missing", "order_unknown"}
    assert len(exchange.open) == 1
