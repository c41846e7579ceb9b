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
BRACKET: dict[str, Any] = {
    "order_class": "bracket",
    "take_profit": {"limit_price": "200"},
    "stop_loss": {"stop_price": "180"},
}
STOP: dict[str, Any] = {"type": "stop", "limit_price": WITHOUT, "stop_price": "200"}
TRAIL: dict[str, Any] = {"type": "trailing_stop", "limit_price": WITHOUT}


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
        ({"qty": WITHOUT}, "qty or notional is required"),
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
        (STOP | {"stop_price": WITHOUT}, "stop orders require a stop price"),
        (STOP | {"limit_price": "5"}, "stop orders require no limit price"),
        ({"type": "stop_limit"}, "stop_limit orders require a stop price"),
        (TRAIL, "trailing_stop orders require either trail_price or trail_percent"),
        (TRAIL | {"trail_price": "1", "trail_percent": "1"}, "trailing_stop orders require either"),
        (TRAIL | {"trail_percent": "100"}, "trail percent must be below 100, was 100"),
        (BRACKET | {"stop_loss": WITHOUT}, "bracket orders require take_profit and stop_loss"),
        (BRACKET | {"take_profit": {}}, "take_profit.limit_price is required"),
        (BRACKET | {"stop_loss": {"limit_price": "5"}}, "stop_loss.stop_price is required"),
        (BRACKET | {"order_class": "oto"}, "oto orders require either take_profit or stop_loss"),
        (BRACKET | MARKET | {"order_class": "oco", "limit_price": WITHOUT}, "require type limit"),
        (BRACKET | {"stop_loss": {"stop_price": "x"}}, "stop_loss.stop_price: expected a number"),
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
        ({"order_class": "mleg"}, "mleg orders are not offered yet"),
        (BRACKET | {"time_in_force": "ioc"}, "bracket orders must be DAY or GTC"),
        (BRACKET | {"extended_hours": True}, "bracket orders cannot trade in extended hours"),
        (BRACKET | {"qty": "0.5"}, "fractional orders must be simple orders"),
        (BRACKET | STOP, "bracket orders must be entered by a market or limit order"),
        (STOP | {"time_in_force": "ioc"}, "stop orders must be DAY or GTC orders, not ioc"),
        (STOP | {"stop_price": "290.123"}, "invalid stop_price 290.123. sub-penny"),
        (TRAIL | {"trail_percent": "1", "qty": "0.5"}, "trailing_stop orders must be for whole"),
        (STOP | {"time_in_force": "opg"}, "stop orders must be DAY or GTC orders, not opg"),
        (BRACKET | {"time_in_force": "cls"}, "bracket orders must be DAY or GTC"),
        ({"qty": "0.5", "time_in_force": "opg"}, "fractional orders must be DAY orders, not opg"),
        ({"qty": WITHOUT, "notional": "50", "time_in_force": "gtc"}, "notional orders must be DAY"),
        ({"qty": WITHOUT, "notional": "50", "symbol": "IBM"}, "is not fractionable"),
        (BRACKET | {"qty": WITHOUT, "notional": "50"}, "fractional orders must be simple"),
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


async def test_stop_limit_reaches_the_core_with_both_prices(gateway) -> None:
    response = await gateway.call(
        "POST", "/v2/orders", json=changed(LIMIT, type="stop_limit", stop_price="189.5")
    )
    assert response.status_code == 200, response.text
    command = submitted(gateway)
    assert command.order_type is OrderType.STOP_LIMIT
    assert command.terms is not None
    assert (command.limit_price, command.terms.stop_price) == (190 * 10**9, 1_895 * 10**8)
    shown = response.json()
    assert (shown["type"], shown["stop_price"], shown["limit_price"]) == (
        "stop_limit",
        "189.5",
        "190",
    )


@pytest.mark.parametrize("trail", ["trail_price", "trail_percent"])
async def test_trail_reaches_the_core_as_it_was_given(gateway, trail: str) -> None:
    response = await gateway.call(
        "POST", "/v2/orders", json=changed(LIMIT, **TRAIL, **{trail: 2.5})
    )
    assert response.status_code == 200, response.text
    terms = submitted(gateway).terms
    assert terms is not None
    assert getattr(terms, trail) == 2_500_000_000
    assert response.json()[trail] == "2.5"


async def test_bracket_reaches_the_core_with_its_legs(gateway) -> None:
    loss = {"stop_price": "180", "limit_price": 179.5}
    response = await gateway.call("POST", "/v2/orders", json=LIMIT | BRACKET | {"stop_loss": loss})
    assert response.status_code == 200, response.text
    command = submitted(gateway)
    assert command.terms is not None
    assert (command.terms.group_id, command.terms.group_role) == (command.order_id, "entry")
    assert command.take_profit is not None
    assert command.take_profit.limit_price == 200 * 10**9
    assert command.stop_loss is not None
    assert command.stop_loss.stop_price == 180 * 10**9
    assert command.stop_loss.limit_price == 1_795 * 10**8
    assert response.json()["order_class"] == "bracket"


async def test_oco_takes_its_limit_from_the_take_profit(gateway) -> None:
    order = changed(LIMIT | BRACKET, order_class="oco", side="sell", limit_price=WITHOUT)
    response = await gateway.call("POST", "/v2/orders", json=order)
    assert response.status_code == 200, response.text
    command = submitted(gateway)
    assert (command.limit_price, command.take_profit) == (200 * 10**9, None)
    assert command.stop_loss is not None


async def test_notional_order_is_shown_without_a_quantity(gateway) -> None:
    order = changed(MARKET, qty=WITHOUT, notional=50.25)
    response = await gateway.call("POST", "/v2/orders", json=order)
    assert response.status_code == 200, response.text
    terms = submitted(gateway).terms
    assert terms is not None
    assert terms.notional == 50_250_000_000
    assert (response.json()["notional"], response.json()["qty"]) == ("50.25", None)


async def test_order_may_say_that_dividends_do_not_reduce_it(gateway) -> None:
    sent = LIMIT | {"time_in_force": "gtc"}
    for told, expected in ((True, True), (False, None), (None, None)):
        answer = await gateway.call("POST", "/v2/orders", json=sent | {"do_not_reduce": told})
        assert answer.status_code == 200, answer.text
        terms = gateway.orders.asked[-1].terms
        assert (terms.do_not_reduce if terms else None) == expected
