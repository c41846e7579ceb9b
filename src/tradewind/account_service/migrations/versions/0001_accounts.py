"""Users, brokerage accounts, API keys, sessions and the audit log."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)
    op.execute(_AUDIT_LOG)


_TABLES = """
CREATE TABLE users (
    user_id uuid NOT NULL,
    username text NOT NULL,
    role text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (user_id),
    CONSTRAINT uq_users_username UNIQUE (username),
    CONSTRAINT ck_users_role CHECK (role IN ('trader', 'viewer', 'admin')),
    CONSTRAINT ck_users_username CHECK (username = lower(username))
);

CREATE SEQUENCE account_numbers START 10000001;

CREATE TABLE accounts (
    account_id uuid NOT NULL,
    account_number text NOT NULL,
    user_id uuid NOT NULL,
    venue_id text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (account_id),
    CONSTRAINT uq_accounts_account_number UNIQUE (account_number),
    CONSTRAINT fk_accounts_user_id_users FOREIGN KEY (user_id) REFERENCES users
);
CREATE INDEX ix_accounts_user_id ON accounts (user_id, created_at);

CREATE TABLE api_keys (
    key_id text NOT NULL,
    account_id uuid NOT NULL,
    name text NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT pk_api_keys PRIMARY KEY (key_id),
    CONSTRAINT fk_api_keys_account_id_accounts FOREIGN KEY (account_id) REFERENCES accounts,
    CONSTRAINT ck_api_keys_secret_hash CHECK (octet_length(secret_hash) = 32)
);
CREATE INDEX ix_api_keys_account_id ON api_keys (account_id, created_at DESC);

CREATE TABLE sessions (
    session_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pk_sessions PRIMARY KEY (session_id),
    CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_sessions_user_id_users FOREIGN KEY (user_id) REFERENCES users,
    CONSTRAINT ck_sessions_token_hash CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE TABLE sign_in_failures (
    failure_id bigint GENERATED ALWAYS AS IDENTITY,
    username text NOT NULL,
    address text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_sign_in_failures PRIMARY KEY (failure_id)
);
CREATE INDEX ix_sign_in_failures_username ON sign_in_failures (username, at);
CREATE INDEX ix_sign_in_failures_address ON sign_in_failures (address, at);
"""

_AUDIT_LOG = """
CREATE TABLE audit_log (
    audit_id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    action text NOT NULL,
    user_id uuid,
    account_id uuid,
    subject text,
    address text,
    CONSTRAINT pk_audit_log PRIMARY KEY (audit_id)
);
CREATE INDEX ix_audit_log_at ON audit_log (at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %: rows of this table are only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER tr_audit_log_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
