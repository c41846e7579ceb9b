"""What fills cost, worked by hand."""

from decimal import Decimal

import pytest
from tests.unit.orders.stage import ALICE, BOB, Stage, money

from tradewind.contracts.journal import Event, OrderFilled
from tradewind.contracts.venues import FeeSchedule
from tradewind.order_service.domain.fees import check_fees
from tradewind.platform.errors import MalformedRequest
from tradewind.platform.money import format_units


def fees(events: list[Event]) -> list[str]:
    return [format_units(event.fee) for event in events if isinstance(event, OrderFilled)]


def test_taker_pays_and_maker_is_paid_by_the_share() -> None:
    stage = Stage(FeeSchedule(taker_per_share=money("0.003"), maker_per_share=money("-0.002")))
    stage.give(BOB, 100)
    stage.submit(BOB, "sell", 100, "12")
    stage.submit(ALICE, "buy", 50, "12")
    assert fees(stage.events) == ["-0.1", "0.15"]
    assert stage.cash(ALICE) == Decimal("10000") - 600 - Decimal("0.15")
    assert stage.cash(BOB) == Decimal("10000") - 1000 - Decimal("0.3") + 600 + Decimal("0.1")


def test_liquidity_rates_are_cut_to_a_hundredth_of_a_cent_towards_zero() -> None:
    stage = Stage(FeeSchedule(taker_bps=Decimal("1.5"), maker_bps=Decimal("-1.5")))
    stage.give(BOB, 3, "11.11")
    stage.submit(BOB, "sell", 3, "11.11")
    stage.submit(ALICE, "buy", 3, "11.11")
    # 1.5 ten-thousandths of 33.33 are 0.0049995.
    assert fees(stage.events) == ["-0.0049", "0.0049"]


def test_buy_reserves_the_worse_of_the_liquidity_rates() -> None:
    stage = Stage(FeeSchedule(taker_bps=Decimal(30), maker_bps=Decimal(-20)))
    stage.submit(ALICE, "buy", 100, "10")
    assert stage.cash(ALICE) == Decimal("10000") - 1000 - 3
    stage.trade("9", 100)
    assert stage.cash(ALICE) == Decimal("10000") - 1000 + 2


def test_regulators_take_from_sells_alone_and_each_fee_is_rounded_up_to_the_cent() -> None:
    schedule = FeeSchedule(sell_fee_per_million=money("27.8"), sell_fee_per_share=money("0.000166"))
    stage = Stage(schedule)
    stage.give(ALICE, 100)
    assert stage.cash(ALICE) == Decimal("9000")
    stage.depth(bids=[("10", 100)])
    stage.submit(ALICE, "sell", 100)
    # 0.0278 and 0.0166, rounded up to 0.03 and 0.02.
    assert fees(stage.events) == ["0.05"]


def test_regulators_fees_are_those_of_the_fills_together() -> None:
    stage = Stage(FeeSchedule(sell_fee_per_million=money("27.8")))
    stage.give(ALICE, 100)
    stage.depth(bids=[("10", 40), ("9", 60)])
    stage.submit(ALICE, "sell", 100)
    # Of 400 it is 0.01112, of 940 together 0.026132.
    assert fees(stage.events) == ["0.02", "0.01"]


def test_fee_by_the_share_has_a_bound_for_an_order() -> None:
    schedule = FeeSchedule(sell_fee_per_share=money("0.01"), sell_fee_per_share_max=money("0.5"))
    stage = Stage(schedule)
    stage.give(ALICE, 100)
    stage.depth(bids=[("10", 40), ("9", 60)])
    stage.submit(ALICE, "sell", 100)
    assert fees(stage.events) == ["0.4", "0.1"]


def test_minimum_does_not_cover_the_liquidity_rates() -> None:
    stage = Stage(FeeSchedule(fee_minimum=money("1"), taker_bps=Decimal(10)))
    stage.depth(asks=[("10", 100)])
    stage.submit(ALICE, "buy", 10, "10")
    assert fees(stage.events) == ["1.1"]


def test_sell_never_pays_more_than_it_brings_in() -> None:
    stage = Stage(FeeSchedule(taker_per_share=money("20"), sell_fee_per_share=money("5")))
    stage.depth(asks=[("10", 1)])
    stage.submit(ALICE, "buy", 1)
    stage.depth(bids=[("10", 1)])
    before = stage.cash(ALICE)
    stage.submit(ALICE, "sell", 1)
    assert stage.cash(ALICE) == before


@pytest.mark.parametrize(
    "schedule",
    [
        FeeSchedule(maker_bps=Decimal(-2), taker_bps=Decimal(1)),
        FeeSchedule(maker_per_share=money("-0.002"), taker_per_share=money("0.001")),
        FeeSchedule(sell_fee_per_million=money("-1")),
        FeeSchedule(maker_bps=Decimal("0.0000000001")),
    ],
)
def test_schedule_that_loses_money_or_cannot_be_counted_is_refused(schedule: FeeSchedule) -> None:
    with pytest.raises(MalformedRequest):
        check_fees(schedule)


def test_rebate_is_no_more_than_a_sell_of_little_value_can_pay() -> None:
    stage = Stage(FeeSchedule(taker_per_share=money("0.003"), maker_per_share=money("-0.003")))
    stage.give(BOB, 100)
    stage.submit(ALICE, "buy", 100, "0.0001")
    stage.submit(BOB, "sell", 100, "0.0001")
    assert fees(stage.events) == ["-0.01", "0.01"]
