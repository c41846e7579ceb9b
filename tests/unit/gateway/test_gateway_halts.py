"""Halting and resuming over HTTP."""

import json

import pytest

from tradewind.contracts.notices import BandsMoved, HaltCause, LatestStatus, StatusChanged
from tradewind.contracts.vocabulary import Role
from tradewind.testing.market_data import price
from tradewind.testing.venues import NOW

ONE = "/tradewind/v1/venues/main/halts/aapl"
WHOLE = "/tradewind/v1/venues/main/halt"
STATUSES = "/tradewind/v1/venues/main/statuses"
EVERY = "/tradewind/v1/venues/main/halts"


async def test_administrator_halts_an_instrument_and_everybody_sees_it(gateway) -> None:
    body = {"reason": "news pending", "resumes_at": "2024-01-02T16:00:00-05:00"}
    answer = await gateway.call("PUT", ONE, role=Role.ADMIN, json=body)
    assert answer.status_code == 200, answer.text
    halted = answer.json()
    assert (halted["symbol"], halted["reason"]) == ("AAPL", "news pending")
    assert halted["by"] == gateway.accounts.account_of(Role.ADMIN).user_id
    assert halted["resumes_at"].startswith("2024-01-02T")
    for role in (Role.TRADER, Role.VIEWER):
        assert (await gateway.call("GET", EVERY, role=role)).json() == {"halts": [halted]}


async def test_resuming_answers_what_is_still_halted(gateway) -> None:
    await gateway.call("PUT", ONE, role=Role.ADMIN)
    await gateway.call("PUT", WHOLE, role=Role.ADMIN, json={"reason": "drill"})
    answer = await gateway.call("DELETE", ONE, role=Role.ADMIN)
    assert [(each["symbol"], each["reason"]) for each in answer.json()["halts"]] == [
        (None, "drill")
    ]
    answer = await gateway.call("DELETE", WHOLE, role=Role.ADMIN)
    assert answer.json() == {"halts": []}


async def test_who_halted_and_resumed_what_is_in_the_audit_log(gateway) -> None:
    await gateway.call("PUT", ONE, role=Role.ADMIN, json={"reason": "news pending"})
    await gateway.call("DELETE", ONE, role=Role.ADMIN)
    await gateway.call("DELETE", ONE, role=Role.ADMIN)
    admin = gateway.accounts.account_of(Role.ADMIN).user_id
    (by, account, what, halt), (_, _, then, resumed) = gateway.accounts.interventions
    assert (by, account, what, then) == (admin, None, "trading_halted", "trading_resumed")
    assert json.loads(halt)["halt"]["reason"] == "news pending"
    assert json.loads(resumed) == {"venue_id": "main", "symbol": "AAPL"}


@pytest.mark.parametrize("path", [ONE, WHOLE])
@pytest.mark.parametrize("role", [Role.TRADER, Role.VIEWER])
async def test_only_administrators_halt(gateway, path: str, role: Role) -> None:
    assert (await gateway.call("PUT", path, role=role, json={})).status_code == 403
    assert (await gateway.call("DELETE", path, role=role)).status_code == 403
    assert gateway.orders.halts == {}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (EVERY + "/NOPE", {}, 404),
        ("/tradewind/v1/venues/elsewhere/halt", {}, 404),
        (ONE, {"reason": "a\u0000b"}, 422),
        (ONE, {"resumes_at": "2024-01-02T16:00:00"}, 422),
        (ONE, {"resumes_at": "tomorrow"}, 422),
    ],
)
async def test_what_cannot_be_halted_is_refused(gateway, path: str, body, status: int) -> None:
    answer = await gateway.call("PUT", path, role=Role.ADMIN, json=body)
    assert answer.status_code == status, answer.text
    assert gateway.orders.halts == {}


async def test_everybody_reads_how_instruments_stand(gateway) -> None:
    halted = StatusChanged("AAPL", NOW, True, HaltCause.BANDS, "limit state")
    resumed = StatusChanged("IBM", NOW, False, HaltCause.OPERATOR)
    bands = BandsMoved("IBM", NOW, price("9.123456789"), price("10.5"))
    gateway.orders.statuses = [
        LatestStatus("AAPL", halted, NOW),
        LatestStatus("IBM", resumed, bands=bands),
        LatestStatus("MSFT"),
    ]
    at = "2024-01-02T15:00:00.123456Z"
    calm = {"is_halted": False, "reason": "", "resumes_at": None}
    aapl = {
        "symbol": "AAPL",
        "is_halted": True,
        "since": at,
        "cause": "bands",
        "reason": "limit state",
        "resumes_at": at,
        "bands": None,
    }
    ibm = {
        "symbol": "IBM",
        **calm,
        "since": at,
        "cause": "operator",
        "bands": {"lower": "9.123456789", "upper": "10.5", "since": at},
    }
    msft = {"symbol": "MSFT", **calm, "since": None, "cause": None, "bands": None}
    for role in Role:
        assert (await gateway.call("GET", STATUSES, role=role)).json() == {
            "statuses": [aapl, ibm, msft]
        }
    answer = await gateway.call("GET", STATUSES + "?symbols=ibm,nope")
    assert answer.json() == {"statuses": [ibm]}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (STATUSES + "?symbols=A%20B", 422),
        ("/tradewind/v1/venues/elsewhere/statuses", 404),
    ],
)
async def test_statuses_of_nothing_are_refused(gateway, path: str, status: int) -> None:
    assert (await gateway.call("GET", path)).status_code == status
