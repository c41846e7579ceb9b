"""Corporate actions and interest on a real database: tables, activities, and a second start."""

from datetime import date
from decimal import Decimal

import msgspec
from tests.integration.orders.stage import AT, Stage, price, restarted, shares, verified

from tradewind.contracts.activities import ActivityQuery, CashActivity
from tradewind.contracts.corporate_actions import (
    ActionStatus,
    CashDividend,
    CashMerger,
    PendingActions,
    Split,
    StockDividend,
    SymbolChange,
)
from tradewind.contracts.margin import AccountType, MarginSettings
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    FeedEvent,
    Listing,
    SessionClosed,
    SessionOpened,
)
from tradewind.contracts.terms import Terms
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import AccountId, OrderSide, OrderType, TimeInForce, VenueId
from tradewind.order_service.explain import explain_order
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.repository import OrderRepository
from tradewind.platform.ids import new_id
from tradewind.platform.money import CENT, SCALE, MoneyUnits, format_units


async def night(stage: Stage, before: int, *actions: FeedEvent) -> None:
    """End a trading date of January 2024, let actions take effect, and begin the next."""
    await stage.feed(SessionClosed(date(2024, 1, before), AT, {"AAPL": price(100)}))
    await stage.feed(*actions, SessionOpened(date(2024, 1, before + 1), AT))


async def told(stage: Stage, kind: str) -> list[tuple[str | None, str | None, str, str | None]]:
    """Return subtype, symbol, amount and quantity of the activities of one kind, oldest first."""
    assert stage.app is not None
    query = ActivityQuery(types=(kind,), descending=False)
    found = await stage.app.list_activities(stage.account_id, query)
    return [
        (
            each.sub_type,
            each.symbol,
            format_units(each.net_amount),
            None if each.qty is None else format_units(each.qty),
        )
        for each in found
        if isinstance(each, CashActivity)
    ]


async def test_every_action_is_an_activity_in_alpacas_words(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=15))
    ex = date(2024, 1, 3)
    await night(stage, 2, CashDividend("cash", "AAPL", ex, MoneyUnits(50 * CENT)))
    await night(stage, 3, Split("forward", "AAPL", ex, 2, 1))
    await night(stage, 4, StockDividend("stock", "AAPL", ex, shares(1)))
    await night(stage, 5, Split("reverse", "AAPL", ex, 1, 8))
    await night(stage, 6, SymbolChange("name", "AAPL", ex, "APLX"))
    await night(stage, 7, CashMerger("merger", "APLX", ex, MoneyUnits(200 * SCALE)))
    assert await told(stage, "DIV") == [
        ("CDIV", "AAPL", "7.5", "15"),
        ("SDIV", "AAPL", "0", "30"),
    ]
    assert await told(stage, "SPLIT") == [
        ("FSPLIT", "AAPL", "0", "15"),
        ("RSPLIT", "AAPL", "0", "-52.5"),
    ]
    # 60 of the old shares are 7.5 of the new ones. The last trade, at 100, was before the split in
    # two and the dividend of as much again: 25 for an old share, 200 for a new one.
    assert await told(stage, "CIL") == [(None, "AAPL", "100", "-0.5")]
    assert await told(stage, "NC") == [("SNC", "APLX", "0", "7")]
    assert await told(stage, "MA") == [("CMA", "APLX", "1400", "-7")]
    assert await app.list_positions(stage.account_id) == []
    await verified(stage)


