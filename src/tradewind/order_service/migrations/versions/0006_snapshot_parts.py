"""Snapshots in parts: the state of many open orders is larger than one value should be."""

from alembic import op

revision = "0006_snapshot_parts"
down_revision = "0005_leadership"


def upgrade() -> None:
    """Make the table of parts; snapshots of earlier formats are of no use to anybody."""
    op.execute(
        """
DELETE FROM snapshots;
ALTER TABLE snapshots DROP COLUMN state;
ALTER TABLE snapshots DROP CONSTRAINT pk_snapshots;
ALTER TABLE snapshots ADD CONSTRAINT pk_snapshots PRIMARY KEY (venue_id, number, format);

CREATE TABLE snapshot_parts (
    venue_id text NOT NULL,
    number bigint NOT NULL,
    format smallint NOT NULL,
    part smallint NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT pk_snapshot_parts PRIMARY KEY (venue_id, number, format, part),
    CONSTRAINT fk_snapshot_parts_snapshot FOREIGN KEY (venue_id, number, format)
        REFERENCES snapshots ON DELETE CASCADE
);
COMMENT ON TABLE snapshot_parts IS 'The encoded state, cut and compressed (zlib), in order.';
-- What is compressed already is stored as it is.
ALTER TABLE snapshot_parts ALTER COLUMN data SET STORAGE EXTERNAL;
"""
    )
