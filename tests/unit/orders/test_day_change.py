"""What the profit of a day is counted from, and at which time the feed's events happen."""

from datetime import timedelta

from tests.unit.orders.stage import ALICE, DAY, Stage, money, price, shares

from tradewind.contracts.journal import OrderFilled
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    FeedMessage,
    SessionClosed,
    SessionOpened,
    Split,
    Trade,
)
from tradewind.contracts.trading_accounts import Position
from tradewind.contracts.vocabulary import VenueId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.reading import view_account, view_position


def close(stage: Stage, at: str) -> None:
    stage.trade(at, 1)
    assert stage.core.state.session_date is not None
    stage.feed(SessionClosed(stage.core.state.session_date, stage.now, {"AAPL": price(at)}))


def position(stage: Stage) -> Position:
    return view_position(stage.core, stage.core.state.accounts[ALICE], "AAPL")


def profit_of_day(stage: Stage) -> int:
    account = view_account(stage.core, stage.core.state.accounts[ALICE])
    return account.equity - account.last_equity


def test_before_the_first_close_the_profit_of_the_day_leaves_deposits_out() -> None:
    stage = Stage()
    assert profit_of_day(stage) == 0
    stage.give(ALICE, 10, "10")
    stage.trade("11", 1)
    stage.run(commands.Deposit(ALICE, money("500"), "more"))
    stage.run(commands.Withdraw(ALICE, money("200"), "less"))
    assert profit_of_day(stage) == money("10")


def test_day_change_stands_until_the_next_session_begins() -> None:
    stage = Stage()
    stage.give(ALICE, 10, "10")
    close(stage, "12")
    assert (position(stage).last_day_price, position(stage).qty_at_day_start) == (None, 0)
    assert position(stage).cost_today == money("100")
    assert profit_of_day(stage) == money("20")
    stage.feed(SessionOpened(DAY + timedelta(days=1), stage.now))
    assert position(stage).last_day_price == price("12")
    assert position(stage).qty_at_day_start == shares(10)
    assert position(stage).cost_today == 0
    assert profit_of_day(stage) == 0
    close(stage, "15")
    assert position(stage).last_day_price == price("12")
    assert profit_of_day(stage) == money("30")


def test_cash_that_moves_while_the_market_is_closed_is_no_profit() -> None:
    stage = Stage()
    stage.give(ALICE, 10, "10")
    close(stage, "12")
    stage.run(commands.Deposit(ALICE, money("500"), "overnight"))
    assert profit_of_day(stage) == money("20")
    stage.feed(SessionOpened(DAY + timedelta(days=1), stage.now))
    assert profit_of_day(stage) == 0


def test_first_day_is_counted_from_the_closes_that_the_feed_tells() -> None:
    stage = Stage()
    tomorrow = DAY + timedelta(days=1)
    stage.feed(SessionClosed(DAY, stage.now, {}))
    stage.feed(SessionOpened(tomorrow, stage.now, previous_closing_prices={"AAPL": price("9")}))
    stage.give(ALICE, 10, "10")
    assert position(stage).last_day_price == price("9")
    close(stage, "12")
    # What the venue has seen itself counts from then on.
    stage.feed(
        SessionOpened(
            tomorrow + timedelta(days=1), stage.now, previous_closing_prices={"AAPL": price("7")}
        )
    )
    assert position(stage).last_day_price == price("12")


def test_split_before_the_open_changes_both_closes() -> None:
    stage = Stage()
    stage.give(ALICE, 10, "10")
    close(stage, "12")
    tomorrow = DAY + timedelta(days=1)
    stage.feed(SessionOpened(tomorrow, stage.now))
    close(stage, "16")
    stage.feed(Split("s", "AAPL", tomorrow + timedelta(days=1), 2, 1))
    state = stage.core.state
    assert state.closing_prices["AAPL"] == price("8")
    assert state.previous_closing_prices["AAPL"] == price("6")
    stage.feed(SessionOpened(tomorrow + timedelta(days=1), stage.now))
    assert (position(stage).last_day_price, position(stage).qty_at_day_start) == (
        price("8"),
        shares(20),
    )
    assert profit_of_day(stage) == 0


def test_fill_carries_the_time_of_the_trade_that_made_it_and_not_the_closes() -> None:
    stage = Stage(follows_feed_time=True)
    stage.submit(ALICE, "buy", 5, "10")
    traded_at = stage.now + timedelta(hours=1)
    closed_at = stage.now + timedelta(hours=6)
    message = FeedMessage(
        VenueId("test"),
        2,
        closed_at,
        [
            Depth("AAPL", traded_at, (), (DepthLevel(price("11"), shares(5)),)),
            Trade("AAPL", traded_at, price("10"), shares(5), 1),
            SessionClosed(DAY, closed_at, {"AAPL": price("10")}),
        ],
    )
    decide(stage.core, message, closed_at)
    records = stage.core.drain()[0]
    assert [record.at for record in records if isinstance(record.event, OrderFilled)] == [traded_at]
    assert records[-1].at == closed_at
    assert stage.core.at == closed_at


def test_corporate_action_happens_at_the_open_that_follows_it() -> None:
    stage = Stage(follows_feed_time=True)
    stage.give(ALICE, 10, "10")
    close(stage, "12")
    opened_at = stage.now + timedelta(hours=20)
    tomorrow = DAY + timedelta(days=1)
    events = [Split("s", "AAPL", tomorrow, 2, 1), SessionOpened(tomorrow, opened_at)]
    message = FeedMessage(VenueId("test"), stage.number + 1, opened_at + timedelta(hours=6), events)
    decide(stage.core, message, message.at)
    assert {record.at for record in stage.core.drain()[0]} == {opened_at}
