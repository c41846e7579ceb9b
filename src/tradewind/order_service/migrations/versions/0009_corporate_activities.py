"""More corporate actions, and interest, are activities of an account: find them by account."""

from alembic import op

revision = "0009_corporate_activities"
down_revision = "0008_journal_archives"


def upgrade() -> None:
    """Index what corporate actions and interest did to accounts."""
    op.execute(
        "CREATE INDEX ix_journal_corporate ON journal (account_id, at) WHERE kind IN "
        "('stock_dividend_paid', 'cash_in_lieu_paid', 'merger_paid', 'position_renamed', "
        "'interest_posted')"
    )
