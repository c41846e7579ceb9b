"""Exact numbers: what is read, what is refused, how it is rounded and written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.platform.money import (
    SCALE,
    CurrencyMismatch,
    InexactAmount,
    Money,
    Price,
    PriceUnits,
    Quantity,
    QuantityUnits,
    Rounding,
    divide,
    format_units,
    from_units,
    multiply_units,
    round_to,
    to_units,
)

UNITS = st.integers(-(10**30), 10**30)


@given(UNITS)
def test_what_is_written_reads_back_the_same(units: int) -> None:
    assert to_units(format_units(units)) == units
    assert to_units(from_units(units)) == units
    assert Decimal(format_units(units)) == from_units(units)


@pytest.mark.parametrize(
    ("text", "units"),
    [("1", SCALE), ("-0.5", -SCALE // 2), ("1e2", 100 * SCALE), (".25", SCALE // 4), ("0", 0)],
)
def test_plain_numbers_are_read_exactly(text: str, units: int) -> None:
    assert to_units(text) == units


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1_0", "١", "NaN", "Infinity", "0x1", "1,5", "1\x00", "1e-10", "1e99"],
)
def test_text_that_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(InexactAmount):
        to_units(text)


@pytest.mark.parametrize(
    "text",
    ["9" * 65, "1e999999999", "1e-999999999", "1e99999999999999999999", "1.0000000001"],
)
def test_text_beyond_all_amounts_is_refused(text: str) -> None:
    with pytest.raises(InexactAmount):
        to_units(text)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), Decimal("9" * 5_000)])
def test_decimal_that_is_no_amount_is_refused(value: Decimal) -> None:
    with pytest.raises(InexactAmount):
        to_units(value)


def test_binary_float_is_refused() -> None:
    with pytest.raises(InexactAmount, match="binary float"):
        to_units(0.1)  # type: ignore[arg-type]  # what the rule is about


@given(UNITS, st.integers(1, 10**12), st.sampled_from(Rounding))
def test_rounding_moves_by_less_than_a_step_and_to_its_side(
    units: int, step: int, rounding: Rounding
) -> None:
    rounded = round_to(units, step, rounding)
    assert rounded % step == 0
    assert abs(rounded - units) < step
    match rounding:
        case Rounding.UP:
            assert abs(rounded) >= abs(units)
        case Rounding.DOWN:
            assert abs(rounded) <= abs(units)
        case Rounding.HALF_EVEN:
            assert 2 * abs(rounded - units) <= step


@pytest.mark.parametrize(("numerator", "quotient"), [(5, 2), (7, 4), (-5, -2), (-7, -4), (6, 3)])
def test_half_goes_to_the_even_neighbour(numerator: int, quotient: int) -> None:
    assert divide(numerator, 2, Rounding.HALF_EVEN) == quotient
    assert divide(-numerator, -2, Rounding.HALF_EVEN) == quotient


def test_price_times_quantity_is_money_and_rounds_by_the_named_mode() -> None:
    assert Price.of("10.5") * Quantity.of(2) == Money.of(21)
    tiny = PriceUnits(1), QuantityUnits(SCALE // 2)
    assert multiply_units(*tiny, Rounding.UP) == 1
    assert multiply_units(*tiny, Rounding.DOWN) == 0


def test_kinds_and_currencies_do_not_mix() -> None:
    with pytest.raises(TypeError):
        Price.of(1) * Price.of(1)  # type: ignore[operator]  # what the rule is about
    with pytest.raises(TypeError):
        Price.of(1) + Quantity.of(1)  # type: ignore[operator]  # what the rule is about
    with pytest.raises(CurrencyMismatch):
        Money.of(1) + Money.of(1, "EUR")
