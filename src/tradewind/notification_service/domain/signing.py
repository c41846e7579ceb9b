"""How messages to webhooks are signed: as https://www.standardwebhooks.com has it.

The signature is ``v1,`` and the base64 of the HMAC-SHA256 of ``<id>.<timestamp>.<body>`` under the
secret, whose text is ``whsec_`` and the base64 of its bytes.
"""

import base64
import hashlib
import hmac

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def secret_text(value: int) -> str:
    """Return 256 random bits as the text of a secret."""
    return _PREFIX + base64.b64encode(value.to_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the signature of a message; ``timestamp_s`` counts seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp_s).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
