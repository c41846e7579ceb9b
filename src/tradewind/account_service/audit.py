"""The audit log: who did what to rights and keys. Rows are only ever added."""

from datetime import datetime
from enum import StrEnum

from tradewind.contracts.accounts import Intervention
from tradewind.platform.database import PooledConnection


class AuditAction(StrEnum):
    """What the audit log records."""

    USER_CREATED = "user_created"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - an action
    ACCOUNT_CREATED = "account_created"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    CASH_MOVED = "cash_moved"


async def record(
    connection: PooledConnection,
    at: datetime,
    action: AuditAction | Intervention,
    *,
    user_id: str | None = None,
    account_id: str | None = None,
    subject: str | None = None,
    address: str | None = None,
) -> None:
    """Add a row, as part of the transaction that does the thing."""
    await connection.execute(
        "INSERT INTO audit_log (at, action, user_id, account_id, subject, address)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        at,
        action.value,
        user_id,
        account_id,
        subject,
        address,
    )
