"""A venue's state as bytes: what recovery starts from instead of the journal's first record."""

import msgspec

from tradewind.order_service.domain.state import VenueState

SNAPSHOT_FORMAT = 9
"""Raise it when ``VenueState`` changes, or what ``apply`` makes of events that are written already.

Snapshots of another format are left alone: the journal is then folded from its beginning.
"""

# As JSON: the sums of a whole venue outgrow the 64 bits that msgpack has for an integer.
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(VenueState).decode


def encode_state(state: VenueState) -> bytes:
    """Write a state down."""
    return _encode(state)


def decode_state(encoded: bytes) -> VenueState:
    """Read a state of this format."""
    return _decode(encoded)
