"""Short selling: intents, positions, what is reserved and what is refused, worked by hand."""

import pytest
from tests.unit.orders.margin_stage import MarginStage, dollars
from tests.unit.orders.stage import ALICE, BOB, DAY, money, price, shares

from tradewind.contracts.journal import OrderAccepted
from tradewind.contracts.limits import AccountLimits
from tradewind.contracts.market_data import (
    CashDividend,
    Listing,
    SessionClosed,
    SessionOpened,
    Split,
)
from tradewind.contracts.terms import Terms
from tradewind.contracts.trading_accounts import ConfigurationChange
from tradewind.contracts.venues import FeeSchedule
from tradewind.contracts.vocabulary import OrderId, PositionIntent
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.refusals import (
    DailyLossLimit,
    DayTradeDenied,
    FractionalShort,
    HardToBorrow,
    InsufficientBuyingPower,
    InsufficientQuantity,
    IntentMismatch,
    LegsOfClosingOrder,
    NotShortable,
    OppositeOrderOpen,
    PositionLimit,
    ShortingOff,
    SymbolRestricted,
)
from tradewind.order_service.reading import view_account, view_position


def test_short_sale_brings_cash_in_and_a_position_below_zero() -> None:
    stage = MarginStage()
    stage.short(50, "100")
    account = stage.core.state.accounts[ALICE]
    position = view_position(stage.core, account, "AAPL")
    assert (position.qty, position.qty_available) == (shares(-50), shares(-50))
    assert position.cost_basis == money("-5000")
    view = view_account(stage.core, account)
    assert dollars(view.cash_posted) == 15_000
    assert dollars(view.short_market_value) == -5_000
    assert dollars(view.long_market_value) == 0
    assert dollars(view.equity) == 10_000


def test_short_position_loses_when_the_price_rises() -> None:
    stage = MarginStage()
    stage.short(50, "100")
    stage.trade("110", 1)
    assert stage.equity() == 9_500
    assert dollars(stage.figures().initial_margin) == 2_750
    assert dollars(stage.figures().maintenance_margin) == 1_650


def test_buying_back_takes_the_part_of_the_proceeds_off_that_is_closed() -> None:
    stage = MarginStage()
    stage.short(50, "100")
    stage.depth(asks=[("90", 100)])
    order = stage.submit(ALICE, "buy", 20)
    assert order.intent is PositionIntent.BUY_TO_CLOSE
    assert (stage.position(ALICE), stage.cost()) == (-30, -3_000)
    assert stage.cash(ALICE) == 15_000 - 1_800
    stage.submit(ALICE, "buy", 30)
    assert "AAPL" not in stage.core.state.accounts[ALICE].positions
    assert stage.cash(ALICE) == 10_500


def test_open_short_sale_reserves_margin_at_what_buying_back_would_cost() -> None:
    stage = MarginStage()
    stage.quote("99", "100")
    order = stage.submit(ALICE, "sell", 10, "101")
    assert order.intent is PositionIntent.SELL_TO_OPEN
    # The offer of 100 and five percent is above the limit; half of it is required.
    assert (order.hold_price, order.hold) == (price("52.5"), money("525"))
    order = stage.submit(ALICE, "sell", 10, "120")
    assert order.hold == money("600")


def test_order_that_buys_back_reserves_the_shares_that_are_owed() -> None:
    stage = MarginStage()
    stage.short(50)
    order = stage.submit(ALICE, "buy", 30, "90")
    account = stage.core.state.accounts[ALICE]
    assert (order.hold, order.hold_price) == (shares(30), None)
    assert stage.core.state.qty_available(account, "AAPL") == shares(-20)
    with pytest.raises(InsufficientQuantity, match=r"requested: 21, available: 20"):
        stage.submit(ALICE, "buy", 21, "90")
    stage.run(commands.CancelOrder(ALICE, order.order_id))
    assert stage.core.state.qty_available(account, "AAPL") == shares(-50)


def test_no_order_passes_through_zero() -> None:
    stage = MarginStage()
    stage.short(50)
    with pytest.raises(InsufficientQuantity):
        stage.submit(ALICE, "buy", 51, "90")
    stage.give(ALICE, 50, "100")
    stage.give(ALICE, 10, "100")
    with pytest.raises(InsufficientQuantity):
        stage.submit(ALICE, "sell", 11, "110")


def test_long_and_short_are_never_opened_at_once() -> None:
    stage = MarginStage()
    buy = stage.submit(ALICE, "buy", 10, "90")
    with pytest.raises(OppositeOrderOpen, match="short sell while a long buy order is open"):
        stage.submit(ALICE, "sell", 10, "110")
    stage.run(commands.CancelOrder(ALICE, buy.order_id))
    stage.submit(ALICE, "sell", 10, "110")
    with pytest.raises(OppositeOrderOpen, match="long buy while a short sell order is open"):
        stage.submit(ALICE, "buy", 10, "90")


