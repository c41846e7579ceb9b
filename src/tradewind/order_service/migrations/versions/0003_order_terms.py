"""Terms of orders that are more than simple market and limit orders: triggers, groups, amounts."""

from alembic import op

revision = "0003_order_terms"
down_revision = "0002_rebates"


def upgrade() -> None:
    """Create the table beside ``orders``; simple orders have no row in it."""
    op.execute(
        """
        CREATE TABLE order_terms (
            order_id uuid CONSTRAINT pk_order_terms PRIMARY KEY,
            stop_price numeric(28, 9),
            trail_price numeric(28, 9),
            trail_percent numeric(28, 9),
            hwm numeric(28, 9),
            triggered_at timestamptz,
            order_class text NOT NULL,
            group_id uuid,
            group_role text,
            notional numeric(28, 9)
        ) WITH (fillfactor = 80)
        """
    )
    op.execute(
        "CREATE INDEX ix_order_terms_group ON order_terms (group_id) WHERE group_id IS NOT NULL"
    )
