"""Keyed cash on a real PostgreSQL: once, also at the same moment and after a restart."""

import asyncio

import pytest
from tests.integration.orders.stage import Stage, restarted, verified

from tradewind.contracts.activities import ActivityQuery, CashActivity, CashMovement
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.order_service.domain.refusals import (
    AccountNotFound,
    AccountOfAnotherVenue,
    IdempotencyKeyReused,
    InsufficientBuyingPower,
)
from tradewind.order_service.service import OrderApp
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, MoneyUnits

FIFTY = MoneyUnits(50 * SCALE)


async def posted(app: OrderApp, account_id: AccountId) -> int:
    """Return an account's cash in dollars."""
    return (await app.get_account(account_id)).cash_posted // SCALE


async def movements(app: OrderApp, account_id: AccountId, kind: str) -> list[CashActivity]:
    """Return an account's activities of one kind, oldest first."""
    query = ActivityQuery(types=(kind,), descending=False)
    found = await app.list_activities(account_id, query)
    return [each for each in found if isinstance(each, CashActivity)]


async def test_key_sent_many_times_at_once_posts_once(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    answers = await asyncio.gather(
        *(app.deposit(stage.account_id, FIFTY, "wages", key="k-1") for _ in range(50))
    )
    assert len({answer.activity_id for answer in answers}) == 1
    assert await posted(app, stage.account_id) == 10_050
    [_, activity] = await movements(app, stage.account_id, "CSD")
    assert (activity.activity_id, activity.description) == (answers[0].activity_id, "wages")
    await verified(stage)


@pytest.mark.parametrize("from_snapshot", [True, False])
async def test_key_is_known_after_a_restart(stage: Stage, from_snapshot: bool) -> None:
    app = stage.app
    assert app is not None
    other = await stage.second_account()

    async def move(app: OrderApp) -> list[CashMovement]:
        return [
            await app.deposit(stage.account_id, FIFTY, "wages", key="in"),
            await app.withdraw(stage.account_id, FIFTY, "rent", key="out"),
            await app.transfer(stage.account_id, other, FIFTY, "loan", key="over"),
        ]

    first = await move(app)
    await app.stop()
    if not from_snapshot:
        await stage.database.execute("DELETE FROM snapshots")
    again = await stage.start()
    assert await move(again) == first
    assert await posted(again, stage.account_id) == 9_950
    assert await posted(again, other) == 10_050
    with pytest.raises(IdempotencyKeyReused):
        await again.deposit(stage.account_id, MoneyUnits(51 * SCALE), "wages", key="in")
    await verified(stage)


async def test_transfer_is_an_activity_of_both_accounts(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    other = await stage.second_account()
    third = await stage.second_account()
    moved = await app.transfer(stage.account_id, other, FIFTY, "loan")
    [given] = await movements(app, stage.account_id, "JNLC")
    [got] = await movements(app, other, "JNLC")
    assert (given.net_amount, got.net_amount) == (-FIFTY, FIFTY)
    assert {given.activity_id, got.activity_id} == {moved.activity_id}
    assert given.description == got.description == "loan"
    assert await movements(app, third, "JNLC") == []
    unnamed = await app.transfer(other, stage.account_id, FIFTY, "")
    assert (await movements(app, stage.account_id, "JNLC"))[-1].description == (
        f"Cash transferred from {other}"
    )
    assert (await movements(app, other, "MISC"))[-1].activity_id == unnamed.activity_id
    async with restarted(stage) as again:
        assert await posted(again, stage.account_id) == 10_000
        await verified(stage)


async def test_transfer_out_of_bounds_is_refused(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    other = await stage.second_account()
    with pytest.raises(InsufficientBuyingPower):
        await app.transfer(stage.account_id, other, MoneyUnits(10_001 * SCALE), "too much")
    with pytest.raises(AccountNotFound):
        await app.transfer(stage.account_id, AccountId(new_id()), FIFTY, "to nobody")
    elsewhere, far = VenueId(f"venue-{new_id()}"), AccountId(new_id())
    await app.create_venue(VenueSpec(venue_id=elsewhere, name="Elsewhere"))
    await app.open_account(elsewhere, far)
    with pytest.raises(AccountOfAnotherVenue):
        await app.transfer(stage.account_id, far, FIFTY, "abroad")
    assert await posted(app, stage.account_id) == 10_000
