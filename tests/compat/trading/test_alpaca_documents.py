"""Every response on a path that Alpaca's documents describe is what they say."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.compat.trading.alpaca_documents import Documents
from tests.compat.trading.venues import Venue

from tradewind.platform.ids import new_id
from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import wait_for

LIMIT: dict[str, Any] = {
    "symbol": "AAPL",
    "qty": "2",
    "side": "buy",
    "type": "limit",
    "time_in_force": "gtc",
    "limit_price": "1.5",
}
MARKET: dict[str, Any] = {
    "symbol": "AAPL",
    "qty": "10",
    "side": "buy",
    "type": "market",
    "time_in_force": "day",
}


class Checked:
    """Calls the gateway and checks every answer."""

    def __init__(self, url: str, headers: dict[str, str], documents: Documents) -> None:
        self._client = httpx.Client(base_url=url, headers=headers, timeout=30)
        self._documents = documents

    def call(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """Call, check the status and the body, and return the body."""
        response = self._client.request(method, path, **options)
        assert response.status_code == status, f"{method} {path}: {response.text}"
        self._documents.check(response)
        return response.json() if response.content else None

    def get(self, path: str, status: int = 200) -> Any:
        """Call with GET."""
        return self.call("GET", path, status)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents()


@pytest.fixture
def live(platform: PlatformProcess, documents: Documents) -> Iterator[Checked]:
    """Return the market that is always open, with nothing of the account's open."""
    checked = Checked(platform.gateway_url, platform.headers, documents)
    checked.call("DELETE", "/v2/positions?cancel_orders=true", 207)
    wait_for(lambda: checked.get("/v2/positions") == [], "closing what was open")
    yield checked
    checked.close()


@pytest.fixture
def past(venue: Venue, documents: Documents) -> Iterator[Checked]:
    """Return the replay of 2008, below ``/api``."""
    checked = Checked(venue.gateway_url + "/api", venue.headers, documents)
    yield checked
    checked.close()


def bought(live: Checked, **changes: Any) -> dict[str, Any]:
    order = live.call("POST", "/v2/orders", json=MARKET | changes)
    return wait_for(
        lambda: (now := live.get(f"/v2/orders/{order['id']}"))["status"] == "filled" and now,
        "the market order's fill",
    )


def test_account_and_settings(live: Checked) -> None:
    account = live.get("/v2/account")
    assert account["status"] == "ACTIVE"
    before = live.get("/v2/account/configurations")
    changed = live.call("PATCH", "/v2/account/configurations", json={"trade_confirm_email": "none"})
    assert changed == before | {"trade_confirm_email": "none"}
    assert live.call("PATCH", "/v2/account/configurations", json=before) == before
    live.call("PATCH", "/v2/account/configurations", 422, json={"suspend_trade": 5})


def test_assets_clock_and_calendar(live: Checked) -> None:
    assets = live.get("/v2/assets")
    assert {asset["symbol"] for asset in assets} >= {"AAPL", "IBM", "MSFT"}
    assert live.get("/v2/assets?status=active&asset_class=us_equity") == assets
    assert live.get("/v2/assets/AAPL") == live.get(
        f"/v2/assets/{live.get('/v2/assets/AAPL')['id']}"
    )
    live.get("/v2/assets/NOPE", 404)
    live.get("/v2/assets?status=gone", 422)
    assert live.get("/v2/clock")["is_open"] is True
    days = live.get("/v2/calendar?start=2008-01-01&end=2008-01-31")
    assert (len(days), days[0]["date"]) == (21, "2008-01-02")
    assert live.get("/v2/calendar?start=2008-07-03&end=2008-07-03")[0]["close"] == "13:00"
    live.get("/v2/calendar?start=soon", 422)


def test_resting_order_is_replaced_found_and_canceled(live: Checked) -> None:
    name = f"doc-{new_id()}"
    order = live.call("POST", "/v2/orders", json=LIMIT | {"client_order_id": name})
    assert order["status"] == "new"
    assert live.get(f"/v2/orders/{order['id']}") == order
    assert live.get(f"/v2/orders:by_client_order_id?client_order_id={name}") == order
    assert order in live.get("/v2/orders?symbols=AAPL&side=buy&limit=5&nested=True")
    new = live.call("PATCH", f"/v2/orders/{order['id']}", json={"qty": "3", "limit_price": "1.4"})
    assert new["replaces"] == order["id"]
    old = live.get(f"/v2/orders/{order['id']}")
    assert (old["status"], old["replaced_by"]) == ("replaced", new["id"])
    live.call("PATCH", f"/v2/orders/{order['id']}", 422, json={"qty": "4"})
    live.call("DELETE", f"/v2/orders/{new['id']}", 204)
    assert live.get(f"/v2/orders/{new['id']}")["status"] == "canceled"
    live.call("DELETE", f"/v2/orders/{new['id']}", 422)
    assert {shown["id"] for shown in live.get("/v2/orders?status=closed")} >= {
        order["id"],
        new["id"],
    }


