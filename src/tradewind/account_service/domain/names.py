"""What users may call themselves, their accounts and their keys."""

import re

from tradewind.platform.errors import MalformedRequest

USERNAME_LENGTH_MAX = 64
NAME_LENGTH_MAX = 64

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


def normalize_username(text: str) -> str | None:
    """Return the form in which a username is stored, or ``None`` when it cannot be one."""
    folded = text.strip().lower() if len(text) <= 2 * USERNAME_LENGTH_MAX else ""
    return folded if _USERNAME.fullmatch(folded) else None


def require_name(text: str, of: str) -> str:
    """Return the trimmed display name; raises ``MalformedRequest`` when empty, long or unprintable.

    ``of`` says whose name it is, for the message.
    """
    name = text.strip()
    if not 0 < len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise MalformedRequest(
            f"the name of {of} must be 1 to {NAME_LENGTH_MAX} printable characters"
        )
    return name
