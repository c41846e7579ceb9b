"""A platform of separate processes serves the official client as the one process does."""

import asyncio
import json

import httpx
import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest
from tests.integration.distributed.conftest import Deploy, Deployment
from tests.integration.notifications.webhook import Webhook, listening_webhook
from websockets.sync.client import connect


@pytest.fixture(scope="module")
def deployment(deploy: Deploy) -> Deployment:
    return deploy(webhook_private_networks="true")


@pytest.fixture(scope="module")
def client(deployment: Deployment) -> TradingClient:
    assert deployment.credentials is not None
    return TradingClient(
        deployment.credentials.key_id,
        deployment.credentials.secret,
        url_override=deployment.gateways[0].url,
    )


def test_official_client_trades_through_the_gateway(client: TradingClient) -> None:
    account = client.get_account()
    assert account.equity == "900000000"
    resting = client.submit_order(
        LimitOrderRequest(
            symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.GTC, limit_price=1
        )
    )
    assert resting.status is OrderStatus.NEW
    client.cancel_order_by_id(resting.id)
    assert client.get_order_by_id(resting.id).status is OrderStatus.CANCELED
    bought = client.submit_order(
        MarketOrderRequest(symbol="AAPL", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.DAY)
    )
    assert client.get_order_by_id(bought.id).status is OrderStatus.FILLED
    assert client.get_open_position("AAPL").qty == "10"
    assert client.get_portfolio_history().equity


def test_refusal_of_the_core_is_the_same_from_another_process(
    deployment: Deployment,
) -> None:
    order = {
        "symbol": "AAPL",
        "qty": "1000000",
        "side": "buy",
        "type": "limit",
        "time_in_force": "gtc",
        "limit_price": "1000",
    }
    answer = httpx.post(
        f"{deployment.gateways[0].url}/v2/orders", json=order, headers=deployment.headers
    )
    assert answer.status_code == 403
    assert answer.json()["code"] == 40310000
    assert "buying_power" in answer.json()


def test_halt_reaches_a_stream_of_the_gateway_from_the_order_service(
    deployment: Deployment,
) -> None:
    gateway = deployment.gateways[0].url
    halt = f"{gateway}/tradewind/v1/venues/main/halts/IBM"
    assert deployment.credentials is not None
    key, secret = deployment.credentials.key_id, deployment.credentials.secret
    with connect(f"ws{gateway.removeprefix('http')}/v2/iex") as stream:
        assert json.loads(stream.recv(timeout=30))[0]["msg"] == "connected"
        stream.send(json.dumps({"action": "auth", "key": key, "secret": secret}))
        assert json.loads(stream.recv(timeout=30))[0]["msg"] == "authenticated"
        stream.send(json.dumps({"action": "subscribe", "statuses": ["IBM"]}))
        assert json.loads(stream.recv(timeout=30))[0]["statuses"] == ["IBM"]
        httpx.put(halt, json={}, headers=deployment.headers, timeout=30).raise_for_status()
        (halted,) = json.loads(stream.recv(timeout=30))
        # Who subscribes only now, and who asks by REST, learn of it too.
        stream.send(json.dumps({"action": "subscribe", "statuses": ["*"]}))
        assert json.loads(stream.recv(timeout=30))[0]["statuses"] == ["*", "IBM"]
        assert json.loads(stream.recv(timeout=30)) == [halted]
        statuses = f"{gateway}/tradewind/v1/venues/main/statuses?symbols=IBM"
        (read,) = httpx.get(statuses, headers=deployment.headers, timeout=30).json()["statuses"]
        assert (read["symbol"], read["is_halted"]) == ("IBM", True)
        httpx.delete(halt, headers=deployment.headers, timeout=30).raise_for_status()
        (resumed,) = json.loads(stream.recv(timeout=30))
    assert [(each["T"], each["S"], each["sc"]) for each in (halted, resumed)] == [
        ("s", "IBM", "H"),
        ("s", "IBM", "T"),
    ]


def test_auctions_of_a_replay_are_answered_from_the_journal_of_another_process(
    deployment: Deployment,
) -> None:
    feed = {"kind": "replay", "symbols": ["IBM"], "start_date": "2012-01-03"}
    with httpx.Client(base_url=deployment.gateways[0].url, timeout=60) as http:
        opened = http.post(
            "/tradewind/v1/venues",
            json={"name": "auctions", "feed": {**feed, "end_date": "2012-01-31"}},
            headers=deployment.headers,
        ).json()
        headers = {
            "APCA-API-KEY-ID": opened["key_id"],
            "APCA-API-SECRET-KEY": opened["secret_key"],
        }
        step = f"/tradewind/v1/venues/{opened['venue_id']}/step"
        http.post(step, json={"days": 2}, headers=headers).raise_for_status()
        path = "/v2/stocks/IBM/auctions?start=2012-01-01"
        days = http.get(path, headers=headers).json()["auctions"]
    assert [day["d"] for day in days] == ["2012-01-03", "2012-01-04"]
    assert all(len(day["o"]) == len(day["c"]) == 1 for day in days)


async def test_webhook_is_told_of_a_fill_by_three_processes_together(
    deployment: Deployment, client: TradingClient
) -> None:
    async with listening_webhook() as webhook:
        await _told_of_a_fill(deployment, client, webhook)


async def _told_of_a_fill(deployment: Deployment, client: TradingClient, webhook: Webhook) -> None:
    async with httpx.AsyncClient(
        base_url=f"{deployment.gateways[0].url}/tradewind/v1/notifications",
        headers=deployment.headers,
        timeout=30,
    ) as http:
        body = {"kind": "webhook", "target": webhook.url, "topics": ["fills"]}
        made = await http.post("/channels", json=body)
        assert made.status_code == 201, made.text
        order = MarketOrderRequest(
            symbol="MSFT", qty=3, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
        )
        bought = await asyncio.to_thread(client.submit_order, order)
        message = (await webhook.next()).message
        assert message["type"] == "order_filled"
        data = message["data"]
        assert isinstance(data, dict)
        assert (data["order_id"], data["symbol"], data["side"]) == (str(bought.id), "MSFT", "buy")
        assert data["client_order_id"] == bought.client_order_id
        gone = await http.delete(f"/channels/{made.json()['channel_id']}")
        assert gone.status_code == 204
