"""Each service's own user at a real server: made by an owner who is no superuser, as on RDS."""

from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from tradewind.all_in_one import schemas
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.database_users import Outcome, ensure_users
from tradewind.platform.errors import StartupRefused
from tradewind.platform.ids import new_id
from tradewind.platform.migrations import check_migrated, migrate

PASSWORDS = {schema.user: "a-password-of-the-tests" for schema in schemas()}
RIGHTS = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def signed_in_as(dsn: str, user: str) -> str:
    """Return a DSN with another user."""
    return f"postgresql://{user}@{dsn.rpartition('@')[2]}"


@pytest.fixture(scope="module")
async def owner_dsn(postgres_dsn: str) -> AsyncIterator[str]:
    """Return the DSN of an owner with the rights of RDS's master user, on a migrated database."""
    name = "owned_" + new_id().replace("-", "")
    server = await asyncpg.connect(postgres_dsn, timeout=10)
    # Roles belong to the whole server: other modules may have made those of the services.
    await server.execute(f"CREATE ROLE {name} LOGIN CREATEROLE CREATEDB")
    roles = [schema.role for schema in schemas()]
    there = await server.fetch("SELECT rolname FROM pg_roles WHERE rolname = ANY($1)", roles)
    for row in there:
        await server.execute(f"GRANT {row['rolname']} TO {name} WITH ADMIN OPTION")
    await server.execute(f"CREATE DATABASE {name} OWNER {name}")
    dsn = signed_in_as(postgres_dsn, name).replace("/tradewind?", f"/{name}?")
    await migrate(dsn, schemas())
    yield dsn
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    for schema in schemas():
        await server.execute(f"DROP ROLE IF EXISTS {schema.user}")
    await server.close(timeout=5)


@pytest.fixture(scope="module")
async def users(owner_dsn: str) -> dict[str, ServiceSchema]:
    """Return the schemas whose users have been made, by user."""
    made = await ensure_users(owner_dsn, schemas(), PASSWORDS)
    assert {outcome for _, outcome in made} == {Outcome.MADE}
    return {schema.user: schema for schema in schemas()}


