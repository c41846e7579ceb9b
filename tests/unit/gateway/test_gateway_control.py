"""Limits and the kill switch over HTTP."""

import pytest

from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.vocabulary import Role
from tradewind.platform.money import SCALE, MoneyUnits, QuantityUnits


def paths(gateway) -> tuple[str, str]:
    account = gateway.accounts.account_of(Role.TRADER).account_id
    base = f"/tradewind/v1/accounts/{account}"
    return f"{base}/limits", f"{base}/kill-switch"


async def test_administrator_sets_limits_and_the_audit_log_knows(gateway) -> None:
    limits, _ = paths(gateway)
    body = {
        "order_value_max": "2500.50",
        "position_qty_max": 100,
        "restricted_symbols": ["fb", "FB", "IBM"],
        "orders_per_second_max": 20,
        "duplicate_window_ms": 500,
    }
    answer = await gateway.call("PUT", limits, role=Role.ADMIN, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["order_value_max"] == "2500.5"
    assert answer.json()["restricted_symbols"] == ["FB", "IBM"]
    assert answer.json()["daily_loss_max"] is None
    assert gateway.orders.control.limits == AccountLimits(
        order_value_max=MoneyUnits(2500 * SCALE + SCALE // 2),
        position_qty_max=QuantityUnits(100 * SCALE),
        restricted_symbols=("FB", "IBM"),
        orders_per_second_max=20,
        duplicate_window_ms=500,
    )
    assert (await gateway.call("GET", limits, role=Role.ADMIN)).json() == answer.json()
    [(by, account_id, intervention, subject)] = gateway.accounts.interventions
    assert by == gateway.accounts.account_of(Role.ADMIN).user_id
    assert account_id == gateway.accounts.account_of(Role.TRADER).account_id
    assert intervention == "limits_set"
    assert '"order_value_max":"2500.5"' in subject


async def test_kill_switch_answers_what_it_canceled(gateway) -> None:
    _, kill_switch = paths(gateway)
    order = {
        "symbol": "AAPL",
        "qty": "1",
        "side": "buy",
        "type": "limit",
        "time_in_force": "day",
        "limit_price": "1",
    }
    placed = (await gateway.call("POST", "/v2/orders", json=order)).json()
    stopped = await gateway.call("PUT", kill_switch, role=Role.ADMIN, json={"reason": "runs wild"})
    assert stopped.json()["canceled_order_ids"] == [placed["id"]]
    assert gateway.orders.control.kill_switch_reason == "runs wild"
    released = await gateway.call("DELETE", kill_switch, role=Role.ADMIN)
    assert released.json()["kill_switch"] is False
    assert [each[2] for each in gateway.accounts.interventions] == [
        "kill_switch_engaged",
        "kill_switch_released",
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"order_value_max": "0"},
        {"order_value_max": "-1"},
        {"position_qty_max": "0.0000000001"},
        {"daily_loss_max": "1e12"},
        {"restricted_symbols": [""]},
        {"restricted_symbols": "AAPL"},
    ],
)
async def test_limits_that_make_no_sense_are_a_problem(gateway, body: object) -> None:
    limits, _ = paths(gateway)
    answer = await gateway.call("PUT", limits, role=Role.ADMIN, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert gateway.accounts.interventions == []


async def test_account_that_cannot_exist_is_not_found(gateway) -> None:
    answer = await gateway.call("GET", "/tradewind/v1/accounts/x/limits", role=Role.ADMIN)
    assert answer.status_code == 404
