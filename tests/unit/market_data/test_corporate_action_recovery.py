"""Splits and dividends are recovered exactly, and noise makes none."""

from datetime import date
from decimal import Decimal

import pytest

from tradewind.contracts.market_data import CashDividend, CorporateAction, Split
from tradewind.market_data_service import sample
from tradewind.market_data_service.domain.corporate_actions import (
    AdjustedDay,
    UnexplainedAdjustment,
    recover_actions,
)
from tradewind.market_data_service.sample.make import write_actions
from tradewind.platform.money import to_units


@pytest.fixture(scope="module")
def recovered() -> dict[str, list[CorporateAction]]:
    return {symbol: recover_actions(symbol, days) for symbol, days in sample.read_days().items()}


def day(number: int, opened: str, close: str, adjusted: str) -> AdjustedDay:
    return AdjustedDay(
        trading_date=date(2020, 1, number),
        open=Decimal(opened),
        close=Decimal(close),
        adjusted_close=Decimal(adjusted),
    )


def dividends(actions: list[CorporateAction], *, special: bool) -> list[tuple[str, int]]:
    return [
        (action.ex_date.isoformat(), action.rate)
        for action in actions
        if isinstance(action, CashDividend) and action.special is special
    ]


def test_shipped_actions_are_what_the_shipped_prices_give(
    recovered: dict[str, list[CorporateAction]],
) -> None:
    again = [action for actions in recovered.values() for action in actions]
    assert sample.read_actions() == again
    assert write_actions(again).encode() == sample._file(sample.ACTIONS_FILE)


def test_splits_of_the_sample_are_those_that_happened(
    recovered: dict[str, list[CorporateAction]],
) -> None:
    splits = [
        (action.symbol, action.ex_date.isoformat(), action.new_rate, action.old_rate)
        for actions in recovered.values()
        for action in actions
        if isinstance(action, Split)
    ]
    assert splits == [
        ("AAPL", "2000-06-21", 2, 1),
        ("AAPL", "2005-02-28", 2, 1),
        ("MSFT", "2003-02-18", 2, 1),
    ]


def test_microsoft_paid_its_special_dividend_beside_the_usual_one(
    recovered: dict[str, list[CorporateAction]],
) -> None:
    assert dividends(recovered["MSFT"], special=True) == [("2004-11-15", to_units(3))]
    usual = dict(dividends(recovered["MSFT"], special=False))
    assert usual["2004-11-15"] == to_units("0.08")
    assert usual["2003-02-19"] == to_units("0.08")
    assert usual["2003-10-15"] == to_units("0.16")
    assert usual["2013-02-19"] == to_units("0.23")
    assert len(usual) == 37


def test_ibm_paid_every_quarter(recovered: dict[str, list[CorporateAction]]) -> None:
    paid = dividends(recovered["IBM"], special=False)
    assert len(paid) == 52
    assert paid[0] == ("2000-05-08", to_units("0.13"))
    assert paid[-1] == ("2013-02-06", to_units("0.85"))
    assert dividends(recovered["IBM"], special=True) == []


def test_apple_began_to_pay_in_2012(recovered: dict[str, list[CorporateAction]]) -> None:
    rate = to_units("2.65")
    assert dividends(recovered["AAPL"], special=False) == [
        ("2012-08-09", rate),
        ("2012-11-07", rate),
        ("2013-02-07", rate),
    ]


def test_companies_without_actions_get_none(
    recovered: dict[str, list[CorporateAction]],
) -> None:
    assert recovered["GOOG"] == []
    assert recovered["FB"] == []


def test_float_noise_makes_no_ghosts() -> None:
    days = [
        day(2, "100", "100", "31.4159265358"),
        day(3, "101", "101", "31.7300858012"),
        day(6, "99.5", "99.5", "31.258846903121"),
    ]
    assert recover_actions("X", days) == []


def test_dividend_on_the_day_of_a_split_is_told_apart() -> None:
    # 3:1, and 0.25 a new share: 40 × (40 + 0.25) / 40 × 3 of growth.
    days = [day(2, "120", "121", "40.0827815"), day(3, "40.1", "40", "40")]
    growth = Decimal(3) * (Decimal(40) + Decimal("0.25")) / 40
    days[0] = day(2, "120", "121", str(Decimal(121) / growth))
    split, dividend = recover_actions("X", days)
    assert isinstance(split, Split)
    assert (split.new_rate, split.old_rate) == (3, 1)
    assert isinstance(dividend, CashDividend)
    assert dividend.rate == to_units("0.25")


def test_reverse_split_is_recovered() -> None:
    days = [day(2, "1.1", "1.05", "10.5"), day(3, "10.4", "10.6", "10.6")]
    (split,) = recover_actions("X", days)
    assert isinstance(split, Split)
    assert (split.new_rate, split.old_rate) == (1, 10)


def test_jump_without_a_price_move_is_refused_rather_than_booked() -> None:
    days = [day(2, "100", "100", "30"), day(3, "100", "100", "60")]
    with pytest.raises(UnexplainedAdjustment, match=r"X on 2020-01-03"):
        recover_actions("X", days)


def test_ids_of_actions_never_change(recovered: dict[str, list[CorporateAction]]) -> None:
    ids = [action.action_id for actions in recovered.values() for action in actions]
    assert len(set(ids)) == len(ids)
    assert [action.action_id for action in sample.read_actions()] == ids
