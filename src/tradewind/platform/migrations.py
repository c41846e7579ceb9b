"""Schemas, roles and migrations of the services.

A service keeps its revisions in ``<migrations package>/versions/*.py``, plain Alembic files with
``revision``, ``down_revision`` and ``upgrade()``; no ``env.py`` is needed. Alembic works in its SQL
mode: it writes the script, and the script runs over asyncpg in one transaction as the service's
role with the service's schema first on the path. So ``op.execute`` takes whole scripts of several
statements, a migration either happens or does not, and a start with nothing to migrate never loads
Alembic.
"""

import importlib.util
import io
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

from tradewind.platform.database import CONNECT_TIMEOUT_S, Connection, ServiceSchema, unreachable
from tradewind.platform.errors import StartupRefused
from tradewind.platform.secret_file import password_source

_LOCK_KEY = 0x7261_6465
_LOCK_TIMEOUT = "10s"
_TURN_TIMEOUT = "300s"
_MIGRATION_TIMEOUT_S = 600.0
_REVISION = re.compile(r"^revision(?:\s*:[^=]+)?\s*=\s*[\"']([^\"']+)[\"']", re.MULTILINE)
_DOWN = re.compile(r"^down_revision(?:\s*:[^=]+)?\s*=\s*(?:[\"']([^\"']+)[\"']|None)", re.MULTILINE)


async def migrate(dsn: str, schemas: Sequence[ServiceSchema]) -> list[tuple[str, str | None, str]]:
    """Bring every service's schema to the newest revision of this code.

    Returns each schema's name with its revision before (``None`` for a new one) and after. Two
    processes that do this at once take turns.
    Raises ``StartupRefused`` when the database cannot be reached, is of a newer version, or is
    locked by somebody else for too long.
    """
    async with turn(dsn, "tradewind-migrate") as connection:
        return [await _migrate_one(connection, schema) for schema in schemas]


@asynccontextmanager
async def turn(dsn: str, application: str) -> AsyncIterator[Connection]:
    """Lend a connection to whoever alters the database, one after another.

    Raises ``StartupRefused`` when the database cannot be reached, or is locked for too long.
    """
    try:
        connection = await asyncpg.connect(
            dsn,
            password=password_source(dsn),
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=_MIGRATION_TIMEOUT_S,
            server_settings={"application_name": application},
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise unreachable(error) from error
    try:
        # Whoever migrates just now may take long; only then is it one's own turn.
        await connection.execute(f"SET lock_timeout = '{_TURN_TIMEOUT}'")
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK_KEY)
        await connection.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
        yield connection
    except asyncpg.LockNotAvailableError as error:
        raise StartupRefused(
            "The database is locked by another process that migrates or alters it. "
            "Wait until it is done, then start again."
        ) from error
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


async def check_migrated(dsn: str, schema: ServiceSchema) -> None:
    """Refuse a database that has not been migrated to this version yet.

    One of a newer version is taken: while services are brought up to date one after another, the
    database goes first, and a migration leaves the version before it something to work with.
    Raises ``StartupRefused``.
    """
    known, head = read_revisions(migrations_folder(schema))
    try:
        connection = await asyncpg.connect(
            dsn, password=password_source(dsn), timeout=CONNECT_TIMEOUT_S
        )
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise unreachable(error) from error
    try:
        current = await _current_revision(connection, schema)
    except asyncpg.InsufficientPrivilegeError as error:
        raise StartupRefused(
            f"The user of TRADEWIND_DATABASE_URL may not read the schema {schema.schema!r} "
            f"({error}). Run `tradewind database users`, and sign in as {schema.user}."
        ) from error
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)
    if current is None or (current in known and current != head):
        raise StartupRefused(
            f"The schema {schema.schema!r} of the database stands at revision {current or 'none'}, "
            f"and this version needs {head}. Run `tradewind migrate` first."
        )


async def _migrate_one(
    connection: Connection, schema: ServiceSchema
) -> tuple[str, str | None, str]:
    folder = migrations_folder(schema)
    known, head = read_revisions(folder)
    current = await _current_revision(connection, schema)
    if current == head:
        return schema.schema, current, head
    if current is not None and current not in known:
        raise StartupRefused(
            f"The data folder is of a newer version of Tradewind: its schema {schema.schema!r} "
            f"stands at revision {current!r}, which this version does not know. "
            "Update Tradewind, or choose another folder with TRADEWIND_DATA_DIR."
        )
    script = write_script(folder, schema, current, head)
    async with connection.transaction():
        await _ensure_schema(connection, schema)
        await connection.execute(
            f'SET LOCAL ROLE "{schema.role}"; SET LOCAL search_path TO "{schema.schema}"'
        )
        await connection.execute(script)
    return schema.schema, current, head


async def _current_revision(connection: Connection, schema: ServiceSchema) -> str | None:
    with suppress(asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        # Names are checked by ServiceSchema: plain lower-case words.
        revision: str | None = await connection.fetchval(
            f'SELECT version_num FROM "{schema.schema}".alembic_version'  # noqa: S608
        )
        return revision
    return None


async def _ensure_schema(connection: Connection, schema: ServiceSchema) -> None:
    # Roles belong to the whole server: another database of it may make the same one just now.
    # Names are checked by ServiceSchema: plain lower-case words.
    await connection.execute(
        f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{schema.role}') THEN
                CREATE ROLE "{schema.role}" NOLOGIN;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$;
        DO $$ BEGIN
            IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                GRANT "{schema.role}" TO CURRENT_USER;
            END IF;
        END $$;
        CREATE SCHEMA IF NOT EXISTS "{schema.schema}" AUTHORIZATION "{schema.role}";
        """  # noqa: S608
    )


def migrations_folder(schema: ServiceSchema) -> Path:
    """Return where a service's revisions lie, without importing the service."""
    package, _, name = schema.migrations.rpartition(".")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"{package} is not a package")
    return Path(spec.submodule_search_locations[0]) / name


def read_revisions(folder: Path) -> tuple[set[str], str]:
    """Return the revisions in a folder and the newest one, by reading the files' text.

    Raises ``ValueError`` when the history is empty or branches.
    """
    revisions: set[str] = set()
    parents: set[str] = set()
    for path in sorted((folder / "versions").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if found := _REVISION.search(text):
            revisions.add(found[1])
            down = _DOWN.search(text)
            if down and down[1]:
                parents.add(down[1])
    heads = revisions - parents
    if len(heads) != 1:
        raise ValueError(f"{folder} must have exactly one newest revision, has {sorted(heads)}")
    return revisions, heads.pop()


def write_script(folder: Path, schema: ServiceSchema, current: str | None, head: str) -> str:
    """Return the SQL that leads from one revision to another."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    output = io.StringIO()
    with EnvironmentContext(
        config,
        scripts,
        fn=lambda revision, _context: scripts._upgrade_revs(head, revision),
        as_sql=True,
        starting_rev=current,
        destination_rev=head,
    ) as environment:
        environment.configure(
            dialect_name="postgresql",
            dialect_opts={"paramstyle": "named"},
            output_buffer=output,
            transactional_ddl=False,
            version_table_schema=schema.schema,
        )
        environment.run_migrations()
    return output.getvalue()
