"""Users, accounts and API keys: every statement about them is in this module."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.account_service.audit import AuditAction, record
from tradewind.contracts.accounts import ApiKey, BrokerageAccount, Intervention, User
from tradewind.contracts.vocabulary import AccountId, Role, UserId, VenueId
from tradewind.platform.database import Database, PooledConnection, Record

_BOOTSTRAP_LOCK = 7_021_000_001
_KEY_USE_RESOLUTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What verification needs of a key that is in force."""

    key_id: str
    secret_hash: bytes
    user_id: UserId
    role: Role
    account_id: AccountId
    venue_id: VenueId
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What the first start writes, made before the transaction."""

    user: User
    password_hash: str
    account_id: AccountId
    account_name: str
    venue_id: VenueId
    key: ApiKey
    secret_hash: bytes


class Repository:
    """Reads and writes of users, accounts and keys; each method is one unit of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_users(self) -> bool:
        """Tell whether anybody can sign in."""
        return bool(await self._database.fetchval("SELECT EXISTS (SELECT FROM users)"))

    async def create_first(self, first: FirstStart) -> BrokerageAccount | None:
        """Write the first user, account and key; ``None`` when somebody else was first."""
        user, key, at = first.user, first.key, first.user.created_at
        async with self._database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _BOOTSTRAP_LOCK)
            if await connection.fetchval("SELECT EXISTS (SELECT FROM users)"):
                return None
            await connection.execute(
                "INSERT INTO users (user_id, username, role, password_hash, created_at)"
                " VALUES ($1, $2, $3, $4, $5)",
                user.user_id,
                user.username,
                user.role.value,
                first.password_hash,
                at,
            )
            await record(connection, at, AuditAction.USER_CREATED, user_id=user.user_id)
            account = await _insert_account(
                connection, first.account_id, user.user_id, first.venue_id, first.account_name, at
            )
            await _insert_key(connection, key, first.secret_hash, user.user_id)
            return account

    async def get_user(self, user_id: UserId) -> User | None:
        """Return a user by id."""
        row = await self._database.fetchrow(
            "SELECT user_id, username, role, created_at FROM users WHERE user_id = $1", user_id
        )
        return _user(row) if row else None

    async def record_intervention(
        self,
        by: UserId,
        account_id: AccountId | None,
        intervention: Intervention,
        subject: str,
        at: datetime,
    ) -> None:
        """Add to the audit log what an administrator did to an account."""
        async with self._database.transaction() as connection:
            await record(
                connection, at, intervention, user_id=by, account_id=account_id, subject=subject
            )

    async def find_user(self, username: str) -> tuple[User, str] | None:
        """Return a user and the password hash by normalized name."""
        row = await self._database.fetchrow(
            "SELECT user_id, username, role, created_at, password_hash FROM users"
            " WHERE username = $1",
            username,
        )
        return (_user(row), row["password_hash"]) if row else None

    async def set_password_hash(self, user_id: UserId, before: str, after: str) -> None:
        """Put a new hash in the place of the one that was read; another change in between wins."""
        await self._database.execute(
            "UPDATE users SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2",
            user_id,
            before,
            after,
        )

    async def reset_password(self, user: User, password_hash: str, at: datetime) -> None:
        """Set a password hash, end the user's sessions and forget who failed to sign in as them."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE users SET password_hash = $2 WHERE user_id = $1",
                user.user_id,
                password_hash,
            )
            await connection.execute("DELETE FROM sessions WHERE user_id = $1", user.user_id)
            await connection.execute(
                "DELETE FROM sign_in_failures WHERE username = $1", user.username
            )
            await record(connection, at, AuditAction.PASSWORD_RESET, user_id=user.user_id)

    async def list_accounts(self, user_id: UserId) -> list[BrokerageAccount]:
        """Return a user's accounts, oldest first."""
        rows = await self._database.fetch(
            "SELECT account_id, account_number, user_id, venue_id, name, created_at"
            " FROM accounts WHERE user_id = $1 ORDER BY created_at, account_id",
            user_id,
        )
        return [_account(row) for row in rows]

    async def get_account(self, account_id: AccountId) -> BrokerageAccount | None:
        """Return one account by id."""
        row = await self._database.fetchrow(
            "SELECT account_id, account_number, user_id, venue_id, name, created_at"
            " FROM accounts WHERE account_id = $1",
            account_id,
        )
        return _account(row) if row else None

    async def create_account(
        self,
        account_id: AccountId,
        user_id: UserId,
        venue_id: VenueId,
        name: str,
        at: datetime,
        *,
        accounts_max: int,
    ) -> BrokerageAccount | None:
        """Write an account; ``None`` when the user already has ``accounts_max``."""
        async with self._database.transaction() as connection:
            # Locking the owner's row makes counting and inserting one step.
            await connection.execute("SELECT FROM users WHERE user_id = $1 FOR UPDATE", user_id)
            count = await connection.fetchval(
                "SELECT count(*) FROM accounts WHERE user_id = $1", user_id
            )
            if count >= accounts_max:
                return None
            return await _insert_account(connection, account_id, user_id, venue_id, name, at)

    async def create_key(
        self, key: ApiKey, secret_hash: bytes, user_id: UserId, *, keys_max: int
    ) -> bool:
        """Write a key; false when the account already has ``keys_max`` in force."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "SELECT FROM accounts WHERE account_id = $1 FOR UPDATE", key.account_id
            )
            count = await connection.fetchval(
                "SELECT count(*) FROM api_keys WHERE account_id = $1 AND revoked_at IS NULL",
                key.account_id,
            )
            if count >= keys_max:
                return False
            await _insert_key(connection, key, secret_hash, user_id)
            return True

    async def list_keys(self, account_id: AccountId, limit: int) -> list[ApiKey]:
        """Return an account's newest keys, newest first."""
        rows = await self._database.fetch(
            "SELECT key_id, account_id, name, created_at, last_used_at, revoked_at"
            " FROM api_keys WHERE account_id = $1"
            " ORDER BY created_at DESC, key_id LIMIT $2",
            account_id,
            limit,
        )
        return [_key(row) for row in rows]

    async def record_cash_movement(
        self, user_id: UserId, account_id: AccountId, movement: str, address: str, at: datetime
    ) -> None:
        """Add a row to the audit log, unless the movement is there already."""
        async with self._database.transaction() as connection:
            # Of two requests for one movement only the first adds a row.
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", movement
            )
            if await connection.fetchval(
                "SELECT EXISTS (SELECT FROM audit_log WHERE account_id = $1 AND subject = $2"
                " AND action = 'cash_moved')",
                account_id,
                movement,
            ):
                return
            await record(
                connection,
                at,
                AuditAction.CASH_MOVED,
                user_id=user_id,
                account_id=account_id,
                subject=movement,
                address=address,
            )

    async def revoke_key(self, account_id: AccountId, key_id: str, at: datetime) -> bool:
        """Mark a key as revoked; false when the account has no such key."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(
                "SELECT k.revoked_at, a.user_id FROM api_keys k JOIN accounts a USING (account_id)"
                " WHERE k.key_id = $1 AND k.account_id = $2 FOR UPDATE OF k",
                key_id,
                account_id,
            )
            if row is None:
                return False
            if row["revoked_at"] is None:
                await connection.execute(
                    "UPDATE api_keys SET revoked_at = $2 WHERE key_id = $1", key_id, at
                )
                await record(
                    connection,
                    at,
                    AuditAction.KEY_REVOKED,
                    user_id=str(row["user_id"]),
                    account_id=account_id,
                    subject=key_id,
                )
            return True

    async def find_key(self, key_id: str) -> KeyRecord | None:
        """Return a key that is in force, with whom it speaks for."""
        row = await self._database.fetchrow(
            "SELECT k.key_id, k.secret_hash, k.last_used_at, a.account_id, a.venue_id,"
            " u.user_id, u.role"
            " FROM api_keys k JOIN accounts a USING (account_id) JOIN users u USING (user_id)"
            " WHERE k.key_id = $1 AND k.revoked_at IS NULL",
            key_id,
        )
        if row is None:
            return None
        return KeyRecord(
            key_id=row["key_id"],
            secret_hash=row["secret_hash"],
            user_id=UserId(str(row["user_id"])),
            role=Role(row["role"]),
            account_id=AccountId(str(row["account_id"])),
            venue_id=VenueId(row["venue_id"]),
            last_used_at=row["last_used_at"],
        )

    async def touch_key(self, key: KeyRecord, at: datetime) -> None:
        """Remember that a key was used; exact to a minute, so that reads do not become writes."""
        if key.last_used_at is not None and at < key.last_used_at + _KEY_USE_RESOLUTION:
            return
        await self._database.execute(
            "UPDATE api_keys SET last_used_at = greatest(last_used_at, $2) WHERE key_id = $1",
            key.key_id,
            at,
        )


async def _insert_account(
    connection: PooledConnection,
    account_id: AccountId,
    user_id: UserId,
    venue_id: VenueId,
    name: str,
    at: datetime,
) -> BrokerageAccount:
    row = await connection.fetchrow(
        "INSERT INTO accounts (account_id, account_number, user_id, venue_id, name, created_at)"
        " VALUES ($1, 'TW' || nextval('account_numbers'), $2, $3, $4, $5)"
        " RETURNING account_id, account_number, user_id, venue_id, name, created_at",
        account_id,
        user_id,
        venue_id,
        name,
        at,
    )
    await record(
        connection, at, AuditAction.ACCOUNT_CREATED, user_id=user_id, account_id=account_id
    )
    assert row is not None
    return _account(row)


async def _insert_key(
    connection: PooledConnection, key: ApiKey, secret_hash: bytes, user_id: UserId
) -> None:
    await connection.execute(
        "INSERT INTO api_keys (key_id, account_id, name, secret_hash, created_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        key.key_id,
        key.account_id,
        key.name,
        secret_hash,
        key.created_at,
    )
    await record(
        connection,
        key.created_at,
        AuditAction.KEY_CREATED,
        user_id=user_id,
        account_id=key.account_id,
        subject=key.key_id,
    )


def _user(row: Record) -> User:
    return User(
        user_id=UserId(str(row["user_id"])),
        username=row["username"],
        role=Role(row["role"]),
        created_at=row["created_at"],
    )


def _account(row: Record) -> BrokerageAccount:
    return BrokerageAccount(
        account_id=AccountId(str(row["account_id"])),
        account_number=row["account_number"],
        user_id=UserId(str(row["user_id"])),
        venue_id=VenueId(row["venue_id"]),
        name=row["name"],
        created_at=row["created_at"],
    )


def _key(row: Record) -> ApiKey:
    return ApiKey(
        key_id=row["key_id"],
        account_id=AccountId(str(row["account_id"])),
        name=row["name"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
