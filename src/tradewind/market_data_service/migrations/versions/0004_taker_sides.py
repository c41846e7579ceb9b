"""Which side a trade's taker was on."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; of the trades of the last hours it is not known."""
    op.execute(
        "ALTER TABLE trades ADD COLUMN taker_side text, "
        "ADD CONSTRAINT ck_trades_taker_side CHECK (taker_side IN ('buy', 'sell'))"
    )
