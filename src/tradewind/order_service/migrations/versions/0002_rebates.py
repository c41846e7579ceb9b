"""Fees of executions may be below zero: rebates for orders that waited in the book."""

from alembic import op

revision = "0002_rebates"
down_revision = "0001_core"


def upgrade() -> None:
    """Let go of the bound on the fee; that of price and quantity stays."""
    op.execute("ALTER TABLE executions DROP CONSTRAINT ck_executions_positive")
    op.execute(
        "ALTER TABLE executions ADD CONSTRAINT ck_executions_positive CHECK (qty > 0 AND price > 0)"
    )
