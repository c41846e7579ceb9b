import pytest
from tests.unit.gateway.conftest import Gateway

from tradewind.contracts.vocabulary import Role
from tradewind.testing.notifications import CODE, SECRET

BASE = "/tradewind/v1/notifications"
HOOK = {"kind": "webhook", "target": "https://example.org/h", "topics": ["fills", "orders"]}
ALERT = {"symbol": "aapl", "condition": "at_or_above", "price": "187.25"}


async def test_secret_of_a_webhook_is_shown_once(gateway: Gateway) -> None:
    made = await gateway.call("POST", f"{BASE}/channels", json=HOOK)
    assert made.status_code == 201, made.text
    assert made.json()["secret"] == SECRET
    (listed,) = (await gateway.call("GET", f"{BASE}/channels")).json()["channels"]
    assert listed["channel_id"] == made.json()["channel_id"]
    assert "secret" not in listed
    assert listed["confirmed"] is True


async def test_address_is_confirmed_with_its_code(gateway: Gateway) -> None:
    body = {**HOOK, "kind": "email", "target": "me@example.org"}
    made = (await gateway.call("POST", f"{BASE}/channels", json=body)).json()
    assert (made["confirmed"], made["secret"]) == (False, None)
    path = f"{BASE}/channels/{made['channel_id']}/confirm"
    assert (await gateway.call("POST", path, json={"code": "1"})).status_code == 422
    assert (await gateway.call("POST", path, json={"code": CODE})).status_code == 200


async def test_channel_can_be_tested_looked_at_and_deleted(gateway: Gateway) -> None:
    made = (await gateway.call("POST", f"{BASE}/channels", json=HOOK)).json()
    path = f"{BASE}/channels/{made['channel_id']}"
    tested = await gateway.call("POST", f"{path}/test", json={})
    assert (tested.status_code, tested.json()["status"]) == (202, "waiting")
    (delivery,) = (await gateway.call("GET", f"{path}/deliveries")).json()["deliveries"]
    assert delivery["event_type"] == "test"
    assert (await gateway.call("DELETE", path)).status_code == 204
    assert (await gateway.call("DELETE", path)).status_code == 404


async def test_alert_names_the_instrument_as_the_market_does(gateway: Gateway) -> None:
    made = await gateway.call("POST", f"{BASE}/alerts", json=ALERT)
    assert made.status_code == 201, made.text
    alert = made.json()
    assert (alert["symbol"], alert["price"], alert["triggered_at"]) == ("AAPL", "187.25", None)
    assert (await gateway.call("GET", f"{BASE}/alerts")).json() == {"alerts": [alert]}
    path = f"{BASE}/alerts/{alert['alert_id']}"
    assert (await gateway.call("DELETE", path)).status_code == 204
    assert (await gateway.call("GET", f"{BASE}/alerts")).json() == {"alerts": []}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"symbol": "NOWHERE"}, 404),
        ({"symbol": "\u0000"}, 404),
        ({"price": "0"}, 422),
        ({"price": "-1"}, 422),
        ({"price": "1e20"}, 422),
        ({"price": "1.0000000001"}, 422),
        ({"condition": "near"}, 422),
    ],
)
async def test_alert_that_cannot_be_is_refused(
    gateway: Gateway, change: dict[str, str], status: int
) -> None:
    refused = await gateway.call("POST", f"{BASE}/alerts", json={**ALERT, **change})
    assert refused.status_code == status, refused.text


async def test_viewer_may_look_and_not_change(gateway: Gateway) -> None:
    for path, body in (("channels", HOOK), ("alerts", ALERT)):
        assert (await gateway.call("GET", f"{BASE}/{path}", role=Role.VIEWER)).status_code == 200
        refused = await gateway.call("POST", f"{BASE}/{path}", role=Role.VIEWER, json=body)
        assert refused.status_code == 403


async def test_one_account_does_not_see_the_channels_of_another(gateway: Gateway) -> None:
    made = (await gateway.call("POST", f"{BASE}/channels", json=HOOK)).json()
    path = f"{BASE}/channels/{made['channel_id']}"
    other = await gateway.call("GET", f"{BASE}/channels", role=Role.ADMIN)
    assert other.json() == {"channels": []}
    assert (await gateway.call("DELETE", path, role=Role.ADMIN)).status_code == 404
