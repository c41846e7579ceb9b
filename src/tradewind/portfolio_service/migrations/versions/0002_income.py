"""Dividends, interest and fees by day and position.

Nothing is folded here: ``income_number`` says how far income is, and a venue whose other figures
are further is folded from its first record again, by whoever follows it next. A process of the
version before leaves ``income_number`` behind, so what it folds is not lost to income either.
"""

from alembic import op

revision = "0002_income"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, and the mark that says how far it is."""
    op.execute(
        """
ALTER TABLE venue_progress ADD COLUMN income_number bigint NOT NULL DEFAULT 0;

CREATE TABLE income (
    venue_id text NOT NULL,
    account_id uuid NOT NULL,
    trading_date date NOT NULL,
    symbol text NOT NULL,
    kind text NOT NULL,
    amount numeric(38, 9) NOT NULL,
    CONSTRAINT pk_income PRIMARY KEY (venue_id, account_id, trading_date, symbol, kind),
    CONSTRAINT fk_income_account_id_accounts
        FOREIGN KEY (venue_id, account_id) REFERENCES accounts
);
COMMENT ON TABLE income IS 'symbol is empty for what belongs to the account and no position.';
"""
    )
