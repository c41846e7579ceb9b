"""Instruments, calendar, corporate actions, bars, ticks and feeds."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute(_REFERENCE)
    op.execute(_BARS)
    op.execute(_TICKS)
    op.execute(_FEEDS)


_REFERENCE = """
CREATE TABLE instruments (
    instrument_id uuid NOT NULL,
    symbol text NOT NULL,
    name text NOT NULL,
    exchange text NOT NULL,
    asset_class text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    tradable boolean NOT NULL DEFAULT true,
    marginable boolean NOT NULL DEFAULT false,
    shortable boolean NOT NULL DEFAULT false,
    fractionable boolean NOT NULL DEFAULT true,
    price_increment numeric(20, 9) NOT NULL,
    quantity_increment numeric(20, 9) NOT NULL,
    CONSTRAINT pk_instruments PRIMARY KEY (instrument_id),
    CONSTRAINT uq_instruments_symbol UNIQUE (symbol),
    CONSTRAINT ck_instruments_symbol CHECK (symbol = upper(symbol)),
    CONSTRAINT ck_instruments_increments CHECK (price_increment > 0 AND quantity_increment > 0)
);

CREATE TABLE trading_days (
    trading_date date NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    settlement_date date NOT NULL,
    CONSTRAINT pk_trading_days PRIMARY KEY (trading_date),
    CONSTRAINT ck_trading_days_order CHECK (opens_at < closes_at),
    CONSTRAINT ck_trading_days_settlement CHECK (settlement_date > trading_date)
);

CREATE TABLE corporate_actions (
    action_id uuid NOT NULL,
    symbol text NOT NULL,
    ex_date date NOT NULL,
    kind text NOT NULL,
    new_rate integer,
    old_rate integer,
    cash_rate numeric(20, 9),
    CONSTRAINT pk_corporate_actions PRIMARY KEY (action_id),
    CONSTRAINT ck_corporate_actions_kind CHECK (
        kind = 'split' AND new_rate > 0 AND old_rate > 0 AND cash_rate IS NULL
        OR kind IN ('dividend', 'special')
            AND cash_rate > 0 AND new_rate IS NULL AND old_rate IS NULL)
);
CREATE INDEX ix_corporate_actions_symbol_ex_date ON corporate_actions (symbol, ex_date);
"""

# The source comes last in the key: the bars of one symbol then lie in order of time, whatever
# sources they are read from. Years of minute bars are made when they are first written.
_BARS = """
CREATE TABLE bars (
    timeframe text NOT NULL,
    symbol text NOT NULL,
    starts_at timestamptz NOT NULL,
    source text NOT NULL,
    open numeric(20, 9) NOT NULL,
    high numeric(20, 9) NOT NULL,
    low numeric(20, 9) NOT NULL,
    close numeric(20, 9) NOT NULL,
    volume numeric(28, 9) NOT NULL,
    trade_count bigint NOT NULL,
    vwap numeric(20, 9) NOT NULL,
    CONSTRAINT pk_bars PRIMARY KEY (timeframe, symbol, starts_at, source),
    CONSTRAINT ck_bars_prices CHECK (
        0 < low AND low <= least(open, close) AND greatest(open, close) <= high),
    CONSTRAINT ck_bars_volume CHECK (volume >= 0 AND trade_count >= 0)
) PARTITION BY LIST (timeframe);

CREATE TABLE bars_day PARTITION OF bars FOR VALUES IN ('1Day');
CREATE TABLE bars_minute PARTITION OF bars FOR VALUES IN ('1Min') PARTITION BY RANGE (starts_at);
"""

# Ticks of simulated venues, hour by hour; hours beyond the retention are dropped whole.
_TICKS = """
CREATE TABLE trades (
    venue_id text NOT NULL,
    symbol text NOT NULL,
    at timestamptz NOT NULL,
    trade_id bigint NOT NULL,
    price numeric(20, 9) NOT NULL,
    size numeric(28, 9) NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX ix_trades_venue_id_symbol_at ON trades (venue_id, symbol, at, trade_id);

CREATE TABLE quotes (
    venue_id text NOT NULL,
    symbol text NOT NULL,
    at timestamptz NOT NULL,
    bid_price numeric(20, 9) NOT NULL,
    bid_size numeric(28, 9) NOT NULL,
    ask_price numeric(20, 9) NOT NULL,
    ask_size numeric(28, 9) NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX ix_quotes_venue_id_symbol_at ON quotes (venue_id, symbol, at);
"""

_FEEDS = """
CREATE TABLE feeds (
    venue_id text NOT NULL,
    spec jsonb NOT NULL,
    days_done integer NOT NULL DEFAULT 0,
    runs integer NOT NULL DEFAULT 0,
    trading_date date,
    session_open boolean NOT NULL DEFAULT false,
    instruments jsonb NOT NULL DEFAULT '{}',
    stopped boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_feeds PRIMARY KEY (venue_id),
    CONSTRAINT ck_feeds_days_done CHECK (days_done >= 0)
);
"""