def test_margin_of_a_short_sale_must_be_free() -> None:
    stage = MarginStage()
    stage.quote("99", "100")
    with pytest.raises(InsufficientBuyingPower, match=r"requires 10027.5 of margin and 10000 of"):
        stage.submit(ALICE, "sell", 191, "100")
    assert stage.submit(ALICE, "sell", 190, "100").status == "new"


@pytest.mark.parametrize(
    ("listing", "refusal", "says"),
    [
        (Listing(symbol="AAPL", shortable=False), NotShortable, "cannot be sold short"),
        (Listing(symbol="AAPL", easy_to_borrow=False), HardToBorrow, "hard to borrow"),
    ],
)
def test_borrow_flags_of_the_listing_forbid_short_sales(
    listing: Listing, refusal: type[Exception], says: str
) -> None:
    stage = MarginStage(listing)
    with pytest.raises(refusal, match=says):
        stage.submit(ALICE, "sell", 1, "100")
    stage.give(ALICE, 5, "100")
    assert stage.submit(ALICE, "sell", 5, "110").status == "new"


def test_instrument_that_the_feed_never_listed_cannot_be_sold_short() -> None:
    stage = MarginStage(Listing(symbol="IBM"))
    with pytest.raises(NotShortable):
        stage.submit(ALICE, "sell", 1, "100")


def test_owner_may_forbid_short_selling() -> None:
    stage = MarginStage()
    stage.run(commands.Configure(ALICE, ConfigurationChange(no_shorting=True)))
    with pytest.raises(ShortingOff, match="not allowed to short"):
        stage.submit(ALICE, "sell", 1, "100")


def test_cash_account_cannot_sell_what_it_has_not_got() -> None:
    stage = MarginStage()
    with pytest.raises(InsufficientQuantity):
        stage.submit(BOB, "sell", 1, "100")


def test_fractions_cannot_be_sold_short() -> None:
    stage = MarginStage()
    with pytest.raises(FractionalShort, match=r"qty 0.5 is not whole"):
        stage.submit(ALICE, "sell", "0.5", "100")


def test_intent_that_the_position_contradicts_is_refused() -> None:
    stage = MarginStage()
    intends = Terms(intent=PositionIntent.BUY_TO_CLOSE)
    with pytest.raises(IntentMismatch, match="inferred: buy_to_open, specified: buy_to_close"):
        stage.submit(ALICE, "buy", 1, "90", terms=intends)
    stage.short(5)
    assert stage.submit(ALICE, "buy", 1, "90", terms=intends).terms == intends
    with pytest.raises(IntentMismatch, match="inferred: sell_to_close, specified: sell_to_open"):
        stage.submit(BOB, "sell", 1, "90", terms=Terms(intent=PositionIntent.SELL_TO_OPEN))


def test_intent_that_the_side_says_leaves_the_order_a_simple_one() -> None:
    stage = MarginStage()
    order = stage.submit(ALICE, "buy", 1, "90", terms=Terms(intent=PositionIntent.BUY_TO_OPEN))
    assert order.terms is None
    assert order.intent is PositionIntent.BUY_TO_OPEN


def test_bracket_around_a_short_sale_buys_back_and_reserves_what_is_owed() -> None:
    stage = MarginStage()
    stage.quote("100", "100.01")
    entry = stage.group(ALICE, "sell", 10, None, profit="90", loss="110")
    assert entry.status == "filled"
    accepted = [event for event in stage.events if isinstance(event, OrderAccepted)]
    assert [e.terms.intent for e in accepted if e.terms] == [
        PositionIntent.SELL_TO_OPEN,
        PositionIntent.BUY_TO_CLOSE,
        PositionIntent.BUY_TO_CLOSE,
    ]
    account = stage.core.state.accounts[ALICE]
    assert stage.core.state.qty_available(account, "AAPL") == 0
    stage.quote("109.9", "110")
    stage.trade("110", 1)
    assert stage.position(ALICE) == 0
    assert stage.cash(ALICE) == 10_000 - 100
    assert not account.order_ids


def test_order_that_buys_back_sets_nothing_going() -> None:
    stage = MarginStage()
    stage.short(10)
    with pytest.raises(LegsOfClosingOrder):
        stage.group(ALICE, "buy", 10, "90", profit="95", loss="80")


def test_stop_sells_short_when_it_is_triggered() -> None:
    stage = MarginStage()
    stage.quote("100", "100.01")
    stage.trade("100", 1)
    order = stage.stop(ALICE, "sell", 10, "95")
    assert order.intent is PositionIntent.SELL_TO_OPEN
    stage.depth(bids=[("95", 50)])
    stage.trade("95", 1)
    assert stage.position(ALICE) == -10


