"""The gateway over the real services: sessions, keys, venues and speed of revocation."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.site import Site

SESSION = "/tradewind/v1/session"
LIMIT = {
    "symbol": "AAPL",
    "qty": "1",
    "side": "buy",
    "type": "limit",
    "time_in_force": "gtc",
    "limit_price": "1",
}
REPLAY: dict[str, Any] = {
    "name": "crash of 2008",
    "feed": {
        "kind": "replay",
        "symbols": ["AAPL"],
        "start_date": "2008-09-02",
        "end_date": "2008-10-31",
    },
    "cash": "10000",
}


async def sign_in(site: Site, client: httpx.AsyncClient) -> dict[str, str]:
    credentials = {
        "username": site.bootstrap.user.username,
        "password": site.bootstrap.password,
    }
    response = await client.post(SESSION, json=credentials)
    assert response.status_code == 201, response.text
    return {"x-csrf-token": response.json()["csrf_token"]}


async def test_page_signs_in_trades_and_signs_out(site: Site, anybody: httpx.AsyncClient) -> None:
    csrf = await sign_in(site, anybody)
    shown = (await anybody.get(SESSION)).json()
    assert shown["user"]["role"] == "admin"
    assert shown["csrf_token"] == csrf["x-csrf-token"]
    assert shown["accounts"][0]["account_id"] == site.bootstrap.account.account_id
    assert (await anybody.post("/v2/orders", json=LIMIT)).status_code == 403
    placed = await anybody.post("/v2/orders", json=LIMIT, headers=csrf)
    assert placed.status_code == 200, placed.text
    assert (await anybody.delete("/v2/orders", headers=csrf)).status_code == 207
    cookie = f"tradewind_session={anybody.cookies['tradewind_session']}"
    assert (await anybody.delete(SESSION, headers=csrf)).status_code == 204
    assert not anybody.cookies
    again = await anybody.get(SESSION, headers={"cookie": cookie})
    assert again.status_code == 401


async def test_wrong_password_and_unknown_user_get_the_same_answer(
    anybody: httpx.AsyncClient,
) -> None:
    bodies = []
    for username in ("admin", "nobody"):
        response = await anybody.post(SESSION, json={"username": username, "password": "guess"})
        assert response.status_code == 401
        body = response.json()
        del body["request_id"]
        bodies.append(body)
    assert bodies[0] == bodies[1]


async def test_key_works_until_it_is_revoked(site: Site, anybody: httpx.AsyncClient) -> None:
    csrf = await sign_in(site, anybody)
    made = await anybody.post("/tradewind/v1/keys", json={"name": "bot"}, headers=csrf)
    assert made.status_code == 201
    key = {
        "APCA-API-KEY-ID": made.json()["key_id"],
        "APCA-API-SECRET-KEY": made.json()["secret_key"],
    }
    async with httpx.AsyncClient(base_url=site.gateway_url, headers=key) as bot:
        assert (await bot.get("/v2/account")).status_code == 200
        gone = await anybody.delete(f"/tradewind/v1/keys/{made.json()['key_id']}", headers=csrf)
        assert gone.status_code == 204
        assert (await bot.get("/v2/account")).status_code == 401
    listed = await anybody.get("/tradewind/v1/keys")
    assert made.json()["secret_key"] not in listed.text


@pytest.mark.parametrize("key_id", ["TWUNKNOWN", "x" * 300, "%00", "a/b", "'; DROP TABLE keys"])
async def test_key_that_is_not_there_cannot_be_revoked(
    site: Site, anybody: httpx.AsyncClient, key_id: str
) -> None:
    csrf = await sign_in(site, anybody)
    response = await anybody.delete(f"/tradewind/v1/keys/{key_id}", headers=csrf)
    assert response.status_code in (404, 422)


async def test_session_trades_in_the_account_that_it_chooses(
    site: Site, admin: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    opened = await admin.post("/tradewind/v1/venues", json=REPLAY)
    assert opened.status_code == 201, opened.text
    csrf = await sign_in(site, anybody)
    chosen = {"x-tradewind-account": opened.json()["account_id"]}
    account = await anybody.get("/v2/account", headers=chosen)
    assert account.json()["cash"] == "10000"
    assert (await anybody.get("/v2/clock", headers=chosen)).json()["timestamp"][:10] == (
        "2008-08-29"
    )
    assert (await anybody.get("/v2/clock")).json()["timestamp"][:4] != "2008"
    foreign = await anybody.get(
        "/v2/account", headers={"x-tradewind-account": "01900000-0000-7000-8000-000000000000"}
    )
    assert foreign.status_code == 404
    placed = await anybody.post("/v2/orders", json=LIMIT, headers=chosen | csrf)
    assert placed.json()["status"] == "accepted"


async def test_replay_runs_to_its_end_and_says_so(admin: httpx.AsyncClient) -> None:
    opened = (await admin.post("/tradewind/v1/venues", json=REPLAY)).json()
    path = f"/tradewind/v1/venues/{opened['venue_id']}"
    total = opened["state"]["days_total"]
    assert total == 44
    stepped = await admin.post(f"{path}/step", json={"days": 100})
    assert stepped.status_code == 200, stepped.text
    assert (stepped.json()["finished"], stepped.json()["days_done"]) == (True, total)
    assert (await admin.get(path)).json() == stepped.json()


async def test_steps_that_come_together_are_taken_one_after_another(
    admin: httpx.AsyncClient,
) -> None:
    opened = (await admin.post("/tradewind/v1/venues", json=REPLAY)).json()
    path = f"/tradewind/v1/venues/{opened['venue_id']}/step"
    answers = await asyncio.gather(*(admin.post(path, json={"days": 2}) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    state = (await admin.get(path.removesuffix("/step"))).json()
    assert state["days_done"] == 10


async def test_health_and_metrics_tell_of_the_gateway(
    anybody: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await admin.get("/v2/account")
    assert (await anybody.get("/healthz/ready")).status_code == 200
    assert (await anybody.get("/api/healthz/live")).status_code == 200
    metrics = (await anybody.get("/metrics")).text
    assert 'route="/v2/account",service="api-gateway",status="2xx"' in metrics


async def test_terminal_reaches_the_gateway_below_api(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.web_url) as page:
        assert (await page.get("/api/v2/clock")).status_code == 401
        origin = {"origin": site.web_url}
        credentials = {
            "username": site.bootstrap.user.username,
            "password": site.bootstrap.password,
        }
        signed = await page.post(f"/api{SESSION}", json=credentials, headers=origin)
        assert signed.status_code == 201
        assert (await page.get("/api/v2/account")).status_code == 200
