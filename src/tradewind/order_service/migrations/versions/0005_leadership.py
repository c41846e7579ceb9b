"""Who leads: one row with the fencing epoch and how long its holder may go on."""

from alembic import op

revision = "0005_leadership"
down_revision = "0004_cash_transfers"


def upgrade() -> None:
    """Create the row, its epoch above every epoch that a venue has seen."""
    op.execute(
        """
CREATE TABLE leadership (
    only_row boolean DEFAULT true CONSTRAINT pk_leadership PRIMARY KEY,
    epoch bigint NOT NULL,
    holder text NOT NULL,
    acquired_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT ck_leadership_only_row CHECK (only_row)
);
COMMENT ON TABLE leadership IS 'The process that runs the venues; times by the database''s clock.';
INSERT INTO leadership (epoch, holder, acquired_at, expires_at)
SELECT coalesce(max(epoch), 0), '', now(), '-infinity' FROM leases;
"""
    )
