"""What an order request must be before it reaches the core, and in which order it is looked at."""

from typing import Any

import pytest

from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.vocabulary import OrderSide, OrderType, Role, TimeInForce

LIMIT: dict[str, Any] = {
    "symbol": "AAPL",
    "qty": "1",
    "side": "buy",
    "type": "limit",
    "time_in_force": "day",
    "limit_price": "190",
}
MARKET: dict[str, Any] = {
    "symbol": "AAPL",
    "qty": "1",
    "side": "buy",
    "type": "market",
    "time_in_force": "day",
}
WITHOUT = object()


def changed(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    merged = order | changes
    return {name: value for name, value in merged.items() if value is not WITHOUT}


def submitted(gateway) -> SubmitOrder:
    command = gateway.orders.asked[-1]
    assert isinstance(command, SubmitOrder)
    return command


async def test_accepted_order_reaches_the_core_as_it_was_meant(gateway) -> None:
    response = await gateway.call(
        "POST", "/v2/orders", json=changed(LIMIT, client_order_id="mine-1", extended_hours=True)
    )
    assert response.status_code == 200, response.text
    command = submitted(gateway)
    assert command.account_id == gateway.accounts.account_of(Role.TRADER).account_id
    assert (command.symbol, command.side) == ("AAPL", OrderSide.BUY)
    assert (command.order_type, command.time_in_force) == (OrderType.LIMIT, TimeInForce.DAY)
    assert (command.qty, command.limit_price) == (10**9, 190 * 10**9)
    assert command.client_order_id == "mine-1"
    assert command.extended_hours
    shown = response.json()
    assert shown["id"] == command.order_id
    assert shown["qty"] == "1"
    assert shown["limit_price"] == "190"
    assert shown["submitted_at"] == "2024-01-02T15:00:00.123456Z"
    assert shown["order_class"] == "simple"
    assert shown["asset_id"] == gateway.market_data.instruments[0].instrument_id


@pytest.mark.parametrize(
    ("literal", "units"),
    [
        ("0.1", 100_000_000),
        ('"0.1"', 100_000_000),
        ("0.100000000", 100_000_000),
        ("0.123456789", 123_456_789),
        ("1e1", 10_000_000_000),
        ("1.0", 10**9),
    ],
)
async def test_number_and_text_are_read_from_their_digits(gateway, literal, units) -> None:
    rest = '"symbol":"AAPL","side":"buy","type":"market","time_in_force":"day"'
    body = f'{{{rest},"qty":{literal}}}'
    response = await gateway.call("POST", "/v2/orders", content=body)
    assert response.status_code == 200, response.text
    assert submitted(gateway).qty == units


async def test_id_is_made_up_for_an_order_without_one(gateway) -> None:
    response = await gateway.call("POST", "/v2/orders", json=MARKET)
    assert len(response.json()["client_order_id"]) == 36


async def test_symbol_may_be_lower_case_or_an_asset_id(gateway) -> None:
    asset_id = gateway.market_data.instruments[0].instrument_id
    for symbol in ("aapl", asset_id):
        response = await gateway.call("POST", "/v2/orders", json=changed(MARKET, symbol=symbol))
        assert response.json()["symbol"] == "AAPL"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"1"])
async def test_body_that_is_no_json_object_is_400(gateway, content: bytes) -> None:
    response = await gateway.call("POST", "/v2/orders", content=content)
    assert response.status_code == 400
    assert response.json()["code"] == 40010000
    assert response.json()["message"].startswith("request body format is invalid")


