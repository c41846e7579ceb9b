"""Nothing malformed and nothing too large for the journal's columns is ever taken."""

from decimal import Decimal

import msgspec
import pytest
from tests.unit.orders.stage import ALICE, BOB, Stage, money, price, shares

from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.venues import FeeSchedule
from tradewind.contracts.vocabulary import OrderId, OrderSide, OrderType, TimeInForce
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.fees import check_fees
from tradewind.order_service.domain.refusals import OrderTooLarge
from tradewind.platform.errors import MalformedRequest

ORDER = SubmitOrder(
    order_id=OrderId("00000000-0000-7000-9000-000000000001"),
    account_id=ALICE,
    client_order_id="mine",
    symbol="AAPL",
    side=OrderSide.BUY,
    order_type=OrderType.LIMIT,
    time_in_force=TimeInForce.DAY,
    qty=shares(1),
    limit_price=price("10"),
)


def rich() -> Stage:
    stage = Stage()
    for _ in range(30):
        stage.run(commands.Deposit(ALICE, money("1000000000"), "rich"))
    return stage


@pytest.mark.parametrize(
    "change",
    [
        {"qty": 0},
        {"qty": -shares(1)},
        {"limit_price": 0},
        {"limit_price": -price("10")},
        {"limit_price": None},
        {"order_type": OrderType.MARKET},
        {"order_type": OrderType.STOP},
        {"order_type": OrderType.STOP, "time_in_force": TimeInForce.CLS},
        {"client_order_id": ""},
        {"client_order_id": "x" * 129},
        {"client_order_id": "a\x00b"},
        {"client_order_id": "\ud800"},
    ],
    ids=str,
)
def test_malformed_order_is_refused(change: dict[str, object]) -> None:
    stage = Stage()
    number = stage.core.state.number
    with pytest.raises(MalformedRequest):
        stage.run(msgspec.structs.replace(ORDER, **change))
    assert stage.core.state.number == number


@pytest.mark.parametrize("change", [{"qty": 0}, {"limit_price": 0}, {"limit_price": -1}], ids=str)
def test_malformed_replacement_is_refused_and_the_old_order_stays(change: dict[str, int]) -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 1, "10")
    new = OrderId("00000000-0000-7000-9000-000000000002")
    command = ReplaceOrder(order_id=order.order_id, new_order_id=new, account_id=ALICE, **change)
    with pytest.raises(MalformedRequest):
        stage.run(command)
    assert order.status == "new"


@pytest.mark.parametrize("qty", ["0", "-1"])
def test_position_is_not_closed_by_nothing_or_less(qty: str) -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    with pytest.raises(MalformedRequest):
        stage.run(commands.ClosePosition(ALICE, ORDER.order_id, "AAPL", shares(qty)))


@pytest.mark.parametrize(
    ("qty", "limit"),
    [
        ("10000000000", "0.0001"),
        ("0.000000001", "10000000000"),
        ("100000000.000000001", "10"),
    ],
)
def test_order_that_no_column_holds_is_refused(qty: str, limit: str) -> None:
    stage = rich()
    with pytest.raises(OrderTooLarge):
        stage.submit(ALICE, "buy", qty, limit)


def test_sell_is_measured_by_what_the_market_bids_and_not_only_by_its_limit() -> None:
    stage = rich()
    stage.depth(asks=[("0.01", 900_000_000)])
    stage.submit(ALICE, "buy", 900_000_000)
    stage.depth(bids=[("10", 900_000_000)])
    with pytest.raises(OrderTooLarge):
        stage.submit(ALICE, "sell", 900_000_000, "0.01")


def test_fees_may_not_lift_an_order_beyond_the_columns() -> None:
    stage = Stage(FeeSchedule(fee_per_share=money("100")))
    for _ in range(30):
        stage.run(commands.Deposit(BOB, money("1000000000"), "rich"))
    with pytest.raises(OrderTooLarge):
        stage.submit(BOB, "buy", 500_000_000, "1")


def test_largest_order_fits() -> None:
    stage = rich()
    order = stage.submit(ALICE, "buy", 1_000_000_000, "1")
    assert order.hold == money("1000000000") < 2**63


@pytest.mark.parametrize(
    "fees",
    [
        FeeSchedule(fee_bps=Decimal(-1)),
        FeeSchedule(fee_bps=Decimal("0.0000000001")),
        FeeSchedule(fee_bps=Decimal("NaN")),
        FeeSchedule(fee_per_share=money("-0.01")),
        FeeSchedule(fee_minimum=money("-1")),
    ],
    ids=str,
)
def test_fees_that_make_no_sense_are_refused(fees: FeeSchedule) -> None:
    with pytest.raises(MalformedRequest):
        check_fees(fees)


def test_orders_in_symbols_that_the_feed_never_spoke_of_leave_nothing_behind() -> None:
    stage = Stage()
    for number in range(100):
        order = msgspec.structs.replace(
            ORDER, symbol=f"X{number}", order_type=OrderType.MARKET, limit_price=None
        )
        with pytest.raises(Exception, match="no price"):
            stage.run(order)
    assert stage.core.view.instruments == {}


@pytest.mark.parametrize(
    ("profit", "loss"),
    [("-12", None), ("10000000000", None), (None, "0"), ("12", "-9")],
)
def test_leg_that_no_column_holds_or_that_makes_no_sense_is_refused(
    profit: str | None, loss: str | None
) -> None:
    stage = Stage()
    number = stage.core.state.number
    with pytest.raises((MalformedRequest, OrderTooLarge)):
        stage.group(ALICE, "buy", "0.000000001", "10", profit=profit, loss=loss)
    assert stage.core.state.number == number


@pytest.mark.parametrize(
    "terms",
    [
        Terms(trail_price=price("-1")),
        Terms(trail_price=price("0")),
        Terms(trail_percent=-1),
        Terms(trail_percent=2**63),
    ],
    ids=str,
)
def test_trail_that_makes_no_sense_is_refused(terms: Terms) -> None:
    stage = Stage()
    stage.trade("0.0001", 1)
    order = msgspec.structs.replace(
        ORDER, order_type=OrderType.TRAILING_STOP, limit_price=None, terms=terms
    )
    with pytest.raises(MalformedRequest):
        stage.run(order)
