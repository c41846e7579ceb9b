"""Secrets in files: each is the setting of its file's name, and may change while we run."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

PasswordSource = Callable[[], str]
"""Returns the password to connect with now."""

_SECRETS_DIR = "/run/secrets"
_DATABASE_PASSWORD = "tradewind_database_password"  # noqa: S105 - the name of a file


def secrets_folder() -> Path:
    """Return the folder of secret files, which need not be there."""
    return Path(os.environ.get("TRADEWIND_SECRETS_DIR", _SECRETS_DIR))


def password_source(dsn: str) -> PasswordSource | None:
    """Return what reads the database's password anew, if a DSN's password came out of its file.

    A password that is rotated changes in the file; whoever connects later needs the new one.
    ``None`` says that the DSN's own is the one to use.
    """
    path, before = secrets_folder() / _DATABASE_PASSWORD, unquote(urlsplit(dsn).password or "")
    if not before or _read(path) != before:
        return None
    # While the file is being replaced there may be none.
    return lambda: _read(path) or before


def with_password(url: str, password: str) -> str:
    """Return a URL with a password where it has none."""
    parts = urlsplit(url)
    if parts.password is not None:
        return url
    user, at, place = parts.netloc.rpartition("@")
    secret = quote(password, safe="")
    return urlunsplit(
        parts._replace(netloc=f"{user}:{secret}@{place}" if at else f":{secret}@{place}")
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
