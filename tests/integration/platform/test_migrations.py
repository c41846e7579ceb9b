"""Migrations of a made-up service, run against a real server."""

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.errors import StartupRefused
from tradewind.platform.migrations import migrate, read_revisions

FIRST = '''
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE things (id bigint CONSTRAINT pk_things PRIMARY KEY, note text DEFAULT '100%');
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'append only: %', TG_TABLE_NAME;
    END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION refuse();
    """)
'''
SECOND = """
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE things ADD COLUMN at timestamptz")
"""
BROKEN = SECOND.replace("ALTER TABLE things ADD", "SELECT 1; ALTER TABLE nothing ADD")

Write = Callable[..., ServiceSchema]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that lays down a service's revisions and returns its schema."""
    monkeypatch.syspath_prepend(str(tmp_path))
    package = f"service_{tmp_path.name.replace('-', '_')}"
    versions = tmp_path / package / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / package / "__init__.py").touch()

    def lay(*texts: str) -> ServiceSchema:
        for old in versions.glob("*.py"):
            old.unlink()
        for number, text in enumerate(texts, 1):
            (versions / f"{number:04}_step.py").write_text(text)
        name = f"s{abs(hash(tmp_path)) % 10**9}"
        return ServiceSchema(name, f"tradewind_test_{name}", f"{package}.migrations")

    return lay


async def test_a_service_owns_its_schema_and_acts_as_its_role(
    database_dsn: str, write: Write
) -> None:
    schema = write(FIRST)
    await migrate(database_dsn, [schema])
    database = await Database.open(database_dsn, schema)
    await database.execute("INSERT INTO things (id) VALUES ($1)", 1)
    row = await database.fetchrow("SELECT id, note, current_user AS me FROM things")
    assert row is not None
    assert dict(row) == {"id": 1, "note": "100%", "me": schema.role}
    with pytest.raises(asyncpg.RaiseError, match="append only: things"):
        await database.execute("UPDATE things SET id = 2")
    await database.close()


async def test_later_revisions_are_applied_to_what_is_there(
    database_dsn: str, write: Write
) -> None:
    await migrate(database_dsn, [write(FIRST)])
    schema = write(FIRST, SECOND)
    await migrate(database_dsn, [schema])
    database = await Database.open(database_dsn, schema)
    assert await database.fetchval("SELECT version_num FROM alembic_version") == "0002"
    assert await database.fetch("SELECT at FROM things") == []
    await database.close()


async def test_migrating_twice_changes_nothing(database_dsn: str, write: Write) -> None:
    schema = write(FIRST, SECOND)
    await migrate(database_dsn, [schema])
    await migrate(database_dsn, [schema])


async def test_a_migration_that_fails_leaves_nothing_behind(
    database_dsn: str, write: Write
) -> None:
    await migrate(database_dsn, [write(FIRST)])
    schema = write(FIRST, BROKEN)
    with pytest.raises(asyncpg.UndefinedTableError):
        await migrate(database_dsn, [schema])
    database = await Database.open(database_dsn, schema)
    assert await database.fetchval("SELECT version_num FROM alembic_version") == "0001"
    await database.close()


async def test_a_database_of_a_newer_version_is_refused(database_dsn: str, write: Write) -> None:
    await migrate(database_dsn, [write(FIRST, SECOND)])
    with pytest.raises(StartupRefused, match=r"newer version.*'0002'"):
        await migrate(database_dsn, [write(FIRST)])


async def test_an_unreachable_database_is_refused_with_what_to_do(write: Write) -> None:
    with pytest.raises(StartupRefused, match="TRADEWIND_DATABASE_URL"):
        await migrate("postgresql://nobody@127.0.0.1:1/none", [write(FIRST)])


async def test_one_service_cannot_read_another(database_dsn: str, write: Write) -> None:
    ours = write(FIRST)
    await migrate(database_dsn, [ours])
    other = ServiceSchema(f"{ours.schema}b", f"{ours.role}b", ours.migrations)
    await migrate(database_dsn, [other])
    database = await Database.open(database_dsn, other)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.fetch(f'SELECT * FROM "{ours.schema}".things')
    await database.close()


async def test_an_error_inside_a_transaction_rolls_it_back(database_dsn: str, write: Write) -> None:
    schema = write(FIRST)
    await migrate(database_dsn, [schema])
    database = await Database.open(database_dsn, schema)

    async def insert_and_fail() -> None:
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO things (id) VALUES (7)")
            raise LookupError

    with pytest.raises(LookupError):
        await insert_and_fail()
    assert await database.fetchval("SELECT count(*) FROM things") == 0
    await database.close()


def test_the_newest_revision_is_read_from_the_text(write: Write, tmp_path: Path) -> None:
    schema = write(FIRST, SECOND.replace('revision = "0002"', 'revision: str = "0002"', 1))
    folder = tmp_path / schema.migrations.split(".")[0] / "migrations"
    assert read_revisions(folder) == ({"0001", "0002"}, "0002")


def test_a_history_that_branches_is_an_error(write: Write, tmp_path: Path) -> None:
    schema = write(FIRST, SECOND, SECOND.replace('revision = "0002"', 'revision = "0003"', 1))
    folder = tmp_path / schema.migrations.split(".")[0] / "migrations"
    with pytest.raises(ValueError, match="exactly one newest"):
        read_revisions(folder)


@pytest.mark.parametrize("name", ["Upper", "semi;colon", 'quo"te', "", "1st"])
def test_names_that_need_quoting_are_errors(name: str) -> None:
    with pytest.raises(ValueError, match="plain lower-case"):
        ServiceSchema(name, "role", "package.migrations")
