"""What corporate actions do to orders that stand: FINRA's rule 5330, worked by hand."""

import pytest
from msgspec import structs
from tests.unit.orders.margin_stage import MarginStage
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, money, price, shares

from tradewind.contracts.corporate_actions import CashDividend, Split, StockDividend
from tradewind.contracts.journal import OrderRestated
from tradewind.contracts.market_data import SessionClosed, SessionOpened
from tradewind.contracts.terms import Leg, Terms
from tradewind.contracts.venues import FeeSchedule
from tradewind.contracts.vocabulary import GroupRole, OrderClass, OrderId
from tradewind.order_service.domain.book import BUY

NEXT = DAY.replace(day=3)


def dividend(rate: str) -> CashDividend:
    return CashDividend("d1", "AAPL", DAY, money(rate))


def split(new: int, old: int) -> Split:
    return Split("s1", "AAPL", DAY, new, old)


@pytest.mark.parametrize(
    ("limit", "rate", "lowered"),
    [("10", "0.25", "9.75"), ("10", "0.254", "9.74"), ("1.10", "0.105", "0.995")],
)
def test_dividend_lowers_buy_limits_and_rounds_down_to_the_tick(
    limit: str, rate: str, lowered: str
) -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 10, limit, "gtc")
    stage.feed(dividend(rate))
    assert order.limit_price == order.hold_price == price(lowered)
    assert order.hold == money(lowered) * 10
    assert stage.core.state.cash_held(stage.core.state.accounts[ALICE]) == order.hold


def test_dividend_lowers_the_stops_of_sells_and_their_limits() -> None:
    stage = Stage()
    stage.give(ALICE, 20)
    stop = stage.stop(ALICE, "sell", 5, "9", tif="gtc")
    stop_limit = stage.stop(ALICE, "sell", 5, "9", "8.9", tif="gtc")
    stage.feed(dividend("0.5"))
    assert stop.terms is not None
    assert stop_limit.terms is not None
    assert stop.terms.stop_price == stop_limit.terms.stop_price == price("8.5")
    assert stop_limit.limit_price == price("8.4")
    # The old stop price means nothing any more, the new one does.
    stage.depth(bids=[("8", 20)])
    stage.trade("9", 1)
    assert stop.waits
    stage.trade("8.5", 1)
    assert stop.status == "filled"


def test_dividend_leaves_sell_limits_and_the_stops_of_buys() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.trade("10", 1)
    sell = stage.submit(ALICE, "sell", 10, "12", "gtc")
    buy_stop = stage.stop(BOB, "buy", 5, "13", "13.5", tif="gtc")
    events = stage.feed(dividend("0.5"))
    assert not [event for event in events if isinstance(event, OrderRestated)]
    assert (sell.limit_price, buy_stop.limit_price) == (price("12"), price("13.5"))


def test_dividend_leaves_orders_that_say_so_with_their_legs() -> None:
    stage = Stage()
    keep = Terms(do_not_reduce=True)
    order = stage.submit(ALICE, "buy", 10, "10", "gtc", terms=keep)
    group = OrderId("00000000-0000-7000-9000-000000000002")
    bracket = structs.replace(
        keep, order_class=OrderClass.OTO, group_id=group, group_role=GroupRole.ENTRY
    )
    loss = Leg(order_id=OrderId("loss"), stop_price=price("9"))
    entry = stage.submit(BOB, "buy", 10, "10", "gtc", terms=bracket, stop_loss=loss)
    stage.feed(dividend("0.5"))
    leg = stage.leg(entry, "stop_loss")
    assert leg.terms is not None
    assert (order.limit_price, entry.limit_price) == (price("10"), price("10"))
    assert leg.terms.stop_price == price("9")
    # A split changes them all the same: the shares themselves are others.
    stage.feed(split(2, 1))
    assert (order.limit_price, order.terms) == (price("5"), keep)


def test_dividend_leaves_day_orders() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 10, "10")
    stage.feed(dividend("0.5"))
    assert (order.status, order.limit_price) == ("new", price("10"))


def test_dividend_of_less_than_a_cent_changes_no_order() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 10, "10", "gtc")
    stage.feed(dividend("0.009"))
    assert order.limit_price == price("10")


def test_order_whose_price_a_dividend_takes_whole_is_canceled() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 10, "0.50", "gtc")
    stage.feed(dividend("0.50"))
    assert order.status == "canceled"
    assert stage.cash(ALICE) == 10_000


def test_dividend_moves_the_mark_of_a_trailing_sell() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.trade("10", 1)
    order = stage.trail(ALICE, "sell", 10, by="1")
    stage.trade("12", 1)
    stage.feed(dividend("0.5"))
    assert order.terms is not None
    assert (order.terms.hwm, order.terms.stop_price) == (price("11.5"), price("10.5"))


def test_restated_orders_keep_their_order_among_themselves() -> None:
    stage = Stage()
    first = stage.submit(ALICE, "buy", 10, "10", "gtc")
    second = stage.submit(BOB, "buy", 10, "9.99", "gtc")
    third = stage.submit(BOB, "buy", 10, "10", "gtc")
    stage.feed(dividend("0.5"))
    book = stage.core.books.books["AAPL"]
    ids = [place.order_id for place in book.walk(BUY)]
    assert ids == [first.order_id, third.order_id, second.order_id]


