"""The settings by which a venue fills orders, each with figures worked by hand."""

from datetime import timedelta

import pytest
from tests.unit.orders.stage import ALICE, BOB, Stage, fills

from tradewind.contracts.venues import FillSettings
from tradewind.contracts.vocabulary import FillModel
from tradewind.order_service.domain.market_view import check_fills
from tradewind.platform.errors import MalformedRequest

LEVELS = [("10", 5), ("10.1", 5)]


def stage_with(model: FillModel = FillModel.QUEUE, **settings: int) -> Stage:
    return Stage(fills=FillSettings(model=model, **settings))


def test_queue_walks_the_levels() -> None:
    stage = stage_with()
    stage.depth(asks=LEVELS)
    stage.submit(ALICE, "buy", 8)
    assert fills(stage.events) == [("10", "5"), ("10.1", "3")]


def test_top_of_book_takes_the_best_level_and_waits_for_the_next_depth() -> None:
    stage = stage_with(FillModel.TOP_OF_BOOK)
    stage.depth(asks=LEVELS)
    stage.submit(ALICE, "buy", 8)
    assert fills(stage.events) == [("10", "5")]
    assert fills(stage.depth(asks=[("10.2", 9)])) == [("10.2", "3")]


def test_top_of_book_has_no_queue() -> None:
    stage = stage_with(FillModel.TOP_OF_BOOK)
    stage.depth(bids=[("9", 100)])
    stage.submit(ALICE, "buy", 8, "9")
    assert fills(stage.trade("9", 3)) == [("9", "3")]


def test_instant_fills_any_quantity_at_the_best_price() -> None:
    stage = stage_with(FillModel.INSTANT)
    stage.depth(asks=LEVELS)
    stage.submit(ALICE, "buy", 800)
    assert fills(stage.events) == [("10", "800")]


def test_instant_fills_an_order_that_waits_as_soon_as_a_trade_reaches_it() -> None:
    stage = stage_with(FillModel.INSTANT)
    stage.depth(bids=[("9", 100)])
    stage.submit(ALICE, "buy", 800, "9")
    assert fills(stage.trade("9", 1)) == [("9", "800")]


def test_users_meet_each_other_under_every_model() -> None:
    for model in FillModel:
        stage = stage_with(model)
        stage.give(BOB, 10)
        stage.submit(BOB, "sell", 10, "12")
        stage.submit(ALICE, "buy", 4, "12")
        assert fills(stage.events) == [("12", "4"), ("12", "4")]


def test_hidden_size_trades_at_its_price_before_the_next_level() -> None:
    stage = stage_with(hidden_percent=40)
    stage.depth(asks=LEVELS)
    stage.submit(ALICE, "buy", 8)
    assert fills(stage.events) == [("10", "7"), ("10.1", "1")]


def test_hidden_size_stands_behind_the_users_at_its_price() -> None:
    stage = stage_with(hidden_percent=100)
    stage.give(BOB, 10, "9")
    stage.depth(asks=LEVELS)
    stage.submit(BOB, "sell", 4, "10")
    stage.submit(ALICE, "buy", 12, "10")
    # What is shown, then the user, then what is hidden.
    assert fills(stage.events) == [("10", "5"), ("10", "4"), ("10", "4"), ("10", "3")]


def test_hidden_size_is_no_queue_to_stand_behind() -> None:
    stage = stage_with(hidden_percent=100)
    stage.depth(bids=[("9", 5)])
    stage.submit(ALICE, "buy", 3, "9")
    assert fills(stage.trade("9", 7)) == [("9", "2")]


def test_impact_moves_the_next_prices_by_the_part_that_was_taken() -> None:
    stage = stage_with(impact_bps=200)
    stage.depth(bids=[("9.9", 10)], asks=[("10", 10)])
    stage.submit(ALICE, "buy", 5)
    # Half of the side moves prices by one percent of 10.
    stage.depth(bids=[("9.9", 10)], asks=[("10", 10)])
    stage.submit(ALICE, "buy", 5)
    assert fills(stage.events) == [("10.1", "5")]


def test_sells_move_prices_down() -> None:
    stage = stage_with(impact_bps=200)
    stage.give(ALICE, 10)
    stage.core.view.learn("AAPL").moved = 0
    stage.depth(bids=[("10", 10)], asks=[("10.1", 10)])
    stage.submit(ALICE, "sell", 5)
    stage.depth(bids=[("10", 10)], asks=[("10.1", 10)])
    stage.submit(ALICE, "sell", 5)
    assert fills(stage.events) == [("9.9", "5")]


def test_impact_is_half_gone_after_its_half_life() -> None:
    stage = stage_with(impact_bps=200, impact_half_life_s=60)
    stage.depth(asks=[("10", 10)])
    stage.submit(ALICE, "buy", 10)
    best = []
    for _ in range(3):
        stage.depth(asks=[("10", 10)])
        level = stage.core.view.instrument("AAPL").shown[1].best()
        assert level is not None
        best.append(level[0])
        stage.now += timedelta(seconds=60)
    assert best == [10_200_000_000, 10_100_000_000, 10_050_000_000]


def test_market_that_nobody_took_from_is_not_moved() -> None:
    stage = stage_with(impact_bps=200)
    stage.depth(asks=[("10", 10)])
    stage.submit(ALICE, "buy", 5, "9.5")
    stage.trade("9.4", 5)
    stage.depth(asks=[("10", 10)])
    assert stage.core.view.instrument("AAPL").moved == 0


@pytest.mark.parametrize(
    "settings",
    [
        FillSettings(hidden_percent=-1),
        FillSettings(hidden_percent=1001),
        FillSettings(impact_bps=-1),
        FillSettings(impact_bps=1001),
        FillSettings(impact_half_life_s=0),
        FillSettings(model=FillModel.INSTANT, hidden_percent=10),
    ],
)
def test_settings_without_meaning_are_refused(settings: FillSettings) -> None:
    with pytest.raises(MalformedRequest):
        check_fills(settings)
