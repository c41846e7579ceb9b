"""Orders that must not be taken: each is refused as documented, and nothing has changed."""

import asyncio
import json

import pytest
from tests.integration.bad_input.conftest import Trader, assert_refused

GOOD = {"symbol": "IBM", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
GOOD_TEXT = json.dumps(GOOD)
LIMIT = GOOD | {"type": "limit", "limit_price": "100"}
MALFORMED = (422, 40010001)
UNREADABLE = (400, 40010000)
RULE = (422, 42210000)
FORBIDDEN = (403, 40310000)
DEEP = 100_000

WRONG_FIELDS: list[tuple[str, dict[str, object], tuple[int, int]]] = [
    ("symbol missing", {"symbol": None}, MALFORMED),
    ("symbol empty", {"symbol": ""}, MALFORMED),
    ("symbol a number", {"symbol": 5}, MALFORMED),
    ("symbol a list", {"symbol": ["IBM"]}, MALFORMED),
    ("symbol unknown", {"symbol": "NOPE"}, RULE),
    ("symbol endless", {"symbol": "A" * 100_000}, RULE),
    ("symbol with NUL", {"symbol": "IBM\x00"}, RULE),
    ("symbol of SQL", {"symbol": "IBM'; DROP TABLE orders; --"}, RULE),
    ("symbol of a path", {"symbol": "../../etc/passwd"}, RULE),
    ("symbol of another alphabet", {"symbol": "ΙΒΜ"}, RULE),
    ("side missing", {"side": None}, MALFORMED),
    ("side unknown", {"side": "hold"}, MALFORMED),
    ("side in capitals", {"side": "BUY"}, MALFORMED),
    ("side a number", {"side": 1}, MALFORMED),
    ("type missing", {"type": None}, MALFORMED),
    ("type unknown", {"type": "iceberg"}, MALFORMED),
    ("stop without a stop price", {"type": "stop"}, MALFORMED),
    ("stop that is immediate", {"type": "stop", "stop_price": "9", "time_in_force": "ioc"}, RULE),
    ("trailing stop without a trail", {"type": "trailing_stop"}, MALFORMED),
    ("trail a list", {"type": "trailing_stop", "trail_price": []}, MALFORMED),
    ("time in force missing", {"time_in_force": None}, MALFORMED),
    ("time in force unknown", {"time_in_force": "forever"}, MALFORMED),
    ("qty missing", {"qty": None}, MALFORMED),
    ("qty zero", {"qty": "0"}, MALFORMED),
    ("qty negative", {"qty": "-1"}, MALFORMED),
    ("qty negative zero", {"qty": "-0"}, MALFORMED),
    ("qty empty", {"qty": ""}, MALFORMED),
    ("qty a word", {"qty": "ten"}, MALFORMED),
    ("qty a boolean", {"qty": True}, MALFORMED),
    ("qty a list", {"qty": [1]}, MALFORMED),
    ("qty an object", {"qty": {"value": 1}}, MALFORMED),
    ("qty NaN", {"qty": "NaN"}, MALFORMED),
    ("qty signalling NaN", {"qty": "sNaN"}, MALFORMED),
    ("qty infinite", {"qty": "Infinity"}, MALFORMED),
    ("qty minus infinite", {"qty": "-inf"}, MALFORMED),
    ("qty over-precise", {"qty": "1.0000000001"}, MALFORMED),
    ("qty tiny", {"qty": "1e-10"}, MALFORMED),
    ("qty with an absurd exponent", {"qty": "1E+1000000000"}, MALFORMED),
    ("qty with an absurd small exponent", {"qty": "1E-1000000000"}, MALFORMED),
    ("qty too large", {"qty": "1000000001"}, MALFORMED),
    ("qty of many digits", {"qty": "9" * 5_000}, MALFORMED),
    ("qty with underscores", {"qty": "1_0"}, MALFORMED),
    ("qty with spaces", {"qty": " 1 "}, MALFORMED),
    ("qty in other digits", {"qty": "١"}, MALFORMED),
    ("qty hexadecimal", {"qty": "0x1"}, MALFORMED),
    ("qty with a comma", {"qty": "1,5"}, MALFORMED),
    ("qty with NUL", {"qty": "1\x00"}, MALFORMED),
    ("qty fractional and gtc", {"qty": "0.5", "time_in_force": "gtc"}, RULE),
    ("qty and notional", {"notional": "100"}, MALFORMED),
    ("notional that is not day", {"qty": None, "notional": "100", "time_in_force": "gtc"}, RULE),
    ("market with a price", {"limit_price": "100"}, MALFORMED),
    ("market with a stop", {"stop_price": "100"}, MALFORMED),
    ("limit without a price", {"type": "limit"}, MALFORMED),
    ("extended hours a word", {"extended_hours": "yes"}, MALFORMED),
    ("extended hours at market", {"extended_hours": True}, RULE),
    ("order class unknown", {"order_class": "pyramid"}, MALFORMED),
    ("order class not offered", {"order_class": "mleg"}, RULE),
    ("bracket without legs", {"order_class": "bracket"}, MALFORMED),
    ("legs a word", {"legs": "two"}, MALFORMED),
    ("take profit a number", {"take_profit": 3}, MALFORMED),
    ("take profit of a simple order", {"take_profit": {"limit_price": "200"}}, MALFORMED),
    ("client id a number", {"client_order_id": 7}, MALFORMED),
    ("client id over-long", {"client_order_id": "x" * 129}, MALFORMED),
    ("client id endless", {"client_order_id": "x" * 500_000}, MALFORMED),
    ("client id with NUL", {"client_order_id": "a\x00b"}, MALFORMED),
    ("client id of two lines", {"client_order_id": "a\nb"}, MALFORMED),
    ("client id taken by a filled order", {"client_order_id": "the filled one"}, MALFORMED),
    ("client id taken by an open order", {"client_order_id": "the open one"}, MALFORMED),
    ("intent of the other side", {"position_intent": "sell_to_close"}, MALFORMED),
    ("more than the cash buys", {"qty": "100000"}, FORBIDDEN),
    ("selling what is not held", {"side": "sell"}, FORBIDDEN),
    ("selling more than is held", {"side": "sell", "symbol": "AAPL", "qty": "11"}, FORBIDDEN),
]

WRONG_PRICES: list[tuple[str, object, tuple[int, int]]] = [
    ("zero", "0", MALFORMED),
    ("negative", "-100", MALFORMED),
    ("a word", "cheap", MALFORMED),
    ("a boolean", False, MALFORMED),
    ("NaN", "NaN", MALFORMED),
    ("infinite", "Infinity", MALFORMED),
    ("sub-penny", "100.001", RULE),
    ("sub-penny below a dollar", "0.00001", RULE),
    ("over-precise", "100.0000000001", MALFORMED),
    ("of an absurd exponent", "1e999999999", MALFORMED),
    ("too large", "1000000000.01", MALFORMED),
    ("beyond the cash", "10001", FORBIDDEN),
]


@pytest.mark.parametrize(
    ("fields", "refusal"), [case[1:] for case in WRONG_FIELDS], ids=[c[0] for c in WRONG_FIELDS]
)
async def test_wrong_field_is_refused(
    trader: Trader, fields: dict[str, object], refusal: tuple[int, int]
) -> None:
    async with trader.unchanged() as client:
        assert_refused(await client.post("/v2/orders", json=GOOD | fields), *refusal)


@pytest.mark.parametrize(
    ("price", "refusal"), [case[1:] for case in WRONG_PRICES], ids=[c[0] for c in WRONG_PRICES]
)
async def test_wrong_price_is_refused(
    trader: Trader, price: object, refusal: tuple[int, int]
) -> None:
    async with trader.unchanged() as client:
        answer = await client.post("/v2/orders", json=LIMIT | {"limit_price": price})
        assert_refused(answer, *refusal)


RAW_BODIES: list[tuple[str, bytes, tuple[int, int]]] = [
    ("nothing", b"", UNREADABLE),
    ("spaces", b"   ", UNREADABLE),
    ("null", b"null", UNREADABLE),
    ("a number", b"5", UNREADABLE),
    ("a word", b'"order"', UNREADABLE),
    ("a list", b"[]", UNREADABLE),
    ("a list of an order", json.dumps([GOOD]).encode(), UNREADABLE),
    ("half an object", b'{"symbol": "IBM"', UNREADABLE),
    ("two objects", GOOD_TEXT.encode() * 2, UNREADABLE),
    ("single quotes", str(GOOD).encode(), UNREADABLE),
    ("a form", b"symbol=IBM&qty=1&side=buy&type=market&time_in_force=day", UNREADABLE),
    ("XML", b"<order><symbol>IBM</symbol></order>", UNREADABLE),
    ("a bare NaN", b'{"symbol": "IBM", "qty": NaN}', UNREADABLE),
    ("a bare Infinity", b'{"symbol": "IBM", "qty": Infinity}', UNREADABLE),
    ("a leading zero", b'{"symbol": "IBM", "qty": 01}', UNREADABLE),
    ("invalid UTF-8", b'{"symbol": "IB\xff"}', UNREADABLE),
    ("an overlong UTF-8 sequence", b'{"symbol": "IB\xc1\x8d"}', UNREADABLE),
    ("a lone surrogate", b'{"symbol": "\\ud800"}', UNREADABLE),
    ("UTF-16", GOOD_TEXT.encode("utf-16"), UNREADABLE),
    ("compressed bytes", b"\x1f\x8b\x08\x00garbage", UNREADABLE),
    ("deep lists", b"[" * DEEP + b"]" * DEEP, UNREADABLE),
    ("a deep field", b'{"legs": ' + b"[" * DEEP + b"]" * DEEP + b"}", UNREADABLE),
    (
        "a deep object",
        b'{"take_profit": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
        UNREADABLE,
    ),
    ("an absurd number", b'{"symbol": "IBM", "qty": ' + b"9" * 100_000 + b"}", MALFORMED),
    ("an absurd exponent", json.dumps(GOOD).replace('"1"', "1e999999999").encode(), MALFORMED),
    (
        "a number of many decimals",
        json.dumps(GOOD).replace('"1"', "1.0000000001").encode(),
        MALFORMED,
    ),
    ("too many bytes", b" " * 2_000_000, (413, 41310000)),
]


@pytest.mark.parametrize(
    ("body", "refusal"), [case[1:] for case in RAW_BODIES], ids=[c[0] for c in RAW_BODIES]
)
async def test_body_that_is_no_order_is_refused(
    trader: Trader, body: bytes, refusal: tuple[int, int]
) -> None:
    async with trader.unchanged() as client:
        assert_refused(await client.post("/v2/orders", content=body), *refusal)


async def test_streamed_body_without_a_length_is_bounded_too(trader: Trader) -> None:
    async def endless():  # type: ignore[no-untyped-def]  # what httpx takes
        for _ in range(64):
            yield b" " * 65_536

    async with trader.unchanged() as client:
        assert_refused(await client.post("/v2/orders", content=endless()), 413, 41310000)


async def test_last_of_repeated_fields_counts_and_is_checked(trader: Trader) -> None:
    body = GOOD_TEXT[:-1] + ', "qty": "-1"}'
    async with trader.unchanged() as client:
        assert_refused(await client.post("/v2/orders", content=body), *MALFORMED)


async def test_same_client_order_id_sent_at_once_is_taken_once(trader: Trader) -> None:

    fields = GOOD | {"client_order_id": "sent eight times", "symbol": "IBM"}
    before = len((await trader.client.get("/v2/orders?status=all&limit=500")).json())
    answers = await asyncio.gather(
        *(trader.client.post("/v2/orders", json=fields) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7
    after = (await trader.client.get("/v2/orders?status=all&limit=500")).json()
    assert len(after) == before + 1
    order_id = next(answer.json()["id"] for answer in answers if answer.status_code == 200)
    await trader.client.delete(f"/v2/orders/{order_id}")
