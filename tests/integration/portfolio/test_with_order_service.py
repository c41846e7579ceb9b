"""The portfolio beside the real trading core: both must value every account alike, to the unit."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import msgspec
import pytest
from tests.conftest import MakeDatabase
from tests.integration.portfolio.conftest import StartApp

from tradewind.contracts.corporate_actions import CashDividend, Split, StockDividend
from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    FeedEvent,
    FeedMessage,
    SessionClosed,
    SessionOpened,
    Trade,
    feed_topic,
)
from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.venues import FeeSchedule, VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    OrderId,
    OrderSide,
    OrderType,
    TimeInForce,
    VenueId,
)
from tradewind.order_service.app import SCHEMA, build
from tradewind.order_service.service import OrderApp
from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.ids import new_id
from tradewind.platform.money import MoneyUnits, PriceUnits, QuantityUnits, to_units
from tradewind.platform.settings import Settings

FIRST_DAY = date(2024, 1, 2)


class Market:
    """A venue of the real order service, its feed, and one account that trades there."""

    def __init__(self, app: OrderApp, bus: InProcessBus) -> None:
        self.app = app
        self.venue_id = VenueId(f"venue-{new_id()}")
        self.account_id = AccountId(new_id())
        self._bus = bus
        self._number = 0
        self._at = datetime.combine(FIRST_DAY, time(14, 30), UTC)

    async def open(self) -> None:
        fees = FeeSchedule(fee_bps=Decimal(7), fee_minimum=MoneyUnits(to_units("0.01")))
        spec = VenueSpec(
            venue_id=self.venue_id,
            name="Market",
            fees=fees,
            follows_feed_time=True,
            interest_bps=Decimal("512.5"),
        )
        await self.app.create_venue(spec)
        await self.app.open_account(self.venue_id, self.account_id)

    async def feed(self, *events: FeedEvent) -> None:
        self._number += 1
        message = FeedMessage(self.venue_id, self._number, self._at, list(events))
        await self._bus.publish(feed_topic(self.venue_id), msgspec.msgpack.encode(message))
        await self.app.wait_for_feed(self.venue_id, self._number)

    async def begin(self, day: date, price: str, *actions: FeedEvent) -> None:
        self._at = datetime.combine(day, time(14, 30), UTC)
        at, shown = self._at, PriceUnits(to_units(price))
        level = (DepthLevel(shown, QuantityUnits(to_units(1000))),)
        await self.feed(
            *actions,
            SessionOpened(day, at),
            Depth("IBM", at, level, ()),
            Trade("IBM", at, shown, QuantityUnits(to_units(1)), self._number),
            Depth("IBM", at, (), level),
        )

    async def end(self, day: date, price: str) -> None:
        self._at = datetime.combine(day, time(21), UTC)
        close = PriceUnits(to_units(price))
        await self.feed(
            Trade("IBM", self._at, close, QuantityUnits(to_units(1)), self._number),
            SessionClosed(day, self._at, {"IBM": close}),
        )

    async def buy(self, qty: str) -> None:
        await self.app.submit_order(self._order(OrderSide.BUY, qty))

    async def sell(self, qty: str, price: str) -> None:
        level = (DepthLevel(PriceUnits(to_units(price)), QuantityUnits(to_units(1000))),)
        await self.feed(Depth("IBM", self._at, level, ()))
        await self.app.submit_order(self._order(OrderSide.SELL, qty))

    def _order(self, side: OrderSide, qty: str) -> SubmitOrder:
        order_id = OrderId(new_id())
        return SubmitOrder(
            order_id=order_id,
            account_id=self.account_id,
            client_order_id=order_id,
            symbol="IBM",
            side=side,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.DAY,
            qty=QuantityUnits(to_units(qty)),
        )


@pytest.fixture
async def market(make_database: MakeDatabase) -> AsyncIterator[Market]:
    """Return a market of the real order service."""
    bus = InProcessBus()
    failures: list[BaseException] = []
    database = await make_database(SCHEMA)
    app = build(Settings(), database, bus, WallClock(), on_failure=failures.append)
    await app.start()
    market = Market(app, bus)
    await market.open()
    yield market
    await app.stop()
    assert not failures


async def test_core_and_portfolio_agree_on_every_close(market: Market, start_app: StartApp) -> None:
    portfolio = await start_app(market.app)
    await market.app.deposit(market.account_id, MoneyUnits(to_units("12345.67")), "deposit")
    days = [FIRST_DAY + timedelta(days=number) for number in range(6)]
    actions: dict[int, FeedEvent] = {
        1: CashDividend("div-0", "IBM", days[1], MoneyUnits(to_units("0.2")), payable_date=days[4]),
        2: CashDividend("div-1", "IBM", days[2], MoneyUnits(to_units("0.123"))),
        3: Split("split-1", "IBM", days[3], 3, 1),
        4: StockDividend("stock-1", "IBM", days[4], QuantityUnits(to_units("0.05"))),
        5: Split("reverse-1", "IBM", days[5], 1, 7),
    }
    opens = ["10.0001", "11.3333", "9.8765", "3.3311", "3.5", "25.01"]
    closes = ["10.7777", "11.1111", "9.9999", "3.4567", "3.6789", "24.99"]
    equities = []
    for number, day in enumerate(days):
        await market.begin(day, opens[number], *filter(None, [actions.get(number)]))
        await market.buy("7.123456789")
        if number == 1:
            await market.app.withdraw(market.account_id, MoneyUnits(to_units(100)), "withdrawal")
        if number >= 2:
            await market.sell("3.333333333", opens[number])
        await market.end(day, closes[number])
        account = await market.app.get_account(market.account_id)
        equities.append(account.equity)

        history = await portfolio.equity_history(market.venue_id, market.account_id, None, None)
        assert [point.equity for point in history.points] == equities
        assert history.points[-1].trading_date == day

    account = await market.app.get_account(market.account_id)
    found = await portfolio.performance(market.venue_id, market.account_id, None, None)
    assert found.fills == 10
    assert found.fees == account.fees_paid > 0
    assert found.dividends > 0
    assert found.net_cash_flow == to_units("12245.67")
    assert found.end_equity == found.net_cash_flow + found.profit_loss == account.equity
    income = await portfolio.income(market.venue_id, market.account_id, None, None)
    assert (income.dividends, income.fees) == (found.dividends, found.fees)
    assert income.interest > 0