def test_orders_are_canceled_together(live: Checked) -> None:
    assert live.call("DELETE", "/v2/orders", 207) == []
    ids = {live.call("POST", "/v2/orders", json=LIMIT)["id"] for _ in range(3)}
    canceled = live.call("DELETE", "/v2/orders", 207)
    assert {item["id"] for item in canceled} == ids
    assert {item["status"] for item in canceled} == {200}


def test_position_lives_and_is_closed(live: Checked) -> None:
    order = bought(live)
    assert order["filled_qty"] == "10"
    (position,) = live.get("/v2/positions")
    assert position["qty"] == "10"
    assert live.get("/v2/positions/AAPL")["symbol"] == "AAPL"
    assert live.get(f"/v2/positions/{position['asset_id']}")["symbol"] == "AAPL"
    sale = live.call("DELETE", "/v2/positions/AAPL?qty=2.5")
    assert (sale["side"], sale["qty"]) == ("sell", "2.5")
    wait_for(lambda: live.get("/v2/positions/AAPL")["qty"] == "7.5", "selling a part")
    live.call("DELETE", "/v2/positions/AAPL?percentage=20")
    wait_for(lambda: live.get("/v2/positions/AAPL")["qty"] == "6", "selling a fifth")
    bought(live, symbol="IBM")
    closed = live.call("DELETE", "/v2/positions?cancel_orders=True", 207)
    assert {item["symbol"] for item in closed} == {"AAPL", "IBM"}
    wait_for(lambda: live.get("/v2/positions") == [], "closing everything")
    assert live.call("DELETE", "/v2/positions", 207) == []
    live.get("/v2/positions/AAPL", 404)
    live.call("DELETE", "/v2/positions/AAPL", 404)


def test_every_kind_of_order_that_is_offered(live: Checked) -> None:
    for time_in_force in ("day", "gtc", "ioc", "fok"):
        market = live.call(
            "POST", "/v2/orders", json=MARKET | {"time_in_force": time_in_force, "qty": 1}
        )
        assert market["time_in_force"] == time_in_force
        limit = live.call("POST", "/v2/orders", json=LIMIT | {"time_in_force": time_in_force})
        expected = "canceled" if time_in_force in ("ioc", "fok") else "new"
        assert limit["status"] == expected
    fraction = live.call("POST", "/v2/orders", json=MARKET | {"qty": "0.123456789"})
    assert fraction["qty"] == "0.123456789"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"qty": "0"}, 422),
        ({"symbol": "NOPE"}, 422),
        ({"limit_price": "1.555"}, 422),
        ({"type": "stop"}, 422),
        ({"order_class": "bracket"}, 422),
        ({"qty": "1000", "limit_price": "5000"}, 403),
        ({"side": "sell", "symbol": "MSFT"}, 403),
    ],
)
def test_order_that_is_refused(live: Checked, change: dict[str, Any], status: int) -> None:
    live.call("POST", "/v2/orders", status, json=LIMIT | change)
    assert live.get("/v2/orders") == []


def test_activities_of_every_kind(live: Checked) -> None:
    bought(live)
    every = live.get("/v2/account/activities")
    assert every[0]["activity_type"] == "FILL"
    fills = live.get("/v2/account/activities/FILL?page_size=2")
    assert len(fills) <= 2
    deposits = live.get("/v2/account/activities/CSD")
    assert deposits[-1]["net_amount"] == "100000"
    assert (
        live.get("/v2/account/activities?activity_types=FILL,CSD&direction=asc")[0] == deposits[-1]
    )
    page = live.get(f"/v2/account/activities?page_size=1&page_token={every[0]['id']}")
    assert page == every[1:2]
    assert live.get("/v2/account/activities/NC") == []
    live.get("/v2/account/activities/WHAT", 422)


def test_history_of_an_account_that_is_new(live: Checked) -> None:
    live.get("/v2/account/portfolio/history")
    live.get("/v2/account/portfolio/history?period=1A&timeframe=1D&cashflow_types=ALL")
    live.get("/v2/account/portfolio/history?timeframe=5Min", 422)


def test_replay_fills_pays_and_tells_its_history(past: Checked, venue: Venue) -> None:
    venue.step()
    waiting = past.call("POST", "/v2/orders", json=MARKET | {"symbol": "IBM", "qty": 100})
    assert waiting["status"] == "accepted"
    assert waiting["submitted_at"].startswith("2008-01-02")
    past.call("POST", "/v2/orders", json=LIMIT | {"time_in_force": "day"})
    venue.step()
    assert past.get(f"/v2/orders/{waiting['id']}")["status"] == "filled"
    assert [o["status"] for o in past.get("/v2/orders?status=all")].count("expired") == 1
    # IBM paid a dividend with ex-date of 6 February 2008.
    venue.step(30)
    (dividend,) = past.get("/v2/account/activities/DIV")
    assert dividend["symbol"] == "IBM"
    assert (past.get("/v2/positions/IBM"))["qty"] == "100"
    history = past.get("/v2/account/portfolio/history?period=2M&timeframe=1D&cashflow_types=ALL")
    assert len(history["equity"]) == 32
    assert history["cashflow"]["DIV"][-1] > 0
    assert past.get("/v2/clock")["is_open"] is False
    past.get("/v2/account")
    past.get("/v2/account/activities")


