"""Orders after they were submitted: list, get, replace, cancel."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tradewind.contracts.orders import CancelResult, Failure, OrderQuery, ReplaceOrder
from tradewind.contracts.vocabulary import OrderSide, Role
from tradewind.platform.errors import NotPermitted
from tradewind.platform.ids import new_id

LIMIT = {
    "symbol": "AAPL",
    "qty": "2",
    "side": "buy",
    "type": "limit",
    "time_in_force": "gtc",
    "limit_price": "190",
}


async def place(gateway, **changes: Any) -> dict[str, Any]:
    response = await gateway.call("POST", "/v2/orders", json=LIMIT | changes)
    assert response.status_code == 200, response.text
    return response.json()


def last_query(gateway) -> OrderQuery:
    query = gateway.orders.asked[-1]
    assert isinstance(query, OrderQuery)
    return query


async def test_list_defaults_are_open_fifty_newest_first(gateway) -> None:
    await place(gateway)
    response = await gateway.call("GET", "/v2/orders")
    assert [order["symbol"] for order in response.json()] == ["AAPL"]
    assert last_query(gateway) == OrderQuery(status="open", limit=50, descending=True)


async def test_list_reads_filters_as_the_official_client_writes_them(gateway) -> None:
    await gateway.call(
        "GET",
        "/v2/orders?status=all&limit=500&after=2024-01-01T00%3A00%3A00%2B00%3A00&"
        "until=2024-02-01T00:00:00Z&direction=asc&nested=True&side=sell&symbols=AAPL%2CIBM",
    )
    assert last_query(gateway) == OrderQuery(
        status="all",
        symbols=("AAPL", "IBM"),
        side=OrderSide.SELL,
        after=datetime(2024, 1, 1, tzinfo=UTC),
        until=datetime(2024, 2, 1, tzinfo=UTC),
        limit=500,
        descending=False,
    )


@pytest.mark.parametrize(
    "query",
    [
        "status=finished",
        "limit=0",
        "limit=501",
        "limit=ten",
        "limit=9999999999999999999999",
        "after=yesterday",
        "after=0001-01-01T00:00:00%2B23:00",
        "after=2024-13-45",
        "direction=up",
        "nested=maybe",
        "side=hold",
        "before_order_id=5",
        "&".join("a=1" for _ in range(101)),
        "symbols=" + ",".join(["A"] * 1001),
    ],
)
async def test_filter_that_does_not_hold_is_422(gateway, query: str) -> None:
    response = await gateway.call("GET", f"/v2/orders?{query}")
    assert response.status_code == 422
    assert response.json()["code"] == 40010001


async def test_list_of_other_asset_classes_is_empty(gateway) -> None:
    await place(gateway)
    assert (await gateway.call("GET", "/v2/orders?asset_class=crypto")).json() == []
    both = await gateway.call("GET", "/v2/orders?asset_class=crypto,us_equity")
    assert len(both.json()) == 1


async def test_get_shows_the_order_to_its_owner_only(gateway) -> None:
    order = await place(gateway)
    mine = await gateway.call("GET", f"/v2/orders/{order['id']}")
    assert mine.json() == order
    other = await gateway.call("GET", f"/v2/orders/{order['id']}", role=Role.ADMIN)
    assert other.status_code == 404
    assert other.json()["code"] == 40410000


async def test_malformed_order_id_is_422_and_unknown_is_404(gateway) -> None:
    assert (await gateway.call("GET", "/v2/orders/17")).status_code == 422
    assert (await gateway.call("GET", f"/v2/orders/{new_id()}")).status_code == 404
    upper = (await place(gateway))["id"].upper()
    assert (await gateway.call("GET", f"/v2/orders/{upper}")).status_code == 200


async def test_client_order_id_is_required_to_look_one_up(gateway) -> None:
    response = await gateway.call("GET", "/v2/orders:by_client_order_id")
    assert response.status_code == 422
    nul = await gateway.call("GET", "/v2/orders:by_client_order_id?client_order_id=a%00")
    assert nul.status_code == 422


async def test_replace_answers_the_new_order(gateway) -> None:
    order = await place(gateway)
    response = await gateway.call(
        "PATCH",
        f"/v2/orders/{order['id']}",
        json={"qty": 5, "limit_price": 190.5, "client_order_id": "second"},
    )
    assert response.status_code == 200
    new = response.json()
    assert new["id"] != order["id"]
    assert (new["replaces"], new["qty"], new["limit_price"]) == (order["id"], "5", "190.5")
    command = gateway.orders.asked[-1]
    assert isinstance(command, ReplaceOrder)
    assert command.time_in_force is None


async def test_replace_with_nothing_is_left_to_the_core(gateway) -> None:
    order = await place(gateway)
    response = await gateway.call("PATCH", f"/v2/orders/{order['id']}", json={})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"qty": 0}, 40010001),
        ({"qty": "1.5"}, 42210000),
        ({"limit_price": "1.001"}, 42210000),
        ({"stop_price": "5"}, 40010001),
        ({"trail": "5"}, 40010001),
        ({"notional": "5"}, 42210000),
        ({"time_in_force": "gtd"}, 40010001),
        ({"client_order_id": "x" * 129}, 40010001),
    ],
)
async def test_replacement_that_does_not_hold_is_422(gateway, body, code: int) -> None:
    order = await place(gateway)
    response = await gateway.call("PATCH", f"/v2/orders/{order['id']}", json=body)
    assert response.status_code == 422
    assert response.json()["code"] == code


async def test_cancel_is_204_without_a_body(gateway) -> None:
    order = await place(gateway)
    response = await gateway.call("DELETE", f"/v2/orders/{order['id']}")
    assert response.status_code == 204
    assert response.content == b""
    assert "content-type" not in response.headers


async def test_cancel_all_is_207_with_an_item_each(gateway) -> None:
    empty = await gateway.call("DELETE", "/v2/orders")
    assert (empty.status_code, empty.json()) == (207, [])
    order = await place(gateway)
    response = await gateway.call("DELETE", "/v2/orders")
    assert response.status_code == 207
    assert response.json() == [{"id": order["id"], "status": 200}]


async def test_failed_item_of_cancel_all_carries_its_reason(gateway) -> None:
    order_id = new_id()

    async def fails(account_id: object) -> list[CancelResult]:
        return [CancelResult(order_id, Failure(422, 42210000, "order is not cancelable"))]

    gateway.orders.cancel_all_orders = fails
    response = await gateway.call("DELETE", "/v2/orders")
    assert response.status_code == 207
    assert response.json() == [
        {
            "id": order_id,
            "status": 422,
            "body": {"code": 42210000, "message": "order is not cancelable"},
        }
    ]


async def test_refusal_of_the_core_keeps_its_code_and_context(gateway) -> None:
    gateway.orders.refusal = NotPermitted(
        "insufficient buying power", buying_power="10", cost_basis="380"
    )
    response = await gateway.call("POST", "/v2/orders", json=LIMIT)
    assert response.status_code == 403
    assert response.json() == {
        "code": 40310000,
        "message": "insufficient buying power",
        "buying_power": "10",
        "cost_basis": "380",
    }
