"""Prices from before splits and dividends are brought to the scale of those after."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from tradewind.market_data_service.domain.adjustments import adjustment_spans
from tradewind.market_data_service.domain.corporate_actions import make_dividend, make_split
from tradewind.testing.market_data import midnight, price

SPLIT = make_split("X", date(2020, 3, 2), Fraction(2))
EARLY = make_dividend("X", date(2020, 2, 3), Decimal("1"), special=False)
LATE = make_dividend("X", date(2020, 4, 1), Decimal("0.5"), special=False)
CLOSES = {EARLY.action_id: price(99), LATE.action_id: price("49.5")}


def test_factors_multiply_backwards_through_time() -> None:
    spans = adjustment_spans([SPLIT, EARLY, LATE], CLOSES, "all")
    assert [span.ends_at for span in spans] == [
        midnight(date(2020, 2, 3)),
        midnight(date(2020, 3, 2)),
        midnight(date(2020, 4, 1)),
    ]
    assert [span.starts_at for span in spans] == [None, spans[0].ends_at, spans[1].ends_at]
    late, early = Decimal("0.99"), Decimal("0.99")
    assert [span.price_factor for span in spans] == [late * early / 2, late / 2, late]
    assert [span.volume_factor for span in spans] == [2, 2, 1]


def test_split_adjustment_leaves_dividends_alone() -> None:
    spans = adjustment_spans([SPLIT, EARLY, LATE], {}, "split")
    assert [span.price_factor for span in spans] == [Decimal("0.5"), Decimal("0.5"), 1]


def test_dividend_adjustment_leaves_splits_alone() -> None:
    spans = adjustment_spans([SPLIT, LATE], CLOSES, "dividend")
    assert [span.price_factor for span in spans] == [Decimal("0.99"), Decimal("0.99")]
    assert {span.volume_factor for span in spans} == {Decimal(1)}


def test_two_dividends_of_a_day_count_as_one_payment() -> None:
    special = make_dividend("X", date(2020, 4, 1), Decimal("50"), special=True)
    closes = CLOSES | {special.action_id: price("49.5")}
    (span,) = adjustment_spans([LATE, special], closes, "all")
    assert span.price_factor == Decimal("0.495")


def test_dividend_without_a_close_of_its_day_does_not_count() -> None:
    (span,) = adjustment_spans([LATE], {}, "all")
    assert span.price_factor == 1


def test_nothing_is_adjusted_without_actions() -> None:
    assert adjustment_spans([], {}, "all") == []
