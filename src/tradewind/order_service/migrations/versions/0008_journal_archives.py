"""Records may leave the journal: only those that a file of the archive and a snapshot cover."""

from alembic import op

revision = "0008_journal_archives"
down_revision = "0007_position_intent"


def upgrade() -> None:
    """Make the list of files, and let the journal's guard look at it."""
    op.execute(
        """
CREATE TABLE journal_archives (
    venue_id text NOT NULL,
    first_number bigint NOT NULL,
    last_number bigint NOT NULL,
    file text NOT NULL,
    sha256 bytea NOT NULL,
    archived_at timestamptz NOT NULL,
    dropped_at timestamptz,
    CONSTRAINT pk_journal_archives PRIMARY KEY (venue_id, first_number),
    CONSTRAINT ck_journal_archives_range CHECK (first_number <= last_number),
    CONSTRAINT ck_journal_archives_sha256 CHECK (octet_length(sha256) = 32)
);
COMMENT ON TABLE journal_archives IS
    'Files of records, read back and compared; dropped_at once their rows have left the journal.';

CREATE FUNCTION refuse_loss() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost record;
BEGIN
    SELECT venue_id, number INTO lost FROM removed r WHERE NOT EXISTS (
            SELECT FROM journal_archives a
            WHERE a.venue_id = r.venue_id AND r.number BETWEEN a.first_number AND a.last_number
        ) OR NOT EXISTS (
            SELECT FROM snapshots s WHERE s.venue_id = r.venue_id AND s.number >= r.number
        ) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is append-only: record % of venue % is in no archive or no snapshot',
            TG_TABLE_NAME, lost.number, lost.venue_id;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER tr_journal_append_only ON journal;
CREATE TRIGGER tr_journal_append_only BEFORE UPDATE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tr_journal_no_loss AFTER DELETE ON journal
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION refuse_loss();
"""
    )
