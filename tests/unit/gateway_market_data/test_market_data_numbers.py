"""Market data's numbers are exact in both codecs."""

import json
from decimal import Decimal

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tradewind.api_gateway.market_data.numbers import json_encoder, msgpack_encoder, number
from tradewind.platform.money import from_units, to_units

UNITS = st.integers(-(10**21), 10**21)


@given(UNITS)
@example(123_450_000_000)
@example(10**15 - 1)
@example(10**15 + 1)
@example(1)
def test_the_written_number_is_the_exact_decimal(units: int) -> None:
    written = json_encoder.encode(number(units)).decode()
    assert json.loads(written, parse_float=Decimal, parse_int=Decimal) == from_units(units)


@given(UNITS)
def test_msgpack_carries_the_nearest_double(units: int) -> None:
    assert msgpack.unpackb(msgpack_encoder.encode(number(units))) == float(from_units(units))


@pytest.mark.parametrize(
    ("amount", "text"), [("123.45", "123.45"), ("100", "100"), ("0", "0"), ("0.1", "0.1")]
)
def test_numbers_look_as_they_were_meant(amount: str, text: str) -> None:
    assert json_encoder.encode(number(to_units(amount))).decode() == text