async def rights_of(dsn: str, user: str) -> dict[str, set[str]]:
    """Return what a user may do to each table of ours beside reading it."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        rows = await connection.fetch(
            "SELECT n.nspname || '.' || c.relname AS name, r AS right FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace, unnest($2::text[]) r"
            " WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($3)"
            " AND has_table_privilege($1, c.oid, r)",
            user,
            list(RIGHTS),
            [schema.schema for schema in schemas()],
        )
    finally:
        await connection.close(timeout=5)
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["name"], set()).add(row["right"])
    return found


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.schema)
async def test_user_changes_what_its_service_changes_and_nothing_else(
    owner_dsn: str, users: dict[str, ServiceSchema], schema: ServiceSchema
) -> None:
    assert await rights_of(owner_dsn, schema.user) == {
        f"{schema.schema}.{table}": set(rights.split(", "))
        for table, rights in (schema.changes or {}).items()
    }


@pytest.mark.parametrize("schema", schemas(), ids=lambda schema: schema.schema)
async def test_user_sees_its_own_schema_and_no_other(
    owner_dsn: str, users: dict[str, ServiceSchema], schema: ServiceSchema
) -> None:
    dsn = signed_in_as(owner_dsn, schema.user)
    await check_migrated(dsn, schema)
    database = await Database.open(dsn, schema)
    try:
        assert await database.fetchval("SELECT version_num FROM alembic_version")
        for other in schemas():
            if other != schema:
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="schema"):
                    await database.fetch(f"SELECT FROM {other.schema}.alembic_version")
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await database.execute(f"SET ROLE {other.role}")
        if schema.changes is not None:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await database.execute("CREATE TABLE anything (id bigint)")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await database.execute("UPDATE alembic_version SET version_num = ''")
    finally:
        await database.close()


async def test_only_market_data_acts_as_the_owner_of_its_tables(
    owner_dsn: str, users: dict[str, ServiceSchema]
) -> None:
    owners = [
        schema.schema
        for schema in schemas()
        if schema.acts_as_role(signed_in_as(owner_dsn, schema.user))
    ]
    assert owners == ["market_data"]
    schema = next(schema for schema in schemas() if schema.schema == "market_data")
    database = await Database.open(signed_in_as(owner_dsn, schema.user), schema)
    try:
        await database.execute(
            "CREATE TABLE trades_2000010100 PARTITION OF trades"
            " FOR VALUES FROM ('2000-01-01T00:00Z') TO ('2000-01-01T01:00Z')"
        )
        await database.execute("DROP TABLE trades_2000010100")
    finally:
        await database.close()


async def verifiers(dsn: str, names: Sequence[str]) -> dict[str, str]:
    connection = await asyncpg.connect(dsn, timeout=10)
    rows = await connection.fetch(
        "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY($1)", list(names)
    )
    await connection.close(timeout=5)
    return {row["rolname"]: row["rolpassword"] for row in rows}


async def test_users_that_exist_keep_their_passwords_unless_asked(
    postgres_dsn: str, owner_dsn: str, users: dict[str, ServiceSchema]
) -> None:
    before = await verifiers(postgres_dsn, list(users))
    assert all(text.startswith("SCRAM-SHA-256$4096:") for text in before.values())
    again = await ensure_users(owner_dsn, schemas(), {})
    assert {outcome for _, outcome in again} == {Outcome.RIGHTS_RENEWED}
    assert await verifiers(postgres_dsn, list(users)) == before
    changed = await ensure_users(owner_dsn, schemas(), PASSWORDS, set_passwords=True)
    assert {outcome for _, outcome in changed} == {Outcome.PASSWORD_SET}
    after = await verifiers(postgres_dsn, list(users))
    assert all(after[user] != before[user] for user in users)


async def test_rights_that_somebody_added_are_taken_back(
    owner_dsn: str, users: dict[str, ServiceSchema]
) -> None:
    owner = await asyncpg.connect(owner_dsn, timeout=10)
    await owner.execute(
        "SET ROLE tradewind_orders; GRANT ALL ON orders.journal TO tradewind_order_service;"
        " RESET ROLE; GRANT tradewind_account TO tradewind_order_service"
    )
    try:
        await ensure_users(owner_dsn, schemas(), PASSWORDS)
        assert (await rights_of(owner_dsn, "tradewind_order_service"))["orders.journal"] == {
            "INSERT"
        }
        assert not await owner.fetchval(
            "SELECT pg_has_role('tradewind_order_service', 'tradewind_account', 'MEMBER')"
        )
    finally:
        await owner.close(timeout=5)


async def test_user_with_powers_over_the_server_is_refused(
    postgres_dsn: str, owner_dsn: str, users: dict[str, ServiceSchema]
) -> None:
    server = await asyncpg.connect(postgres_dsn, timeout=10)
    await server.execute("ALTER ROLE tradewind_portfolio_service CREATEROLE")
    try:
        with pytest.raises(StartupRefused, match="powers over the whole server"):
            await ensure_users(owner_dsn, schemas(), PASSWORDS)
    finally:
        await server.execute("ALTER ROLE tradewind_portfolio_service NOCREATEROLE")
        await server.close(timeout=5)


async def test_new_user_without_a_password_is_refused(owner_dsn: str) -> None:
    orders = next(schema for schema in schemas() if schema.schema == "orders")
    nobody = ServiceSchema(
        orders.schema, orders.role, orders.migrations, "tradewind_new_service", changes={}
    )
    with pytest.raises(StartupRefused, match="TRADEWIND_DATABASE_PASSWORD_NEW_SERVICE"):
        await ensure_users(owner_dsn, [nobody], {})
    with pytest.raises(StartupRefused, match="printable ASCII"):
        await ensure_users(owner_dsn, [nobody], {"tradewind_new_service": "pässword"})
    owner = await asyncpg.connect(owner_dsn, timeout=10)
    there = await owner.fetchval("SELECT FROM pg_roles WHERE rolname = 'tradewind_new_service'")
    await owner.close(timeout=5)
    assert there is None


async def test_service_user_cannot_make_users(
    owner_dsn: str, users: dict[str, ServiceSchema]
) -> None:
    with pytest.raises(StartupRefused, match="the one that migrates"):
        await ensure_users(signed_in_as(owner_dsn, "tradewind_order_service"), schemas(), PASSWORDS)


async def test_database_that_is_not_migrated_is_refused(database_dsn: str) -> None:
    with pytest.raises(StartupRefused, match="tradewind migrate"):
        await ensure_users(database_dsn, schemas(), PASSWORDS)


async def test_user_without_rights_is_told_what_gives_them(
    database_dsn: str, owner_dsn: str, users: dict[str, ServiceSchema]
) -> None:
    await migrate(database_dsn, schemas())
    schema = users["tradewind_portfolio_service"]
    with pytest.raises(StartupRefused, match="tradewind database users"):
        await check_migrated(signed_in_as(database_dsn, schema.user), schema)