def test_split_multiplies_what_is_left_of_an_order_and_divides_its_prices() -> None:
    stage = Stage()
    stage.give(BOB, 100)
    stage.trade("10", 1)
    order = stage.submit(ALICE, "buy", 100, "10.01", "gtc")
    stage.depth(asks=[("10", 40)])
    stage.depth()
    assert (order.filled_qty, order.status) == (shares(40), "partially_filled")
    sell = stage.submit(BOB, "sell", 30, "12.01", "gtc")
    stage.feed(split(2, 1))
    # 60 were left, which are 120 now; the 40 that were filled stay 40, and are 80 shares.
    assert (order.qty, order.left, order.limit_price) == (shares(160), shares(120), price("5"))
    assert order.hold == money("5") * 120
    assert stage.position(ALICE) == 80
    assert (sell.qty, sell.limit_price, sell.hold) == (shares(60), price("6.01"), shares(60))


def test_split_rounds_a_fraction_of_an_order_down_and_prices_away_from_the_market() -> None:
    stage = Stage()
    stage.give(ALICE, 7)
    stage.trade("10", 1)
    sell = stage.submit(ALICE, "sell", 7, "10.01", "gtc")
    stop = stage.stop(BOB, "buy", 7, "11.01", tif="gtc")
    stage.feed(split(3, 2))
    assert (sell.qty, sell.limit_price) == (shares("10.5"), price("6.68"))
    assert stop.terms is not None
    assert stop.terms.stop_price == price("7.34")
    assert stage.core.state.cash_held(stage.core.state.accounts[BOB]) == stop.hold


def test_split_divides_trail_and_mark() -> None:
    stage = Stage()
    stage.give(ALICE, 10)
    stage.trade("10", 1)
    by_price = stage.trail(ALICE, "sell", 5, by="1")
    by_percent = stage.trail(ALICE, "sell", 5, percent="10")
    stage.feed(split(2, 1))
    for order in (by_price, by_percent):
        assert order.terms is not None
        assert (order.terms.hwm, order.terms.stop_price) == (price("5"), price("4.5"))
    assert by_price.terms is not None
    assert by_price.terms.trail_price == price("0.5")
    stage.trade("4.5", 1)
    assert not by_price.waits


def test_reverse_split_ends_every_order() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 10, "10", "gtc")
    stage.feed(split(1, 2))
    assert order.status == "canceled"


def test_split_keeps_a_bracket_together() -> None:
    stage = Stage()
    stage.trade("10", 1)
    entry = stage.group(ALICE, "buy", 10, "10", profit="12", loss="9")
    profit, loss = stage.leg(entry, "take_profit"), stage.leg(entry, "stop_loss")
    stage.feed(split(2, 1))
    assert [order.qty for order in (entry, profit, loss)] == [shares(20)] * 3
    assert (profit.status, profit.limit_price) == ("held", price("6"))
    stage.depth(asks=[("5", 20)])
    assert (entry.status, profit.status, loss.status) == ("filled", "new", "new")
    assert (profit.hold, loss.hold) == (shares(20), 0)
    stage.feed(Split("s2", "AAPL", DAY, 3, 1))
    assert (profit.hold, loss.hold, loss.qty) == (shares(60), 0, shares(60))
    assert loss.terms is not None
    assert loss.terms.stop_price == price("1.5")


def test_stock_dividend_changes_orders_as_a_split_does() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 100, "11", "gtc")
    stage.feed(StockDividend("d1", "AAPL", DAY, shares("0.1")))
    assert (order.qty, order.limit_price) == (shares(110), price("10"))


def test_order_for_more_shares_than_the_account_can_pay_the_fees_of_is_canceled() -> None:
    stage = Stage(FeeSchedule(fee_per_share=money("1")))
    order = stage.submit(ALICE, "buy", 900, "10", "gtc")
    assert stage.cash(ALICE) == 100
    stage.feed(split(2, 1))
    assert order.status == "canceled"
    assert stage.cash(ALICE) == 10_000


def test_order_that_waits_for_the_open_is_restated_before_it_joins() -> None:
    stage = Stage()
    stage.trade("10", 1)
    stage.feed(SessionClosed(DAY, stage.now, {"AAPL": price("10")}))
    order = stage.submit(ALICE, "buy", 10, "9", "gtc")
    stage.feed(Split("s1", "AAPL", NEXT, 2, 1), SessionOpened(NEXT, stage.now))
    assert (order.status, order.qty, order.limit_price) == ("new", shares(20), price("4.5"))


def test_opening_short_sale_goes_on_in_whole_shares_with_the_margin_of_its_new_price() -> None:
    stage = MarginStage()
    order = stage.submit(ALICE, "sell", 7, "100", "gtc")
    hold = order.hold
    stage.feed(split(3, 2))
    assert (order.qty, order.limit_price) == (shares(10), price("66.67"))
    assert order.hold_price is not None
    assert order.hold == order.hold_price * 10 <= hold
    assert stage.core.state.cash_held(stage.core.state.accounts[ALICE]) == order.hold


def test_order_that_buys_a_short_back_follows_what_is_owed() -> None:
    stage = MarginStage()
    stage.depth(bids=[("100", 10)])
    stage.submit(ALICE, "sell", 10, "100")
    stage.depth()
    cover = stage.submit(ALICE, "buy", 10, "90", "gtc")
    stage.feed(split(2, 1))
    assert (cover.qty, cover.limit_price, cover.hold) == (shares(20), price("45"), shares(20))
    stage.depth(asks=[("45", 20)])
    assert (cover.status, stage.position(ALICE)) == ("filled", 0)
