"""What the audit log keeps, and that it keeps it."""

import asyncio

import asyncpg
import pytest

from tradewind.account_service.app import AccountApp
from tradewind.contracts.vocabulary import MAIN_VENUE
from tradewind.platform.database import Database
from tradewind.platform.errors import NotAuthenticated
from tradewind.testing.accounts import fund_nothing


async def test_every_change_of_rights_is_in_the_log(app: AccountApp, database: Database) -> None:
    first = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert first is not None
    key = await app.create_key(first.account.account_id, "bot")
    await app.revoke_key(first.account.account_id, key.key.key_id)
    with pytest.raises(NotAuthenticated):
        await app.sign_in("admin", "wrong", address="192.0.2.1")
    with pytest.raises(NotAuthenticated):
        await app.sign_in("hunter2", "typed into the wrong field", address="192.0.2.1")
    session = await app.sign_in("admin", first.password, address="192.0.2.1")
    await app.sign_out(session.token)

    rows = await database.fetch(
        "SELECT action, user_id::text, subject, address FROM audit_log ORDER BY audit_id"
    )
    user, keys = first.user.user_id, (first.key.key.key_id, key.key.key_id)
    assert [tuple(row)[:2] for row in rows] == [
        ("user_created", user),
        ("account_created", user),
        ("key_created", user),
        ("key_created", user),
        ("key_revoked", user),
        ("sign_in_failed", user),
        ("sign_in_failed", None),
        ("signed_in", user),
        ("signed_out", user),
    ]
    assert [row["subject"] for row in rows[2:5]] == [keys[0], keys[1], keys[1]]
    assert [row["address"] for row in rows[5:8]] == ["192.0.2.1"] * 3
    assert "hunter2" not in str(rows)


async def test_movement_of_cash_is_in_the_log_once(app: AccountApp, database: Database) -> None:
    first = await app.bootstrap(MAIN_VENUE, fund_nothing)
    assert first is not None
    user, account = first.user.user_id, first.account.account_id
    await asyncio.gather(
        *(
            app.record_cash_movement(user, account, "CSD 5 activity", address="192.0.2.1")
            for _ in range(5)
        )
    )
    await app.record_cash_movement(user, account, "CSW 5 another", address="192.0.2.1")
    rows = await database.fetch(
        "SELECT user_id::text, account_id::text, subject, address FROM audit_log"
        " WHERE action = 'cash_moved' ORDER BY audit_id"
    )
    assert [tuple(row) for row in rows] == [
        (user, account, "CSD 5 activity", "192.0.2.1"),
        (user, account, "CSW 5 another", "192.0.2.1"),
    ]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"],
)
async def test_rows_of_the_log_cannot_be_changed(
    app: AccountApp, database: Database, statement: str
) -> None:
    await app.bootstrap(MAIN_VENUE, fund_nothing)
    with pytest.raises(asyncpg.RestrictViolationError, match="only ever added"):
        await database.execute(statement)


async def test_service_is_ready_while_the_database_answers(app: AccountApp) -> None:
    await app.start()
    assert await app.ready()
