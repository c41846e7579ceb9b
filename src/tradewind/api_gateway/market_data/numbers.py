"""Prices and sizes as JSON numbers and MessagePack numbers, exact to the last digit written.

Market data is the one place where the wire carries numbers instead of strings. Nothing is computed
with what is made here: it is written and forgotten.
"""

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from tradewind.platform.money import SCALE, from_units

Number = Annotated[int | float | Decimal, Meta(extra_json_schema={"type": "number"})]
"""What ``number`` returns: written as a number in either codec."""

_EXACT_FLOAT_UNITS_MAX = 10**15
"""Below this a scaled integer has at most fifteen significant digits. Every decimal of up to
fifteen digits survives the way to the nearest double and back, and the encoder writes the shortest
text that names the double: exactly those digits."""


def number(units: int) -> Number:
    """Return billionths as the number whose encoding reads as the exact decimal."""
    if units % SCALE == 0:
        return units // SCALE
    if -_EXACT_FLOAT_UNITS_MAX < units < _EXACT_FLOAT_UNITS_MAX:
        return units / SCALE  # division of two integers rounds correctly to the nearest double
    return from_units(units)


json_encoder = msgspec.json.Encoder(decimal_format="number")
"""Writes the objects of ``shapes`` as JSON; instants as RFC 3339 with ``Z``."""

msgpack_encoder = msgspec.msgpack.Encoder(decimal_format="number")
"""Writes the same objects as MessagePack; instants as the Timestamp extension."""
