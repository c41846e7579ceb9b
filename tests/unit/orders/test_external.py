"""A live venue: what goes to the broker, what it reports, and what that moves."""

from decimal import Decimal

import pytest
from msgspec import structs
from tests.unit.orders.stage import ALICE, BOB, DAY, Stage, fills, money, price, shares

from tradewind.contracts.journal import (
    CancelReason,
    CancelRequested,
    Event,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRouted,
    ReplacementDue,
    ReplaceRequested,
)
from tradewind.contracts.margin import AccountType, MarginSettings
from tradewind.contracts.market_data import SessionClosed
from tradewind.contracts.orders import ReplaceOrder, SubmitOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import (
    AccountId,
    BrokerKind,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    TimeInForce,
)
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.refusals import (
    InsufficientBuyingPower,
    KillSwitchOn,
    LiveTradingOff,
    MarginNotChangeable,
    NoPriceKnown,
    OrderNotFound,
    OrderNotReplaceable,
    OrderNotRoutable,
    ReportOutOfSequence,
)
from tradewind.order_service.domain.reports import (
    BrokerEnded,
    BrokerFilled,
    BrokerQuoted,
    BrokerTook,
    Ending,
)
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.errors import MalformedRequest, Refusal
from tradewind.platform.money import MoneyUnits, QuantityUnits

DAVE = AccountId("00000000-0000-7000-8000-00000000000d")
NEW_ID = OrderId("00000000-0000-7000-b000-000000000001")


class Live(Stage):
    """A live venue where Alice may trade and Bob may not."""

    def __init__(self) -> None:
        super().__init__(broker=BrokerKind.ALPACA)
        self.run(commands.SetLiveTrading(ALICE, True, "admin"))
        self.told: dict[OrderId, int] = {}

    def buy(self, qty: int = 10, limit: str = "100", *, took: bool = True) -> OrderState:
        order = self.submit(ALICE, "buy", qty, limit)
        if took:
            self.run(BrokerTook(order.order_id, f"b-{order.order_id}"))
        return order

    def fill(
        self, order: OrderState, qty: int, at: str, fee: str = "0", asset_fee: str = "0"
    ) -> list[Event]:
        filled = self.told[order.order_id] = self.told.get(order.order_id, 0) + qty
        return self.run(
            BrokerFilled(
                order.order_id,
                f"{order.order_id}/{filled}",
                price(at),
                shares(qty),
                shares(filled),
                MoneyUnits(money(fee)),
                QuantityUnits(shares(asset_fee)),
            )
        )

    def end(self, order: OrderState, ending: Ending = Ending.CANCELED) -> list[Event]:
        filled = shares(self.told.get(order.order_id, 0))
        return self.run(BrokerEnded(order.order_id, ending, filled, "said so"))

    def replace(self, order: OrderState, **changes: object) -> OrderState:
        command = ReplaceOrder(
            order_id=order.order_id,
            new_order_id=NEW_ID,
            account_id=ALICE,
            **changes,  # type: ignore[arg-type] # fields of the command
        )
        self.events = self.run(command)
        return self.core.state.orders[NEW_ID]

    def held(self) -> Decimal:
        account = self.core.state.accounts[ALICE]
        return Decimal(self.core.state.cash_held(account)).scaleb(-9)


@pytest.fixture
def live() -> Live:
    return Live()


def test_order_is_refused_until_an_administrator_turns_live_trading_on(live: Live) -> None:
    with pytest.raises(LiveTradingOff, match="an administrator can turn it on"):
        live.submit(BOB, "buy", 1, "10")
    live.run(commands.SetLiveTrading(BOB, True, "admin"))
    live.submit(BOB, "buy", 1, "10")
    live.run(commands.SetLiveTrading(BOB, False, "admin"))
    with pytest.raises(LiveTradingOff) as refused:
        live.submit(BOB, "buy", 1, "10")
    assert (refused.value.status, refused.value.code) == (403, 40310301)


def test_turning_live_trading_on_twice_is_journaled_once(live: Live) -> None:
    assert len(live.run(commands.SetLiveTrading(BOB, True, "admin"))) == 1
    assert live.run(commands.SetLiveTrading(BOB, True, "admin")) == []


def test_live_trading_exists_only_at_a_live_venue() -> None:
    with pytest.raises(MalformedRequest, match="not at a live venue"):
        Stage().run(commands.SetLiveTrading(ALICE, True, "admin"))