async def test_deeply_nested_body_is_refused_not_followed(gateway) -> None:
    content = b'{"take_profit":' + b'{"a":' * 100_000
    response = await gateway.call("POST", "/v2/orders", content=content)
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"qty": True}, "qty: expected a number or its text"),
        ({"qty": "abc"}, "qty: expected a number, got 'abc'"),
        ({"qty": [1]}, "qty: expected a number or its text"),
        ({"symbol": 5}, "symbol: expected str, got int"),
        ({"extended_hours": "yes"}, "extended_hours: expected bool, got str"),
        ({"side": "up"}, "side must be one of buy, sell; was 'up'"),
        ({"side": WITHOUT}, "side is required"),
        ({"type": "stop-limit"}, "type must be one of market, limit, stop"),
        ({"time_in_force": "gtd"}, "time_in_force must be one of day, gtc"),
        ({"order_class": "triple"}, "order_class must be one of simple"),
        ({"symbol": WITHOUT}, "symbol is required"),
        ({"symbol": ""}, "symbol is required"),
        ({"client_order_id": "x" * 129}, "client_order_id must have at most 128"),
        ({"client_order_id": "a\x00b"}, "client_order_id must have printable characters"),
        ({"qty": WITHOUT}, "qty is required"),
        ({"qty": "0"}, "qty must be > 0, was 0"),
        ({"qty": "-1"}, "qty must be > 0, was -1"),
        ({"qty": "1.0000000001"}, "qty: 1.0000000001 has more than 9 decimals"),
        ({"qty": "NaN"}, "qty: expected a number, got 'NaN'"),
        ({"qty": "Infinity"}, "qty: expected a number, got 'Infinity'"),
        ({"qty": "1e400"}, "qty: a number of so many digits is too long"),
        ({"qty": "1000000001"}, "qty must be at most 1000000000"),
        ({"notional": "5"}, "qty and notional cannot both be given"),
        ({"limit_price": WITHOUT}, "limit orders require a limit price"),
        ({"limit_price": "0"}, "limit price must be > 0"),
        ({"limit_price": "-3.5"}, "limit price must be > 0, was -3.5"),
        ({"stop_price": "3"}, "limit orders require no stop price"),
        ({"trail_percent": "3"}, "only trailing_stop orders"),
        ({"type": "market"}, "market orders require no stop or limit price"),
        ({"take_profit": {"limit_price": "5"}}, "simple orders have no take_profit"),
        ({"position_intent": "open"}, "position_intent must be one of"),
        ({"position_intent": "sell_to_close"}, "does not go with side buy"),
    ],
)
async def test_malformed_field_is_422_and_named(gateway, changes, message: str) -> None:
    response = await gateway.call("POST", "/v2/orders", json=changed(LIMIT, **changes))
    assert response.status_code == 422
    assert response.json()["code"] == 40010001
    assert response.json()["message"].startswith(message) or message in response.json()["message"]
    assert gateway.orders.asked == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"symbol": "NOPE"}, 'asset "NOPE" not found'),
        ({"symbol": "N" * 500}, "not found"),
        ({"symbol": "A\x00"}, "not found"),
        ({"symbol": "OLD"}, 'asset "OLD" is not active'),
        ({"symbol": "IDX"}, 'asset "IDX" is not tradable'),
        ({"symbol": "IBM", "qty": "0.5"}, 'asset "IBM" is not fractionable'),
        ({"qty": "0.5", "time_in_force": "gtc"}, "fractional orders must be DAY orders"),
        (
            {"limit_price": "290.123"},
            "invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing",
        ),
        ({"limit_price": "0.12345"}, "invalid limit_price 0.12345. sub-penny"),
        ({"extended_hours": True, "time_in_force": "ioc"}, "extended hours order must be DAY"),
        ({"position_intent": "buy_to_close"}, "accounts here are long only"),
        ({"order_class": "bracket"}, "bracket orders are not offered yet"),
        ({"order_class": "oco"}, "oco orders are not offered yet"),
        ({"type": "stop", "limit_price": WITHOUT, "stop_price": "5"}, "stop orders are not off"),
        ({"type": "trailing_stop"}, "trailing_stop orders are not offered yet"),
        ({"time_in_force": "opg"}, "time_in_force opg is not offered yet"),
        ({"time_in_force": "cls"}, "time_in_force cls is not offered yet"),
        ({"qty": WITHOUT, "notional": "50"}, "notional orders are not offered yet"),
        ({"advanced_instructions": {"algorithm": "VWAP"}}, "advanced_instructions are not"),
    ],
)
async def test_rule_of_market_or_server_is_422_with_its_sentence(
    gateway, changes, message: str
) -> None:
    response = await gateway.call("POST", "/v2/orders", json=changed(LIMIT, **changes))
    assert response.status_code == 422
    assert response.json()["code"] == 42210000
    assert message in response.json()["message"]
    assert gateway.orders.asked == []


@pytest.mark.parametrize("price", ["290.12", "0.1234", "1", "0.0001", "1.10"])
async def test_price_on_its_step_is_taken(gateway, price: str) -> None:
    response = await gateway.call("POST", "/v2/orders", json=changed(LIMIT, limit_price=price))
    assert response.status_code == 200


async def test_same_faulty_order_gets_the_reason_that_comes_first(gateway) -> None:
    order = changed(LIMIT, side="up", symbol="NOPE", type="stop", qty="-1", limit_price="290.123")
    messages = []
    for name, right in (
        ("side", "buy"),
        ("symbol", "AAPL"),
        ("type", "limit"),
        ("qty", "1"),
        ("limit_price", "290.12"),
    ):
        response = await gateway.call("POST", "/v2/orders", json=order)
        messages.append(response.json()["message"].split()[0])
        order[name] = right
    assert messages == ["side", "asset", "stop", "qty", "invalid"]
    assert (await gateway.call("POST", "/v2/orders", json=order)).status_code == 200
