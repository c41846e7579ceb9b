"""Channels, price alerts, messages under way, and how far the journals have been read."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)


_TABLES = """
CREATE TABLE channels (
    channel_id uuid NOT NULL,
    account_id uuid NOT NULL,
    venue_id text NOT NULL,
    kind text NOT NULL,
    target text NOT NULL,
    topics text[] NOT NULL,
    secret text,
    confirmation_code text,
    confirmation_attempts integer NOT NULL DEFAULT 0,
    after_number bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_channels PRIMARY KEY (channel_id),
    CONSTRAINT ck_channels_kind CHECK (kind IN ('webhook', 'email')),
    CONSTRAINT ck_channels_secret CHECK ((kind = 'webhook') = (secret IS NOT NULL))
);
CREATE INDEX ix_channels_account_id ON channels (account_id, created_at);
COMMENT ON COLUMN channels.secret IS
    'Signs messages to a webhook, so it cannot be a hash; it opens nothing here.';
COMMENT ON COLUMN channels.after_number IS
    'Number of the newest journal record when the channel was made: it is told of later ones.';

CREATE TABLE price_alerts (
    alert_id uuid NOT NULL,
    account_id uuid NOT NULL,
    venue_id text NOT NULL,
    symbol text NOT NULL,
    condition text NOT NULL,
    price numeric(38, 9) NOT NULL,
    created_at timestamptz NOT NULL,
    triggered_at timestamptz,
    triggered_price numeric(38, 9),
    CONSTRAINT pk_price_alerts PRIMARY KEY (alert_id),
    CONSTRAINT ck_price_alerts_condition CHECK (condition IN ('at_or_above', 'at_or_below')),
    CONSTRAINT ck_price_alerts_triggered
        CHECK ((triggered_at IS NULL) = (triggered_price IS NULL))
);
CREATE INDEX ix_price_alerts_account_id ON price_alerts (account_id, created_at);
CREATE INDEX ix_price_alerts_waiting ON price_alerts (venue_id) WHERE triggered_at IS NULL;

CREATE TABLE deliveries (
    delivery_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    event_id text NOT NULL,
    event_type text NOT NULL,
    body text NOT NULL,
    status text NOT NULL DEFAULT 'waiting',
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    delivered_at timestamptz,
    last_error text,
    CONSTRAINT pk_deliveries PRIMARY KEY (delivery_id),
    CONSTRAINT uq_deliveries_channel_id_event_id UNIQUE (channel_id, event_id),
    CONSTRAINT fk_deliveries_channel_id_channels
        FOREIGN KEY (channel_id) REFERENCES channels ON DELETE CASCADE,
    CONSTRAINT ck_deliveries_status CHECK (status IN ('waiting', 'delivered', 'failed'))
);
CREATE INDEX ix_deliveries_due ON deliveries (next_attempt_at) WHERE status = 'waiting';
CREATE INDEX ix_deliveries_ended ON deliveries (created_at) WHERE status <> 'waiting';

CREATE TABLE venue_progress (
    venue_id text NOT NULL,
    last_number bigint NOT NULL,
    CONSTRAINT pk_venue_progress PRIMARY KEY (venue_id),
    CONSTRAINT ck_venue_progress_last_number CHECK (last_number >= 0)
);
"""
