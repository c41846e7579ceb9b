"""Limits and the kill switch over HTTP on the real services."""

import asyncpg
import httpx
from tests.site import Site

ORDER = {
    "symbol": "AAPL",
    "qty": "10",
    "side": "buy",
    "type": "limit",
    "time_in_force": "gtc",
    "limit_price": "1",
}


async def test_limits_and_kill_switch_stop_orders_and_are_audited(
    site: Site, admin: httpx.AsyncClient
) -> None:
    account_id = site.bootstrap.account.account_id
    base = f"/tradewind/v1/accounts/{account_id}"
    placed = await admin.post("/v2/orders", json=ORDER)
    assert placed.status_code == 200, placed.text
    await admin.put(f"{base}/limits", json={"order_value_max": "9.99"})
    refused = await admin.post("/v2/orders", json=ORDER)
    assert (refused.status_code, refused.json()["code"]) == (403, 40310205)
    assert "0.01 more than" in refused.json()["message"]
    await admin.put(f"{base}/limits", json={})
    stopped = await admin.put(f"{base}/kill-switch", json={"reason": "exercise"})
    assert stopped.json()["canceled_order_ids"] == [placed.json()["id"]]
    assert (await admin.get("/v2/account")).json()["trading_blocked"] is True
    refused = await admin.post("/v2/orders", json=ORDER)
    assert (refused.status_code, refused.json()["code"]) == (403, 40310201)
    await admin.delete(f"{base}/kill-switch")
    again = await admin.post("/v2/orders", json=ORDER)
    assert again.status_code == 200
    await admin.delete("/v2/orders")
    connection = await asyncpg.connect(site.dsn)
    try:
        rows = await connection.fetch(
            "SELECT action FROM account.audit_log WHERE account_id = $1 AND action IN "
            "('limits_set', 'kill_switch_engaged', 'kill_switch_released') ORDER BY audit_id",
            account_id,
        )
    finally:
        await connection.close()
    assert [row["action"] for row in rows] == [
        "limits_set",
        "limits_set",
        "kill_switch_engaged",
        "kill_switch_released",
    ]
