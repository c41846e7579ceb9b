"""A simulated day from its feed through the core: who trades when, and what expires."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.market_data.market_data_site import SimulatedSite, next_message

from tradewind.contracts.orders import SubmitOrder
from tradewind.contracts.venues import VenueSpec
from tradewind.contracts.vocabulary import (
    AccountId,
    OrderId,
    OrderSide,
    OrderStatus,
    OrderType,
    SessionHours,
    TimeInForce,
    VenueId,
)
from tradewind.market_data_service.app import SCHEMA
from tradewind.order_service.domain import commands
from tradewind.order_service.domain.core import Core
from tradewind.order_service.domain.decide import decide
from tradewind.order_service.domain.state import OrderState
from tradewind.platform.database import Database, ServiceSchema
from tradewind.platform.money import SCALE, MoneyUnits, PriceUnits, QuantityUnits
from tradewind.testing.market_data import price

ALICE = AccountId("00000000-0000-7000-8000-00000000000a")
CLOSE = datetime(2026, 1, 6, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
async def database(make_database: Callable[[ServiceSchema], Awaitable[Database]]) -> Database:
    return await make_database(SCHEMA)


class Story:
    """One feed, and a core that hears each of its messages."""

    def __init__(self, site: SimulatedSite) -> None:
        self.site = site
        self.core = Core(VenueSpec(venue_id=VenueId("story"), name="Story"))
        self.orders = 0

    async def open(self) -> None:
        self.feed = await self.site.open("story", SessionHours.EXCHANGE, ("AAPL", "BTC/USD"))
        self.messages = self.site.bus.subscribe("feed.story")
        await self.messages.__aenter__()
        await self.pass_seconds(0.5)
        decide(self.core, commands.OpenAccount(ALICE), self.site.clock.now())
        cash = MoneyUnits(1_000_000 * SCALE)
        decide(self.core, commands.Deposit(ALICE, cash, "start"), self.site.clock.now())

    async def pass_seconds(self, seconds: float, times: int = 1) -> None:
        for _ in range(times):
            before = self.feed.venue.number
            await self.site.tick(self.feed, seconds)
            if self.feed.venue.number > before:
                message = await next_message(self.messages)
                decide(self.core, message, self.site.clock.now())

    async def stand_at(self, at: datetime) -> None:
        await self.pass_seconds((at - self.site.clock.now()).total_seconds())

    def buy(self, symbol: str, limit: PriceUnits, tif: str, *, extended: bool) -> OrderState:
        self.orders += 1
        order_id = OrderId(f"00000000-0000-7000-9000-{self.orders:012d}")
        order: OrderState = decide(
            self.core,
            SubmitOrder(
                order_id=order_id,
                account_id=ALICE,
                client_order_id=order_id,
                symbol=symbol,
                side=OrderSide.BUY,
                order_type=OrderType.LIMIT,
                time_in_force=TimeInForce(tif),
                qty=QuantityUnits(SCALE),
                limit_price=limit,
                extended_hours=extended,
            ),
            self.site.clock.now(),
        )
        return order


@pytest.fixture
def site(database: Database) -> SimulatedSite:
    return SimulatedSite(database, CLOSE - timedelta(seconds=30))


async def test_day_goes_on_after_the_close_for_those_who_ask(site: SimulatedSite) -> None:
    story = Story(site)
    await story.open()
    far, marketable = price("100"), price("900")
    plain = story.buy("AAPL", far, "day", extended=False)
    resting = story.buy("AAPL", far, "day", extended=True)
    await story.stand_at(CLOSE + timedelta(minutes=1))
    assert plain.status is OrderStatus.EXPIRED
    assert resting.status is OrderStatus.NEW
    late = story.buy("AAPL", marketable, "gtc", extended=False)
    taken = story.buy("AAPL", marketable, "day", extended=True)
    assert (late.status, taken.status) == (OrderStatus.ACCEPTED, OrderStatus.FILLED)
    await story.stand_at(CLOSE + timedelta(hours=4))
    assert resting.status is OrderStatus.EXPIRED
    night = story.buy("AAPL", marketable, "day", extended=True)
    coin = story.buy("BTC/USD", price("90000"), "ioc", extended=False)
    assert (night.status, coin.status) == (OrderStatus.ACCEPTED, OrderStatus.FILLED)
    await story.stand_at(CLOSE + timedelta(hours=12))
    await story.pass_seconds(0.5)
    assert night.status is OrderStatus.FILLED, "it joined with the pre-market"
    assert late.status is OrderStatus.ACCEPTED
    await story.stand_at(CLOSE + timedelta(hours=17, minutes=30))
    await story.pass_seconds(0.5)
    assert late.status is OrderStatus.FILLED
    await story.messages.__aexit__(None, None, None)
