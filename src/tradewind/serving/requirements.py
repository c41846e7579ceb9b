"""What the environment of each service must hold, and what is wrong with one that does not.

A start is refused for the same reasons that ``tradewind config check`` names.
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import SplitResult, urlsplit

from tradewind.platform.rpc.identity import KEY_LENGTH_MIN
from tradewind.platform.settings import Settings
from tradewind.serving.names import ServiceName

Check = Callable[[Settings], Iterator[str]]
"""Yields a sentence for each thing that is wrong."""

_DATABASE_SCHEMES = ("postgres", "postgresql")
_VALKEY_SCHEMES = ("valkey", "valkeys", "redis", "rediss")
_LOOPBACK = ("", "localhost", "127.0.0.1", "::1")
_DISTINCT_MIN = 8
"""Different characters that a random key has at the least."""
_DEFAULT_SECRETS = frozenset(
    (
        *("admin", "change-me", "change_me", "changeme", "default", "example", "letmein", "pass"),
        *("password", "postgres", "redis", "root", "secret", "test", "tradewind", "user"),
        *("valkey", "123456", "12345678"),
    )
)
_PLACEHOLDERS = ("change", "replace", "example", "your-", "your_", "<", "xxx")


def problems(settings: Settings, services: Sequence[ServiceName]) -> list[str]:
    """Return a sentence for each thing that keeps these services from running together."""
    found: dict[str, None] = {}
    for service in services:
        for check in _CHECKS[service]:
            found.update(dict.fromkeys(check(settings)))
    return list(found)


def migration_problems(settings: Settings) -> list[str]:
    """Return a sentence for each thing that keeps the database from being migrated."""
    return list(_database(settings))


def _database(settings: Settings) -> Iterator[str]:
    url = settings.database_url
    if not url:
        yield (
            "TRADEWIND_DATABASE_URL is not set; it says where PostgreSQL is, for example "
            "postgresql://tradewind@postgres/tradewind."
        )
        return
    parts = urlsplit(url)
    if parts.scheme not in _DATABASE_SCHEMES:
        yield f"TRADEWIND_DATABASE_URL should begin with postgresql://, not with {parts.scheme}://."
    yield from _password(parts, "DATABASE")


def _valkey(settings: Settings) -> Iterator[str]:
    url = settings.valkey_url
    if not url:
        yield (
            "TRADEWIND_VALKEY_URL is not set; it says where Valkey is, for example "
            "valkey://valkey:6379/0."
        )
        return
    parts = urlsplit(url)
    if parts.scheme not in _VALKEY_SCHEMES:
        yield f"TRADEWIND_VALKEY_URL should begin with valkey://, not with {parts.scheme}://."
    yield from _password(parts, "VALKEY")


def _password(parts: SplitResult, name: str) -> Iterator[str]:
    where = f"TRADEWIND_{name}_PASSWORD (or the password in TRADEWIND_{name}_URL)"
    if parts.password is None:
        if (parts.hostname or "") not in _LOOPBACK:
            yield f"{where} is not set, and {parts.hostname} is another machine. Set it."
    elif _is_default(parts.password):
        yield f"{where} is a default that everybody knows. Choose one of your own."


def _identity(settings: Settings) -> Iterator[str]:
    if not settings.identity_key:
        yield (
            "TRADEWIND_IDENTITY_KEY is not set; services could not tell who calls them. Set it to "
            "the same random text for every service, for example of `openssl rand -hex 32`."
        )
    for key in settings.identity_key:
        if _is_default(key) or any(mark in key.lower() for mark in _PLACEHOLDERS):
            yield (
                "TRADEWIND_IDENTITY_KEY is a default that everybody knows. Use a random one, for "
                "example of `openssl rand -hex 32`."
            )
        elif len(key) < KEY_LENGTH_MIN or len(set(key)) < _DISTINCT_MIN:
            yield (
                f"TRADEWIND_IDENTITY_KEY could be guessed: it has {len(key)} characters, "
                f"{len(set(key))} of them different. Use a random one of {KEY_LENGTH_MIN} or more, "
                "for example of `openssl rand -hex 32`."
            )


def _smtp(settings: Settings) -> Iterator[str]:
    if settings.smtp_host and settings.smtp_username and not settings.smtp_password:
        yield "TRADEWIND_SMTP_PASSWORD is not set, but TRADEWIND_SMTP_USERNAME is."


def _is_default(secret: str) -> bool:
    return not secret.strip() or secret.strip().lower() in _DEFAULT_SECRETS


def _urls(field: str, service: ServiceName) -> Check:
    def check(settings: Settings) -> Iterator[str]:
        variable = f"TRADEWIND_{field.upper()}"
        urls = getattr(settings, field)
        if not urls:
            yield f"{variable} is not set; it says where {service} is found, with commas if many."
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                yield f"{variable} has {url!r}, which should look like http://{service}:8000."

    return check


_STORES = (_database, _identity)
_ORDERS = _urls("orders_url", ServiceName.ORDER)
_CHECKS: dict[ServiceName, tuple[Check, ...]] = {
    ServiceName.API_GATEWAY: (
        _valkey,
        _identity,
        _urls("accounts_url", ServiceName.ACCOUNT),
        _ORDERS,
        _urls("market_data_url", ServiceName.MARKET_DATA),
        _urls("portfolio_url", ServiceName.PORTFOLIO),
        _urls("notifications_url", ServiceName.NOTIFICATION),
    ),
    ServiceName.ACCOUNT: _STORES,
    ServiceName.ORDER: (*_STORES, _valkey),
    ServiceName.MARKET_DATA: (*_STORES, _valkey),
    ServiceName.PORTFOLIO: (*_STORES, _ORDERS),
    ServiceName.WEB_UI: (_urls("gateway_url", ServiceName.API_GATEWAY),),
    ServiceName.NOTIFICATION: (*_STORES, _valkey, _ORDERS, _smtp),
}