def test_order_waits_for_the_broker_with_its_hold_and_meets_nobody_here(live: Live) -> None:
    live.run(commands.SetLiveTrading(BOB, True, "admin"))
    live.submit(BOB, "buy", 1, "101")
    order = live.buy(took=False)
    assert order.status is OrderStatus.PENDING_NEW
    assert live.held() == 1000
    assert not live.core.books.books
    live.depth(asks=[("1", 100)])
    live.trade("1", 100)
    assert order.status is OrderStatus.PENDING_NEW


def test_broker_names_an_order_once(live: Live) -> None:
    order = live.buy(took=False)
    events = live.run(BrokerTook(order.order_id, "b-1"))
    assert events == [OrderRouted(order.order_id, ALICE, "b-1", OrderStatus.NEW)]
    assert live.run(BrokerTook(order.order_id, "b-1")) == []
    with pytest.raises(ReportOutOfSequence, match="is b-1 at the broker, not b-2"):
        live.run(BrokerTook(order.order_id, "b-2"))


def test_rejection_gives_the_hold_back_and_keeps_the_brokers_words(live: Live) -> None:
    order = live.buy(took=False)
    events = live.end(order, Ending.REJECTED)
    assert isinstance(events[0], OrderRejected)
    assert events[0].reason == "said so"
    assert order.status is OrderStatus.REJECTED
    assert (live.held(), live.cash(ALICE)) == (0, 10_000)


def test_fills_move_money_and_shares_at_the_brokers_price_and_fee(live: Live) -> None:
    order = live.buy()
    events = live.fill(order, 4, "99.50", fee="0.25")
    assert fills(events) == [("99.5", "4")]
    assert isinstance(events[0], OrderFilled)
    assert events[0].broker_execution_id == f"{order.order_id}/4"
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert live.held() == 600
    live.fill(order, 6, "100")
    assert order.status is OrderStatus.FILLED
    assert live.held() == 0
    assert live.cash(ALICE) == Decimal(10_000) - 398 - 600 - Decimal("0.25")
    assert live.position(ALICE) == 10


def test_fee_in_the_asset_reduces_what_was_bought(live: Live) -> None:
    order = live.buy()
    events = live.fill(order, 10, "100", asset_fee="0.01")
    assert isinstance(events[0], OrderFilled)
    assert events[0].position_qty == shares("9.99")
    assert live.position(ALICE) == Decimal("9.99")
    assert live.cash(ALICE) == 9_000


def test_fill_told_twice_counts_once(live: Live) -> None:
    order = live.buy()
    live.fill(order, 4, "99.50")
    live.told[order.order_id] = 0
    assert live.fill(order, 4, "99.50") == []
    assert live.position(ALICE) == 4


def test_gap_between_fills_is_refused_until_the_missed_one_is_told(live: Live) -> None:
    order = live.buy()
    live.told[order.order_id] = 3
    with pytest.raises(ReportOutOfSequence):
        live.fill(order, 2, "99")
    live.told[order.order_id] = 0
    live.fill(order, 3, "99")
    live.fill(order, 2, "99")
    assert live.position(ALICE) == 5


@pytest.mark.parametrize(("qty", "at"), [(0, "99"), (-1, "99"), (1, "0"), (11, "99")])
def test_impossible_fill_changes_nothing(live: Live, qty: int, at: str) -> None:
    order = live.buy()
    with pytest.raises(Refusal):
        live.fill(order, qty, at)
    assert (order.filled_qty, live.held()) == (0, 1000)


def test_report_about_an_order_that_is_not_open_is_refused(live: Live) -> None:
    order = live.buy()
    live.end(order)
    with pytest.raises(OrderNotFound):
        live.fill(order, 1, "99")


def test_cancel_ends_nothing_before_the_broker_says_so(live: Live) -> None:
    order = live.buy()
    events = live.run(commands.CancelOrder(ALICE, order.order_id))
    assert [type(event) for event in events] == [CancelRequested]
    assert (order.status, live.held()) == (OrderStatus.PENDING_CANCEL, 1000)
    assert live.run(commands.CancelOrder(ALICE, order.order_id)) == []
    live.fill(order, 4, "100")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    ended = live.end(order)
    assert ended == [OrderCanceled(order.order_id, ALICE, CancelReason.REQUESTED, money("600"))]
    assert (live.held(), live.position(ALICE)) == (0, 4)


