"""Pages of activities walk an index by account and number, whatever kinds there are."""

from alembic import op

revision = "0010_activity_pages"
down_revision = "0009_corporate_activities"


def upgrade() -> None:
    """Index by account and number what pages are ordered by, in the place of lists by kind."""
    op.execute(
        """
-- All but the life of orders, which is most of a journal and no activity.
CREATE INDEX ix_journal_account_number ON journal (account_id, number)
    WHERE kind NOT LIKE 'order%' AND kind <> 'trail_moved';
CREATE INDEX ix_journal_transfer_to_number ON journal ((event->>'to_account_id'), number)
    WHERE kind = 'cash_transferred';
CREATE INDEX ix_executions_account_number ON executions (account_id, journal_number);
DROP INDEX ix_journal_account, ix_journal_transfer_from, ix_journal_transfer_to,
    ix_journal_corporate, ix_executions_account;
"""
    )
