"""Bars grow with the prints and end with their interval."""

from datetime import UTC, date, datetime, timedelta

from tradewind.market_data_service.domain.running_bars import BarBoard
from tradewind.testing.market_data import midnight, price, shares, trade

START = datetime(2026, 1, 6, 15, tzinfo=UTC)
DAY = midnight(date(2026, 1, 6))
SECOND = timedelta(seconds=1)


def test_bar_has_the_first_last_highest_and_lowest_print() -> None:
    board = BarBoard()
    for number, (at_price, size) in enumerate([("10", 100), ("12", 300), ("9", 100), ("11", 500)]):
        assert board.take(trade("X", START + SECOND * number, at_price, size), DAY) == []
    (bar,) = board.finish_minutes(START + 60 * SECOND)
    assert (bar.open, bar.high, bar.low, bar.close) == tuple(map(price, (10, 12, 9, 11)))
    assert (bar.volume, bar.trade_count, bar.vwap) == (shares(1000), 4, price("11"))
    assert board.finish_minutes(START + 60 * SECOND) == []


def test_print_of_the_next_minute_ends_the_one_before() -> None:
    board = BarBoard()
    board.take(trade("X", START, "10", 1), DAY)
    (ended,) = board.take(trade("X", START + 61 * SECOND, "11", 1), DAY)
    assert (ended.starts_at, ended.close) == (START, price(10))
    assert [bar.close for bar in board.days()] == [price(11)]


def test_minute_that_still_runs_is_not_finished() -> None:
    board = BarBoard()
    board.take(trade("X", START, "10", 1), DAY)
    assert board.finish_minutes(START + 59 * SECOND) == []
    assert len(board.running()) == 2


def test_resumed_bar_grows_as_if_it_had_never_been_stored() -> None:
    whole, resumed = BarBoard(), BarBoard()
    first, second = trade("X", START, "10", 300), trade("X", START + SECOND, "14", 100)
    whole.take(first, DAY)
    for bar in whole.running():
        resumed.resume(bar)
    whole.take(second, DAY)
    resumed.take(second, DAY)
    assert resumed.running() == whole.running()
    assert resumed.finish_days()[0].vwap == price(11)
    assert resumed.days() == []
