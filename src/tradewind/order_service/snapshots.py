"""A venue's state as bytes: what recovery starts from instead of the journal's first record."""

import zlib
from collections.abc import Iterable

import msgspec

from tradewind.order_service.domain.state import VenueState

SNAPSHOT_FORMAT = 26
"""Raise it when ``VenueState`` changes, or what ``apply`` makes of events that are written already.

Snapshots of another format are left alone: the journal is then folded from its beginning.
"""

PART_BYTES = 16 * 1024 * 1024
"""Of the encoded state that one part carries: no value of the database may be of any size."""

_LEVEL = 1
"""zlib's fastest: a tenth of the bytes for a fraction of the time that they take to be written."""

# As JSON: the sums of a whole venue outgrow the 64 bits that msgpack has for an integer.
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(VenueState).decode


def encode_state(state: VenueState) -> bytes:
    """Write a state down."""
    return _encode(state)


def decode_state(encoded: bytes | bytearray) -> VenueState:
    """Read a state of this format."""
    return _decode(encoded)


def pack(encoded: bytes) -> list[bytes]:
    """Cut an encoded state into compressed parts, in order."""
    whole = memoryview(encoded)
    return [
        zlib.compress(whole[start : start + PART_BYTES], _LEVEL)
        for start in range(0, len(whole), PART_BYTES)
    ]


def unpack(parts: Iterable[bytes]) -> bytearray:
    """Put parts together again; raises ``zlib.error`` when one of them is damaged."""
    encoded = bytearray()
    for part in parts:
        encoded += zlib.decompress(part)
    return encoded