def test_order_that_fills_while_it_is_being_canceled_is_filled(live: Live) -> None:
    order = live.buy()
    live.run(commands.CancelOrder(ALICE, order.order_id))
    live.fill(order, 10, "100")
    assert order.status is OrderStatus.FILLED


def test_end_that_comes_before_a_fill_waits_for_it(live: Live) -> None:
    order = live.buy()
    with pytest.raises(ReportOutOfSequence, match="4 filled, and 0 are known"):
        live.run(BrokerEnded(order.order_id, Ending.CANCELED, shares(4)))
    assert order.status is OrderStatus.NEW


def test_order_that_the_broker_ends_unasked_says_so(live: Live) -> None:
    order = live.buy()
    ended = live.end(order)
    assert isinstance(ended[0], OrderCanceled)
    assert ended[0].reason is CancelReason.BROKER
    again = live.buy()
    live.end(again, Ending.EXPIRED)
    assert again.status is OrderStatus.EXPIRED


def test_kill_switch_asks_the_broker_for_every_order(live: Live) -> None:
    order = live.buy()
    live.run(commands.EngageKillSwitch(ALICE, "audit", "admin"))
    assert order.status is OrderStatus.PENDING_CANCEL
    ended = live.end(order)
    assert isinstance(ended[0], OrderCanceled)
    assert ended[0].reason is CancelReason.KILL_SWITCH
    with pytest.raises(KillSwitchOn):
        live.buy()


def test_replacement_waits_until_the_old_order_has_ended(live: Live) -> None:
    old = live.buy()
    new = live.replace(old, limit_price=price("90"), qty=shares(12))
    assert [type(event) for event in live.events] == [ReplaceRequested, OrderAccepted]
    assert (old.status, new.status) == (OrderStatus.PENDING_REPLACE, OrderStatus.PENDING_NEW)
    assert live.held() == 1080  # 12 at 90, of which the old order's 1,000 are a part
    assert new.routing is not None
    assert new.routing.waits_for == old.order_id
    events = live.end(old)
    assert [type(event) for event in events] == [OrderReplaced, ReplacementDue]
    assert (old.status, old.replaced_by) == (OrderStatus.REPLACED, new.order_id)
    assert (new.qty, live.held()) == (shares(12), 1080)


def test_replacement_leaves_out_what_the_old_order_filled_meanwhile(live: Live) -> None:
    old = live.buy()
    live.fill(old, 2, "100")
    new = live.replace(old, limit_price=price("101"))
    assert new.qty == shares(8)
    live.fill(old, 3, "100")
    live.end(old)
    assert (new.qty, live.held()) == (shares(5), 505)
    live.run(BrokerTook(new.order_id, "b-new"))
    live.fill(new, 5, "101")
    assert live.position(ALICE) == 10


def test_replacement_of_an_order_that_fills_first_is_canceled(live: Live) -> None:
    old = live.buy()
    new = live.replace(old, limit_price=price("101"))
    events = live.fill(old, 10, "100")
    assert isinstance(events[1], OrderCanceled)
    assert events[1].reason is CancelReason.TOO_LATE
    assert (old.status, new.status) == (OrderStatus.FILLED, OrderStatus.CANCELED)
    assert live.held() == 0


def test_replacement_beyond_the_buying_power_is_refused_and_the_old_order_stays(
    live: Live,
) -> None:
    old = live.buy(qty=90)
    with pytest.raises(InsufficientBuyingPower):
        live.replace(old, limit_price=price("112"))
    assert old.status is OrderStatus.NEW
    live.replace(old, limit_price=price("111"))


def test_cancel_of_an_order_that_is_being_replaced_ends_both(live: Live) -> None:
    old = live.buy()
    new = live.replace(old, limit_price=price("90"))
    live.run(commands.CancelAllOrders(ALICE))
    assert (old.status, new.status) == (OrderStatus.PENDING_CANCEL, OrderStatus.CANCELED)
    live.end(old)
    assert (old.status, live.held()) == (OrderStatus.CANCELED, 0)


def test_cancel_of_the_replacement_leaves_the_old_order_to_its_end(live: Live) -> None:
    old = live.buy()
    new = live.replace(old, limit_price=price("90"))
    live.run(commands.CancelOrder(ALICE, new.order_id))
    assert (old.status, new.status) == (OrderStatus.PENDING_REPLACE, OrderStatus.CANCELED)
    live.end(old)
    assert (old.status, live.held()) == (OrderStatus.CANCELED, 0)


