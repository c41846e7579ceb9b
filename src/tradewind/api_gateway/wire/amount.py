"""Amounts in request bodies: JSON numbers or their text, read from the digits that were sent."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

_T = TypeVar("_T")

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)
_SHOWN_MAX = 40


class Amount(Decimal):
    """A finite decimal that was written as JSON writes numbers.

    ``Decimal`` itself also takes ``NaN``, ``1_0``, spaces and the digits of other alphabets, which
    no client means.
    """

    __slots__ = ()


AnyAmount = Annotated[Amount, Meta(extra_json_schema={"type": ["string", "number"]})]
"""A number or its text."""


def amount_decoder(body: type[_T]) -> "msgspec.json.Decoder[_T]":
    """Return a decoder for a structure whose amounts are declared as ``AnyAmount``."""
    return msgspec.json.Decoder(body, dec_hook=_read, float_hook=Decimal)


def _parse(text: str) -> Amount | None:
    return Amount(text) if _PLAIN.fullmatch(text) else None


# Orders name the same prices and quantities again and again; texts that fill memory are not kept.
_parse_short = lru_cache(maxsize=4096)(_parse)


def _read(kind: type, value: object) -> Amount:
    assert kind is Amount
    match value:
        case bool():
            pass
        case int() | Decimal():
            return Amount(value)
        case str():
            is_short = len(value) <= _SHOWN_MAX
            amount = _parse_short(value) if is_short else _parse(value)
            if amount is not None:
                return amount
            shown = value if is_short else value[:_SHOWN_MAX] + "…"
            raise ValueError(f"expected a number, got {shown!r}")
        case _:
            pass
    raise ValueError("expected a number or its text")
