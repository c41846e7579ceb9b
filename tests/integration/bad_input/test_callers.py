"""Who is not let in, and what our own routes refuse."""

import base64

import httpx
import pytest
from tests.integration.bad_input.conftest import Trader, administrator, assert_refused

from tradewind.platform.ids import new_id

UNKNOWN = (401, 40110000)
FORBIDDEN = (403, 40310000)
MALFORMED = (422, 40010001)
UNREADABLE = (400, 40010000)
KEY, SECRET = "APCA-API-KEY-ID", "APCA-API-SECRET-KEY"
ORDER = {"symbol": "IBM", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
PROBLEM = "application/problem+json"

Headers = dict[str, str | bytes]


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


STRANGERS: list[tuple[str, Headers]] = [
    ("nobody", {}),
    ("a key without its secret", {KEY: "own"}),
    ("a secret without its key", {SECRET: "own"}),
    ("a wrong secret", {KEY: "own", SECRET: "x" * 43}),
    ("an empty secret", {KEY: "own", SECRET: ""}),
    ("an endless secret", {KEY: "own", SECRET: "x" * 5_000}),
    ("an unknown key", {KEY: "TW" + "A" * 18, SECRET: "own"}),
    ("a key that is no key", {KEY: "'; DROP TABLE api_keys; --", SECRET: "own"}),
    ("a key of bytes", {KEY: b"\xff\xfe", SECRET: "own"}),
    ("key and secret exchanged", {KEY: "secret", SECRET: "key"}),
    ("an unknown scheme", {"Authorization": "Digest username=admin"}),
    # pragma: allowlist nextline secret
    ("a bearer token", {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}),
    ("Basic that is no base64", {"Authorization": "Basic !!!"}),
    ("Basic that is no UTF-8", {"Authorization": "Basic //79"}),
    ("Basic without a colon", {"Authorization": basic("admin")}),
    ("Basic of a stranger", {"Authorization": basic("admin:admin")}),
    ("a made-up session", {"Cookie": "tradewind_session=" + "x" * 43}),
    ("a session of rubbish", {"Cookie": 'tradewind_session="\\"; a=b; $Version=1'}),
    ("a session of bytes", {"Cookie": b"tradewind_session=\xff\x00"[:-1]}),
]


@pytest.mark.parametrize(
    "headers", [case[1] for case in STRANGERS], ids=[case[0] for case in STRANGERS]
)
async def test_stranger_is_not_let_in(trader: Trader, headers: Headers) -> None:
    own = {"own": trader.client.headers[KEY], "key": trader.client.headers[KEY]}
    own["secret"] = trader.client.headers[SECRET]
    sent = {
        name: (trader.client.headers[name] if value == "own" else own.get(str(value), value))
        for name, value in headers.items()
    }
    async with (
        trader.unchanged(),
        httpx.AsyncClient(base_url=trader.site.gateway_url) as stranger,
    ):
        for method, path in (("GET", "/v2/account"), ("DELETE", "/v2/orders")):
            assert_refused(await stranger.request(method, path, headers=sent), *UNKNOWN)
        assert_refused(await stranger.post("/v2/orders", json=ORDER, headers=sent), *UNKNOWN)


@pytest.mark.parametrize("account", ["somebody", "", "*", new_id(), "\xff"])
async def test_key_does_not_speak_for_another_account(trader: Trader, account: str) -> None:
    headers = {"X-Tradewind-Account": account.encode("latin-1")}
    async with trader.unchanged() as client:
        assert_refused(await client.post("/v2/orders", json=ORDER, headers=headers), *FORBIDDEN)
        assert_refused(await client.delete("/v2/positions", headers=headers), *FORBIDDEN)


def assert_problem(answer: httpx.Response, status: int, code: int) -> None:
    """Check a refusal of one of our own routes."""
    assert_refused(answer, status, code)
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status
    assert body["detail"] == body["message"]
    assert body["type"].startswith("urn:tradewind:error:")


VENUE = {"name": "Another", "feed": {"kind": "replay", "symbols": ["IBM"]}}

BAD_VENUES: list[tuple[dict[str, object], tuple[int, int]]] = [
    ({"name": None}, MALFORMED),
    ({"name": ""}, MALFORMED),
    ({"name": "x" * 65}, MALFORMED),
    ({"name": "a\x00b"}, MALFORMED),
    ({"feed": None}, MALFORMED),
    ({"feed": {}}, MALFORMED),
    ({"feed": {"kind": "weather"}}, MALFORMED),
    ({"feed": {"kind": "simulated"}}, (422, 42210000)),
    ({"feed": {"kind": "replay", "symbols": "IBM"}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": ["NOPE"]}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": [""]}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": ["\x00"]}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": ["IBM"] * 1001}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": ["IBM"], "seed": -1}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": ["IBM"], "seed": 2**70}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": ["IBM"], "start_date": "soon"}}, MALFORMED),
    ({"feed": {"kind": "replay", "symbols": ["IBM"], "start_date": "2010-02-30"}}, MALFORMED),
    (
        {"feed": {"kind": "replay", "start_date": "2010-02-01", "end_date": "2010-01-01"}},
        MALFORMED,
    ),
    ({"cash": "-1"}, MALFORMED),
    ({"cash": "NaN"}, MALFORMED),
    ({"cash": "1e30"}, MALFORMED),
    ({"cash": "0.0000000001"}, MALFORMED),
    ({"cash": True}, MALFORMED),
    ({"fees": {"fee_bps": "-1"}}, MALFORMED),
    ({"fees": {"fee_per_share": "Infinity"}}, MALFORMED),
    ({"fees": {"fee_minimum": [1]}}, MALFORMED),
]


