"""The life of an order: the table says it all, and no other move can be written."""

import itertools

import pytest
from tests.unit.orders.stage import ALICE, DAY, Stage, price

from tradewind.contracts.journal import OrderActivated, OrderCanceled, OrderExpired
from tradewind.contracts.market_data import SessionClosed, SessionOpened
from tradewind.contracts.vocabulary import OrderStatus
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.lifecycle import TRANSITIONS, move
from tradewind.platform.errors import InvariantBroken

BEGINS = {OrderStatus.ACCEPTED, OrderStatus.HELD, OrderStatus.NEW, OrderStatus.PENDING_NEW}
ENDS = {
    OrderStatus.FILLED,
    OrderStatus.CANCELED,
    OrderStatus.EXPIRED,
    OrderStatus.REPLACED,
    OrderStatus.REJECTED,
}
WORKS = {
    OrderStatus.NEW,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.PENDING_CANCEL,
    OrderStatus.PENDING_REPLACE,
}


def test_every_status_has_its_row() -> None:
    assert TRANSITIONS.keys() == set(OrderStatus)


@pytest.mark.parametrize("status", OrderStatus)
def test_order_is_open_exactly_while_it_can_move(status: OrderStatus) -> None:
    assert status.is_open == bool(TRANSITIONS[status])
    assert (status in ENDS) == (not TRANSITIONS[status])


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_can_be_reached(status: OrderStatus) -> None:
    reached = set(BEGINS)
    for _ in OrderStatus:
        reached |= {to for known in reached for to in TRANSITIONS[known]}
    assert status in reached


@pytest.mark.parametrize(
    ("status", "to"), list(itertools.product(OrderStatus, OrderStatus)), ids=str
)
def test_move_is_made_when_the_table_has_it_and_breaks_otherwise(
    status: OrderStatus, to: OrderStatus
) -> None:
    if to in TRANSITIONS[status]:
        assert move(status, to) is to
    else:
        with pytest.raises(InvariantBroken, match=f"from {status} to {to}"):
            move(status, to)


def test_only_working_orders_trade() -> None:
    trades = {OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED}
    for status in OrderStatus:
        can = bool(TRANSITIONS[status] & trades)
        assert can == (status in WORKS)


def test_order_moves_only_forwards_through_its_days() -> None:
    stage = Stage()
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    order = stage.submit(ALICE, "buy", 5, "10", "gtc")
    seen = [order.status]
    stage.feed(SessionOpened(DAY.replace(day=3), stage.now))
    seen.append(order.status)
    for size in (2, 2, 1):
        stage.trade("9", size)
        seen.append(order.status)
    assert seen == ["accepted", "new", "partially_filled", "partially_filled", "filled"]


def test_event_that_the_table_does_not_know_is_not_folded_in() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 5, "10")
    core = stage.core
    with pytest.raises(InvariantBroken):
        apply(
            core.state,
            core.books,
            core.state.number + 1,
            stage.now,
            OrderActivated(order.order_id, ALICE),
        )


@pytest.mark.parametrize("gap", [0, 2])
def test_record_that_does_not_follow_the_last_one_is_not_folded_in(gap: int) -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 5, "10")
    core = stage.core
    event = OrderExpired(order.order_id, ALICE, order.hold)
    with pytest.raises(InvariantBroken, match="cannot follow"):
        apply(core.state, core.books, core.state.number + gap, stage.now, event)
    assert order.status == "new"


def test_ended_order_is_forgotten_and_cannot_end_again() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 5, "10")
    stage.feed(SessionClosed(DAY, stage.now, {}))
    core = stage.core
    assert order.order_id not in core.state.orders
    assert core.state.accounts[ALICE].client_order_ids == {}
    with pytest.raises(KeyError):
        apply(
            core.state,
            core.books,
            core.state.number + 1,
            stage.now,
            OrderCanceled(order.order_id, ALICE, "requested", 0),  # type: ignore[arg-type]
        )
