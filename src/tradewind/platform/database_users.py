"""A login user for each service, with no more rights than its work needs.

The roles of the services own their schemas and nobody signs in as one. A user here reads the tables
of its own schema, changes those that its service changes, by the statements that it uses, and sees
no other schema.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence, Set
from enum import StrEnum

import asyncpg

from tradewind.platform.database import Connection, ServiceSchema
from tradewind.platform.errors import StartupRefused
from tradewind.platform.migrations import turn

_ITERATIONS = 4096
_SALT_BYTES = 16


class Outcome(StrEnum):
    """What was done to a user."""

    MADE = "made"
    PASSWORD_SET = "password set"  # noqa: S105 - no password
    RIGHTS_RENEWED = "rights renewed"


async def ensure_users(
    dsn: str,
    schemas: Sequence[ServiceSchema],
    passwords: Mapping[str, str],
    *,
    set_passwords: bool = False,
) -> list[tuple[str, Outcome]]:
    """Make the user of each schema, or bring its rights up to date; return what was done.

    ``passwords`` are by user. One that exists keeps its password unless ``set_passwords``: somebody
    may have changed it since. All happens at once or not at all, after whoever alters the database
    just now, and may be done again at any time.
    Raises ``StartupRefused`` when a schema is missing, a password is needed, or the DSN's user may
    not do this.
    """
    roles = {schema.role for schema in schemas}
    try:
        async with turn(dsn, "tradewind-users") as connection, connection.transaction():
            return [
                await _ensure_user(
                    connection, schema, passwords, roles=roles, set_passwords=set_passwords
                )
                for schema in schemas
            ]
    except asyncpg.InsufficientPrivilegeError as error:
        raise StartupRefused(
            f"The user of TRADEWIND_DATABASE_URL may not do this ({error}). It has to be the one "
            "that migrates, with the right to make roles."
        ) from error


async def _ensure_user(
    connection: Connection,
    schema: ServiceSchema,
    passwords: Mapping[str, str],
    *,
    roles: Set[str],
    set_passwords: bool,
) -> tuple[str, Outcome]:
    if not await connection.fetchval(
        "SELECT to_regclass($1 || '.alembic_version') IS NOT NULL", schema.schema
    ):
        raise StartupRefused(
            f"There is no schema {schema.schema!r} yet. Run `tradewind migrate` first."
        )
    user = schema.user
    exists = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", user)
    outcome = Outcome.RIGHTS_RENEWED
    if not exists:
        await connection.execute(f'CREATE ROLE "{user}"')
        outcome = Outcome.MADE
    await _refuse_powers(connection, user)
    # Names are checked by ServiceSchema: plain lower-case words.
    await connection.execute(f'ALTER ROLE "{user}" LOGIN NOINHERIT')
    if set_passwords or not exists:
        # Only the verifier goes to the server, whose log would show a password.
        verifier = scram_verifier(_password_of(user, passwords))
        await connection.execute(f"ALTER ROLE \"{user}\" PASSWORD '{verifier}'")
        outcome = outcome if not exists else Outcome.PASSWORD_SET
    await _leave(connection, user, roles - {schema.role if schema.changes is None else ""})
    await connection.execute(
        f'GRANT CONNECT ON DATABASE "{await connection.fetchval("SELECT current_database()")}" '
        f'TO "{user}"'
    )
    await _grant_tables(connection, schema)
    if schema.changes is None:
        await connection.execute(f'GRANT "{schema.role}" TO "{user}"')
    return user, outcome


async def _refuse_powers(connection: Connection, user: str) -> None:
    """Refuse a user that somebody gave powers over the server; not everybody may take them back."""
    if await connection.fetchval(
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
        " FROM pg_roles WHERE rolname = $1",
        user,
    ):
        raise StartupRefused(
            f"The user {user} has powers over the whole server, which a service does not need. "
            f"Take them away first: ALTER ROLE {user} NOSUPERUSER NOCREATEDB NOCREATEROLE "
            "NOREPLICATION NOBYPASSRLS."
        )


async def _leave(connection: Connection, user: str, roles: Set[str]) -> None:
    """Take a user out of roles that own tables."""
    member_of = await connection.fetch(
        "SELECT DISTINCT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        " JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = $1 AND r.rolname = ANY($2)",
        user,
        list(roles),
    )
    for row in member_of:
        await connection.execute(f'REVOKE "{row["rolname"]}" FROM "{user}"')


async def _grant_tables(connection: Connection, schema: ServiceSchema) -> None:
    """Give a user its rights and no others, as the owner of the tables."""
    user, place = schema.user, schema.schema
    lines = [
        f'SET LOCAL ROLE "{schema.role}"',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA "{place}" FROM "{user}"',
        f'REVOKE ALL ON SCHEMA "{place}" FROM "{user}"',
        f'GRANT USAGE ON SCHEMA "{place}" TO "{user}"',
        f'GRANT SELECT ON ALL TABLES IN SCHEMA "{place}" TO "{user}"',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{place}" TO "{user}"',
        *(
            f'GRANT {rights} ON "{place}"."{table}" TO "{user}"'
            for table, rights in (schema.changes or {}).items()
        ),
        "RESET ROLE",
    ]
    await connection.execute(";\n".join(lines))


def _password_of(user: str, passwords: Mapping[str, str]) -> str:
    password = passwords.get(user, "").strip()
    if not password:
        variable = f"TRADEWIND_DATABASE_PASSWORD_{user.removeprefix('tradewind_').upper()}"
        raise StartupRefused(
            f"The user {user} needs a password. Set {variable}, or put it into a secret file of "
            "that name in lower case."
        )
    if not (password.isascii() and password.isprintable()):
        raise StartupRefused(
            f"The password of {user} has letters that not every client sends alike. Use printable "
            "ASCII characters, for example of `openssl rand -hex 32`."
        )
    return password


def scram_verifier(password: str) -> str:
    """Return what PostgreSQL keeps of an ASCII password (RFC 5802 with SHA-256)."""
    salt = secrets.token_bytes(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _ITERATIONS)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    kept = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{kept[0]}${kept[1]}:{kept[2]}"
