"""A page of activities costs what is on it, however long the account's past is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.orders.stage import Stage

from tradewind.contracts.activities import ActivityQuery
from tradewind.order_service.activity_repository import _kinds, activities_sql
from tradewind.platform.money import SCALE, MoneyUnits

PAGE = 20


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


@pytest.mark.parametrize("descending", [True, False])
async def test_page_reads_no_more_than_pages_of_each_kind(stage: Stage, descending: bool) -> None:
    app = stage.app
    assert app is not None
    other = await stage.second_account(100_000)
    for number in range(300):
        await app.deposit(stage.account_id, MoneyUnits(SCALE), f"deposit {number}")
        if number % 3 == 0:
            await app.transfer(other, stage.account_id, MoneyUnits(SCALE), "gift")
    await stage.database.execute("ANALYZE journal")
    arguments = (stage.account_id, _kinds(()), None, None, None, None, PAGE, stage.account_id)
    async with stage.database.transaction() as connection:
        # As when there is more than a scan of everything could read.
        await connection.execute("SET LOCAL enable_seqscan = off")
        await connection.execute("SET LOCAL enable_sort = off")
        told = await connection.fetchval(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + activities_sql(descending=descending), *arguments
        )
    plan = json.loads(told)[0]["Plan"]
    scans = [node for node in nodes(plan) if node.get("Index Name", "").startswith("ix_")]
    assert {scan["Index Name"] for scan in scans} == {
        "ix_journal_account_number",
        "ix_journal_transfer_to_number",
        "ix_executions_account_number",
    }
    for node in nodes(plan):
        assert node["Actual Rows"] <= 3 * PAGE, node
        assert node.get("Rows Removed by Filter", 0) <= 3 * PAGE, node


@pytest.mark.parametrize("descending", [True, False])
async def test_pages_of_cash_fills_and_transfers_give_each_activity_once(
    stage: Stage, descending: bool
) -> None:
    app = stage.app
    assert app is not None
    other = await stage.second_account()
    for number in range(6):
        await app.deposit(stage.account_id, MoneyUnits(SCALE), f"deposit {number}")
        await app.submit_order(stage.order(qty=1))
        await app.transfer(stage.account_id, other, MoneyUnits(SCALE), "rent")
        await app.transfer(other, stage.account_id, MoneyUnits(SCALE), "rent back")
    whole = await app.list_activities(stage.account_id, ActivityQuery(descending=descending))
    assert len(whole) == 25
    paged = []
    token = None
    while page := await app.list_activities(
        stage.account_id, ActivityQuery(descending=descending, limit=4, page_token=token)
    ):
        paged += page
        token = page[-1].activity_id
    assert paged == whole
    fills = await app.list_activities(stage.account_id, ActivityQuery(types=("FILL",)))
    assert len(fills) == 6
    assert await app.list_activities(stage.account_id, ActivityQuery(types=("FEE",))) == []
