"""What an order that opens or closes a short position does to it."""

from alembic import op

revision = "0007_position_intent"
down_revision = "0006_snapshot_parts"


def upgrade() -> None:
    """Add the column; NULL where the side says it, as for every order that is long only."""
    op.execute("ALTER TABLE order_terms ADD COLUMN position_intent text")
