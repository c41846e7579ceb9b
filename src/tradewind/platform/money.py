"""Exact numbers: integers scaled by 10^9 inside, ``Decimal`` and strings at the edges.

Two levels are offered. ``PriceUnits``, ``QuantityUnits`` and ``MoneyUnits`` are plain integers that
count billionths; they cross service boundaries and run in the hot paths of the core, and the type
checker keeps them apart. ``Price``, ``Quantity`` and ``Money`` wrap them where arithmetic should
not be able to go wrong: a price times a quantity is money, a price times a price does not exist,
and adding two currencies raises. All rounding of the platform happens in this module.
"""

import re
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal, Inexact, Rounded
from enum import StrEnum
from functools import lru_cache
from typing import NewType, TypeVar

SCALE = 1_000_000_000
"""Units in one: every scaled integer counts billionths."""

SCALE_DIGITS = 9

PriceUnits = NewType("PriceUnits", int)
QuantityUnits = NewType("QuantityUnits", int)
MoneyUnits = NewType("MoneyUnits", int)

CENT: int = SCALE // 100

SUB_PENNY: int = SCALE // 10_000
"""The step in which shares below one dollar are quoted."""

_MAX_TEXT = 64
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?", re.ASCII)

# The default context would round beyond 28 digits without a word.
_EXACT = Context(prec=MAX_PREC, traps=[Inexact])
_EVERYDAY = Context(prec=2 * SCALE_DIGITS, traps=[Inexact, Rounded])

_T = TypeVar("_T")


class Rounding(StrEnum):
    """How a number that does not fit its unit is brought to it."""

    HALF_EVEN = "half_even"
    UP = "up"
    """Away from zero: what a customer owes or must reserve."""
    DOWN = "down"
    """Towards zero: what a customer is given."""


class InexactAmount(ValueError):
    """The text or number has more than nine decimals, or is no number at all."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were added or compared."""


def to_units(value: Decimal | str | int) -> int:
    """Scale a decimal, its text or an integer to billionths, exactly.

    Raises ``InexactAmount`` when the value is not finite or has more than nine decimals; a float is
    refused because it has already lost what was written.
    """
    if isinstance(value, float):
        raise InexactAmount("a binary float is not an exact amount; pass its text instead")
    if isinstance(value, int):
        return value * SCALE
    if isinstance(value, str):
        if len(value) > _MAX_TEXT:
            raise InexactAmount(f"{value[:20]}… is too long for an amount")
        # Decimal also takes underscores, spaces and the digits of other alphabets.
        if not _NUMBER.fullmatch(value):
            raise InexactAmount(f"{value!r} is not a number")
        value = Decimal(value)
    if not value.is_finite():
        raise InexactAmount(f"{value} is not a finite number")
    units = _everyday_units(value)
    return _unusual_units(value) if units is None else units


def _everyday_units(value: Decimal) -> int | None:
    """Return the units of nearly every amount at once; ``None`` where a closer look is due."""
    if abs(value.adjusted()) >= SCALE_DIGITS:
        return None
    try:
        scaled = value.scaleb(SCALE_DIGITS, _EVERYDAY)
    except (Inexact, Rounded):
        return None
    units = int(scaled)
    return units if units == scaled else None


def _unusual_units(value: Decimal) -> int:
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if exponent > _MAX_TEXT or len(digits) > _MAX_TEXT:
        raise InexactAmount("a number of so many digits is too long for an amount")
    magnitude = int("".join(map(str, digits)))
    shift = exponent + SCALE_DIGITS
    if shift >= 0:
        magnitude = magnitude * int(10**shift)
    else:
        magnitude, rest = divmod(magnitude, 10 ** min(-shift, len(digits) + 1))
        if rest:
            raise InexactAmount(f"{value} has more than {SCALE_DIGITS} decimals")
    return -magnitude if sign else magnitude


def from_units(units: int) -> Decimal:
    """Return the exact decimal of a scaled integer."""
    return Decimal(units).scaleb(-SCALE_DIGITS, _EXACT)


@lru_cache(maxsize=4096)
def format_units(units: int) -> str:
    """Write a scaled integer as the wire does: plain digits, no exponent, no trailing zeros."""
    whole, fraction = divmod(abs(units), SCALE)
    text = str(whole) if not fraction else f"{whole}.{fraction:09d}".rstrip("0")
    return f"-{text}" if units < 0 else text


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Divide two integers and round the quotient to an integer by the named mode.

    Raises ``ZeroDivisionError`` for a zero denominator.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(abs(numerator), denominator)
    if rest:
        twice = 2 * rest
        if rounding is Rounding.UP or (
            rounding is Rounding.HALF_EVEN
            and (twice > denominator or (twice == denominator and quotient & 1))
        ):
            quotient += 1
    return -quotient if numerator < 0 else quotient


def round_to(units: int, step: int, rounding: Rounding) -> int:
    """Bring a scaled integer to a multiple of ``step`` (``CENT``, a price increment, a lot)."""
    return divide(units, step, rounding) * step


def multiply_units(
    price: PriceUnits, quantity: QuantityUnits, rounding: Rounding = Rounding.HALF_EVEN
) -> MoneyUnits:
    """Return what ``quantity`` costs at ``price``, in billionths of the currency."""
    product = price * quantity
    quotient, rest = divmod(product, SCALE)
    if not rest:
        return MoneyUnits(quotient)
    return MoneyUnits(divide(product, SCALE, rounding))


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """A number of shares or coins, signed, in billionths."""

    units: int

    @classmethod
    def of(cls, value: Decimal | str | int) -> "Quantity":
        """Build from a decimal or its text; raises ``InexactAmount``."""
        return cls(to_units(value))

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.units + _same(self, other).units)

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.units - _same(self, other).units)

    def __neg__(self) -> "Quantity":
        return Quantity(-self.units)

    def __str__(self) -> str:
        return format_units(self.units)


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """What one share or coin costs, in billionths of the quote currency."""

    units: int

    @classmethod
    def of(cls, value: Decimal | str | int) -> "Price":
        """Build from a decimal or its text; raises ``InexactAmount``."""
        return cls(to_units(value))

    def __add__(self, other: "Price") -> "Price":
        return Price(self.units + _same(self, other).units)

    def __sub__(self, other: "Price") -> "Price":
        return Price(self.units - _same(self, other).units)

    def cost(
        self, quantity: Quantity, currency: str = "USD", rounding: Rounding = Rounding.HALF_EVEN
    ) -> "Money":
        """Return price × quantity as money."""
        _require(quantity, Quantity)
        return Money(
            multiply_units(PriceUnits(self.units), QuantityUnits(quantity.units), rounding),
            currency,
        )

    def __mul__(self, other: Quantity) -> "Money":
        return self.cost(other)

    def __str__(self) -> str:
        return format_units(self.units)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, signed, in billionths."""

    units: int
    currency: str = "USD"

    @classmethod
    def of(cls, value: Decimal | str | int, currency: str = "USD") -> "Money":
        """Build from a decimal or its text; raises ``InexactAmount``."""
        return cls(to_units(value), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.units + self._match(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.units - self._match(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.units, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.units < self._match(other)

    def __le__(self, other: "Money") -> bool:
        return self.units <= self._match(other)

    def __str__(self) -> str:
        return f"{format_units(self.units)} {self.currency}"

    def _match(self, other: "Money") -> int:
        _require(other, Money)
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self} and {other} are of different currencies")
        return other.units


def _require(value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, was {type(value).__name__}")


def _same(left: _T, right: _T) -> _T:
    _require(right, type(left))
    return right
