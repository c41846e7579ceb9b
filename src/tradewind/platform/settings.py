"""Settings of the whole platform, read from ``TRADEWIND_*`` variables and a ``.env`` file."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from tradewind.platform.errors import StartupRefused
from tradewind.platform.modes import BrokerKind, FeedKind, FillModel, LatencyModel, SessionHours
from tradewind.platform.secret_file import secrets_folder, with_password

CommaList = Annotated[tuple[str, ...], NoDecode]
"""A list that is written with commas in the environment."""


def _default_data_dir() -> Path:
    return Path.home() / ".local" / "share" / "tradewind"


class BrokerSettings(BaseModel):
    """A live venue: its broker, and the keys of the one account there that it stands for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker: BrokerKind
    key: SecretStr
    secret: SecretStr
    exchange: str = Field(default="", description="The exchange of a ccxt broker, as it names it.")
    paper: bool = Field(default=True, description="Whether orders go to the broker's test market.")
    url: str | None = Field(default=None, description="Another address than the broker's own.")
    currency: str = Field(default="USD", min_length=1, max_length=10)
    reconcile_s: float = Field(
        default=60.0, ge=0.2, description="Seconds between two comparisons with the broker."
    )


class Settings(BaseSettings):
    """What an owner may choose; every field has a default that works on a laptop."""

    model_config = SettingsConfigDict(
        env_prefix="TRADEWIND_", env_file=".env", extra="ignore", frozen=True
    )

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Folder of the embedded PostgreSQL and of the lock that guards it.",
    )
    database_url: str | None = Field(
        default=None, description="PostgreSQL to use; unset starts the embedded one in data_dir."
    )
    valkey_url: str | None = Field(
        default=None, description="Valkey to use; unset keeps bus and limits in the process."
    )
    database_password: str | None = Field(
        default=None, description="Password for database_url, where that has none."
    )
    valkey_password: str | None = Field(
        default=None, description="Password for valkey_url, where that has none."
    )
    database_password_account_service: str | None = Field(
        default=None,
        description="Password that `tradewind database users` gives the account service.",
    )
    database_password_order_service: str | None = Field(
        default=None,
        description="Password that `tradewind database users` gives the order service.",
    )
    database_password_market_data_service: str | None = Field(
        default=None,
        description="Password that `tradewind database users` gives the market-data service.",
    )
    database_password_portfolio_service: str | None = Field(
        default=None,
        description="Password that `tradewind database users` gives the portfolio service.",
    )
    database_password_notification_service: str | None = Field(
        default=None,
        description="Password that `tradewind database users` gives the notification service.",
    )
    identity_key: CommaList = Field(
        default=(),
        description="Secret with which services prove to each other who they are; several, with "
        "commas, while it is changed: the first signs, all are believed.",
    )
    accounts_url: CommaList = Field(
        default=(), description="Where services find the account service, each process of it."
    )
    orders_url: CommaList = Field(
        default=(), description="The same of the order service: the leader is found among them."
    )
    market_data_url: CommaList = Field(
        default=(), description="The same of the market-data service."
    )
    portfolio_url: CommaList = Field(default=(), description="The same of the portfolio service.")
    notifications_url: CommaList = Field(
        default=(), description="The same of the notification service."
    )
    gateway_url: CommaList = Field(
        default=(), description="The same of the API gateway, for the web terminal's server."
    )
    service_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port of the one service that `tradewind serve` runs; unset takes its own.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the servers listen on.")
    gateway_port: int = Field(default=8000, ge=0, le=65535, description="Port of the API gateway.")
    web_port: int = Field(default=3000, ge=0, le=65535, description="Port of the web terminal.")
    web_dist: Path | None = Field(
        default=None, description="Built web terminal; unset looks in the package and checkout."
    )
    feed: FeedKind = Field(
        default=FeedKind.SIMULATED, description="Where the main venue's prices come from."
    )
    feed_symbols: CommaList = Field(
        default=(), description="Symbols of the main venue, with commas; empty means all."
    )
    feed_seed: int = Field(default=1, description="Seed of the simulated prices.")
    feed_interval_ms: int = Field(
        default=500, ge=10, le=60_000, description="Milliseconds between two simulated ticks."
    )
    session_hours: SessionHours = Field(
        default=SessionHours.ALWAYS,
        description="When the main venue trades; taken at the first start.",
    )
    initial_cash: Decimal = Field(
        default=Decimal(100_000),
        ge=0,
        description="Cash of the first account, in dollars; first start.",
    )
    fee_bps: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Fee in ten-thousandths of the value traded; taken at the first start.",
    )
    fee_per_share: Decimal = Field(
        default=Decimal(0), ge=0, description="Fee a share, in dollars; taken at the first start."
    )
    fee_minimum: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Lowest fee of an order that traded, in dollars; taken at the first start.",
    )
    maker_bps: Decimal = Field(
        default=Decimal(0),
        description="Fee of fills that waited, in ten-thousandths; below 0 a rebate; first start.",
    )
    maker_per_share: Decimal = Field(
        default=Decimal(0), description="The same a share, in dollars; taken at the first start."
    )
    taker_bps: Decimal = Field(
        default=Decimal(0),
        description="Fee of fills that took, in ten-thousandths; below 0 a rebate; first start.",
    )
    taker_per_share: Decimal = Field(
        default=Decimal(0), description="The same a share, in dollars; taken at the first start."
    )
    sell_fee_per_million: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Fee of sells for each million of value, in dollars; first start.",
    )
    sell_fee_per_share: Decimal = Field(
        default=Decimal(0), ge=0, description="Fee of sells a share, in dollars; first start."
    )
    sell_fee_per_share_max: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Most that an order pays by sell_fee_per_share; 0 is no bound; first start.",
    )
    fill_model: FillModel = Field(
        default=FillModel.QUEUE,
        description="How the main venue fills orders; taken at the first start.",
    )
    fill_hidden_percent: int = Field(
        default=0,
        ge=0,
        description="Size hidden behind each shown price, in percent of it; first start.",
    )
    fill_impact_bps: int = Field(
        default=0,
        ge=0,
        description="How far taking a whole side moves prices, in ten-thousandths; first start.",
    )
    fill_impact_half_life_s: int = Field(
        default=60, ge=1, description="Seconds after which half of that is gone; first start."
    )
    latency_model: LatencyModel = Field(
        default=LatencyModel.FIXED,
        description="How the time is spread that orders take to the market; first start.",
    )
    latency_ms: int = Field(
        default=0, ge=0, description="Milliseconds that every order takes; first start."
    )
    latency_spread_ms: int = Field(
        default=0, ge=0, description="Milliseconds that come on top of that; first start."
    )
    band_percent: int = Field(
        default=0,
        ge=0,
        description="Percent from the reference that may trade; 0 is any; first start.",
    )
    band_reference_s: int = Field(
        default=300, ge=1, description="Seconds of trades that the reference averages; first start."
    )
    band_limit_state_s: int = Field(
        default=15, ge=0, description="Seconds at a band after which trading pauses; first start."
    )
    band_pause_s: int = Field(
        default=300, ge=1, description="Seconds that such a pause lasts; first start."
    )
    band_wide_opening_s: int = Field(
        default=0, ge=0, description="Seconds from the open with bands twice as far; first start."
    )
    band_wide_closing_s: int = Field(
        default=1_500, ge=0, description="The same until the close; taken at the first start."
    )
    interest_bps: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Interest on cash, in ten-thousandths a year; taken at the first start.",
    )
    debit_interest_bps: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Interest on margin debt, in ten-thousandths a year; first start.",
    )
    borrow_bps: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Fee on borrowed shares, in ten-thousandths a year; first start.",
    )
    brokers: dict[str, BrokerSettings] = Field(
        default={},
        description="Live venues by id, as JSON with their keys: better a secret file than here.",
    )
    rate_limit_per_key: str = Field(
        default="12000/minute", description="Requests of one API key or session."
    )
    rate_limit_per_address: str = Field(
        default="24000/minute", description="Requests from one network address."
    )
    rate_limit_sign_in: str = Field(
        default="10/minute", description="Attempts to sign in from one network address."
    )
    cors_origins: CommaList = Field(
        default=(), description="Origins that browsers may call from, with commas."
    )
    trusted_proxies: CommaList = Field(
        default=(), description="Proxies whose X-Forwarded-For is believed, with commas."
    )
    request_bytes_max: int = Field(
        default=1_048_576, ge=1024, description="Largest request body, in bytes."
    )
    request_timeout_s: float = Field(
        default=30.0, gt=0, description="Longest time that a request may take, in seconds."
    )
    drain_timeout_s: float = Field(
        default=10.0, gt=0, description="Seconds that running requests get when stopping."
    )
    snapshot_records: int = Field(
        default=50_000,
        ge=1_000,
        description="Journal records of a venue after which a snapshot is made beside trading.",
    )
    snapshot_minutes: int = Field(
        default=30,
        ge=1,
        description="Minutes after which one is made for fewer records (1000 at least).",
    )
    drain_delay_s: float = Field(
        default=0.0,
        ge=0,
        description="Seconds between not being ready any more and taking no new requests, for load "
        "balancers that need a moment to notice.",
    )
    journal_archive_dir: Path | None = Field(
        default=None, description="Folder of archived journal records; needed once rows have gone."
    )
    session_lifetime_hours: int = Field(
        default=12, ge=1, description="Hours after which a browser session ends."
    )
    key_cache_s: float = Field(
        default=10.0, ge=0, description="Seconds that a verified API key is remembered."
    )
    stream_connections_per_key: int = Field(
        default=32, ge=1, description="WebSockets that one API key or session may have open."
    )
    stream_symbols_max: int = Field(
        default=10_000, ge=1, description="Symbols, over all channels, of one market-data stream."
    )
    smtp_host: str | None = Field(
        default=None, description="SMTP server that takes e-mail; unset offers no e-mail."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to the SMTP server is protected."
    )
    smtp_username: str | None = Field(
        default=None, description="User name at the SMTP server; unset does not sign in."
    )
    smtp_password: str | None = Field(default=None, description="Password at the SMTP server.")
    mail_from: str = Field(
        default="tradewind@localhost", description="Address that e-mail comes from."
    )
    webhook_private_networks: bool = Field(
        default=False,
        description="Whether webhooks may go to http:// and to addresses that are not public.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="Shape of the log lines on standard error."
    )
    access_log: Literal["errors", "all"] = Field(
        default="errors", description="Which requests are logged: failed ones, or all."
    )

    @model_validator(mode="before")
    @classmethod
    def _insert_passwords(cls, values: dict[str, object]) -> dict[str, object]:
        whole = dict(values)
        for name in ("database", "valkey"):
            url, password = values.get(f"{name}_url"), values.get(f"{name}_password")
            if isinstance(url, str) and isinstance(password, str):
                whole[f"{name}_url"] = with_password(url, password.strip())
        return whole

    @field_validator(
        "feed_symbols",
        "cors_origins",
        "trusted_proxies",
        "identity_key",
        "accounts_url",
        "orders_url",
        "market_data_url",
        "portfolio_url",
        "notifications_url",
        "gateway_url",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("data_dir", "web_dist")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else value

    def find_web_dist(self) -> Path | None:
        """Return the folder of the built web terminal, or ``None`` when it is not built."""
        package = Path(__file__).parent.parent
        candidates = (
            [self.web_dist]
            if self.web_dist
            else [package / "web_dist", package.parent.parent / "web-ui" / "dist"]
        )
        return next((folder for folder in candidates if (folder / "index.html").is_file()), None)


def load_settings(**overrides: object) -> Settings:
    """Read the settings; ``None`` overrides nothing. Raises ``StartupRefused`` naming a bad one.

    A setting may also lie in a file of its name (``tradewind_identity_key``) in the folder that
    TRADEWIND_SECRETS_DIR names, ``/run/secrets`` unless it is set; variables win over files.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    secrets = secrets_folder()
    try:
        return Settings(_secrets_dir=secrets if secrets.is_dir() else None, **given)  # type: ignore[arg-type] # checked by the model itself
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        if name == "BROKERS":
            # What was given holds keys, which must not come into a log.
            where = ".".join(str(part) for part in first["loc"][1:])
            raise StartupRefused(
                f"The setting TRADEWIND_BROKERS is not valid: {where}: {first['msg']}."
            ) from None
        raise StartupRefused(
            f"The setting TRADEWIND_{name} is not valid: {first['msg']} (was {first['input']!r})."
        ) from error
    except SettingsError:
        # Its words may repeat what was given.
        raise StartupRefused(
            "A setting that is written as JSON cannot be read; look at TRADEWIND_BROKERS."
        ) from None
