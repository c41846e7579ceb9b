"""Frames and the two codecs: JSON, and MessagePack for clients that ask for it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from tradewind.api_gateway.market_data.numbers import json_encoder, msgpack_encoder

_T = TypeVar("_T")

_MSGPACK_TYPE = b"application/msgpack"

MESSAGE_BYTES_MAX = 262_144
"""A batch is cut here; the official clients read at most 1 MiB a message."""


class UnreadableMessage(ValueError):
    """What a client sent is not what its codec and protocol allow."""


class Codec(StrEnum):
    """How a connection's messages are written."""

    JSON = "json"
    MSGPACK = "msgpack"


class Frame(NamedTuple):
    """One WebSocket message as ASGI sends it; shared by every client that gets it."""

    message: Mapping[str, Any]  # Any: the values of ASGI messages are not typed
    size: int


def codec_of(headers: Mapping[bytes, bytes]) -> Codec:
    """Return the codec that the handshake's ``Content-Type`` asks for."""
    content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return Codec.MSGPACK if content_type == _MSGPACK_TYPE else Codec.JSON


def encode(codec: Codec, value: object) -> bytes:
    """Encode one value."""
    return json_encoder.encode(value) if codec is Codec.JSON else msgpack_encoder.encode(value)


class MessageDecoder(Generic[_T]):
    """Decodes client messages of one type in either codec."""

    def __init__(self, message_type: type[_T]) -> None:
        self._json = msgspec.json.Decoder(message_type)
        self._msgpack = msgspec.msgpack.Decoder(message_type)

    def decode(self, codec: Codec, payload: bytes | str) -> _T:
        """Return the message; raises ``UnreadableMessage``."""
        try:
            if codec is Codec.JSON:
                return self._json.decode(payload)
            if isinstance(payload, str):
                raise UnreadableMessage("a MessagePack connection takes binary frames")
            return self._msgpack.decode(payload)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise UnreadableMessage(str(error)) from None


def text_frame(payload: bytes) -> Frame:
    """Wrap encoded JSON as a text frame."""
    return Frame({"type": "websocket.send", "text": payload.decode()}, len(payload))


def binary_frame(payload: bytes) -> Frame:
    """Wrap bytes as a binary frame."""
    return Frame({"type": "websocket.send", "bytes": payload}, len(payload))


def array_frame(codec: Codec, items: Sequence[bytes]) -> Frame:
    """Join encoded items into one array message."""
    if codec is Codec.JSON:
        return text_frame(b"[" + b",".join(items) + b"]")
    return binary_frame(_array_header(len(items)) + b"".join(items))


def batches(items: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Cut encoded items so that no message grows beyond ``MESSAGE_BYTES_MAX`` by joining."""
    if sum(map(len, items)) + len(items) <= MESSAGE_BYTES_MAX:
        return [items]
    cut: list[Sequence[bytes]] = []
    current: list[bytes] = []
    size = 0
    for item in items:
        if current and size + len(item) > MESSAGE_BYTES_MAX:
            cut.append(current)
            current, size = [], 0
        current.append(item)
        size += len(item) + 1
    cut.append(current)
    return cut


def _array_header(length: int) -> bytes:
    if length < 16:
        return bytes((0x90 | length,))
    if length < 1 << 16:
        return b"\xdc" + length.to_bytes(2)
    return b"\xdd" + length.to_bytes(4)
