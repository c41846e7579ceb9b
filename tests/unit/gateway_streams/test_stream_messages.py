"""Whatever a client sends is read or refused, never an error of ours."""

import contextlib

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tradewind.api_gateway.streams.frames import Codec, MessageDecoder, UnreadableMessage
from tradewind.api_gateway.streams.subscription import (
    STOCKS,
    Channel,
    DataMessage,
    Subscription,
    TooManySymbols,
)

DECODER = MessageDecoder(DataMessage)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
MESSAGES = st.dictionaries(
    st.sampled_from(["action", "key", "secret", *Channel]), JSON_VALUES | st.just("subscribe")
)


def read(codec: Codec, payload: bytes | str) -> None:
    with contextlib.suppress(UnreadableMessage, ValueError):
        DECODER.decode(codec, payload).interests(STOCKS)


@given(st.sampled_from(Codec), st.binary() | st.text())
@example(Codec.JSON, "[" * 100_000)
@example(Codec.MSGPACK, b"\x91" * 100_000)
@example(Codec.JSON, b"\xff")
@example(Codec.JSON, '{"action":"subscribe","trades":["\\ud800"]}')
@example(Codec.MSGPACK, b"\xc7\x05\x07hello")
def test_any_bytes_are_read_or_refused(codec: Codec, payload: bytes | str) -> None:
    read(codec, payload)


@given(MESSAGES)
def test_any_message_is_read_or_refused(message: dict[str, object]) -> None:
    read(Codec.MSGPACK, msgpack.packb(message))


@pytest.mark.parametrize("symbol", ["", " ", "Ä", "A" * 33])
def test_what_cannot_be_a_symbol_is_refused(symbol: str) -> None:
    with pytest.raises(ValueError):
        DataMessage("subscribe", trades=[symbol]).interests(STOCKS)


@given(st.lists(st.sets(st.sampled_from("ABCDEFG"), max_size=4), max_size=10))
def test_a_subscription_never_grows_beyond_its_limit(steps: list[set[str]]) -> None:
    subscription = Subscription(symbols_max=3)
    for symbols in steps:
        before = subscription.interests
        try:
            subscription.add(DataMessage("subscribe", quotes=list(symbols)).interests(STOCKS))
        except TooManySymbols:
            assert subscription.interests == before
        assert len(subscription.interests) <= 3
