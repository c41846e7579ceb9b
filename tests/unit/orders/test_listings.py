"""What the core knows of instruments is what the feed told it, and lasts beyond a restart."""

import msgspec
import pytest
from tests.unit.orders.stage import ALICE, BOB, Stage, money, price, shares

from tradewind.contracts.journal import InstrumentListed
from tradewind.contracts.market_data import Listing
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import AssetClass, OrderId
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.refusals import (
    InstrumentNotTradable,
    PriceNotOnTick,
    QuantityNotInLots,
    QuantityTooSmall,
)
from tradewind.order_service.snapshots import decode_state, encode_state

APPLE = Listing(symbol="AAPL", shortable=False)


def test_listing_is_journaled_once_and_again_only_when_it_differs() -> None:
    stage = Stage()
    assert stage.feed(APPLE) == [InstrumentListed(APPLE)]
    assert stage.feed(APPLE) == []
    changed = msgspec.structs.replace(APPLE, maintenance_percent=50)
    assert stage.feed(changed, APPLE, APPLE) == [InstrumentListed(changed), InstrumentListed(APPLE)]


def test_core_knows_the_newest_listing_after_a_restart_too() -> None:
    stage = Stage()
    stage.feed(APPLE)
    assert stage.core.listing("AAPL") == APPLE
    assert decode_state(encode_state(stage.core.state)).instruments == {"AAPL": APPLE}


def test_symbol_never_told_of_may_be_traded_but_not_borrowed_nor_lent_against() -> None:
    unknown = Stage().core.listing("IBM")
    assert unknown.symbol == "IBM"
    assert unknown.tradable
    flags = unknown.shortable, unknown.easy_to_borrow, unknown.marginable
    assert flags == (False, False, False)


def test_shares_below_a_dollar_are_quoted_in_hundredths_of_a_cent() -> None:
    assert APPLE.tick_at(price("1")) == price("0.01")
    assert APPLE.tick_at(price("0.9999")) == price("0.0001")


def test_tick_of_a_coin_is_the_same_at_every_price() -> None:
    coin = Listing(
        symbol="X/USD", asset_class=AssetClass.CRYPTO, price_increment=price("0.000000001")
    )
    assert coin.tick_at(price("0.5")) == coin.tick_at(price("50000")) == 1


LOTS = Listing(
    symbol="AAPL",
    price_increment=price("0.05"),
    quantity_increment=shares(10),
    quantity_min=shares(20),
)


@pytest.mark.parametrize("limit", ["10.01", "10.049999999", "0.00005"])
def test_price_between_two_ticks_is_refused_with_the_step(limit: str) -> None:
    stage = Stage()
    stage.feed(LOTS)
    with pytest.raises(PriceNotOnTick, match=r"in steps of 0\.0"):
        stage.submit(ALICE, "buy", 20, limit)
    assert stage.submit(ALICE, "buy", 20, "10.05").limit_price == price("10.05")


def test_stops_trails_and_legs_stand_on_ticks_too() -> None:
    stage = Stage()
    stage.feed(Listing(symbol="AAPL"))
    stage.give(ALICE, 10)
    stage.trade("10", 1)
    with pytest.raises(PriceNotOnTick, match=r"stop_price 9\.001"):
        stage.stop(ALICE, "sell", 1, "9.001")
    with pytest.raises(PriceNotOnTick, match=r"trail_price 1\.001"):
        stage.trail(ALICE, "sell", 1, by="1.001")
    with pytest.raises(PriceNotOnTick, match=r"take_profit\.limit_price 12\.345"):
        stage.group(BOB, "buy", 1, "10", profit="12.345", loss="9")
    with pytest.raises(PriceNotOnTick, match=r"stop_loss\.stop_price 9\.001"):
        stage.group(BOB, "buy", 1, "10", profit="12", loss="9.001")
    with pytest.raises(PriceNotOnTick, match=r"stop_loss\.limit_price 8\.001"):
        stage.group(BOB, "buy", 1, "10", profit="12", loss="9", loss_limit="8.001")


def test_quantity_is_a_multiple_of_the_lot_and_not_below_the_smallest_order() -> None:
    stage = Stage()
    stage.feed(LOTS)
    with pytest.raises(QuantityNotInLots, match="steps of 10"):
        stage.submit(ALICE, "buy", 25, "10")
    with pytest.raises(QuantityTooSmall, match="below the smallest order of AAPL, 20"):
        stage.submit(ALICE, "buy", 10, "10")
    assert stage.submit(ALICE, "buy", 30, "10").qty == shares(30)


def test_rest_of_a_position_may_be_sold_whole_whatever_the_lots() -> None:
    stage = Stage()
    stage.give(ALICE, 15)
    stage.feed(LOTS)
    with pytest.raises(QuantityNotInLots):
        stage.submit(ALICE, "sell", 14, "10")
    assert stage.submit(ALICE, "sell", 15, "10").qty == shares(15)


def test_replacement_has_to_fit_the_ticks_as_well() -> None:
    stage = Stage()
    stage.feed(LOTS)
    order = stage.submit(ALICE, "buy", 20, "10")
    replacement = ReplaceOrder(
        order_id=order.order_id,
        new_order_id=OrderId("00000000-0000-7000-b000-000000000001"),
        account_id=ALICE,
        limit_price=price("10.01"),
    )
    with pytest.raises(PriceNotOnTick):
        stage.run(replacement)
    assert stage.core.state.orders[order.order_id].limit_price == price("10")


def test_amount_of_money_buys_whole_lots() -> None:
    stage = Stage()
    stage.feed(LOTS)
    stage.depth(asks=[("10", 100)])
    order = stage.submit(ALICE, "buy", 0, terms=Terms(notional=money("399")))
    assert order.qty == shares(30)


def test_instrument_that_is_not_tradable_takes_no_orders_but_lets_go() -> None:
    stage = Stage()
    order = stage.submit(ALICE, "buy", 1, "10")
    stage.feed(Listing(symbol="AAPL", tradable=False))
    with pytest.raises(InstrumentNotTradable):
        stage.submit(ALICE, "buy", 1, "10")
    assert stage.run(commands.CancelOrder(ALICE, order.order_id))


def test_trailing_stop_and_collar_follow_the_tick() -> None:
    stage = Stage()
    stage.feed(msgspec.structs.replace(LOTS, quantity_increment=shares(1), quantity_min=shares(0)))
    stage.give(ALICE, 10)
    stage.trade("10", 1)
    order = stage.trail(ALICE, "sell", 1, percent="1.3")
    assert order.terms is not None
    assert order.terms.stop_price == price("9.85")
    waiting = stage.submit(BOB, "buy", 1)
    assert waiting.hold_price == price("10.5")
