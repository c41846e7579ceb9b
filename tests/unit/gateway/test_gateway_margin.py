"""Margin over HTTP: what administrators set, and the account's and positions' documents."""

from datetime import UTC, datetime

import pytest
from tests.unit.gateway.test_gateway_positions import position

from tradewind.api_gateway.trading.position_shapes import wire_position
from tradewind.contracts.margin import AccountType, MarginCall, MarginFigures, MarginSettings
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import PositionIntent, Role
from tradewind.platform.money import SCALE, MoneyUnits
from tradewind.testing.prices import instrument

AT = datetime(2024, 1, 2, 15, 0, tzinfo=UTC)


def dollars(amount: int) -> MoneyUnits:
    return MoneyUnits(amount * SCALE)


FIGURES = MarginFigures(
    multiplier=2,
    buying_power=dollars(60_000),
    regt_buying_power=dollars(60_000),
    daytrading_buying_power=dollars(0),
    cash_buying_power=dollars(30_000),
    initial_margin=dollars(70_000),
    maintenance_margin=dollars(42_000),
    last_maintenance_margin=dollars(41_000),
    withdrawable=dollars(29_000),
    shorting_enabled=True,
    day_trade_count=4,
    settings=MarginSettings(account_type=AccountType.MARGIN, multiplier_max=2),
    call=MarginCall(issued_at=AT, due_at=AT, deficit=dollars(5)),
)


def path(gateway) -> str:
    account = gateway.accounts.account_of(Role.TRADER).account_id
    return f"/tradewind/v1/accounts/{account}/margin"


async def test_administrator_sets_margin_and_the_audit_log_knows(gateway) -> None:
    gateway.orders.margin = FIGURES
    body = {"account_type": "margin", "multiplier": 4, "day_trade_rule": True, "call_grace_s": 60}
    answer = await gateway.call("PUT", path(gateway), role=Role.ADMIN, json=body)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert {name: shown[name] for name in body} == body
    assert shown["margin_call"]["deficit"] == "5"
    assert (await gateway.call("GET", path(gateway), role=Role.ADMIN)).json() == shown
    [(by, _, intervention, subject)] = gateway.accounts.interventions
    assert by == gateway.accounts.account_of(Role.ADMIN).user_id
    assert intervention == "margin_set"
    assert '"multiplier_max":4' in subject


async def test_margin_account_has_a_multiplier_of_two_unless_told_otherwise(gateway) -> None:
    await gateway.call("PUT", path(gateway), role=Role.ADMIN, json={"account_type": "margin"})
    [(_, _, settings, _)] = gateway.orders.asked
    assert settings == MarginSettings(account_type=AccountType.MARGIN, multiplier_max=2)


@pytest.mark.parametrize("role", [Role.TRADER, Role.VIEWER])
async def test_only_administrators_set_margin(gateway, role: Role) -> None:
    answer = await gateway.call("PUT", path(gateway), role=role, json={"account_type": "margin"})
    assert answer.status_code == 403
    assert gateway.orders.asked == []


async def test_account_type_that_does_not_exist_is_422(gateway) -> None:
    answer = await gateway.call("PUT", path(gateway), role=Role.ADMIN, json={"account_type": "x"})
    assert answer.status_code == 422
    assert "must be one of cash, margin" in answer.json()["message"]


async def test_cash_account_has_no_margin_figures(gateway) -> None:
    shown = (await gateway.call("GET", path(gateway), role=Role.ADMIN)).json()
    assert (shown["account_type"], shown["multiplier"], shown["margin_call"]) == ("cash", 1, None)
    assert (shown["buying_power"], shown["maintenance_margin"]) == ("98500", "0")


async def test_account_document_of_a_margin_account(gateway) -> None:
    gateway.orders.margin = FIGURES
    gateway.orders.short_market_value = dollars(-40_000)
    account = (await gateway.call("GET", "/v2/account")).json()
    assert account["multiplier"] == "2"
    assert account["buying_power"] == account["regt_buying_power"] == "60000"
    assert account["daytrading_buying_power"] == "0"
    assert account["non_marginable_buying_power"] == "30000"
    assert (account["initial_margin"], account["maintenance_margin"]) == ("70000", "42000")
    assert account["last_maintenance_margin"] == "41000"
    assert account["sma"] == "30000"
    assert (account["short_market_value"], account["shorting_enabled"]) == ("-40000", True)
    assert (account["daytrade_count"], account["pattern_day_trader"]) == (4, True)
    assert (account["account_type"], account["margin_call"]["deficit"]) == ("margin", "5")


def test_short_position_is_below_zero_and_loses_when_the_price_rises() -> None:
    shown = wire_position(position(qty="-10", cost="-1000", at_day_start="-10"), instrument("AAPL"))
    assert (shown.side, shown.qty, shown.qty_available) == ("short", "-10", "-10")
    assert (shown.market_value, shown.cost_basis, shown.avg_entry_price) == (
        "-1100", "-1000", "100"
    )  # fmt: skip
    assert (shown.unrealized_pl, shown.unrealized_plpc) == ("-100", "-0.1")
    # Ten shares from 105 to 110 today, owed.
    assert (shown.unrealized_intraday_pl, shown.unrealized_intraday_plpc) == (
        "-50", "-0.047619048"
    )  # fmt: skip
    assert shown.change_today == "0.047619048"


@pytest.mark.parametrize("intent", ["buy_to_open", "buy_to_close"])
async def test_intent_of_an_order_reaches_the_core_and_is_shown(gateway, intent: str) -> None:
    order = {
        "symbol": "AAPL",
        "qty": "1",
        "side": "buy",
        "type": "market",
        "time_in_force": "day",
        "position_intent": intent,
    }
    answer = await gateway.call("POST", "/v2/orders", json=order)
    assert answer.status_code == 200, answer.text
    assert answer.json()["position_intent"] == intent
    assert gateway.orders.asked[0].terms == Terms(intent=PositionIntent(intent))