@pytest.mark.parametrize(
    "path",
    [
        "/v2/stocks/bars?symbols=AAPL,IBM&timeframe=1Day&start=2008-01-01&limit=5",
        "/v2/stocks/bars?symbols=AAPL&timeframe=1Week&adjustment=all&sort=desc",
        "/v2/stocks/AAPL/bars?timeframe=1Month&start=2007-01-01",
        "/v2/stocks/bars/latest?symbols=AAPL,IBM",
        "/v2/stocks/AAPL/bars/latest",
        "/v2/stocks/auctions?symbols=AAPL,IBM&start=2008-01-01&limit=3",
        "/v2/stocks/AAPL/auctions?start=2008-01-01&sort=desc",
        "/v2/stocks/trades?symbols=AAPL&limit=3",
        "/v2/stocks/AAPL/trades?limit=3",
        "/v2/stocks/trades/latest?symbols=AAPL",
        "/v2/stocks/AAPL/trades/latest",
        "/v2/stocks/quotes?symbols=AAPL&limit=3",
        "/v2/stocks/AAPL/quotes?limit=3",
        "/v2/stocks/quotes/latest?symbols=AAPL",
        "/v2/stocks/AAPL/quotes/latest",
        "/v2/stocks/snapshots?symbols=AAPL,IBM",
        "/v2/stocks/AAPL/snapshot",
        "/v2/stocks/meta/exchanges",
        "/v2/stocks/meta/conditions/trade?tape=A",
        "/v2/stocks/meta/conditions/quote?tape=C",
        "/v1/corporate-actions?symbols=IBM&start=2008-01-01&end=2008-12-31",
    ],
)
def test_market_data(live: Checked, past: Checked, venue: Venue, path: str) -> None:
    venue.step(3)
    assert past.get(path)
    assert live.get(path)


@pytest.mark.parametrize(
    "path",
    [
        "/v2/stocks/bars?symbols=AAPL",
        "/v2/stocks/bars?symbols=AAPL&timeframe=2Day",
        "/v2/stocks/trades?symbols=",
        "/v2/stocks/quotes?symbols=AAPL&limit=0",
    ],
)
def test_market_data_that_is_refused(live: Checked, path: str) -> None:
    live.get(path, 400)


def test_nobody_is_answered_in_the_documented_shape(
    platform: PlatformProcess, documents: Documents
) -> None:
    stranger = Checked(platform.gateway_url, {"APCA-API-KEY-ID": "nobody"}, documents)
    for path in ("/v2/account", "/v2/orders", "/v2/stocks/bars?symbols=AAPL&timeframe=1Day"):
        stranger.get(path, 401)
    stranger.close()


def test_crypto_data(live: Checked) -> None:
    pairs = "symbols=BTC%2FUSD,ETH%2FUSD"
    root = "/v1beta3/crypto/us"
    for kind in ("trades", "quotes", "bars", "orderbooks"):
        wait_for(
            lambda kind=kind: len(live.get(f"{root}/latest/{kind}?{pairs}")[kind]) == 2,
            f"the first {kind} of both pairs",
        )
    assert live.get(f"{root}/bars?{pairs}&timeframe=1Min&limit=3")["next_page_token"]
    trades = live.get(f"{root}/trades?{pairs}&limit=3")["trades"]["BTC/USD"]
    assert {trade["tks"] for trade in trades} <= {"B", "S"}
    assert live.get(f"{root}/quotes?{pairs}&limit=3&sort=desc")["quotes"]
    assert set(live.get(f"{root}/snapshots?{pairs}")["snapshots"]) == {"BTC/USD", "ETH/USD"}
    live.get(f"{root}/bars?symbols=AAPL&timeframe=1Min", 400)
    live.get(f"/v1beta3/crypto/mars/snapshots?{pairs}", 400)


def test_every_operation_that_is_served_and_documented_was_checked(
    request: pytest.FixtureRequest, platform: PlatformProcess, documents: Documents
) -> None:
    collected = {
        item.originalname
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module
    }
    if collected != {name for name in vars(request.module) if name.startswith("test_")}:
        pytest.skip("only a part of this file runs")
    served = httpx.get(f"{platform.gateway_url}/openapi.json").json()["paths"]
    operations = {
        documents.template(method, path)
        for path, methods in served.items()
        for method in methods
        if documents.template(method, path) is not None
    }
    assert len(operations) >= 38
    checked = {(method, path) for method, path, status in documents.seen if status < 300}
    assert operations == checked
