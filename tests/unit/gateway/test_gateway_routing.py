"""Paths: where a request goes, and where it must not go."""

import httpx
import pytest

from tradewind.api_gateway.routing.table import normal_path

LIMIT_ORDER = {
    "symbol": "AAPL",
    "qty": "1",
    "side": "buy",
    "type": "limit",
    "time_in_force": "day",
    "limit_price": "190",
}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("/v2/orders", "/v2/orders"),
        ("/api/v2/orders", "/v2/orders"),
        ("//v2//orders", "/v2/orders"),
        ("/api//v2/orders", "/v2/orders"),
        ("/api", "/"),
        ("/apiary", "/apiary"),
        ("/v2/orders/", "/v2/orders/"),
    ],
)
def test_prefix_is_stripped_and_slashes_collapse(sent: str, meant: str) -> None:
    assert normal_path(sent) == meant


@pytest.mark.parametrize("path", ["/v2/account", "/api/v2/account", "//v2/account"])
async def test_every_route_answers_at_root_and_below_api(gateway, path: str) -> None:
    response = await gateway.call("GET", f"http://gateway{path}")
    assert response.status_code == 200
    assert response.json()["status"] == "ACTIVE"


async def test_every_declared_route_answers_below_api_alike(gateway) -> None:
    for route in gateway.app.table.routes:
        path = route.path.replace(":path}", "}").format(
            order_id="x", symbol_or_asset_id="x", activity_type="x", key_id="x", venue_id="x",
            symbol="x", ticktype="x", account_id="x", loc="us", channel_id="x", alert_id="x",
            action_id="x",
        )  # fmt: skip
        at_root = await gateway.call(route.method, path)
        below_api = await gateway.call(route.method, "/api" + path)
        assert at_root.status_code == below_api.status_code, route.path


async def test_close_with_an_empty_symbol_never_closes_everything(gateway) -> None:
    for path in ("/v2/positions/", "/v2/positions//", "/v2/orders/"):
        response = await gateway.call("DELETE", path)
        assert response.status_code == 404
    assert gateway.orders.asked == []


async def test_unknown_path_is_a_json_404(gateway) -> None:
    response = await gateway.call("GET", "/v2/nowhere")
    assert response.status_code == 404
    assert response.json() == {"code": 40410000, "message": "there is nothing at GET /v2/nowhere"}


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v2/watchlists", "watchlists are"),
        ("/v2/watchlists:by_name", "watchlists are"),
        ("/v2/options/contracts", "options are"),
        ("/v1beta1/options/bars", "options are"),
        ("/v1beta1/news", "news is"),
        ("/v1beta2/crypto/bars", "crypto is"),
        ("/v2/wallets/transfers", "wallets are"),
        ("/v2/positions/AAPL/exercise", "options are"),
    ],
)
async def test_group_that_is_not_offered_says_so(gateway, path: str, what: str) -> None:
    method = "POST" if path.endswith("exercise") else "GET"
    response = await gateway.call(method, path)
    assert response.status_code == 404
    assert response.json() == {
        "code": 40410000,
        "message": f"{what} not offered by this server",
    }


async def test_wrong_method_names_the_right_ones(gateway) -> None:
    response = await gateway.call("PUT", "/v2/orders")
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, POST"
    assert response.json()["code"] == 40510000


async def test_nothing_redirects(gateway) -> None:
    for path in ("/v2/orders/", "/docs/", "/v2//account", "/V2/account", "/api/"):
        response = await gateway.call("GET", path)
        assert not response.is_redirect


@pytest.mark.parametrize("symbol", ["BTC/USD", "BTC%2FUSD"])
async def test_symbol_may_hold_a_raw_or_an_encoded_slash(gateway, symbol: str) -> None:
    response = await gateway.call("GET", f"/v2/assets/{symbol}")
    assert response.json()["message"] == "asset not found for BTC/USD"


async def test_colon_route_finds_by_client_order_id_form_encoded(gateway) -> None:
    await gateway.call("POST", "/v2/orders", json=LIMIT_ORDER | {"client_order_id": "a b/c"})
    response = await gateway.call("GET", "/v2/orders:by_client_order_id?client_order_id=a+b%2Fc")
    assert response.status_code == 200
    assert response.json()["client_order_id"] == "a b/c"


async def test_our_own_routes_write_problems(gateway) -> None:
    response = await gateway.call("GET", "/tradewind/v1/nowhere")
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == 404
    assert body["code"] == 40410000
    assert body["message"] == body["detail"]


async def test_request_id_comes_back(gateway) -> None:
    own = await gateway.call("GET", "/v2/clock", headers={"x-request-id": "abc-1"})
    assert own.headers["x-request-id"] == "abc-1"
    odd = await gateway.call("GET", "/v2/clock", headers={"x-request-id": "a b"})
    assert len(odd.headers["x-request-id"]) == 36


async def test_responses_are_never_cached(gateway) -> None:
    response: httpx.Response = await gateway.call("GET", "/v2/account")
    assert response.headers["cache-control"] == "no-store"
