"""Encoding and cutting of stream messages."""

import json

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.api_gateway.streams.frames import (
    MESSAGE_BYTES_MAX,
    Codec,
    array_frame,
    batches,
    codec_of,
    encode,
)


@given(st.integers(0, 70_000))
def test_a_msgpack_array_of_any_length_reads_back(length: int) -> None:
    item = encode(Codec.MSGPACK, 7)
    frame = array_frame(Codec.MSGPACK, [item] * length)
    assert len(msgpack.unpackb(frame.message["bytes"])) == length


def test_a_json_array_is_text() -> None:
    frame = array_frame(Codec.JSON, [encode(Codec.JSON, {"T": "t"}), encode(Codec.JSON, 1)])
    assert json.loads(frame.message["text"]) == [{"T": "t"}, 1]
    assert frame.size == len(frame.message["text"])


@given(st.lists(st.integers(1, MESSAGE_BYTES_MAX // 2), min_size=1, max_size=20))
def test_batches_keep_order_and_stay_below_what_clients_read(sizes: list[int]) -> None:
    items = [bytes(size) for size in sizes]
    cut = batches(items)
    assert [item for batch in cut for item in batch] == items
    assert all(sum(map(len, batch)) <= MESSAGE_BYTES_MAX for batch in cut)


@pytest.mark.parametrize(
    ("content_type", "codec"),
    [
        (b"application/msgpack", Codec.MSGPACK),
        (b"Application/MsgPack; v=1", Codec.MSGPACK),
        (b"application/json", Codec.JSON),
        (b"", Codec.JSON),
    ],
)
def test_the_handshake_chooses_the_codec(content_type: bytes, codec: Codec) -> None:
    assert codec_of({b"content-type": content_type}) is codec
