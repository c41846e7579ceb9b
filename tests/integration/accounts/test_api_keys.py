"""Key pairs from making to revoking."""

from datetime import timedelta

import pytest

from tradewind.account_service.app import AccountApp
from tradewind.account_service.domain.credentials import new_key_id, new_token
from tradewind.contracts.accounts import Bootstrap
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId, Role, UserId, VenueId
from tradewind.platform.clock import ManualClock
from tradewind.platform.database import Database
from tradewind.platform.errors import MalformedRequest, NotFound, Refusal
from tradewind.platform.ids import new_id
from tradewind.testing.accounts import fund_nothing


@pytest.fixture
async def first(app: AccountApp) -> Bootstrap:
    """Return what the first start made."""
    made = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert made is not None
    return made


async def test_key_speaks_for_its_account_only(app: AccountApp, first: Bootstrap) -> None:
    account = await app.create_account(first.user.user_id, VenueId("replay-1"), "Replay")
    made = await app.create_key(account.account_id, " bot ")
    assert made.key.name == "bot"
    identity = await app.verify_key(made.key.key_id, made.secret)
    assert identity is not None
    assert (identity.account_id, identity.venue_id) == (account.account_id, "replay-1")
    assert (identity.role, identity.key_id) == (Role.ADMIN, made.key.key_id)
    assert identity.session_id is None


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 100_000, "\udcff", "\x00"])
async def test_wrong_secret_is_nobody(app: AccountApp, first: Bootstrap, secret: str) -> None:
    assert await app.verify_key(first.key.key.key_id, secret) is None
    assert await app.verify_key(first.key.key.key_id, first.key.secret) is not None


@pytest.mark.parametrize("key_id", ["", "TW", "x" * 100_000, "\x00", "\udcff", new_key_id()])
async def test_unknown_key_is_nobody(app: AccountApp, first: Bootstrap, key_id: str) -> None:
    assert await app.verify_key(key_id, first.key.secret) is None


async def test_verified_key_is_answered_without_the_database(
    app: AccountApp, first: Bootstrap, database: Database
) -> None:
    key_id, secret = first.key.key.key_id, first.key.secret
    assert await app.verify_key(key_id, secret) is not None
    await database.execute("DELETE FROM api_keys")
    assert await app.verify_key(key_id, secret) is not None
    assert await app.verify_key(key_id, secret + "x") is None


async def test_revoked_key_is_nobody_at_once(app: AccountApp, first: Bootstrap) -> None:
    key_id, secret = first.key.key.key_id, first.key.secret
    assert await app.verify_key(key_id, secret) is not None
    await app.revoke_key(first.account.account_id, key_id)
    assert await app.verify_key(key_id, secret) is None
    (key,) = await app.list_keys(first.account.account_id)
    assert key.revoked_at is not None


async def test_revoking_twice_keeps_the_first_instant(
    app: AccountApp, first: Bootstrap, clock: ManualClock
) -> None:
    await app.revoke_key(first.account.account_id, first.key.key.key_id)
    revoked_at = clock.now()
    clock.set(revoked_at + timedelta(hours=1))
    await app.revoke_key(first.account.account_id, first.key.key.key_id)
    (key,) = await app.list_keys(first.account.account_id)
    assert key.revoked_at == revoked_at


async def test_key_of_another_account_cannot_be_revoked(app: AccountApp, first: Bootstrap) -> None:
    other = await app.create_account(first.user.user_id, MAIN_VENUE, "Other")
    for account_id, key_id in (
        (other.account_id, first.key.key.key_id),
        (first.account.account_id, new_key_id()),
        (first.account.account_id, "\x00"),
        (AccountId("not-a-uuid"), first.key.key.key_id),
    ):
        with pytest.raises(NotFound, match="API key"):
            await app.revoke_key(account_id, key_id)
    assert await app.verify_key(first.key.key.key_id, first.key.secret) is not None


async def test_use_of_a_key_is_remembered_to_the_minute(
    app: AccountApp, first: Bootstrap, clock: ManualClock
) -> None:
    (key,) = await app.list_keys(first.account.account_id)
    assert key.last_used_at is None
    await app.verify_key(first.key.key.key_id, new_token())
    (key,) = await app.list_keys(first.account.account_id)
    assert key.last_used_at is None
    await app.verify_key(first.key.key.key_id, first.key.secret)
    (key,) = await app.list_keys(first.account.account_id)
    assert key.last_used_at == clock.now()


async def test_keys_of_an_account_are_bounded(app: AccountApp, first: Bootstrap) -> None:
    for number in range(99):
        await app.create_key(first.account.account_id, f"key {number}")
    with pytest.raises(Refusal, match="100 API keys in force"):
        await app.create_key(first.account.account_id, "one too many")
    await app.revoke_key(first.account.account_id, first.key.key.key_id)
    await app.create_key(first.account.account_id, "in its place")


async def test_nothing_is_made_for_who_does_not_exist(app: AccountApp, first: Bootstrap) -> None:
    with pytest.raises(NotFound):
        await app.create_key(AccountId(new_id()), "bot")
    with pytest.raises(NotFound):
        await app.create_account(UserId("x"), MAIN_VENUE, "Other")
    with pytest.raises(NotFound):
        await app.get_account(AccountId("x"))
    with pytest.raises(MalformedRequest):
        await app.create_key(first.account.account_id, "\x00")
    assert await app.list_keys(AccountId("x")) == []
    assert await app.list_accounts(UserId("x")) == []


async def test_accounts_are_numbered_apart_and_listed_oldest_first(
    app: AccountApp, first: Bootstrap, clock: ManualClock
) -> None:
    clock.set(clock.now() + timedelta(seconds=1))
    second = await app.create_account(first.user.user_id, MAIN_VENUE, "Second")
    assert second.account_number != first.account.account_number
    assert await app.list_accounts(first.user.user_id) == [first.account, second]
    assert await app.get_account(second.account_id) == second
