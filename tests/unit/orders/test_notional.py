"""Orders for an amount of money, worked by hand."""

import pytest
from tests.unit.orders.stage import ALICE, DAY, Stage, fills, money, price
from tests.unit.orders.test_triggers import changed, with_shares

from tradewind.contracts.market_data import SessionClosed
from tradewind.contracts.terms import Terms
from tradewind.order_service.domain.refusals import (
    NoPriceKnown,
    NotionalTooSmall,
    OrderNotReplaceable,
)
from tradewind.order_service.domain.state import OrderState


def spend(stage: Stage, amount: str, side: str = "buy", limit: str | None = None) -> OrderState:
    return stage.submit(ALICE, side, 0, limit, "day", None, Terms(notional=money(amount)))


def test_market_buy_spends_the_amount_over_the_levels_that_it_walks() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 5), ("12", 5)])
    order = spend(stage, "80")
    # 50 dollars for five at 10; 30 more buy two and a half at 12.
    assert fills(stage.events) == [("10", "5"), ("12", "2.5")]
    assert order.status == "filled"
    assert stage.cash(ALICE) == 10_000 - 80


def test_quantity_is_rounded_down_to_a_billionth() -> None:
    stage = Stage()
    stage.depth(asks=[("3", 100)])
    spend(stage, "10")
    assert fills(stage.events) == [("3", "3.333333333")]


def test_limit_order_divides_by_its_limit() -> None:
    stage = Stage()
    stage.depth(asks=[("8", 100)])
    spend(stage, "100", limit="10")
    assert fills(stage.events) == [("8", "10")]


def test_sell_for_an_amount_uses_what_is_bid() -> None:
    stage = with_shares()
    stage.depth(bids=[("9", 3), ("8", 100)])
    spend(stage, "35", side="sell")
    assert fills(stage.events) == [("9", "3"), ("8", "1")]


def test_amount_sent_over_night_is_divided_by_the_close() -> None:
    stage = with_shares()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    order = spend(stage, "25")
    assert (order.qty, order.status) == (2_500_000_000, "accepted")


def test_amount_needs_a_price_and_must_buy_something() -> None:
    stage = Stage()
    with pytest.raises(NoPriceKnown):
        spend(stage, "10")
    stage.depth(asks=[("10", 5)])
    with pytest.raises(NotionalTooSmall):
        spend(stage, "0.000000001")


def test_notional_order_cannot_be_replaced() -> None:
    stage = Stage()
    order = spend(stage, "100", limit="10")
    with pytest.raises(OrderNotReplaceable, match="notional"):
        changed(stage, order, limit_price=price("11"))
