"""Account, settings, assets, hours, activities and history."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec import structs

from tradewind.contracts.activities import ActivityQuery, CashActivity, FillActivity
from tradewind.contracts.journal import Liquidity, OrderFilled
from tradewind.contracts.vocabulary import (
    AccountId,
    ExecutionId,
    OrderId,
    OrderSide,
    OrderStatus,
)
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, MoneyUnits, PriceUnits, QuantityUnits

AT = datetime(2024, 1, 2, 15, 0, tzinfo=UTC)


async def test_buying_power_is_cash_without_what_is_held(gateway) -> None:
    account = (await gateway.call("GET", "/v2/account")).json()
    assert (account["cash"], account["buying_power"]) == ("100000", "98500")
    assert account["accrued_fees"] == "0.25"
    assert (account["multiplier"], account["shorting_enabled"]) == ("1", False)


async def test_null_keeps_a_setting_as_the_official_client_sends_all(gateway) -> None:
    before = (await gateway.call("GET", "/v2/account/configurations")).json()
    sent = dict.fromkeys(before) | {"suspend_trade": True, "dtbp_check": None, "pdt_check": None}
    after = (await gateway.call("PATCH", "/v2/account/configurations", json=sent)).json()
    assert after == before | {"suspend_trade": True}


async def test_settings_as_they_were_got_can_be_sent_back(gateway) -> None:
    before = (await gateway.call("GET", "/v2/account/configurations")).json()
    after = await gateway.call("PATCH", "/v2/account/configurations", json=before)
    assert after.json() == before


@pytest.mark.parametrize(
    "body",
    [
        {"suspend_trade": "yes"},
        {"trade_confirm_email": "some"},
        {"max_margin_multiplier": "3"},
        {"max_options_trading_level": 2},
        {"disable_overnight_trading": True},
        {"pdt_check": "never"},
    ],
)
async def test_setting_that_does_not_hold_is_422(gateway, body: dict[str, Any]) -> None:
    response = await gateway.call("PATCH", "/v2/account/configurations", json=body)
    assert response.status_code == 422
    assert gateway.orders.asked == []


async def test_assets_are_filtered(gateway) -> None:
    async def symbols(query: str) -> list[str]:
        response = await gateway.call("GET", f"/v2/assets{query}")
        assert response.status_code == 200
        return [asset["symbol"] for asset in response.json()]

    assert await symbols("") == ["AAPL", "IBM", "OLD", "IDX"]
    assert await symbols("?status=inactive") == ["OLD"]
    assert await symbols("?asset_class=crypto") == []
    assert await symbols("?asset_class=us_option") == []
    assert await symbols("?exchange=nyse") == []
    assert await symbols("?attributes=has_options") == []
    assert (await gateway.call("GET", "/v2/assets?status=gone")).status_code == 422


async def test_asset_has_the_class_key_and_is_found_in_any_case(gateway) -> None:
    asset = (await gateway.call("GET", "/v2/assets/aapl")).json()
    assert (asset["class"], asset["symbol"], asset["easy_to_borrow"]) == (
        "us_equity",
        "AAPL",
        False,
    )
    steps = asset["price_increment"], asset["min_trade_increment"], asset["min_order_size"]
    assert steps == ("0.01", "0.000000001", "0.000000001")
    whole = (await gateway.call("GET", "/v2/assets/IBM")).json()
    assert whole["min_trade_increment"] == "1"
    missing = await gateway.call("GET", "/v2/assets/NOPE")
    assert missing.json() == {"code": 40410000, "message": "asset not found for NOPE"}


async def test_clock_speaks_new_york_time(gateway) -> None:
    clock = (await gateway.call("GET", "/v2/clock")).json()
    assert clock["timestamp"] == "2024-01-02T10:00:00-05:00"
    assert clock["is_open"] is True
    assert clock["extended_phase"] is None


async def test_calendar_writes_hours_and_minutes(gateway) -> None:
    days = await gateway.call("GET", "/v2/calendar?start=2024-07-05T00:00:00Z&end=2024-07-08")
    assert days.json()[0] == {
        "date": "2024-07-04",
        "open": "09:30",
        "close": "16:00",
        "session_open": "0400",
        "session_close": "2000",
        "settlement_date": "2024-07-04",
    }
    assert [day["date"] for day in days.json()] == ["2024-07-04", "2024-07-05", "2024-07-08"]


async def test_calendar_is_bounded_and_never_empty_handed(gateway) -> None:
    assert (await gateway.call("GET", "/v2/calendar?start=1900-01-01")).status_code == 422
    backwards = await gateway.call("GET", "/v2/calendar?start=2024-01-05&end=2024-01-01")
    assert backwards.json() == []
    every = await gateway.call("GET", "/v2/calendar")
    assert (every.json()[0]["date"], every.json()[-1]["date"]) == ("2000-01-03", "2025-12-31")
    settled = await gateway.call(
        "GET", "/v2/calendar?start=2024-01-05&end=2024-01-05&date_type=SETTLEMENT"
    )
    assert [day["settlement_date"] for day in settled.json()] == ["2024-01-05"]


def fill(status: OrderStatus = OrderStatus.PARTIALLY_FILLED) -> FillActivity:
    return FillActivity(
        activity_id="20240102150000000::a",
        at=AT,
        order_qty=QuantityUnits(10 * SCALE),
        fill=OrderFilled(
            order_id=OrderId(new_id()),
            account_id=AccountId("a"),
            execution_id=ExecutionId(new_id()),
            symbol="AAPL",
            side=OrderSide.BUY,
            price=PriceUnits(190 * SCALE),
            qty=QuantityUnits(3 * SCALE),
            fee=MoneyUnits(0),
            liquidity=Liquidity.TAKER,
            hold_released=0,
            filled_qty=QuantityUnits(4 * SCALE),
            filled_value=MoneyUnits(760 * SCALE),
            status=status,
            position_qty=QuantityUnits(4 * SCALE),
        ),
    )


async def test_fill_of_a_short_sale_says_so(gateway) -> None:
    sold = structs.replace(fill().fill, side=OrderSide.SELL)
    short = structs.replace(sold, position_qty=QuantityUnits(-3 * SCALE))
    gateway.orders.activities = [structs.replace(fill(), fill=each) for each in (sold, short)]
    shown = (await gateway.call("GET", "/v2/account/activities")).json()
    assert [each["side"] for each in shown] == ["sell", "sell_short"]


def dividend(on: date = date(2024, 1, 2), amount: int = 12) -> CashActivity:
    return CashActivity(
        activity_id="20240102150000001::b",
        at=AT,
        activity_date=on,
        activity_type="DIV",
        net_amount=MoneyUnits(amount * SCALE),
        description="dividend",
        symbol="AAPL",
        qty=QuantityUnits(24 * SCALE),
        per_share_amount=MoneyUnits(SCALE // 2),
    )


async def test_activities_tell_fills_and_cash_apart(gateway) -> None:
    gateway.orders.activities = [fill(), dividend()]
    trade, cash = (await gateway.call("GET", "/v2/account/activities")).json()
    assert (trade["type"], trade["leaves_qty"], trade["cum_qty"]) == ("partial_fill", "6", "4")
    assert trade["created_at"] is None
    assert (cash["activity_type"], cash["net_amount"], cash["date"]) == ("DIV", "12", "2024-01-02")
    assert cash["per_share_amount"] == "0.5"


NON_TRADES = ("CSD", "CSW", "JNLC", "DIV", "SPLIT", "CIL", "MA", "NC", "INT", "FEE")


@pytest.mark.parametrize(
    ("path", "types"),
    [
        ("", ()),
        ("/FILL", ("FILL",)),
        ("/TRANS", ("CSD", "CSW")),
        ("?activity_types=FILL,div", ("FILL", "DIV")),
        ("?category=trade_activity", ("FILL",)),
        ("?category=non_trade_activity", NON_TRADES),
    ],
)
async def test_activity_types_are_understood(gateway, path: str, types) -> None:
    await gateway.call("GET", f"/v2/account/activities{path}")
    query = gateway.orders.asked[-1]
    assert isinstance(query, ActivityQuery)
    assert (query.types, query.limit, query.descending) == (types, 100, True)


async def test_activities_of_a_date_are_those_of_its_day_in_new_york(gateway) -> None:
    await gateway.call("GET", "/v2/account/activities?date=2024-01-02&page_size=5&direction=asc")
    query = gateway.orders.asked[-1]
    assert query.after == datetime(2024, 1, 2, 4, 59, 59, 999999, tzinfo=UTC)
    assert query.until == datetime(2024, 1, 3, 5, tzinfo=UTC)
    assert (query.limit, query.descending) == (5, False)


@pytest.mark.parametrize(
    "path",
    [
        "/NOPE",
        "?activity_types=FILL&category=trade_activity",
        "?page_size=101",
        "?order_id=1",
        "?date=2024-01-02&after=2024-01-01",
    ],
)
async def test_activity_query_that_does_not_hold_is_422(gateway, path: str) -> None:
    assert (await gateway.call("GET", f"/v2/account/activities{path}")).status_code == 422


async def test_history_counts_profit_from_the_first_deposit(gateway) -> None:
    history = (await gateway.call("GET", "/v2/account/portfolio/history")).json()
    assert history == {
        "timestamp": [1704171600, 1704258000],
        "equity": [100000, 101000],
        "profit_loss": [0, 1000],
        "profit_loss_pct": [0, 0.01],
        "base_value": 100000,
        "timeframe": "1D",
    }


async def test_history_sums_cash_flows_of_each_type(gateway) -> None:
    gateway.orders.activities = [dividend(), dividend(date(2024, 1, 3), 8)]
    history = await gateway.call("GET", "/v2/account/portfolio/history?cashflow_types=DIV")
    assert history.json()["cashflow"] == {"DIV": [12, 20]}


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("", date(2023, 12, 2), date(2024, 1, 2)),
        ("?period=1D", date(2024, 1, 1), date(2024, 1, 2)),
        ("?period=2W", date(2023, 12, 19), date(2024, 1, 2)),
        ("?period=1A&timeframe=1D", date(2023, 1, 2), date(2024, 1, 2)),
        ("?period=1M&end=2023-03-31", date(2023, 2, 28), date(2023, 3, 31)),
        ("?period=1M&start=2023-01-31", date(2023, 1, 31), date(2023, 2, 28)),
        ("?start=2023-05-01T12:00:00-04:00", date(2023, 5, 1), date(2024, 1, 2)),
        ("?date_start=2023-05-01&date_end=2023-06-01", date(2023, 5, 1), date(2023, 6, 1)),
    ],
)
async def test_history_span_is_understood(gateway, query: str, start: date, end: date) -> None:
    response = await gateway.call("GET", f"/v2/account/portfolio/history{query}")
    assert response.status_code == 200
    assert gateway.portfolio.asked[-1][2:] == (start, end)


@pytest.mark.parametrize(
    "query",
    [
        "timeframe=5Min",
        "timeframe=2D",
        "period=0D",
        "period=1Y",
        "period=9999A",
        "period=1M&start=2024-01-01&end=2024-02-01",
        "pnl_reset=sometimes",
    ],
)
async def test_history_query_that_does_not_hold_is_422(gateway, query: str) -> None:
    response = await gateway.call("GET", f"/v2/account/portfolio/history?{query}")
    assert response.status_code == 422