@pytest.mark.parametrize(("fields", "refusal"), BAD_VENUES)
async def test_impossible_venue_is_not_opened(
    trader: Trader, fields: dict[str, object], refusal: tuple[int, int]
) -> None:
    count = "SELECT count(*) FROM orders.venues"
    before = await trader.database.fetchval(count)
    headers = administrator(trader.site)
    answer = await trader.client.post("/tradewind/v1/venues", json=VENUE | fields, headers=headers)
    assert_problem(answer, *refusal)
    assert await trader.database.fetchval(count) == before


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"days": 0}, MALFORMED),
        ({"days": -1}, MALFORMED),
        ({"days": 10_001}, MALFORMED),
        ({"days": 10**30}, MALFORMED),
        ({"days": 1.5}, MALFORMED),
        ({"days": "1"}, MALFORMED),
        ({"days": None}, MALFORMED),
        ([], UNREADABLE),
        ("one", UNREADABLE),
    ],
)
async def test_impossible_step_does_not_move_time(
    trader: Trader, body: object, refusal: tuple[int, int]
) -> None:
    path = f"/tradewind/v1/venues/{trader.venue_id}"
    async with trader.unchanged() as client:
        before = (await client.get(path)).json()
        assert_problem(await client.post(f"{path}/step", json=body), *refusal)
        assert (await client.get(path)).json() == before


@pytest.mark.parametrize("venue_id", ["main", "nowhere", new_id(), "%00", "x" * 2_000])
async def test_venue_of_somebody_else_is_not_there(trader: Trader, venue_id: str) -> None:
    async with trader.unchanged() as client:
        path = f"/tradewind/v1/venues/{venue_id}"
        assert_problem(await client.get(path), 404, 40410000)
        assert_problem(await client.post(f"{path}/step", json={"days": 1}), 404, 40410000)


async def test_key_makes_and_revokes_no_key(trader: Trader) -> None:
    own = trader.client.headers[KEY]
    async with trader.unchanged() as client:
        before = (await client.get("/tradewind/v1/keys")).json()
        answer = await client.post("/tradewind/v1/keys", json={"name": "mine"})
        assert_problem(answer, *FORBIDDEN)
        assert_problem(await client.delete(f"/tradewind/v1/keys/{own}"), *FORBIDDEN)
        after = (await client.get("/tradewind/v1/keys")).json()
        assert [key["key_id"] for key in after["keys"]] == [key["key_id"] for key in before["keys"]]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"username": "admin", "password": "wrong"}, UNKNOWN),
        ({"username": "nobody", "password": "wrong"}, UNKNOWN),
        ({"username": "\x00", "password": "\x00"}, UNKNOWN),
        ({"username": "admin", "password": ""}, MALFORMED),
        ({"username": "", "password": "x"}, MALFORMED),
        ({"username": "x" * 201, "password": "x"}, MALFORMED),
        ({"username": "admin", "password": "x" * 1001}, MALFORMED),
        ({"username": "admin"}, MALFORMED),
        ({"username": 1, "password": 2}, MALFORMED),
        ({"username": ["admin"], "password": {"$ne": ""}}, MALFORMED),
        ([], UNREADABLE),
    ],
)
async def test_impossible_sign_in_opens_no_session(
    trader: Trader, body: object, refusal: tuple[int, int]
) -> None:
    answer = await trader.client.post("/tradewind/v1/session", json=body)
    assert "set-cookie" not in answer.headers
    if refusal == MALFORMED and isinstance(body, dict) and "password" not in body:
        refusal = (answer.status_code, answer.json()["code"])
        assert refusal[0] in (400, 422)
    assert_problem(answer, *refusal)


async def test_form_signs_nobody_in(trader: Trader) -> None:
    form = {"username": "admin", "password": trader.site.bootstrap.password}
    answer = await trader.client.post("/tradewind/v1/session", data=form)
    assert_problem(answer, 415, 41510000)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("day", ["soon", "2024-02-30", "%00", "9999-12-31T23:59:59-23:59"])
async def test_impossible_dates_of_a_performance_are_refused(trader: Trader, day: str) -> None:
    answer = await trader.client.get(f"/tradewind/v1/performance?start={day}")
    assert_problem(answer, *MALFORMED)
