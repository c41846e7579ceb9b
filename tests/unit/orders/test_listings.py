"""What the core knows of instruments is what the feed told it, and lasts beyond a restart."""

import msgspec
from tests.unit.orders.stage import Stage, price

from tradewind.contracts.journal import InstrumentListed
from tradewind.contracts.market_data import Listing
from tradewind.contracts.vocabulary import AssetClass
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
