"""Whatever is sent: a documented answer, never a 500, and a refusal changes nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.bad_input.conftest import (
    JOURNAL_NUMBER,
    Trader,
    administrator,
    assert_refused,
    submit,
)
from tests.site import Site

DOCUMENT = json.loads(
    (Path(__file__).parents[3] / "docs" / "openapi" / "gateway.json").read_text(encoding="utf-8")
)
QUESTIONS = [
    (path, operation.get("parameters", []))
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if method == "get"
]
REFUSALS = (400, 403, 404, 405, 409, 413, 415, 422)

WORDS = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.eE+-_ ٣", max_size=14),
    st.sampled_from(
        (
            "",
            "null",
            "NaN",
            "-Infinity",
            "1e999",
            "0x1F",
            "\x00",
            "\ufeff",
            "AAPL",
            "../..",
            "%",
            "'",
        )
    ),
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def amounts(*good: object) -> st.SearchStrategy[object]:
    return st.one_of(
        st.sampled_from(good),
        st.decimals(allow_nan=True, allow_infinity=True).map(str),
        st.decimals(min_value="0.01", max_value="300", places=2).map(str),
        st.integers(-5, 10**20),
        ANYTHING,
    )


ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "symbol": st.one_of(st.sampled_from(("AAPL", "IBM", "aapl", "FB", "NOPE")), ANYTHING),
        "qty": amounts("1", 2, "0.5", "1.000000001"),
        "side": st.one_of(st.sampled_from(("buy", "sell")), ANYTHING),
        "type": st.one_of(st.sampled_from(("market", "limit", "stop", "trailing_stop")), ANYTHING),
        "time_in_force": st.one_of(
            st.sampled_from(("day", "gtc", "ioc", "fok", "opg", "cls")), ANYTHING
        ),
        "limit_price": amounts("100", "1.01", "0.0001", "210.505"),
        "stop_price": amounts("100"),
        "notional": amounts("100"),
        "trail_percent": amounts("1"),
        "extended_hours": st.one_of(st.booleans(), ANYTHING),
        "client_order_id": st.one_of(st.sampled_from(("the filled one", "once")), ANYTHING),
        "order_class": st.one_of(st.sampled_from(("", "simple", "bracket", "oco")), ANYTHING),
        "take_profit": ANYTHING,
        "stop_loss": ANYTHING,
        "legs": ANYTHING,
        "position_intent": st.one_of(
            st.sampled_from(("buy_to_open", "sell_to_close", "sell_to_open")), ANYTHING
        ),
        "surprise": ANYTHING,
    },
)
SENSIBLE = {"symbol": "IBM", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
"""Under the drawn fields, so that most orders have only some things wrong with them."""


@pytest.fixture(scope="session")
async def first_user(bad_input_site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the first account, on the venue that trades around the clock."""
    async with httpx.AsyncClient(
        base_url=bad_input_site.gateway_url, headers=administrator(bad_input_site), timeout=30
    ) as client:
        yield client


def assert_documented(answer: httpx.Response) -> None:
    """Check that an answer is a success or a refusal that says why."""
    if answer.status_code >= 400:
        assert answer.status_code in REFUSALS, (answer.request.content, answer.text[:500])
        assert_refused(answer, answer.status_code)
    else:
        assert answer.status_code in (200, 201, 204, 207), answer.status_code


@settings(max_examples=400, deadline=None)
@given(fields=ORDERS, complete=st.booleans())
async def test_any_order_while_the_market_is_closed(
    fuzzed_trader: Trader, fields: dict[str, object], complete: bool
) -> None:
    client, database, venue_id = (
        fuzzed_trader.client,
        fuzzed_trader.database,
        fuzzed_trader.venue_id,
    )
    before = await database.fetchval(JOURNAL_NUMBER, venue_id)
    body = SENSIBLE | fields if complete else fields
    answer = await client.post("/v2/orders", content=json.dumps(body))
    assert_documented(answer)
    after = await database.fetchval(JOURNAL_NUMBER, venue_id)
    if answer.status_code == 200:
        assert after > before
        assert (await client.delete(f"/v2/orders/{answer.json()['id']}")).status_code == 204
    else:
        assert after == before


@settings(max_examples=400, deadline=None)
@given(fields=ORDERS)
async def test_any_order_while_the_market_is_open(
    first_user: httpx.AsyncClient, fields: dict[str, object]
) -> None:
    answer = await first_user.post("/v2/orders", content=json.dumps(SENSIBLE | fields))
    assert_documented(answer)
    if answer.status_code == 200:
        canceled = await first_user.delete(f"/v2/orders/{answer.json()['id']}")
        assert canceled.status_code in (204, 422)
    assert (await first_user.get("/healthz/ready")).status_code == 200


@settings(max_examples=200, deadline=None)
@given(fields=ORDERS)
async def test_any_replacement(fuzzed_trader: Trader, fields: dict[str, object]) -> None:
    client = fuzzed_trader.client
    order_id = await submit(
        client, symbol="IBM", qty="2", type="limit", limit_price="1.00", time_in_force="gtc"
    )
    answer = await client.patch(f"/v2/orders/{order_id}", content=json.dumps(fields))
    assert_documented(answer)
    if answer.status_code == 200:
        order_id = answer.json()["id"]
    assert (await client.delete(f"/v2/orders/{order_id}")).status_code == 204


@settings(max_examples=300, deadline=None)
@given(
    path=st.sampled_from(
        (
            "/v2/orders",
            "/v2/account/configurations",
            "/tradewind/v1/venues",
            "/tradewind/v1/keys",
            "/tradewind/v1/session",
        )
    ),
    body=st.one_of(st.binary(max_size=40), ANYTHING.map(json.dumps).map(str.encode)),
)
async def test_any_body(first_user: httpx.AsyncClient, path: str, body: bytes) -> None:
    method = "PATCH" if path.endswith("configurations") else "POST"
    headers = {"Content-Type": "application/json"}
    assert_documented(await first_user.request(method, path, content=body, headers=headers))


VALUES = st.one_of(
    WORDS,
    st.integers(-10, 20_000).map(str),
    st.dates().map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.sampled_from(("1Day", "5Min", "IBM,AAPL", "IBM", "1M", "all", "true", "desc", "FILL", "1D")),
)


@settings(max_examples=600, deadline=None)
@given(question=st.sampled_from(QUESTIONS), data=st.data())
async def test_any_question(
    fuzzed_trader: Trader, question: tuple[str, list[dict[str, str]]], data: st.DataObject
) -> None:
    path, parameters = question
    values = []
    for parameter in parameters:
        if parameter["in"] == "path":
            text = data.draw(VALUES, parameter["name"])
            path = path.replace("{" + parameter["name"] + "}", quote(text, safe="") or "-")
        elif data.draw(st.booleans()):
            values.append((parameter["name"], data.draw(VALUES, parameter["name"])))
    answer = await fuzzed_trader.client.get(f"{path}?{urlencode(values)}")
    assert_documented(answer)
    assert answer.headers["content-type"].startswith(("application/json", "application/problem"))
    json.loads(answer.content)
