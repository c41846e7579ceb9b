"""Request bodies: JSON objects decoded straight into typed structures, numbers exactly."""

import re
from typing import TypeVar

import msgspec

from tradewind.api_gateway.routing.headers import Headers
from tradewind.api_gateway.wire.errors import UnsupportedMediaType
from tradewind.platform.errors import MalformedRequest, Refusal, UnreadableBody

_T = TypeVar("_T")

UNREADABLE = "request body format is invalid"

_MISSING = re.compile(r"Object missing required field `(\w+)`")


def decode_body(decoder: "msgspec.json.Decoder[_T]", body: bytes) -> _T:
    """Decode a body.

    Raises ``UnreadableBody`` when it is not a JSON object at all and ``MalformedRequest`` when a
    field has the wrong type, naming the field. Declare amounts as ``AnyAmount``, see ``amount``.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableBody(f"{UNREADABLE}: it is not JSON") from None


def require_json(headers: Headers) -> None:
    """Refuse a body that is not declared to be JSON: a form of another site cannot declare that."""
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type != b"application/json":
        raise UnsupportedMediaType("send the body as application/json")


def encode(value: object) -> bytes:
    """Encode a response body; decimals become strings, instants RFC 3339."""
    return _encoder.encode(value)


_encoder = msgspec.json.Encoder()


def _refusal(text: str) -> Refusal:
    reason, _, path = text.partition(" - at `$")
    path = path.strip("`").lstrip(".")
    missing = _MISSING.fullmatch(reason)
    if missing is not None:
        return MalformedRequest(f"{path + '.' if path else ''}{missing[1]} is required")
    if not path:
        return UnreadableBody(f"{UNREADABLE}: {_plain(reason)}")
    return MalformedRequest(f"{path}: {_plain(reason)}")


def _plain(reason: str) -> str:
    return reason.replace("`", "").replace(" | null", "").replace("Expected", "expected")