async def test_restated_order_stands_in_the_tables_and_after_a_restart(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    limit = await app.submit_order(
        stage.order(qty=10, limit_price=price(90), time_in_force=TimeInForce.GTC)
    )
    await app.submit_order(stage.order(qty=20))
    trailing = await app.submit_order(
        stage.order(
            side=OrderSide.SELL,
            qty=20,
            order_type=OrderType.TRAILING_STOP,
            time_in_force=TimeInForce.GTC,
            terms=Terms(trail_price=price(4)),
        )
    )
    ex = date(2024, 1, 3)
    await night(
        stage,
        2,
        CashDividend("cash", "AAPL", ex, MoneyUnits(2 * SCALE)),
        Split("split", "AAPL", ex, 2, 1),
    )
    await verified(stage)
    journal = JournalRepository(stage.database)
    story = await explain_order(OrderRepository(stage.database), journal, limit.order_id)
    assert any("corporate action split: for 20 at 44 from here on" in line for line in story)
    async with restarted(stage) as again:
        found = await again.get_order(stage.account_id, limit.order_id)
        assert (found.qty, found.limit_price) == (shares(20), price(44))
        found = await again.get_order(stage.account_id, trailing.order_id)
        assert found.terms is not None
        assert (found.terms.hwm, found.terms.trail_price) == (price(49), price(2))
        assert (found.qty, found.terms.stop_price) == (shares(40), price(47))
        await again.cancel_order(stage.account_id, limit.order_id)
        await verified(stage)
        # Ended, it is read from the tables.
        found = await again.get_order(stage.account_id, limit.order_id)
        assert (found.qty, found.limit_price) == (shares(20), price(44))


async def test_dividend_that_is_owed_survives_a_restart_and_is_paid(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=10))
    action = CashDividend(
        "later",
        "AAPL",
        date(2024, 1, 3),
        MoneyUnits(SCALE),
        record_date=date(2024, 1, 3),
        payable_date=date(2024, 1, 4),
    )
    await night(stage, 2, action)
    assert await told(stage, "DIV") == []
    await verified(stage)
    async with restarted(stage):
        await night(stage, 3)
        assert await told(stage, "DIV") == [("CDIV", "AAPL", "10", "10")]
        await verified(stage)


async def with_rates(stage: Stage, **rates: Decimal) -> Stage:
    """Return another venue with these rates, in a session, and an account with 10,000 there."""
    app = stage.app
    assert app is not None
    venue = VenueSpec(venue_id=VenueId(f"venue-{new_id()}"), name="Rates", **rates)
    other = Stage(stage.database)
    other.app, other.bus, other.venue_id = app, stage.bus, venue.venue_id
    other.account_id = AccountId(new_id())
    await app.create_venue(venue)
    await app.open_account(venue.venue_id, other.account_id)
    await app.deposit(other.account_id, MoneyUnits(10_000 * SCALE), "")
    await other.feed(SessionOpened(date(2024, 1, 2), AT))
    return other


async def test_borrowed_shares_cost_a_fee_that_is_an_activity(stage: Stage) -> None:
    other = await with_rates(stage, borrow_bps=Decimal(360))
    app = other.app
    assert app is not None
    margin = MarginSettings(account_type=AccountType.MARGIN, multiplier_max=2)
    await app.set_margin(other.account_id, margin, "admin")
    bids = (DepthLevel(price(100), shares(50)),)
    await other.feed(Listing(symbol="AAPL"), Depth("AAPL", AT, bids, ()))
    await app.submit_order(other.order(OrderSide.SELL, 10))
    await night(other, 2)
    await night(other, 3)
    # 1,000 at 3.6 percent a year of 360 days.
    assert await told(other, "FEE") == [(None, None, "-0.1", None)]
    account = await app.get_account(other.account_id)
    assert account.equity == MoneyUnits(9_999 * SCALE + 90 * CENT)
    await verified(other)


async def test_interest_is_an_activity_and_profit(stage: Stage) -> None:
    other = await with_rates(stage, interest_bps=Decimal(360))
    app = other.app
    assert app is not None
    await night(other, 2)
    await night(other, 3)
    assert await told(other, "INT") == [("CDT", None, "1", None)]
    account = await app.get_account(other.account_id)
    assert account.last_equity == account.equity == MoneyUnits(10_001 * SCALE)
    query = ActivityQuery(types=("INT",))
    [activity] = await app.list_activities(other.account_id, query)
    assert isinstance(activity, CashActivity)
    assert activity.description == "Interest on 10000 of cash for 1 days at 3.6 percent a year"
    assert msgspec.json.encode(activity)
    await verified(other)


async def test_action_entered_by_hand_waits_through_a_restart(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    await app.submit_order(stage.order(qty=10))
    split = Split("by-hand", "AAPL", date(2024, 1, 3), 3, 1)
    later = CashDividend("later", "AAPL", date(2024, 1, 5), MoneyUnits(SCALE))
    for action in (split, later):
        status = await app.enter_corporate_action(stage.venue_id, action, "admin")
        assert status is ActionStatus.ANNOUNCED
    async with restarted(stage) as again:
        pending = await again.pending_corporate_actions(stage.venue_id)
        assert pending.announced == [split, later]
        await night(stage, 2)
        [position] = await again.list_positions(stage.account_id)
        assert position.qty == shares(30)
        await again.withdraw_corporate_action(stage.venue_id, "later", "admin")
        assert await again.pending_corporate_actions(stage.venue_id) == PendingActions(
            applied=[split]
        )
        await verified(stage)