def test_order_that_is_being_replaced_or_canceled_cannot_be_replaced(live: Live) -> None:
    old = live.buy()
    new = live.replace(old, limit_price=price("90"))
    with pytest.raises(OrderNotReplaceable, match="wait for the broker"):
        live.replace(old, limit_price=price("91"))
    with pytest.raises(OrderNotReplaceable, match="waits for the end of"):
        live.replace(new, limit_price=price("91"))


def test_market_order_counts_with_the_brokers_newest_price(live: Live) -> None:
    with pytest.raises(NoPriceKnown):
        live.submit(ALICE, "buy", 1)
    assert live.run(BrokerQuoted("AAPL", price("100"))) == []
    live.submit(ALICE, "buy", 1)
    assert live.held() == 105


@pytest.mark.parametrize("tif", ["day", "gtc", "ioc", "fok", "opg", "cls"])
def test_time_in_force_is_the_brokers_to_keep(live: Live, tif: str) -> None:
    live.feed(SessionClosed(DAY, live.now, {}))
    assert live.submit(ALICE, "buy", 1, "10", tif).status is OrderStatus.PENDING_NEW


def test_day_order_stands_until_the_broker_says_that_it_expired(live: Live) -> None:
    order = live.buy()
    live.feed(SessionClosed(DAY, live.now, {}))
    assert order.status is OrderStatus.NEW
    live.end(order, Ending.EXPIRED)
    assert order.status is OrderStatus.EXPIRED


def test_stop_is_triggered_by_the_broker_alone(live: Live) -> None:
    order = live.submit(
        ALICE, "buy", 1, None, "gtc", OrderType.STOP, Terms(stop_price=price("110"))
    )
    live.run(BrokerTook(order.order_id, "b-1"))
    live.trade("120", 5)
    assert order.status is OrderStatus.NEW
    live.fill(order, 1, "120")
    assert order.status is OrderStatus.FILLED


def test_groups_are_refused_at_a_live_venue(live: Live) -> None:
    with pytest.raises(OrderNotRoutable, match="send the legs one by one"):
        live.group(ALICE, "buy", 1, "100", profit="110", loss="90")


def test_sold_shares_are_held_until_the_broker_ends_the_order(live: Live) -> None:
    live.fill(live.buy(), 10, "100")
    order = live.submit(ALICE, "sell", 6, "110")
    account = live.core.state.accounts[ALICE]
    assert live.core.state.qty_available(account, "AAPL") == shares(4)
    live.run(BrokerTook(order.order_id, "b-1"))
    live.fill(order, 2, "111")
    live.run(commands.CancelOrder(ALICE, order.order_id))
    live.end(order)
    assert live.core.state.qty_available(account, "AAPL") == shares(8)
    assert live.cash(ALICE) == 9_000 + 222


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"symbol": "AAPL"}, "not traded against USDT"),
        ({"symbol": "BTC/USD"}, "not traded against USDT"),
        ({"order_type": OrderType.STOP, "terms": Terms(stop_price=price("9"))}, "market and limit"),
        ({"time_in_force": TimeInForce.DAY}, "gtc, ioc and fok"),
        ({}, None),
    ],
)
def test_exchange_takes_simple_orders_for_the_accounts_own_money(
    change: dict[str, object], says: str | None
) -> None:
    stage = Stage(broker=BrokerKind.CCXT, currency="USDT")
    stage.run(commands.OpenAccount(DAVE, "USDT"))
    stage.run(commands.Deposit(DAVE, money("100"), "start"))
    stage.run(commands.SetLiveTrading(DAVE, True, "admin"))
    stage.run(BrokerQuoted("BTC/USDT", price("10")))
    order = SubmitOrder(
        order_id=NEW_ID,
        account_id=DAVE,
        client_order_id=NEW_ID,
        symbol="BTC/USDT",
        side=OrderSide.BUY,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.GTC,
        qty=shares(1),
    )
    order = structs.replace(order, **change)
    if says is None:
        stage.run(order)
        return
    with pytest.raises(OrderNotRoutable, match=says):
        stage.run(order)


def test_account_of_a_live_venue_stays_a_cash_account(live: Live) -> None:
    settings = MarginSettings(account_type=AccountType.MARGIN, multiplier_max=2)
    with pytest.raises(MarginNotChangeable, match="stays a cash account"):
        live.run(commands.SetMargin(ALICE, settings, "admin"))
