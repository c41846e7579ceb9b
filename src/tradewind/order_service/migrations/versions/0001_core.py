"""The journal and the tables that read it: orders, executions, ledger entries, snapshots."""

from alembic import op

revision = "0001_core"
down_revision = None


def upgrade() -> None:
    """Create the tables of the trading core."""
    op.execute(_TABLES)
    op.execute(_GUARDS)


_TABLES = """
CREATE TABLE venues (
    venue_id text CONSTRAINT pk_venues PRIMARY KEY,
    spec json NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE leases (
    venue_id text CONSTRAINT pk_leases PRIMARY KEY REFERENCES venues,
    epoch bigint NOT NULL,
    holder text NOT NULL,
    acquired_at timestamptz NOT NULL
);

CREATE TABLE accounts (
    account_id uuid CONSTRAINT pk_accounts PRIMARY KEY,
    venue_id text NOT NULL REFERENCES venues
);

CREATE TABLE journal (
    venue_id text NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    account_id uuid,
    event json NOT NULL,
    CONSTRAINT pk_journal PRIMARY KEY (venue_id, number)
);
COMMENT ON TABLE journal IS 'Every event of a venue, numbered without a gap; the truth.';
CREATE INDEX ix_journal_account ON journal (account_id, at)
    WHERE kind IN ('cash_deposited', 'cash_withdrawn', 'dividend_paid', 'position_split');

CREATE TABLE orders (
    order_id uuid CONSTRAINT pk_orders PRIMARY KEY,
    venue_id text NOT NULL,
    account_id uuid NOT NULL,
    client_order_id text NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL,
    order_type text NOT NULL,
    time_in_force text NOT NULL,
    qty numeric(28, 9) NOT NULL,
    limit_price numeric(28, 9),
    extended_hours boolean NOT NULL,
    status text NOT NULL,
    filled_qty numeric(28, 9) NOT NULL,
    filled_value numeric(28, 9) NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    filled_at timestamptz,
    canceled_at timestamptz,
    expired_at timestamptz,
    replaced_at timestamptz,
    replaces uuid,
    replaced_by uuid,
    CONSTRAINT uq_orders_client_order_id UNIQUE (client_order_id, account_id),
    CONSTRAINT ck_orders_filled CHECK (filled_qty BETWEEN 0 AND qty)
) WITH (fillfactor = 80);
CREATE INDEX ix_orders_account_created ON orders (account_id, created_at);

CREATE TABLE executions (
    execution_id uuid CONSTRAINT pk_executions PRIMARY KEY,
    venue_id text NOT NULL,
    journal_number bigint NOT NULL,
    order_id uuid NOT NULL,
    account_id uuid NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL,
    price numeric(28, 9) NOT NULL,
    qty numeric(28, 9) NOT NULL,
    fee numeric(28, 9) NOT NULL,
    liquidity text NOT NULL,
    executed_at timestamptz NOT NULL,
    CONSTRAINT uq_executions_journal_number UNIQUE (venue_id, journal_number),
    CONSTRAINT ck_executions_positive CHECK (qty > 0 AND price > 0 AND fee >= 0)
);
CREATE INDEX ix_executions_account ON executions (account_id, executed_at);

CREATE TABLE ledger_entries (
    venue_id text NOT NULL,
    journal_number bigint NOT NULL,
    line smallint NOT NULL,
    ledger_account text NOT NULL,
    asset text NOT NULL,
    amount numeric(28, 9) NOT NULL,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (venue_id, journal_number, line),
    CONSTRAINT ck_ledger_entries_amount CHECK (amount <> 0)
);
COMMENT ON TABLE ledger_entries IS
    'Postings: the lines of a journal number sum to zero in every asset.';

CREATE TABLE snapshots (
    venue_id text NOT NULL,
    number bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    format smallint NOT NULL,
    state bytea NOT NULL,
    CONSTRAINT pk_snapshots PRIMARY KEY (venue_id, number)
);
"""

_GUARDS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct it by a new entry', TG_TABLE_NAME;
END $$;
CREATE TRIGGER tr_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tr_ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tr_executions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON executions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A journal entry is written by one statement, so balance is checked once for each statement.
CREATE FUNCTION check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unbalanced record;
BEGIN
    SELECT journal_number, asset, sum(amount) AS rest INTO unbalanced
    FROM written GROUP BY venue_id, journal_number, asset HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % is off by % of %',
            unbalanced.journal_number, unbalanced.rest, unbalanced.asset;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tr_ledger_entries_balance AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION check_balance();
"""
