"""A real account service on a real database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest

from tradewind.account_service.app import SCHEMA, AccountApp
from tradewind.account_service.passwords import Passwords
from tradewind.platform.clock import ManualClock
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.settings import Settings

START = datetime(2024, 5, 6, 12, tzinfo=UTC)

MakeApp = Callable[..., AccountApp]


@pytest.fixture(scope="module")
async def accounts_database(
    make_database: Callable[[ServiceSchema], Awaitable[Database]],
) -> Database:
    """Return the migrated database of one test module."""
    return await make_database(SCHEMA)


@pytest.fixture
async def database(accounts_database: Database) -> Database:
    """Return the database without any row."""
    # The audit log refuses to be emptied, and so it should: only its owner may lift that.
    await accounts_database.execute(
        """
        DO $$ BEGIN
            ALTER TABLE audit_log DISABLE TRIGGER tr_audit_log_append_only;
            TRUNCATE users, accounts, api_keys, sessions, sign_in_failures, audit_log;
            ALTER TABLE audit_log ENABLE TRIGGER tr_audit_log_append_only;
        END $$
        """
    )
    return accounts_database


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that the test moves."""
    return ManualClock(START)


@pytest.fixture
async def make_app(database: Database, clock: ManualClock) -> AsyncIterator[MakeApp]:
    """Return a function that builds account services on the same database."""
    made: list[AccountApp] = []

    def make(*, time_cost: int = 1, **settings: object) -> AccountApp:
        # Cheap parameters keep the tests quick; the real ones have a test of their own.
        passwords = Passwords(time_cost=time_cost, memory_cost_kib=64)
        made.append(AccountApp(Settings.model_validate(settings), database, passwords, clock))
        return made[-1]

    yield make
    for app in made:
        await app.stop()


@pytest.fixture
def app(make_app: MakeApp) -> AccountApp:
    """Return the account service."""
    return make_app()
