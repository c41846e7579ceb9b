"""API keys, session tokens and first passwords: how they are made, stored and compared.

Keys and tokens are random with 256 bits of entropy, so one SHA-256 is enough to store them: there
is nothing to guess that a slow hash would protect. Passwords that people choose take Argon2id
instead, see ``passwords.py``.
"""

import hashlib
import hmac

from tradewind.platform.ids import new_secret

KEY_ID_PREFIX = "TW"

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # pragma: allowlist secret
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KEY_ID_DIGITS = 18
_KEY_ID_LENGTH = len(KEY_ID_PREFIX) + _KEY_ID_DIGITS
_KEY_ID_ALPHABET = frozenset(_BASE32)
_SECRET_BITS = 256
_SECRET_DIGITS = 43
"""Base-62 digits that hold 256 bits."""
_CREDENTIAL_LENGTH_MAX = 128
"""Longer input is no credential of ours and is refused before it costs anything."""

_CONSONANTS = "bdfghjklmnprstvwz"
_VOWELS = "aeiou"
_PASSWORD_GROUPS = 5
_SYLLABLES_IN_GROUP = 2


def new_key_id() -> str:
    """Return a fresh public key id: ``TW`` and 18 base-32 characters."""
    return KEY_ID_PREFIX + _digits(new_secret(5 * _KEY_ID_DIGITS), _BASE32, _KEY_ID_DIGITS)


def new_token() -> str:
    """Return a fresh secret of 256 bits as 43 letters and digits."""
    return _digits(new_secret(_SECRET_BITS), _BASE62, _SECRET_DIGITS)


def new_password() -> str:
    """Return a password of 64 bits that can be read aloud, like ``kobu-mita-zelo-paru-tine``."""
    syllables = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
    count = _PASSWORD_GROUPS * _SYLLABLES_IN_GROUP
    # 64 bits above what the syllables take make the remainder's bias smaller than 2^-64.
    number = new_secret(64 + count * len(syllables).bit_length())
    drawn = []
    for _ in range(count):
        number, index = divmod(number, len(syllables))
        drawn.append(syllables[index])
    groups = range(0, count, _SYLLABLES_IN_GROUP)
    return "-".join("".join(drawn[start : start + _SYLLABLES_IN_GROUP]) for start in groups)


def is_key_id(text: str) -> bool:
    """Tell whether the text could be a key id of ours."""
    return (
        len(text) == _KEY_ID_LENGTH
        and text.startswith(KEY_ID_PREFIX)
        and _KEY_ID_ALPHABET.issuperset(text[len(KEY_ID_PREFIX) :])
    )


def hash_credential(credential: str) -> bytes:
    """Return what is stored of a key's secret or a session's token: its SHA-256."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).digest()


def is_credential(text: str) -> bool:
    """Tell whether the text is short enough to be a secret or a token of ours."""
    return 0 < len(text) <= _CREDENTIAL_LENGTH_MAX


def matches(credential: str, stored: bytes) -> bool:
    """Tell whether a credential is the stored one, in time that does not depend on the answer."""
    return hmac.compare_digest(hash_credential(credential), stored)


def csrf_token_of(token: str) -> str:
    """Return the CSRF token that belongs to a session token.

    It is derived (HMAC-SHA-256 under the session token, so it reveals nothing of it) and need not
    be stored: a page may know it, a foreign site cannot.
    """
    return hmac.new(token.encode(), b"tradewind-csrf", hashlib.sha256).hexdigest()


def _digits(number: int, alphabet: str, length: int) -> str:
    written = []
    for _ in range(length):
        number, digit = divmod(number, len(alphabet))
        written.append(alphabet[digit])
    return "".join(written)
