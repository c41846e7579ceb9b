"""The whole platform by Compose, over TLS: it trades, keeps its data and heals by itself."""

import json
import os
import signal
from decimal import Decimal

import httpx
import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest
from tests.images.compose import SERVICES, Stack, docker
from tests.images.load import Load
from websockets.sync.client import connect

from tradewind.testing.waiting import wait_for

# Starting the platform counts too, on a machine that may have other things to do.
pytestmark = pytest.mark.timeout(600)

HEALS_WITHIN_S = 90


@pytest.fixture
def client(stack: Stack, key: dict[str, str]) -> TradingClient:
    trading = TradingClient(key["key_id"], key["secret"], url_override=f"{stack.url}/api")
    # Whatever this machine trusts otherwise, by REQUESTS_CA_BUNDLE for one, is not asked.
    trading._session.trust_env = False
    trading._session.verify = str(stack.certificate)
    return trading


@pytest.fixture
def load(stack: Stack, headers: dict[str, str]) -> Load:
    return Load(stack.url, stack.trust(), headers)


def test_every_container_is_healthy(stack: Stack) -> None:
    wait_for(stack.all_healthy, "health of every container", HEALS_WITHIN_S, 0.2)


def test_alpaca_py_trades_through_the_edge(client: TradingClient) -> None:
    account = client.get_account()
    assert Decimal(str(account.cash)) == 900_000_000
    bought = client.submit_order(
        MarketOrderRequest(symbol="AAPL", qty=3, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    )
    wait_for(lambda: client.get_order_by_id(bought.id).status is OrderStatus.FILLED, "the fill", 20)
    assert client.get_open_position("AAPL").qty == "3"
    resting = client.submit_order(
        LimitOrderRequest(
            symbol="MSFT", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.GTC, limit_price=1
        )
    )
    client.cancel_order_by_id(resting.id)
    assert client.get_order_by_id(resting.id).status is OrderStatus.CANCELED


def test_terminal_and_api_share_an_origin(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url, verify=stack.trust(), trust_env=False) as edge:
        page = edge.get("/")
        assert page.status_code == 200
        assert "<div id=" in page.text
        assert page.headers["strict-transport-security"].startswith("max-age=31536000")
        assert edge.get("/api/v2/account").status_code in (401, 403)
        for of_machines in ("/api/metrics", "/api/healthz/ready"):
            assert edge.get(of_machines).text == page.text
        too_large = edge.post("/api/v2/orders", content=b"x" * 2_000_000)
        assert too_large.status_code == 413


def test_plain_http_is_sent_to_tls(stack: Stack) -> None:
    answer = httpx.get(f"{stack.http_url}/portfolio")
    assert answer.status_code == 308
    assert answer.headers["location"] == "https://localhost/portfolio"


def test_trade_updates_stream_through_the_edge(stack: Stack, key: dict[str, str]) -> None:
    with connect(f"{stack.url}/api/stream".replace("https:", "wss:"), ssl=stack.trust()) as stream:
        stream.send(json.dumps({"action": "auth", "key": key["key_id"], "secret": key["secret"]}))
        assert json.loads(stream.recv(timeout=10))["data"]["status"] == "authorized"


def test_data_outlives_the_containers(stack: Stack, client: TradingClient) -> None:
    before = client.get_account()
    orders = {str(order.id) for order in client.get_orders()}
    stack.down()
    stack.up()
    after = client.get_account()
    assert after.cash == before.cash
    assert {str(order.id) for order in client.get_orders()} == orders
    stack.verify()


@pytest.mark.parametrize(
    "service",
    [
        "order-service",
        "api-gateway",
        "account-service",
        "market-data-service",
        "portfolio-service",
        "notification-service",
        "valkey",
        "postgres",
        "web-ui",
        "edge",
    ],
)
def test_killed_container_loses_nothing_and_comes_back(
    stack: Stack, load: Load, service: str
) -> None:
    with load:
        load.wait_for(10)
        name = stack.leader() if service == "order-service" else stack.names(service)[0]
        # Not by the engine, which would take it for a wish to have it stopped.
        os.kill(int(docker("inspect", "-f", "{{.State.Pid}}", name)), signal.SIGKILL)
        load.wait_for(20, timeout_s=HEALS_WITHIN_S)
        wait_for(stack.all_healthy, f"health after the end of {name}", HEALS_WITHIN_S, 0.2)
    assert load.failures == []
    assert load.lost() == []
    stack.verify()


def test_two_order_services_have_one_leader(stack: Stack) -> None:
    leader = stack.leader()
    others = [name for name in stack.names("order-service") if name != leader]
    assert len(others) == 1
    assert stack.health(others[0]) == "healthy"
    ended = docker("inspect", "-f", "{{.State.Running}}", others[0]).strip()
    assert ended == "true"


@pytest.mark.timeout(900)
def test_upgrade_to_a_newer_build_under_load_fails_no_request(
    stack: Stack, load: Load, newer_build: str
) -> None:
    older = os.environ["TRADEWIND_TAG"]
    load.every_s = 0.1
    with load:
        load.wait_for(10)
        stack.environment["TRADEWIND_TAG"] = newer_build
        stack.upgrade("migrate")
        assert newest_revision(stack) == "9999_newer"
        # What runs is the older version still, at the newer one's database; it starts there too.
        for service in SERVICES:
            assert stack.versions(service) == {older}
        docker("restart", "--time", "30", stack.leader())
        wait_for(stack.all_healthy, "health of the older version", HEALS_WITHIN_S, 0.2)
        load.wait_for(10, timeout_s=HEALS_WITHIN_S)
        stack.upgrade("order-service")
        # Old and new side by side: gateways of the older version, order services of the newer one.
        assert stack.versions("order-service") == {newer_build}
        assert stack.versions("api-gateway") == {older}
        load.wait_for(10, timeout_s=HEALS_WITHIN_S)
        stack.upgrade(*(each for each in (*SERVICES, "web-ui") if each != "order-service"))
        for service in (*SERVICES, "web-ui"):
            assert stack.versions(service) == {newer_build}
        load.wait_for(10, timeout_s=HEALS_WITHIN_S)
    assert load.failures == []
    assert load.lost() == []
    assert len(stack.names("order-service")) == len(stack.names("api-gateway")) == 2
    wait_for(stack.all_healthy, "health of the newer version", HEALS_WITHIN_S, 0.2)
    stack.verify()


def newest_revision(stack: Stack) -> str:
    """Return the revision at which the order service's schema stands."""
    asked = "SELECT version_num FROM orders.alembic_version"
    told = stack.compose(
        *("exec", "-T", "postgres", "psql", "-h", "/var/run/postgresql", "-U", "tradewind"),
        *("-d", "tradewind", "-At", "-c", asked),
    )
    return told.strip()
