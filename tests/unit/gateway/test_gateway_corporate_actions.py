"""Corporate actions entered by hand, over HTTP."""

from datetime import date

import pytest

from tradewind.contracts.corporate_actions import (
    CashDividend,
    CashMerger,
    OwedDividend,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.vocabulary import MAIN_VENUE, Role
from tradewind.platform.money import SCALE, MoneyUnits, QuantityUnits

PATH = "/tradewind/v1/corporate-actions"
EX = date(2024, 2, 9)
GONE = date(2023, 12, 29)
ID = "id"
"""In the place of the id that the gateway makes."""


async def enter(gateway, body: dict, key: str | None = "key", query: str = ""):
    headers = {} if key is None else {"Idempotency-Key": key}
    sent = {"symbol": "aapl", "ex_date": "2024-02-09"} | body
    return await gateway.call("POST", PATH + query, role=Role.ADMIN, json=sent, headers=headers)


@pytest.mark.parametrize(
    ("body", "action"),
    [
        ({"type": "split", "new_rate": 1, "old_rate": 8}, Split(ID, "AAPL", EX, 1, 8)),
        (
            {
                "type": "cash_dividend",
                "rate": "0.24",
                "record_date": "2024-02-12",
                "payable_date": "2024-02-15",
            },
            CashDividend(
                ID,
                "AAPL",
                EX,
                MoneyUnits(240_000_000),
                record_date=date(2024, 2, 12),
                payable_date=date(2024, 2, 15),
            ),
        ),
        (
            {"type": "stock_dividend", "rate": 0.05},
            StockDividend(ID, "AAPL", EX, QuantityUnits(50_000_000)),
        ),
        ({"type": "symbol_change", "new_symbol": "aplx"}, SymbolChange(ID, "AAPL", EX, "APLX")),
        (
            {"type": "cash_merger", "rate": "200", "acquirer": "ibm"},
            CashMerger(ID, "AAPL", EX, MoneyUnits(200 * SCALE), "IBM"),
        ),
    ],
)
async def test_action_of_every_type_is_entered_and_shown_as_it_was_sent(
    gateway, body: dict, action
) -> None:
    answer = await enter(gateway, body)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    action_id = shown["action"]["action_id"]
    [(venue_id, entered, by)] = gateway.orders.asked
    assert venue_id == MAIN_VENUE
    assert type(entered)(ID, *_fields(entered)[1:]) == action
    assert by == gateway.accounts.account_of(Role.ADMIN).user_id
    assert (shown["status"], entered.action_id) == ("announced", action_id)
    listed = (await gateway.call("GET", PATH, role=Role.ADMIN)).json()
    assert listed == {"announced": [shown["action"]], "applied": [], "owed": []}


def _fields(action) -> list:
    return [getattr(action, name) for name in action.__struct_fields__]


async def test_same_key_names_the_same_action_and_another_key_another(gateway) -> None:
    body = {"type": "split", "new_rate": 2, "old_rate": 1}
    first, again, other = [(await enter(gateway, body, key)).json() for key in ("a", "a", "b")]
    assert first["action"]["action_id"] == again["action"]["action_id"]
    assert first["action"]["action_id"] != other["action"]["action_id"]


async def test_who_entered_and_took_back_what_is_in_the_audit_log(gateway) -> None:
    entered = (await enter(gateway, {"type": "split", "new_rate": 2, "old_rate": 1})).json()
    path = f"{PATH}/{entered['action']['action_id']}"
    answer = await gateway.call("DELETE", path, role=Role.ADMIN)
    assert answer.json() == {"announced": [], "applied": [], "owed": []}
    kinds = [
        (intervention, account) for _, account, intervention, _ in gateway.accounts.interventions
    ]
    assert kinds == [("corporate_action_entered", None), ("corporate_action_withdrawn", None)]
    assert (await gateway.call("DELETE", path, role=Role.ADMIN)).status_code == 404


async def test_dividends_that_are_owed_are_listed(gateway) -> None:
    gateway.orders.owed = [
        OwedDividend(
            action_id="d",
            symbol="AAPL",
            rate=MoneyUnits(SCALE // 4),
            payable_date=EX,
            accounts=3,
            amount=MoneyUnits(75 * SCALE),
        )
    ]
    listed = (await gateway.call("GET", PATH, role=Role.ADMIN)).json()
    assert listed["owed"] == [
        {
            "action_id": "d",
            "symbol": "AAPL",
            "rate": "0.25",
            "payable_date": "2024-02-09",
            "accounts": 3,
            "amount": "75",
        }
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"type": "spin_off"}, "cash_merger"),
        ({"type": "split", "new_rate": 2}, "old_rate"),
        ({"type": "split", "new_rate": 2, "old_rate": 0}, "above 0"),
        ({"type": "cash_dividend"}, "needs rate"),
        ({"type": "cash_dividend", "rate": "0.0000000001"}, "rate"),
        ({"type": "symbol_change"}, "new_symbol"),
    ],
)
async def test_action_without_what_its_type_needs_is_refused(
    gateway, body: dict, says: str
) -> None:
    answer = await enter(gateway, body)
    assert answer.status_code == 422
    assert says in answer.json()["message"]
    assert gateway.orders.asked == []


async def test_key_is_needed_and_venues_are_known_by_their_ids(gateway) -> None:
    body = {"type": "split", "new_rate": 2, "old_rate": 1}
    assert (await enter(gateway, body, key=None)).status_code == 422
    assert (await enter(gateway, body, query="?venue_id=nowhere")).status_code == 404
    other = "0190a1b2-0000-7000-8000-000000000001"
    assert (await enter(gateway, body, query=f"?venue_id={other}")).status_code == 201
    assert gateway.orders.asked[0][0] == other


async def test_what_was_entered_and_has_taken_effect_shows_among_alpacas(gateway) -> None:
    gateway.orders.applied = [
        Split("a", "AAPL", GONE, 1, 8),
        CashDividend("b", "AAPL", GONE, MoneyUnits(SCALE // 4), payable_date=date(2024, 2, 15)),
        StockDividend("c", "AAPL", GONE, QuantityUnits(SCALE // 20)),
        SymbolChange("d", "AAPL", GONE, "APLX"),
        CashMerger("e", "MSFT", GONE, MoneyUnits(200 * SCALE), "IBM"),
    ]
    path = "/v1/corporate-actions?start=2023-12-01&end=2024-01-02"
    answer = await gateway.call("GET", path, role=Role.TRADER)
    assert answer.status_code == 200, answer.text
    groups = answer.json()["corporate_actions"]
    assert {kind: [each["id"] for each in found] for kind, found in groups.items()} == {
        "reverse_splits": ["a"],
        "cash_dividends": ["b"],
        "stock_dividends": ["c"],
        "name_changes": ["d"],
        "cash_mergers": ["e"],
    }
    [dividend], [merger] = groups["cash_dividends"], groups["cash_mergers"]
    assert (dividend["rate"], dividend["payable_date"]) == (0.25, "2024-02-15")
    assert (merger["acquiree_symbol"], merger["acquirer_symbol"]) == ("MSFT", "IBM")
    only = await gateway.call("GET", path + "&symbols=MSFT", role=Role.TRADER)
    assert list(only.json()["corporate_actions"]) == ["cash_mergers"]
    other = await gateway.call("GET", path.replace("2023-12", "2024-01"), role=Role.TRADER)
    assert other.json()["corporate_actions"] == {}
