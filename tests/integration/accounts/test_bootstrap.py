"""What the first start makes."""

import asyncio
import re

import pytest

from tradewind.account_service.app import AccountApp
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId, Role
from tradewind.platform.database import Database
from tradewind.platform.errors import NotFound
from tradewind.testing.accounts import fund_nothing


async def test_first_start_makes_an_administrator_an_account_and_a_key(app: AccountApp) -> None:
    first = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert first is not None
    assert (first.user.username, first.user.role) == ("admin", Role.ADMIN)
    assert re.fullmatch(r"TW\d{8}", first.account.account_number)
    assert first.account.venue_id == MAIN_VENUE
    assert await app.get_user(first.user.user_id) == first.user
    assert await app.list_accounts(first.user.user_id) == [first.account]
    assert await app.list_keys(first.account.account_id) == [first.key.key]

    identity = await app.verify_key(first.key.key.key_id, first.key.secret)
    assert identity is not None
    assert identity.user_id == first.user.user_id
    assert identity.account_id == first.account.account_id

    session = await app.sign_in("admin", first.password, address="127.0.0.1")
    assert session.user == first.user


async def test_second_start_makes_nothing(app: AccountApp) -> None:
    await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert await app.bootstrap(MAIN_VENUE, fund_nothing) is None


async def test_two_first_starts_at_once_make_one_administrator(
    app: AccountApp, database: Database
) -> None:
    made = await asyncio.gather(*(app.bootstrap(MAIN_VENUE, fund_nothing) for _ in range(4)))
    assert sum(first is not None for first in made) == 1
    assert await database.fetchval("SELECT count(*) FROM users") == 1
    assert await database.fetchval("SELECT count(*) FROM accounts") == 1
    assert await database.fetchval("SELECT count(*) FROM api_keys") == 1


async def test_neither_password_nor_secret_is_in_the_database(
    app: AccountApp, database: Database
) -> None:
    first = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert first is not None
    for table in ("users", "accounts", "api_keys", "sessions", "audit_log"):
        for row in await database.fetch(f"SELECT t::text AS text FROM {table} t"):
            assert first.password not in row["text"]
            assert first.key.secret not in row["text"]
            assert first.key.secret.encode().hex() not in row["text"]


async def test_user_is_found_by_name(app: AccountApp) -> None:
    first = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert first is not None
    assert await app.get_user_by_name(" Admin ") == first.user
    for name in ("nobody", "", "\x00"):
        with pytest.raises(NotFound, match="no user called"):
            await app.get_user_by_name(name)


async def test_start_that_dies_while_funding_leaves_no_user(app: AccountApp) -> None:

    async def dies(_: AccountId) -> None:
        raise ConnectionError("the process ended here")

    with pytest.raises(ConnectionError):
        await app.bootstrap(MAIN_VENUE, dies)
    again = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert again is not None
    assert again.user.username == "admin"
