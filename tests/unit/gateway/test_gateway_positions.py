"""Positions: their arithmetic, and closing them."""

from decimal import Decimal

import pytest

from tradewind.api_gateway.trading.position_shapes import wire_position
from tradewind.contracts.trading_accounts import Position
from tradewind.contracts.vocabulary import AccountId
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, to_units
from tradewind.testing.prices import instrument


def position(
    *,
    qty: str = "10",
    cost: str = "1000",
    current: str | None = "110",
    last_day: str | None = "105",
    at_day_start: str = "10",
    cost_today: str = "0",
) -> Position:
    return Position(
        account_id=AccountId("a"),
        symbol="AAPL",
        qty=QuantityUnits(to_units(qty)),
        qty_available=QuantityUnits(to_units(qty)),
        cost_basis=MoneyUnits(to_units(cost)),
        current_price=None if current is None else PriceUnits(to_units(current)),
        last_day_price=None if last_day is None else PriceUnits(to_units(last_day)),
        qty_at_day_start=QuantityUnits(to_units(at_day_start)),
        cost_today=MoneyUnits(to_units(cost_today)),
    )


def test_position_is_valued_at_the_newest_price() -> None:
    shown = wire_position(position(), instrument("AAPL"))
    assert shown.avg_entry_price == "100"
    assert shown.market_value == "1100"
    assert shown.unrealized_pl == "100"
    assert shown.unrealized_plpc == "0.1"
    # Ten shares from 105 to 110 today.
    assert shown.unrealized_intraday_pl == "50"
    assert shown.unrealized_intraday_plpc == "0.047619048"
    assert shown.change_today == "0.047619048"
    assert (shown.side, shown.exchange) == ("long", "NASDAQ")


def test_shares_bought_today_earn_from_their_own_price() -> None:
    # Ten held at 105, ten more bought today at 108: 20 × 110 − (1050 + 1080).
    shown = wire_position(
        position(qty="20", cost="2080", at_day_start="10", cost_today="1080"), instrument("AAPL")
    )
    assert shown.unrealized_intraday_pl == "70"


def test_position_of_the_first_day_counts_from_its_cost() -> None:
    shown = wire_position(
        position(last_day=None, at_day_start="0", cost_today="1000"), instrument("AAPL")
    )
    assert shown.unrealized_intraday_pl == shown.unrealized_pl == "100"
    assert shown.lastday_price == "110"
    assert shown.change_today == "0"


def test_position_without_a_price_is_shown_at_its_cost() -> None:
    shown = wire_position(position(current=None, last_day=None, cost_today="1000"), None)
    assert shown.current_price == "100"
    assert shown.unrealized_pl == "0"
    assert shown.exchange == ""


def test_ratio_to_nothing_is_zero() -> None:
    # Sales of today brought in more than the shares were worth at its start.
    shown = wire_position(position(cost_today="-2000"), instrument("AAPL"))
    assert shown.unrealized_intraday_plpc == "0"


async def test_list_and_get_show_the_same(gateway) -> None:
    gateway.orders.positions = [position()]
    listed = (await gateway.call("GET", "/v2/positions")).json()
    one = (await gateway.call("GET", "/v2/positions/aapl")).json()
    assert listed == [one]
    by_id = await gateway.call("GET", f"/v2/positions/{one['asset_id']}")
    assert by_id.json() == one


@pytest.mark.parametrize("symbol", ["IBM", "NOPE", "BTC/USD", "x" * 500])
async def test_position_that_does_not_exist_is_404(gateway, symbol: str) -> None:
    for method in ("GET", "DELETE"):
        response = await gateway.call(method, f"/v2/positions/{symbol}")
        assert response.status_code == 404
        assert response.json()["code"] == 40410000
        assert response.json()["message"].startswith("position does not exist")


@pytest.mark.parametrize(
    ("query", "qty", "percentage"),
    [("", None, None), ("?qty=2.5", 2_500_000_000, None), ("?percentage=0.5", None, "0.5")],
)
async def test_close_sells_what_was_asked(gateway, query, qty, percentage) -> None:
    gateway.orders.positions = [position()]
    response = await gateway.call("DELETE", f"/v2/positions/AAPL{query}")
    assert response.status_code == 200
    assert (response.json()["side"], response.json()["type"]) == ("sell", "market")
    part = None if percentage is None else Decimal(percentage)
    assert ("close", "AAPL", qty, part) in gateway.orders.asked


@pytest.mark.parametrize(
    "query",
    [
        "qty=1&percentage=50",
        "qty=0",
        "qty=-1",
        "qty=x",
        "percentage=0",
        "percentage=100.1",
        "percentage=NaN",
        "percentage=Infinity",
        "percentage=1e-12",
    ],
)
async def test_part_that_does_not_hold_is_422(gateway, query: str) -> None:
    gateway.orders.positions = [position()]
    response = await gateway.call("DELETE", f"/v2/positions/AAPL?{query}")
    assert response.status_code == 422
    assert gateway.orders.asked == []


@pytest.mark.parametrize(("query", "cancel"), [("", False), ("?cancel_orders=True", True)])
async def test_close_all_is_207_with_an_order_each(gateway, query: str, cancel: bool) -> None:
    gateway.orders.positions = [position()]
    response = await gateway.call("DELETE", f"/v2/positions{query}")
    assert response.status_code == 207
    (item,) = response.json()
    assert (item["symbol"], item["status"], item["body"]["symbol"]) == ("AAPL", 200, "AAPL")
    assert ("close all", cancel) in gateway.orders.asked


async def test_close_all_of_nothing_is_an_empty_list(gateway) -> None:
    response = await gateway.call("DELETE", "/v2/positions")
    assert (response.status_code, response.json()) == (207, [])
