"""Opening and closing auctions are listed by symbol: find them in the journal."""

from alembic import op

revision = "0012_auctions"
down_revision = "0011_reconciliations"


def upgrade() -> None:
    """Index the auctions, which are a few records of a journal."""
    op.execute(
        """
CREATE INDEX ix_journal_auctions ON journal (venue_id, (event->>'symbol'), at)
    WHERE kind IN ('auction_crossed', 'auction_printed')
"""
    )
