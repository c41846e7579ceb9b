"""The smallest order of an instrument."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; what is there so far has no smallest order."""
    op.execute(
        "ALTER TABLE instruments ADD COLUMN quantity_min numeric(20, 9) NOT NULL DEFAULT 0, "
        "ADD CONSTRAINT ck_instruments_quantity_min CHECK (quantity_min >= 0)"
    )
