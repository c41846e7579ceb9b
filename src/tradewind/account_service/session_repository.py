"""Sessions and failed attempts to sign in: every statement about them is in this module."""

from dataclasses import dataclass
from datetime import datetime

from tradewind.account_service import audit
from tradewind.account_service.domain.throttle import Throttle
from tradewind.contracts.accounts import User
from tradewind.contracts.vocabulary import AccountId, Role, UserId, VenueId
from tradewind.platform.database import Database

_EXPIRED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What verification needs of a session."""

    session_id: str
    user_id: UserId
    role: Role
    expires_at: datetime
    accounts: dict[AccountId, VenueId]
    """Oldest first."""


class SessionRepository:
    """Reads and writes of sessions; each method is one unit of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve_attempt(
        self, username: str, address: str, throttle: Throttle, at: datetime
    ) -> int | None:
        """Count an attempt to sign in as failed until it has succeeded.

        Returns the seconds to wait when the username or the address has failed too often, else
        ``None``. Counting first, under locks, keeps parallel guesses from passing together.
        """
        window_start = at - throttle.window
        async with self._database.transaction() as connection:
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM"
                " (SELECT unnest(ARRAY['sign-in user ' || $1, 'sign-in from ' || $2]) AS name"
                " ORDER BY 1) AS names",
                username,
                address,
            )
            await connection.execute(
                "DELETE FROM sign_in_failures WHERE at <= $1 AND (username = $2 OR address = $3)",
                window_start,
                username,
                address,
            )
            counted = await connection.fetch(
                "SELECT count(*) AS failures, min(at) AS oldest FROM sign_in_failures"
                " WHERE username = $1 AND at > $3"
                " UNION ALL SELECT count(*), min(at) FROM sign_in_failures"
                " WHERE address = $2 AND at > $3",
                username,
                address,
                window_start,
            )
            waits_s = [
                throttle.retry_after_s(row["failures"], row["oldest"], at) for row in counted
            ]
            wait_s = max((wait_s for wait_s in waits_s if wait_s is not None), default=None)
            if wait_s is not None:
                return wait_s
            await connection.execute(
                "INSERT INTO sign_in_failures (username, address, at) VALUES ($1, $2, $3)",
                username,
                address,
                at,
            )
        return None

    async def open_session(
        self,
        session_id: str,
        token_hash: bytes,
        user: User,
        *,
        username: str,
        address: str,
        at: datetime,
        expires_at: datetime,
    ) -> None:
        """Write a session, forget the failures that it clears, and drop what has expired."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM sessions WHERE session_id IN"
                " (SELECT session_id FROM sessions WHERE expires_at <= $1 LIMIT $2)",
                at,
                _EXPIRED_AT_ONCE,
            )
            await connection.execute(
                "DELETE FROM sign_in_failures WHERE username = $1 AND address = $2",
                username,
                address,
            )
            await connection.execute(
                "INSERT INTO sessions (session_id, token_hash, user_id, created_at, expires_at)"
                " VALUES ($1, $2, $3, $4, $5)",
                session_id,
                token_hash,
                user.user_id,
                at,
                expires_at,
            )
            await audit.record(
                connection,
                at,
                audit.AuditAction.SIGNED_IN,
                user_id=user.user_id,
                subject=session_id,
                address=address,
            )

    async def find_session(self, token_hash: bytes) -> SessionRecord | None:
        """Return a session with its user's accounts, expired or not."""
        rows = await self._database.fetch(
            "SELECT s.session_id, s.expires_at, u.user_id, u.role, a.account_id, a.venue_id"
            " FROM sessions s JOIN users u USING (user_id) LEFT JOIN accounts a USING (user_id)"
            " WHERE s.token_hash = $1 ORDER BY a.created_at, a.account_id",
            token_hash,
        )
        if not rows:
            return None
        return SessionRecord(
            session_id=str(rows[0]["session_id"]),
            user_id=UserId(str(rows[0]["user_id"])),
            role=Role(rows[0]["role"]),
            expires_at=rows[0]["expires_at"],
            accounts={
                AccountId(str(row["account_id"])): VenueId(row["venue_id"])
                for row in rows
                if row["account_id"] is not None
            },
        )

    async def close_session(self, token_hash: bytes, at: datetime) -> None:
        """End a session if there is one."""
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(
                "DELETE FROM sessions WHERE token_hash = $1 RETURNING session_id, user_id",
                token_hash,
            )
            if row is not None:
                await audit.record(
                    connection,
                    at,
                    audit.AuditAction.SIGNED_OUT,
                    user_id=str(row["user_id"]),
                    subject=str(row["session_id"]),
                )

    async def record_failed_sign_in(
        self, user_id: UserId | None, address: str, at: datetime
    ) -> None:
        """Put a failed attempt into the audit log.

        An unknown name is not kept: people type passwords into the wrong field.
        """
        async with self._database.transaction() as connection:
            await audit.record(
                connection, at, audit.AuditAction.SIGN_IN_FAILED, user_id=user_id, address=address
            )
