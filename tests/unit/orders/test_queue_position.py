"""A passive order keeps its place: the feed's depth that was there before it trades first."""

from tests.unit.orders.stage import ALICE, BOB, Stage, fills


def test_trade_at_the_price_first_uses_up_the_queue_ahead() -> None:
    stage = Stage()
    stage.depth(bids=[("10", 100)], asks=[("10.1", 100)])
    stage.submit(ALICE, "buy", 20, "10")
    assert fills(stage.trade("10", 60)) == []
    assert fills(stage.trade("10", 50)) == [("10", "10")]
    assert fills(stage.trade("10", 50)) == [("10", "10")]


def test_trade_through_the_price_fills_whatever_stood_ahead() -> None:
    stage = Stage()
    stage.depth(bids=[("10", 100)], asks=[("10.1", 100)])
    order = stage.submit(ALICE, "buy", 20, "10")
    assert fills(stage.trade("9.99", 30)) == [("10", "20")]
    assert order.status == "filled"


def test_no_more_is_filled_than_the_trade_was_large() -> None:
    stage = Stage()
    stage.submit(ALICE, "buy", 20, "10")
    stage.submit(BOB, "buy", 20, "10")
    assert fills(stage.trade("9.5", 30)) == [("10", "20"), ("10", "10")]


def test_depth_that_is_taken_back_moves_the_order_up() -> None:
    stage = Stage()
    stage.depth(bids=[("10", 100)], asks=[("10.1", 100)])
    stage.submit(ALICE, "buy", 20, "10")
    stage.depth(bids=[("10", 5)], asks=[("10.1", 100)])
    assert fills(stage.trade("10", 10)) == [("10", "5")]


def test_depth_that_comes_later_stands_behind() -> None:
    stage = Stage()
    stage.depth(bids=[("9.9", 10)], asks=[("10.1", 100)])
    stage.submit(ALICE, "buy", 20, "10")
    stage.depth(bids=[("10", 500)], asks=[("10.1", 100)])
    assert fills(stage.trade("10", 20)) == [("10", "20")]


def test_feed_that_comes_to_the_price_fills_it_at_that_price() -> None:
    stage = Stage()
    stage.depth(asks=[("10.1", 15)])
    stage.submit(ALICE, "buy", 20, "10")
    assert fills(stage.depth(asks=[("9.8", 15)])) == [("10", "15")]


def test_users_at_one_price_trade_in_order_of_arrival() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.give(BOB, 10)
    first = stage.submit(BOB, "sell", 5, "12")
    second = stage.submit(BOB, "sell", 5, "12")
    stage.submit(ALICE, "buy", 7, "12")
    assert (first.status, second.status) == ("filled", "partially_filled")


def test_better_price_of_a_user_goes_before_the_feed() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.depth(asks=[("12", 100)])
    stage.submit(BOB, "sell", 5, "11.5")
    stage.submit(ALICE, "buy", 8, "12")
    assert fills(stage.events) == [("11.5", "5"), ("11.5", "5"), ("12", "3")]


def test_at_one_price_the_feeds_earlier_depth_goes_before_the_user() -> None:
    stage = Stage()
    stage.give(BOB, 10)
    stage.depth(asks=[("12", 4)])
    maker = stage.submit(BOB, "sell", 5, "12")
    stage.submit(ALICE, "buy", 6, "12")
    assert maker.filled_qty == 2 * 10**9


def test_shown_depth_can_be_taken_only_once_until_it_is_renewed() -> None:
    stage = Stage()
    stage.depth(asks=[("10", 5)])
    stage.submit(ALICE, "buy", 5, "10")
    waiting = stage.submit(ALICE, "buy", 5, "10")
    assert waiting.status == "new"
    stage.depth(asks=[("10", 5)])
    assert waiting.status == "filled"
