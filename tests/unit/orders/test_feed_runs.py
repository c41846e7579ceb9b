"""A feed that begins anew: what the run before has shown is not there any more."""

from tests.unit.orders.stage import ALICE, BOB, Stage, price, shares

from tradewind.contracts.market_data import Depth, DepthLevel, FeedEvent, FeedMessage
from tradewind.contracts.vocabulary import OrderStatus, VenueId


def tell(stage: Stage, run: str, *events: FeedEvent) -> None:
    stage.number += 1
    stage.run(FeedMessage(VenueId("test"), stage.number, stage.now, list(events), run))


def asks(stage: Stage, at: str, size: int) -> Depth:
    return Depth("AAPL", stage.now, (), (DepthLevel(price(at), shares(size)),))


def test_depth_of_an_ended_run_fills_nobody() -> None:
    stage = Stage()
    tell(stage, "one", asks(stage, "10", 100))
    tell(stage, "two")
    order = stage.submit(ALICE, "buy", 5, "11")
    assert order.status is OrderStatus.NEW
    tell(stage, "two", asks(stage, "10.50", 100))
    assert (order.status, order.filled_value) == (OrderStatus.FILLED, 5 * price("10.50"))


def test_depth_stays_while_the_run_goes_on() -> None:
    stage = Stage()
    tell(stage, "one", asks(stage, "10", 100))
    tell(stage, "one")
    assert stage.submit(ALICE, "buy", 5, "11").status is OrderStatus.FILLED


def test_last_price_and_users_orders_outlive_a_run() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    tell(stage, "one", asks(stage, "12", 100))
    stage.trade("11", 1)
    stage.submit(ALICE, "sell", 5, "11.50")
    tell(stage, "two")
    assert stage.core.view.last_price("AAPL") == price("11")
    assert stage.submit(BOB, "buy", 5, "11.50").status is OrderStatus.FILLED
