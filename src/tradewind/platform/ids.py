"""Identifiers: time-ordered UUIDs (version 7, RFC 9562) as canonical text."""

import hashlib
import random
import time
import uuid
from datetime import datetime

_generator = random.SystemRandom()


def new_id() -> str:
    """Return a fresh UUIDv7 in canonical lower-case form."""
    return _compose(time.time_ns() // 1_000_000, random.getrandbits(74))


def new_secret(bits: int = 256) -> int:
    """Return an unpredictable integer for credentials."""
    return _generator.getrandbits(bits)


def derived_id(at: datetime, *parts: str | int) -> str:
    """Return the UUIDv7 that belongs to an instant and a name, the same at every call.

    The pure domain names executions this way: it has neither clock nor randomness, and replaying
    the same commands must give the same ids.
    """
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=10).digest()
    return _compose(int(at.timestamp() * 1000), int.from_bytes(digest) & ((1 << 74) - 1))


def is_uuid(text: str) -> bool:
    """Tell whether the text is a UUID in canonical form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _compose(milliseconds: int, entropy: int) -> str:
    # Version 7 and the variant are written between 12, 14 and 48 bits of entropy.
    return "%08x-%04x-7%03x-%04x-%012x" % (  # noqa: UP031 - much faster than slices of a text
        milliseconds >> 16,
        milliseconds & 0xFFFF,
        entropy >> 62,
        0x8000 | (entropy >> 48 & 0x3FFF),
        entropy & 0xFFFFFFFFFFFF,
    )
