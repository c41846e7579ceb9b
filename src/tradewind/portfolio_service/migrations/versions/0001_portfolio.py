"""Where the journal has been folded to, and what came of it."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)


_TABLES = """
CREATE TABLE venue_progress (
    venue_id text NOT NULL,
    last_number bigint NOT NULL,
    at timestamptz,
    trading_date date,
    closed_date date,
    CONSTRAINT pk_venue_progress PRIMARY KEY (venue_id),
    CONSTRAINT ck_venue_progress_last_number CHECK (last_number >= 0)
);

CREATE TABLE accounts (
    venue_id text NOT NULL,
    account_id uuid NOT NULL,
    cash numeric(38, 9) NOT NULL,
    close_equity numeric(38, 9) NOT NULL,
    closes bigint NOT NULL,
    flow numeric(38, 9) NOT NULL,
    fees numeric(38, 9) NOT NULL,
    dividends numeric(38, 9) NOT NULL,
    fills bigint NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (venue_id, account_id),
    CONSTRAINT fk_accounts_venue_id_venue_progress
        FOREIGN KEY (venue_id) REFERENCES venue_progress
);

CREATE TABLE positions (
    venue_id text NOT NULL,
    account_id uuid NOT NULL,
    symbol text NOT NULL,
    qty numeric(38, 9) NOT NULL,
    CONSTRAINT pk_positions PRIMARY KEY (venue_id, account_id, symbol),
    CONSTRAINT fk_positions_account_id_accounts
        FOREIGN KEY (venue_id, account_id) REFERENCES accounts
);

CREATE TABLE last_prices (
    venue_id text NOT NULL,
    symbol text NOT NULL,
    price numeric(38, 9) NOT NULL,
    CONSTRAINT pk_last_prices PRIMARY KEY (venue_id, symbol),
    CONSTRAINT fk_last_prices_venue_id_venue_progress
        FOREIGN KEY (venue_id) REFERENCES venue_progress
);

CREATE TABLE equity_points (
    venue_id text NOT NULL,
    account_id uuid NOT NULL,
    trading_date date NOT NULL,
    at timestamptz NOT NULL,
    equity numeric(38, 9) NOT NULL,
    net_cash_flow numeric(38, 9) NOT NULL,
    profit_loss numeric(38, 9) NOT NULL,
    fees numeric(38, 9) NOT NULL,
    dividends numeric(38, 9) NOT NULL,
    fills bigint NOT NULL,
    CONSTRAINT pk_equity_points PRIMARY KEY (venue_id, account_id, trading_date),
    CONSTRAINT fk_equity_points_account_id_accounts
        FOREIGN KEY (venue_id, account_id) REFERENCES accounts
);
"""
