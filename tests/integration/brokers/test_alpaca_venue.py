"""A live venue at Alpaca, whose part a second platform plays: its API is the one that is spoken."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.integration.brokers.desk import WAIT_S, Desk, Started
from tests.integration.brokers.wire import State, Wire

from tradewind.testing.process import PlatformProcess, own_platform
from tradewind.testing.waiting import wait_for

VENUE = "alpaca-test"


@pytest.fixture(scope="module")
def broker() -> Iterator[PlatformProcess]:
    with own_platform(
        "broker",
        feed_interval_ms="200",
        rate_limit_per_key="1000000/minute",
        rate_limit_per_address="1000000/minute",
    ) as process:
        yield process


@pytest.fixture
def wire(broker: PlatformProcess) -> Iterator[Wire]:
    wire = Wire(broker.gateway_url)
    try:
        yield wire
    finally:
        wire.close()


@pytest.fixture
def desk(started: Started, broker: PlatformProcess, wire: Wire) -> Iterator[Desk]:
    """Return a platform whose broker is another one, in agreement with it."""
    assert broker.credentials is not None
    empty(broker)
    desk = Desk(
        started,
        VENUE,
        {
            "broker": "alpaca",
            "key": broker.credentials.key_id,
            "secret": broker.credentials.secret,
            "url": wire.url,
            "reconcile_s": 3600,
        },
        at_broker(broker, "GET", "/account")["cash"],
    )
    try:
        desk.start()
        yield desk
    finally:
        desk.end()


def at_broker(broker: PlatformProcess, method: str, path: str, body: object = None) -> Any:
    """Call the broker as the account's owner would, past the live venue."""
    url = f"{broker.gateway_url}/v2{path}"
    answer = httpx.request(method, url, json=body, headers=broker.headers, timeout=60)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def empty(broker: PlatformProcess) -> None:
    """Leave the account at the broker with cash alone."""
    at_broker(broker, "DELETE", "/positions?cancel_orders=true")
    wait_for(
        lambda: not at_broker(broker, "GET", "/positions"), "the positions being closed", WAIT_S
    )


def price(broker: PlatformProcess) -> Decimal:
    """Return the newest price of AAPL at the broker."""
    trade = at_broker(broker, "GET", "/stocks/AAPL/trades/latest")["trade"]
    return Decimal(str(trade["p"]))


def test_order_is_filled_at_the_broker_and_all_books_agree(
    broker: PlatformProcess, desk: Desk
) -> None:
    order = desk.order(qty="3")
    assert order["status"] == "pending_new"
    filled = desk.wait(order, "filled")
    theirs = at_broker(broker, "GET", f"/orders:by_client_order_id?client_order_id={order['id']}")
    assert filled["filled_avg_price"] == theirs["filled_avg_price"]
    position = desk.call("GET", "/positions/AAPL").json()
    assert position["qty"] == at_broker(broker, "GET", "/positions/AAPL")["qty"] == "3"
    desk.wait(desk.order("sell", "1"), "filled")
    closing = desk.call("DELETE", "/positions/AAPL").json()
    desk.wait(closing, "filled")
    assert (
        desk.call("GET", "/account").json()["cash"]
        == (at_broker(broker, "GET", "/account")["cash"])
    )
    desk.agrees()


def test_part_of_an_order_may_fill_before_the_broker_ends_it(
    broker: PlatformProcess, desk: Desk
) -> None:
    limit = str((price(broker) * Decimal("1.0005")).quantize(Decimal("0.01")))
    order = desk.limit(limit, qty="200", time_in_force="ioc")
    ended = desk.wait(order, "canceled", "filled")
    theirs = at_broker(broker, "GET", f"/orders:by_client_order_id?client_order_id={order['id']}")
    assert (ended["status"], ended["filled_qty"]) == (theirs["status"], theirs["filled_qty"])
    desk.agrees()


def test_order_that_the_broker_rejects_frees_its_cash_and_the_cash_is_reported(
    desk: Desk,
) -> None:
    before = desk.call("GET", "/account").json()["cash"]
    desk.deposit("900000")
    order = desk.limit("500", qty="1500")
    assert desk.wait(order, "rejected")["filled_qty"] == "0"
    account = desk.call("GET", "/account").json()
    assert account["buying_power"] == account["cash"]
    [difference] = desk.reconcile()
    assert difference["kind"] == "cash"
    assert Decimal(difference["theirs"]) == Decimal(before)
    assert Decimal(difference["ours"]) == Decimal(before) + 900_000
    told = desk.platform.run("explain", order["id"])
    assert "insufficient buying power" in told.stdout


def test_cancel_and_replace_reach_the_broker(broker: PlatformProcess, desk: Desk) -> None:
    order = desk.wait(desk.limit("1"), "new")
    changed = desk.call("PATCH", f"/orders/{order['id']}", {"limit_price": "2", "qty": "2"})
    new = desk.wait(changed.json(), "new")
    assert desk.get(order["id"])["status"] == "replaced"
    [theirs] = at_broker(broker, "GET", "/orders?status=open")
    assert (theirs["client_order_id"], theirs["limit_price"], theirs["qty"]) == (
        new["id"],
        "2",
        "2",
    )
    assert desk.call("DELETE", f"/orders/{new['id']}").status_code == 204
    desk.wait(new, "canceled")
    assert at_broker(broker, "GET", "/orders?status=open") == []
    desk.agrees()


