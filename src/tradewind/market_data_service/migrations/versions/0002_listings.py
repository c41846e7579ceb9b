"""What a venue has to know of an instrument: how it may be borrowed, and its margin."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; the shares that are there were all written with the defaults before."""
    op.execute(_LISTINGS)


_LISTINGS = """
ALTER TABLE instruments
    ADD COLUMN easy_to_borrow boolean NOT NULL DEFAULT false,
    ADD COLUMN maintenance_percent integer NOT NULL DEFAULT 30,
    ADD CONSTRAINT ck_instruments_maintenance CHECK (maintenance_percent BETWEEN 1 AND 100);
UPDATE instruments SET marginable = true, shortable = true, easy_to_borrow = true
WHERE asset_class = 'us_equity';
"""
