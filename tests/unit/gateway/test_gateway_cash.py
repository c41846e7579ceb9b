"""Deposits, withdrawals and transfers by an administrator."""

import pytest

from tradewind.contracts.vocabulary import Role
from tradewind.order_service.domain.refusals import InsufficientBuyingPower
from tradewind.platform.money import SCALE

KEY = {"Idempotency-Key": "4f0c"}


def _paths(gateway) -> tuple[str, str, str]:
    trader = gateway.accounts.account_of(Role.TRADER).account_id
    viewer = gateway.accounts.account_of(Role.VIEWER).account_id
    return trader, viewer, f"/tradewind/v1/accounts/{trader}"


async def test_administrator_moves_cash_of_any_account_and_the_audit_log_says_so(gateway) -> None:
    trader, viewer, path = _paths(gateway)
    admin = gateway.accounts.account_of(Role.ADMIN).user_id
    body = {"amount": "12.50", "reference": " wages "}
    for _ in range(2):
        made = await gateway.call(
            "POST", f"{path}/deposits", role=Role.ADMIN, json=body, headers=KEY
        )
        assert made.status_code == 201, made.text
    shown = made.json()
    activity_id = shown.pop("activity_id")
    assert shown == {
        "activity_type": "CSD",
        "account_id": trader,
        "amount": "12.5",
        "reference": "wages",
        "at": shown["at"],
    }
    out = await gateway.call(
        "POST", f"{path}/withdrawals", role=Role.ADMIN, json={"amount": 3}, headers=KEY
    )
    assert out.json()["activity_type"] == "CSW"
    over = await gateway.call(
        "POST",
        "/tradewind/v1/transfers",
        role=Role.ADMIN,
        json={"from_account_id": trader.upper(), "to_account_id": viewer, "amount": "1"},
        headers=KEY,
    )
    assert (over.json()["account_id"], over.json()["to_account_id"]) == (trader, viewer)
    assert gateway.orders.asked[1:] == [
        ("deposit", trader, 12_500_000_000),
        ("withdraw", trader, 3 * SCALE),
        ("transfer", trader, viewer, SCALE),
    ]
    assert gateway.orders.keys == ["4f0c"] * 4
    assert gateway.accounts.movements == [
        (admin, trader, f"CSD 12.5 {activity_id}"),
        (admin, trader, f"CSW 3 {activity_id}"),
        (admin, trader, f"JNLC 1 to {viewer} {activity_id}"),
    ]


@pytest.mark.parametrize("role", [Role.TRADER, Role.VIEWER])
async def test_only_administrators_move_cash(gateway, role: Role) -> None:
    trader, viewer, path = _paths(gateway)
    calls = [
        (f"{path}/deposits", {"amount": 1}),
        (f"{path}/withdrawals", {"amount": 1}),
        (
            "/tradewind/v1/transfers",
            {"from_account_id": trader, "to_account_id": viewer, "amount": 1},
        ),
    ]
    for where, body in calls:
        answer = await gateway.call("POST", where, role=role, json=body, headers=KEY)
        assert answer.status_code == 403
    assert gateway.orders.asked == []


@pytest.mark.parametrize("key", [None, "", "x" * 129, "a\tb", "é"])
async def test_cash_needs_an_idempotency_key(gateway, key: str | None) -> None:
    path = _paths(gateway)[2]
    headers = {} if key is None else {"Idempotency-Key": key.encode("latin-1")}
    answer = await gateway.call(
        "POST", f"{path}/deposits", role=Role.ADMIN, json={"amount": 1}, headers=headers
    )
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["message"]
    assert gateway.orders.asked == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"amount": 0},
        {"amount": "-1"},
        {"amount": "0.001"},
        {"amount": "0.0000000001"},
        {"amount": "1000000000.01"},
        {"amount": "1e40"},
        {"amount": True},
        {"amount": 1, "reference": "x" * 129},
        {"amount": 1, "reference": "a\nb"},
    ],
)
async def test_amount_is_dollars_and_cents(gateway, body: dict[str, object]) -> None:
    path = _paths(gateway)[2]
    answer = await gateway.call("POST", f"{path}/deposits", role=Role.ADMIN, json=body, headers=KEY)
    assert answer.status_code == 422, answer.text
    assert gateway.orders.asked == []


async def test_refused_movement_is_not_in_the_audit_log(gateway) -> None:
    path = _paths(gateway)[2]
    gateway.orders.refusal = InsufficientBuyingPower("5 is more than the 0 available")
    answer = await gateway.call(
        "POST", f"{path}/withdrawals", role=Role.ADMIN, json={"amount": 5}, headers=KEY
    )
    assert (answer.status_code, answer.json()["code"]) == (403, 40310000)
    assert gateway.accounts.movements == []


async def test_account_that_cannot_be_is_404(gateway) -> None:
    answer = await gateway.call(
        "POST",
        "/tradewind/v1/accounts/nobody/deposits",
        role=Role.ADMIN,
        json={"amount": 1},
        headers=KEY,
    )
    assert answer.status_code == 404
