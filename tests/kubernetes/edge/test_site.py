"""What visitors find behind the edge, where the services really run: every rule of the charts."""

import json
import signal
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import asyncpg
import httpx
import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest
from tests.integration.distributed.conftest import Deployment
from tests.kubernetes.edge.clients import Visitor
from tests.kubernetes.edge.conftest import BALANCER, HOST
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tradewind.testing.process import Credentials

# Starting the platform counts too, on a machine that may have other things to do.
pytestmark = pytest.mark.timeout(600)

HSTS = "max-age=31536000; includeSubDomains; preload"
"""The controller adds the last word by itself."""
_addresses = (f"127.0.1.{number}" for number in count(1))


@pytest.fixture
def visitor_of_the_site(site: Visitor) -> Visitor:
    """Return a visitor who has asked for nothing yet, so that no limit is near."""
    return replace(site, address=next(_addresses))


@pytest.fixture
def browser(visitor_of_the_site: Visitor) -> Iterator[httpx.Client]:
    with visitor_of_the_site.browse() as client:
        yield client


@pytest.fixture
def key(platform: Deployment) -> Credentials:
    assert platform.credentials is not None
    return platform.credentials


def is_terminal(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and "<div id=" in answer.text


def is_gateway(answer: httpx.Response) -> bool:
    """Tell whether the gateway answered: it gives every answer an id."""
    return "x-request-id" in answer.headers


def test_the_api_goes_to_the_gateway_and_everything_else_to_the_terminal(
    browser: httpx.Client, key: Credentials
) -> None:
    for path in ("/", "/orders", "/apis", "/apiary/v2"):
        assert is_terminal(browser.get(path)), path
    assert browser.get("/assets/none.js").status_code == 404
    assert browser.get("/api/v2/account", headers=key.headers).json()["cash"] == "900000000"
    for path in ("/api", "/api/", "/api/v2/account", "/api/streams", "/api/docs"):
        assert is_gateway(browser.get(path)), path
        assert not is_terminal(browser.get(path)), path


def test_what_the_gateway_tells_its_machines_is_hidden_however_the_path_is_written(
    browser: httpx.Client, platform: Deployment
) -> None:
    own = httpx.get(f"{platform.gateways[0].url}/api/metrics")
    assert "tradewind_http_requests" in own.text or "# HELP" in own.text
    for path in (
        *("/metrics", "/healthz/ready", "/api/metrics", "/api/healthz/ready", "/api//metrics"),
        *("/api/%6detrics", "/api/v2/../metrics", "/api/v2/..%2fmetrics", "/api/./healthz/live"),
    ):
        answer = browser.get(path)
        assert not is_gateway(answer), path
        assert "# HELP" not in answer.text, path


def test_a_host_that_nobody_has_is_refused(visitor_of_the_site: Visitor) -> None:
    assert visitor_of_the_site.ask_plainly("/", host="other.example").status_code == 404
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        visitor_of_the_site.certificate("other.example")
    with visitor_of_the_site.browse(headers={"Host": "other.example"}) as client:
        answer = client.get("/api/v2/account")
    assert (answer.status_code, is_gateway(answer)) == (404, False)


def test_plain_http_is_sent_to_tls_with_its_method_and_its_path(site: Visitor) -> None:
    answer = site.ask_plainly("/api/v2/orders?status=all")
    assert answer.status_code == 308
    assert (
        answer.headers["location"] == f"https://{HOST}:{site.https_port}/api/v2/orders?status=all"
    )
    assert "strict-transport-security" not in answer.headers


def test_every_answer_over_tls_says_once_that_browsers_shall_insist_on_it(
    browser: httpx.Client, key: Credentials
) -> None:
    answers = {
        "a page": browser.get("/"),
        "a file that is not there": browser.get("/assets/none.js"),
        "an answer of the API": browser.get("/api/v2/account", headers=key.headers),
        "a refusal of the API": browser.get("/api/v2/account"),
        "a refusal of the edge": browser.post("/api/v2/orders", content=b"x" * 2_000_000),
        "a stream that is asked for as a page": browser.get("/api/stream"),
    }
    for what, answer in answers.items():
        assert answer.headers.get_list("strict-transport-security") == [HSTS], what
        assert "1." not in answer.headers["server"], what


def test_the_official_client_trades_through_the_edge(
    visitor_of_the_site: Visitor, key: Credentials
) -> None:
    client: TradingClient = visitor_of_the_site.trader(key)
    assert client.get_account().equity == "900000000"
    resting = client.submit_order(
        LimitOrderRequest(
            symbol="MSFT", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.GTC, limit_price=1
        )
    )
    client.cancel_order_by_id(resting.id)
    assert client.get_order_by_id(resting.id).status is OrderStatus.CANCELED
    bought = client.submit_order(
        MarketOrderRequest(symbol="MSFT", qty=3, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    )
    assert client.get_order_by_id(bought.id).status is OrderStatus.FILLED
    assert client.get_open_position("MSFT").qty == "3"


def test_a_browser_signs_in_on_the_sites_own_page_and_its_cookie_is_for_tls_alone(
    browser: httpx.Client, key: Credentials
) -> None:
    told = {"username": key.username, "password": key.password}
    elsewhere = {"Origin": "https://other.example"}
    refused = browser.post("/api/tradewind/v1/session", json=told, headers=elsewhere)
    assert refused.status_code == 403
    here = {"Origin": f"https://{HOST}"}
    signed_in = browser.post("/api/tradewind/v1/session", json=told, headers=here)
    assert signed_in.status_code == 201, signed_in.text
    assert "Secure" in signed_in.headers["set-cookie"]
    assert browser.get("/api/v2/account").status_code == 200


def authorized(stream: ClientConnection, key: Credentials) -> ClientConnection:
    """Sign in to a stream of trade updates and listen."""
    stream.send(json.dumps({"action": "auth", "key": key.key_id, "secret": key.secret}))
    assert json.loads(stream.recv(timeout=60))["data"]["status"] == "authorized"
    stream.send(json.dumps({"action": "listen", "data": {"streams": ["trade_updates"]}}))
    assert json.loads(stream.recv(timeout=60))["stream"] == "listening"
    return stream


def place(client: httpx.Client, key: Credentials) -> str:
    """Submit an order that rests, and return its id."""
    order = {"symbol": "IBM", "qty": "1", "side": "buy", "type": "limit", "limit_price": "1"}
    body = {**order, "time_in_force": "gtc"}
    taken = client.post("/api/v2/orders", json=body, headers=key.headers)
    assert taken.status_code == 200, taken.text
    identifier: str = taken.json()["id"]
    return identifier


def update_of(stream: ClientConnection, order_id: str) -> str:
    """Return what the next update of an order says has happened."""
    while True:
        told = json.loads(stream.recv(timeout=60))["data"]
        if told["order"]["id"] == order_id:
            event: str = told["event"]
            return event


@pytest.mark.parametrize("path", ["/api/stream", "/api/stream/"])
def test_updates_of_an_order_come_through_a_websocket(
    visitor_of_the_site: Visitor, browser: httpx.Client, key: Credentials, path: str
) -> None:
    with visitor_of_the_site.stream(path) as stream:
        authorized(stream, key)
        order_id = place(browser, key)
        assert update_of(stream, order_id) == "new"
        browser.delete(f"/api/v2/orders/{order_id}", headers=key.headers)
        assert update_of(stream, order_id) == "canceled"


def test_market_data_comes_through_a_websocket(
    visitor_of_the_site: Visitor, key: Credentials
) -> None:
    with visitor_of_the_site.stream("/api/v2/iex") as stream:
        assert json.loads(stream.recv(timeout=60)) == [{"T": "success", "msg": "connected"}]
        stream.send(json.dumps({"action": "auth", "key": key.key_id, "secret": key.secret}))
        assert json.loads(stream.recv(timeout=60))[0]["msg"] == "authenticated"
        stream.send('{"action":"subscribe","quotes":["AAPL"]}')
        while json.loads(stream.recv(timeout=60))[0]["T"] != "q":
            pass


def test_who_asks_too_often_is_refused_at_the_edge_and_keeps_the_streams(
    visitor_of_the_site: Visitor, browser: httpx.Client, key: Credentials, site: Visitor
) -> None:
    with visitor_of_the_site.stream("/api/stream") as stream:
        authorized(stream, key)
        # Whatever begins like the path of a stream is a request still.
        answers = [browser.get("/api/streams") for _ in range(120)]
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) == {404, 429}
        assert 429 not in statuses[:40]
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert not is_gateway(refused)
        with visitor_of_the_site.stream("/api/stream") as another:
            authorized(another, key)
        with replace(site, address=next(_addresses)).browse() as other:
            order_id = place(other, key)
        assert update_of(stream, order_id) == "new"
    assert is_terminal(browser.get("/"))


def test_a_body_that_is_too_large_is_refused_before_the_gateway_sees_it(
    browser: httpx.Client, key: Credentials
) -> None:
    large = browser.post("/api/v2/orders", content=b"x" * 1_048_577, headers=key.headers)
    assert (large.status_code, is_gateway(large)) == (413, False)
    allowed = browser.post("/api/v2/orders", content=b"x" * 1_048_576, headers=key.headers)
    assert is_gateway(allowed)
    assert allowed.status_code != 200


def test_an_answer_has_its_time_and_a_silent_stream_has_more(
    visitor_of_the_site: Visitor, browser: httpx.Client, key: Credentials, platform: Deployment
) -> None:
    (gateway,) = platform.gateways
    with visitor_of_the_site.stream("/api/stream", ping_interval=None) as stream:
        authorized(stream, key)
        began = time.monotonic()
        gateway.send_signal(signal.SIGSTOP)
        try:
            answer = browser.get("/api/v2/account", headers=key.headers)
        finally:
            gateway.send_signal(signal.SIGCONT)
        assert answer.status_code == 504
        assert 5 <= time.monotonic() - began < 15
        order_id = place(browser, key)
        assert update_of(stream, order_id) == "new"


async def failed_sign_in(
    visitor: Visitor, database: str, claims: dict[str, str] | None = None
) -> str:
    """Fail to sign in with headers that claim something; return the address in the audit log."""
    name = f"nobody-{time.monotonic_ns()}"
    with visitor.browse(headers=claims) as client:
        told = {"username": name, "password": "not the password"}
        answer = client.post("/api/tradewind/v1/session", json=told)
    assert answer.status_code == 401, answer.text
    connection = await asyncpg.connect(database, timeout=10)
    try:
        found = await connection.fetchval(
            "SELECT address FROM account.audit_log WHERE action = 'sign_in_failed'"
            " ORDER BY at DESC LIMIT 1"
        )
    finally:
        await connection.close(timeout=5)
    return str(found)


async def test_the_gateway_knows_the_visitors_own_address_and_not_the_edges(
    visitor_of_the_site: Visitor, database: str
) -> None:
    assert await failed_sign_in(visitor_of_the_site, database) == visitor_of_the_site.address


async def test_nobody_can_claim_to_be_somebody_else(
    visitor_of_the_site: Visitor, database: str
) -> None:
    own = visitor_of_the_site.address
    for forged in ("198.51.100.7", "127.0.0.1", f"198.51.100.7, {BALANCER}"):
        claims = {"X-Forwarded-For": forged, "X-Real-IP": forged, "Forwarded": f"for={forged}"}
        assert await failed_sign_in(visitor_of_the_site, database, claims) == own


async def test_the_load_balancer_that_the_controller_names_is_believed_and_no_claim_before_it(
    site: Visitor, database: str
) -> None:
    balancer = replace(site, address=BALANCER)
    # The balancer adds whom it sees to what the visitor claimed.
    for told in ("203.0.113.5", "198.51.100.7, 203.0.113.5"):
        seen = await failed_sign_in(balancer, database, {"X-Forwarded-For": told})
        assert seen == "203.0.113.5"


def test_a_stream_is_not_opened_from_another_sites_page_with_the_cookie(
    visitor_of_the_site: Visitor, browser: httpx.Client, key: Credentials
) -> None:
    told = {"username": key.username, "password": key.password}
    signed_in = browser.post("/api/tradewind/v1/session", json=told)
    cookie = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0]}
    with visitor_of_the_site.stream(
        "/api/stream", additional_headers=cookie, origin=f"https://{HOST}"
    ) as stream:
        stream.send(json.dumps({"action": "listen", "data": {"streams": ["trade_updates"]}}))
        assert json.loads(stream.recv(timeout=60))["stream"] in ("listening", "authorization")
    with pytest.raises(InvalidStatus):
        visitor_of_the_site.stream(
            "/api/stream", additional_headers=cookie, origin="https://other.example"
        )
