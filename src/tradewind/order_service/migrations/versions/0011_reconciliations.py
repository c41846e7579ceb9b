"""What the newest comparison of each live venue with its broker found."""

from alembic import op

revision = "0011_reconciliations"
down_revision = "0010_activity_pages"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
CREATE TABLE reconciliations (
    venue_id text CONSTRAINT pk_reconciliations PRIMARY KEY,
    compared_at timestamptz NOT NULL,
    found json NOT NULL
)
"""
    )
