"""Fees: the fills of an order pay what they owe together, and nobody earns by trading alone."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.contracts.journal import Liquidity
from tradewind.contracts.venues import FeeSchedule
from tradewind.contracts.vocabulary import OrderSide
from tradewind.order_service.domain.fees import Fees, check_fees
from tradewind.platform.money import (
    CENT,
    SCALE,
    MoneyUnits,
    PriceUnits,
    QuantityUnits,
    Rounding,
    multiply_units,
)

amounts = st.integers(0, SCALE).map(MoneyUnits)
rates = st.decimals(0, 500, places=3)
prices = st.one_of(st.integers(1, CENT), st.integers(SCALE, 10_000 * SCALE)).map(PriceUnits)
quantities = st.one_of(st.integers(1, SCALE), st.integers(SCALE, 10_000 * SCALE)).map(QuantityUnits)
liquidities = st.sampled_from(Liquidity)
sides = st.sampled_from(OrderSide)


@st.composite
def schedules(draw: st.DrawFn) -> FeeSchedule:
    """Draw a schedule that a venue may have, one side's rebate within what the other pays."""
    taker, taker_share = draw(rates), draw(amounts)
    maker, maker_share = -taker, MoneyUnits(-taker_share)
    if draw(st.booleans()):
        maker = draw(st.decimals(-taker, 500, places=3))
        maker_share = MoneyUnits(draw(st.integers(-taker_share, SCALE)))
    if draw(st.booleans()):
        taker, maker, taker_share, maker_share = maker, taker, maker_share, taker_share
    fees = FeeSchedule(
        fee_bps=draw(rates),
        fee_per_share=draw(amounts),
        fee_minimum=draw(amounts),
        maker_bps=Decimal(maker),
        maker_per_share=maker_share,
        taker_bps=Decimal(taker),
        taker_per_share=taker_share,
        sell_fee_per_million=draw(amounts),
        sell_fee_per_share=draw(amounts),
        sell_fee_per_share_max=draw(amounts),
    )
    check_fees(fees)
    return fees


class Filled:
    """An order as it fills at some schedule."""

    def __init__(self, fees: Fees, side: OrderSide) -> None:
        self.fees = fees
        self.side = side
        self.qty = QuantityUnits(0)
        self.value = MoneyUnits(0)
        self.order_part = MoneyUnits(0)
        self.paid = 0

    def fill(self, price: PriceUnits, qty: QuantityUnits, liquidity: Liquidity) -> tuple[int, int]:
        """Fill once and return the value and the fee of it."""
        value = multiply_units(price, qty, Rounding.DOWN)
        self.qty = QuantityUnits(self.qty + qty)
        self.value = MoneyUnits(self.value + value)
        fee = self.fees.of_fill(
            self.side, liquidity, self.qty, self.value, self.order_part, qty, value
        )
        self.order_part = MoneyUnits(self.order_part + fee.amount - fee.liquidity)
        self.paid += fee.amount
        return value, fee.amount


fills = st.lists(st.tuples(prices, quantities, liquidities), min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(schedules(), fills)
def test_fills_of_a_buy_pay_the_fee_of_them_together(
    schedule: FeeSchedule, steps: list[tuple[PriceUnits, QuantityUnits, Liquidity]]
) -> None:
    order = Filled(Fees(schedule), OrderSide.BUY)
    for step in steps:
        order.fill(*step)
        assert order.order_part == order.fees.total(OrderSide.BUY, order.qty, order.value)


@settings(max_examples=300, deadline=None)
@given(schedules(), fills)
def test_sell_pays_no_more_than_it_brought_in_and_what_it_lacks_comes_later(
    schedule: FeeSchedule, steps: list[tuple[PriceUnits, QuantityUnits, Liquidity]]
) -> None:
    order = Filled(Fees(schedule), OrderSide.SELL)
    for step in steps:
        value, fee = order.fill(*step)
        assert fee <= value
        total = order.fees.total(OrderSide.SELL, order.qty, order.value)
        assert order.order_part == total or (order.order_part < total and fee == value)


@settings(max_examples=300, deadline=None)
@given(schedules(), prices, fills)
def test_hold_of_a_limit_buy_covers_whatever_its_fills_cost(
    schedule: FeeSchedule,
    limit: PriceUnits,
    steps: list[tuple[PriceUnits, QuantityUnits, Liquidity]],
) -> None:
    fees = Fees(schedule)
    qty = sum(step[1] for step in steps)
    zero = MoneyUnits(0)
    hold = fees.exposure(limit, QuantityUnits(qty), QuantityUnits(0), zero, zero)
    order, cost = Filled(fees, OrderSide.BUY), 0
    for price, part, liquidity in steps:
        value, fee = order.fill(PriceUnits(min(price, limit)), part, liquidity)
        cost += value + fee
        left = QuantityUnits(qty - order.qty)
        rest = fees.exposure(limit, left, order.qty, order.value, order.order_part)
        assert cost + rest <= hold


@settings(max_examples=500, deadline=None)
@given(schedules(), prices, quantities, sides)
def test_rebate_of_one_side_is_never_more_than_what_the_other_pays(
    schedule: FeeSchedule, price: PriceUnits, qty: QuantityUnits, taker: OrderSide
) -> None:
    maker = OrderSide.SELL if taker is OrderSide.BUY else OrderSide.BUY
    by_liquidity = 0
    for side, liquidity in ((taker, Liquidity.TAKER), (maker, Liquidity.MAKER)):
        order = Filled(Fees(schedule), side)
        order.fill(price, qty, liquidity)
        by_liquidity += order.paid - order.order_part
    assert by_liquidity >= 0


@given(rates, amounts, amounts, quantities, amounts)
def test_order_part_is_whole_cents_unless_the_minimum_is_not(
    bps: Decimal, per_share: MoneyUnits, minimum: MoneyUnits, qty: QuantityUnits, value: MoneyUnits
) -> None:
    schedule = FeeSchedule(fee_bps=bps, fee_per_share=per_share, fee_minimum=minimum)
    total = Fees(schedule).total(OrderSide.BUY, qty, value)
    assert total == minimum or total % CENT == 0
