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
    high = (milliseconds << 16) | 0x7000 | (entropy >> 62)
    low = 0x8000000000000000 | (entropy & 0x3FFFFFFFFFFFFFFF)
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
