"""Transfers of cash are activities of both accounts: find them from either side."""

from alembic import op

revision = "0004_cash_transfers"
down_revision = "0003_order_terms"


def upgrade() -> None:
    """Index transfers by who gave and by who got."""
    op.execute(
        "CREATE INDEX ix_journal_transfer_from ON journal (account_id, at) "
        "WHERE kind = 'cash_transferred'"
    )
    op.execute(
        "CREATE INDEX ix_journal_transfer_to ON journal ((event->>'to_account_id'), at) "
        "WHERE kind = 'cash_transferred'"
    )
