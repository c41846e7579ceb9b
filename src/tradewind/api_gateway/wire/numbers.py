"""Amounts on the wire: strings on the trading side, JSON numbers on the market-data side.

Both are written from the exact integer; no binary float is involved.
"""

from typing import Annotated

from msgspec import Meta, Raw

from tradewind.platform.money import format_units

JsonNumber = Annotated[Raw, Meta(extra_json_schema={"type": "number"})]
"""A number that goes into a JSON body digit by digit as it was written."""


def decimal_text(units: int) -> str:
    """Write billionths as a trading response does: plain digits without trailing zeros."""
    return format_units(units)


def decimal_text_or_none(units: int | None) -> str | None:
    """Write billionths, or ``None`` where there is no amount."""
    return None if units is None else format_units(units)


def json_number(units: int) -> Raw:
    """Write billionths as a JSON number, exactly."""
    return Raw(format_units(units).encode())