def test_stop_and_trailing_orders_wait_at_the_broker(broker: PlatformProcess, desk: Desk) -> None:
    desk.wait(desk.order(qty="2"), "filled")
    stop = desk.order("sell", type="stop", stop_price="1", time_in_force="gtc")
    trail = desk.order("sell", type="trailing_stop", trail_percent="50", time_in_force="gtc")
    desk.wait(stop, "new")
    desk.wait(trail, "new")
    theirs = {order["type"]: order for order in at_broker(broker, "GET", "/orders?status=open")}
    assert theirs["stop"]["stop_price"] == "1"
    assert theirs["trailing_stop"]["trail_percent"] == "50"
    desk.call("DELETE", "/orders")
    desk.wait(stop, "canceled")
    desk.wait(trail, "canceled")
    desk.agrees()


def test_nothing_goes_to_the_broker_while_live_trading_is_off(
    broker: PlatformProcess, desk: Desk
) -> None:
    desk.admin("DELETE", f"/accounts/{desk.account_id}/live-trading")
    body = {"symbol": "AAPL", "side": "buy", "qty": "1", "type": "market", "time_in_force": "day"}
    refused = desk.call("POST", "/orders", body)
    assert (refused.status_code, refused.json()["code"]) == (403, 40310301)
    assert at_broker(broker, "GET", "/orders?status=open") == []


def test_what_somebody_else_does_at_the_broker_is_reported_and_not_taken_over(
    broker: PlatformProcess, desk: Desk
) -> None:
    sent = {"symbol": "IBM", "side": "buy", "type": "market", "qty": "1", "time_in_force": "day"}
    at_broker(broker, "POST", "/orders", sent)
    foreign = {**sent, "type": "limit", "limit_price": "1", "time_in_force": "gtc"}
    theirs = at_broker(broker, "POST", "/orders", foreign)
    wait_for(
        lambda: at_broker(broker, "GET", "/positions"), "the foreign order being filled", WAIT_S
    )
    found = {difference["kind"]: difference for difference in desk.reconcile()}
    assert found.keys() == {"order_unknown", "position", "cash"}
    assert found["order_unknown"]["subject"] == theirs["id"]
    assert (found["position"]["ours"], found["position"]["theirs"]) == ("0", "1")
    assert desk.call("GET", "/positions").json() == []
    [venue] = desk.admin("GET", "/live-venues")
    assert len(venue["reconciliation"]["differences"]) == 3
    metrics = httpx.get(f"{desk.platform.gateway_url}/metrics", headers=desk.platform.headers)
    assert f'tradewind_orders_broker_differences{{venue="{VENUE}"}} 3.0' in metrics.text
    told = desk.platform.run("brokers")
    assert told.returncode == 1
    assert "the account at the broker 1" in told.stdout
    assert "broker_differs" in desk.platform.log()


def test_orders_taken_while_the_connection_is_lost_go_out_when_it_is_back(
    broker: PlatformProcess, desk: Desk, wire: Wire
) -> None:
    standing = desk.wait(desk.limit("1"), "new")
    wire.set(State.CUT)
    orders = [desk.limit(str(2 + number)) for number in range(3)]
    desk.call("DELETE", f"/orders/{standing['id']}")
    assert {desk.get(order["id"])["status"] for order in orders} == {"pending_new"}
    assert desk.get(standing["id"])["status"] == "pending_cancel"
    [venue] = desk.admin("GET", "/live-venues")
    assert (venue["connected"], venue["orders_unsent"]) == (False, 3)
    wire.set(State.OPEN)
    for order in orders:
        desk.wait(order, "new")
    desk.wait(standing, "canceled")
    assert len(at_broker(broker, "GET", "/orders?status=open")) == 3
    desk.agrees()


def test_fill_during_a_lost_connection_is_brought_in_afterwards(
    broker: PlatformProcess, desk: Desk, wire: Wire
) -> None:
    order = desk.wait(desk.limit("1", qty="2"), "new")
    wire.set(State.CUT)
    theirs = at_broker(broker, "GET", f"/orders:by_client_order_id?client_order_id={order['id']}")
    # Nobody sells at 1: the account's owner ends the order past the live venue.
    at_broker(broker, "DELETE", f"/orders/{theirs['id']}")
    wire.set(State.OPEN)
    desk.wait(order, "canceled")
    desk.agrees()


@pytest.mark.parametrize("rounds", [3])
def test_acknowledged_orders_reach_the_broker_once_whatever_is_killed(
    broker: PlatformProcess, desk: Desk, wire: Wire, rounds: int
) -> None:
    resting, filling = [], []
    above = str((price(broker) * Decimal("1.1")).quantize(Decimal("0.01")))
    for number in range(rounds):
        # The broker gets the orders, and nobody hears what it did with them.
        wire.set(State.DEAF)
        resting += [desk.limit(f"{1 + number}.{cents:02d}") for cents in range(3)]
        filling.append(desk.limit(above, qty="2"))
        assert wire.wait_lost(20)
        desk.platform.kill()
        wire.set(State.OPEN)
        desk.start()
    for order in resting:
        desk.wait(order, "new")
    for order in filling:
        desk.wait(order, "filled")
    sent = resting + filling
    theirs = at_broker(broker, "GET", "/orders?status=all&limit=500")
    known = [order["client_order_id"] for order in theirs]
    assert [known.count(order["id"]) for order in sent] == [1] * len(sent)
    assert desk.call("GET", "/positions/AAPL").json()["qty"] == str(2 * rounds)
    desk.agrees()


def test_keys_of_the_broker_are_in_no_log(broker: PlatformProcess, desk: Desk, wire: Wire) -> None:
    assert broker.credentials is not None
    desk.wait(desk.limit("1"), "new")
    wire.set(State.CUT)
    desk.limit("2")
    wait_for(
        lambda: "broker_unreachable" in desk.platform.log(), "the failure being logged", WAIT_S
    )
    assert broker.credentials.secret not in desk.platform.log()