def test_closing_a_short_position_buys_it_back() -> None:
    stage = MarginStage()
    stage.short(50)
    stage.depth(asks=[("100", 100)])
    stage.run(commands.ClosePosition(ALICE, OrderId("o1"), "AAPL", shares(20)))
    assert stage.position(ALICE) == -30
    stage.run(commands.CloseAllPositions(ALICE, "seed", True))
    assert stage.position(ALICE) == 0


def test_fees_of_a_short_sale_come_out_of_its_proceeds() -> None:
    stage = MarginStage(fees=FeeSchedule(fee_per_share=money("0.01")))
    stage.short(50)
    assert stage.cash(ALICE) == 15_000 - money("0.5") / money("1")


def test_two_short_sellers_trade_with_a_buyer_and_shares_are_conserved() -> None:
    stage = MarginStage()
    stage.trade("100", 1)
    stage.submit(BOB, "buy", 50, "100")
    stage.submit(ALICE, "sell", 50, "100")
    assert (stage.position(BOB), stage.position(ALICE)) == (50, -50)


def test_short_position_pays_the_dividend() -> None:
    stage = MarginStage()
    stage.short(50)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("100")}))
    stage.feed(CashDividend("d1", "AAPL", DAY.replace(day=3), money("0.5")))
    assert stage.cash(ALICE) == 15_000 - 25


def test_split_multiplies_what_is_owed() -> None:
    stage = MarginStage()
    stage.short(50)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("100")}))
    stage.feed(Split("s1", "AAPL", DAY.replace(day=3), 2, 1))
    assert (stage.position(ALICE), stage.cost()) == (-100, -5_000)
    assert stage.equity() == 10_000


def test_limits_count_a_short_position_as_a_long_one() -> None:
    stage = MarginStage()
    stage.short(50)
    stage.run(commands.SetLimits(ALICE, AccountLimits(position_qty_max=shares(60)), "admin"))
    stage.submit(ALICE, "sell", 5, "110")
    with pytest.raises(PositionLimit, match="could become 61, 1 more"):
        stage.submit(ALICE, "sell", 6, "110")
    stage.submit(ALICE, "buy", 50, "90")
    restricted = AccountLimits(restricted_symbols=("AAPL",))
    stage.run(commands.SetLimits(ALICE, restricted, "admin"))
    with pytest.raises(SymbolRestricted):
        stage.submit(ALICE, "sell", 1, "110")


def test_daily_loss_lets_a_short_position_be_bought_back() -> None:
    stage = MarginStage()
    stage.short(50)
    stage.run(commands.SetLimits(ALICE, AccountLimits(daily_loss_max=money("500")), "admin"))
    stage.trade("110", 1)
    with pytest.raises(DailyLossLimit):
        stage.submit(ALICE, "sell", 1, "120")
    assert stage.submit(ALICE, "buy", 50, "100").status == "new"


def round_trip(stage: MarginStage) -> None:
    stage.quote("100", "100")
    stage.submit(ALICE, "buy", 1)
    stage.submit(ALICE, "sell", 1)


def next_session(stage: MarginStage, day: int) -> None:
    stage.feed(SessionClosed(DAY.replace(day=day - 1), stage.now, {"AAPL": price("100")}))
    stage.feed(SessionOpened(DAY.replace(day=day), stage.now))
    stage.quote("100", "100")


def test_fourth_day_trade_within_five_sessions_is_refused() -> None:
    stage = MarginStage(day_trade_rule=True)
    for _ in range(3):
        round_trip(stage)
    assert stage.figures().day_trade_count == 3
    stage.submit(ALICE, "buy", 1)
    with pytest.raises(DayTradeDenied, match="3 day trades within five sessions"):
        stage.submit(ALICE, "sell", 1)
    next_session(stage, 3)
    assert stage.submit(ALICE, "sell", 1).status == "filled"
    assert stage.figures().day_trade_count == 3
    for day in range(4, 8):
        next_session(stage, day)
    assert stage.figures().day_trade_count == 0


def test_day_trades_are_only_counted_where_the_rule_is_off() -> None:
    stage = MarginStage()
    for _ in range(5):
        round_trip(stage)
    assert stage.figures().day_trade_count == 5


def test_rich_account_may_day_trade_as_it_likes() -> None:
    stage = MarginStage(day_trade_rule=True)
    stage.run(commands.Deposit(ALICE, money("20000"), "rich"))
    next_session(stage, 3)
    for _ in range(5):
        round_trip(stage)


def test_selling_in_parts_is_one_day_trade() -> None:
    stage = MarginStage()
    stage.quote("100", "100")
    stage.submit(ALICE, "buy", 10)
    stage.submit(ALICE, "sell", 4)
    stage.submit(ALICE, "sell", 6)
    assert stage.figures().day_trade_count == 1
