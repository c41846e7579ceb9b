"""The order as it was when an event happened."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tradewind.api_gateway.streams.orders_as_of import OrderCache, order_accepted, order_as_of
from tradewind.api_gateway.streams.trade_updates import event_name
from tradewind.contracts.journal import (
    CancelReason,
    JournalRecord,
    Liquidity,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderFilled,
    OrderRestated,
    ReplacementDue,
    ReplaceRejected,
)
from tradewind.contracts.orders import Order
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import (
    MAIN_VENUE,
    AccountId,
    ExecutionId,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from tradewind.platform.money import MoneyUnits, PriceUnits
from tradewind.testing.market_data import price, shares

NOW = datetime(2024, 1, 2, 15, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def new_order(order_id: str = "order", account_id: str = "account") -> Order:
    event = OrderAccepted(
        order_id=OrderId(order_id),
        account_id=AccountId(account_id),
        client_order_id="mine",
        symbol="AAPL",
        side=OrderSide.BUY,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        qty=shares(3),
        limit_price=None,
        status=OrderStatus.ACCEPTED,
        hold=0,
        hold_price=None,
    )
    return order_accepted(JournalRecord(MAIN_VENUE, 1, NOW, event), event)


def fill(total: int, value: str) -> OrderFilled:
    return OrderFilled(
        order_id=OrderId("order"),
        account_id=AccountId("account"),
        execution_id=ExecutionId("execution"),
        symbol="AAPL",
        side=OrderSide.BUY,
        price=price("10"),
        qty=shares(1),
        fee=MoneyUnits(0),
        liquidity=Liquidity.TAKER,
        hold_released=0,
        filled_qty=shares(total),
        filled_value=MoneyUnits(price(value)),
        status=OrderStatus.FILLED if total == 3 else OrderStatus.PARTIALLY_FILLED,
        position_qty=shares(total),
    )


def after(order: Order, event: object, at: datetime = LATER) -> Order:
    return order_as_of(order, JournalRecord(MAIN_VENUE, 2, at, event), event)


def test_a_fill_sets_totals_and_time_whatever_version_it_is_laid_over() -> None:
    early = new_order()
    late = after(early, fill(3, "30.01"), LATER + timedelta(hours=1))
    for version in (early, late):
        partly = after(version, fill(1, "10"))
        assert partly.status is OrderStatus.PARTIALLY_FILLED
        assert partly.filled_qty == shares(1)
        assert partly.filled_avg_price == price("10")
        assert (partly.updated_at, partly.filled_at) == (LATER, None)
        assert partly.created_at == NOW


def test_the_average_price_of_a_full_fill_is_of_all_its_parts() -> None:
    full = after(new_order(), fill(3, "30.01"))
    assert full.filled_at == LATER
    assert full.filled_avg_price == PriceUnits(10_003_333_333)


def test_an_activated_order_has_not_traded_yet() -> None:
    late = after(new_order(), fill(3, "30"))
    active = after(late, OrderActivated(late.order_id, late.account_id))
    assert (active.status, active.filled_qty, active.filled_at) == (OrderStatus.NEW, 0, None)


def test_the_cache_forgets_what_has_ended_and_the_oldest_beyond_its_size() -> None:
    cache = OrderCache(2)
    first, second, third = (new_order(name) for name in ("1", "2", "3"))
    for order in (first, second, third):
        cache.put(order)
    assert OrderId("1") not in cache
    ended = OrderCanceled(second.order_id, second.account_id, CancelReason.REQUESTED, 0)
    cache.put(after(second, ended))
    assert OrderId("2") not in cache
    assert len(cache) == 1


def test_the_cache_forgets_an_account_that_nobody_listens_to() -> None:
    cache = OrderCache(10)
    cache.put(new_order("1", "mine"))
    cache.put(new_order("2", "yours"))
    cache.forget(AccountId("mine"))
    assert cache.get(OrderId("1")) is None
    assert cache.get(OrderId("2")) is not None


def test_corporate_action_restates_an_order_with_what_it_had_filled_by_then() -> None:
    event = OrderRestated(
        order_id=OrderId("order"),
        account_id=AccountId("account"),
        action_id="split",
        qty=shares(5),
        limit_price=price("5"),
        terms=Terms(notional=MoneyUnits(7)),
        hold=0,
        hold_price=None,
        status=OrderStatus.PARTIALLY_FILLED,
        filled_qty=shares(1),
        filled_value=MoneyUnits(price("10")),
    )
    later = replace(new_order(), status=OrderStatus.CANCELED, canceled_at=LATER)
    order = order_as_of(later, JournalRecord(MAIN_VENUE, 2, LATER, event), event)
    assert (order.qty, order.limit_price, order.terms) == (shares(5), price("5"), event.terms)
    assert (order.status, order.filled_qty) == (OrderStatus.PARTIALLY_FILLED, shares(1))
    assert (order.canceled_at, order.updated_at) == (None, LATER)
    assert event_name(event) == "restated"


def test_rejected_replacement_leaves_an_order_as_it_was() -> None:
    event = ReplaceRejected(
        OrderId("order"),
        AccountId("account"),
        OrderId("new"),
        OrderStatus.PARTIALLY_FILLED,
        shares(1),
        MoneyUnits(price("10")),
    )
    later = after(new_order(), fill(3, "30"))
    order = after(later, event)
    assert (order.status, order.filled_qty) == (OrderStatus.PARTIALLY_FILLED, shares(1))
    assert order.filled_at is None
    assert event_name(event) == "order_replace_rejected"


def test_rejected_replacement_of_an_order_that_was_filled_keeps_the_time_of_its_fill() -> None:
    full = after(new_order(), fill(3, "30"))
    event = ReplaceRejected(
        full.order_id,
        full.account_id,
        OrderId("new"),
        full.status,
        full.filled_qty,
        full.filled_value,
    )
    assert after(full, event) == full


@pytest.mark.parametrize(("taken_off", "name"), [(2, "restated"), (0, None)])
def test_replacement_is_told_as_restated_where_the_other_has_filled_some(
    taken_off: int, name: str | None
) -> None:
    order = new_order()
    event = ReplacementDue(
        order.order_id, order.account_id, shares(3 - taken_off), 0, shares(taken_off)
    )
    due = after(order, event)
    assert (due.qty, due.status) == (shares(3 - taken_off), OrderStatus.PENDING_NEW)
    assert event_name(event) == name
