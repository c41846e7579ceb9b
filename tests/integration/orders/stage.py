"""An order service on a real PostgreSQL, with a feed to speak for: the stage of this folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from tradewind.contracts.market_data import (
    Depth,
    DepthLevel,
    FeedEvent,
    FeedMessage,
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
from tradewind.order_service.app import build
from tradewind.order_service.service import OrderApp
from tradewind.platform.bus import InProcessBus
from tradewind.platform.clock import WallClock
from tradewind.platform.database import Database
from tradewind.platform.ids import new_id
from tradewind.platform.money import SCALE, MoneyUnits, PriceUnits, QuantityUnits
from tradewind.platform.settings import Settings

AT = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


class Stage:
    """An order service with a venue, an account with cash, and a feed to speak for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.bus = InProcessBus()
        self.failures: list[BaseException] = []
        self.venue_id = VenueId(f"venue-{new_id()}")
        self.account_id = AccountId(new_id())
        self.number = 0
        self.app: OrderApp | None = None

    async def start(self) -> OrderApp:
        self.app = build(
            Settings(), self.database, self.bus, WallClock(), on_failure=self.failures.append
        )
        await self.app.start()
        self.number = 0
        return self.app

    async def feed(self, *events: FeedEvent) -> None:
        assert self.app is not None
        self.number += 1
        message = FeedMessage(self.venue_id, self.number, AT, list(events))
        await self.bus.publish(feed_topic(self.venue_id), msgspec.msgpack.encode(message))
        await self.app.wait_for_feed(self.venue_id, self.number)

    async def open(self) -> OrderApp:
        app = await self.start()
        fees = FeeSchedule(fee_bps=Decimal(10))
        await app.create_venue(VenueSpec(venue_id=self.venue_id, name="Stage", fees=fees))
        await app.open_account(self.venue_id, self.account_id)
        await app.deposit(self.account_id, MoneyUnits(10_000 * SCALE), "first deposit")
        await self.feed(SessionOpened(date(2024, 1, 2), AT))
        await self.feed(
            Depth(
                "AAPL",
                AT,
                (DepthLevel(price(99), shares(50)),),
                (DepthLevel(price(100), shares(30)), DepthLevel(price(101), shares(30))),
            ),
            Trade("AAPL", AT, price(100), shares(10), 1),
        )
        return app

    async def second_account(self, dollars: int = 10_000) -> AccountId:
        """Open another account with cash and return its id."""
        assert self.app is not None
        account_id = AccountId(new_id())
        await self.app.open_account(self.venue_id, account_id)
        await self.app.deposit(account_id, MoneyUnits(dollars * SCALE), "first deposit")
        return account_id

    def order(self, side: OrderSide = OrderSide.BUY, qty: int = 10, **more: object) -> SubmitOrder:
        order_id = OrderId(new_id())
        fields: dict[str, object] = {
            "order_id": order_id,
            "account_id": self.account_id,
            "client_order_id": order_id,
            "symbol": "AAPL",
            "side": side,
            "order_type": OrderType.LIMIT if "limit_price" in more else OrderType.MARKET,
            "time_in_force": TimeInForce.DAY,
            "qty": shares(qty),
        }
        return msgspec.convert(fields | more, SubmitOrder)


def price(dollars: int) -> PriceUnits:
    return PriceUnits(dollars * SCALE)


def shares(number: int) -> QuantityUnits:
    return QuantityUnits(number * SCALE)


@asynccontextmanager
async def restarted(stage: Stage) -> AsyncIterator[OrderApp]:
    assert stage.app is not None
    await stage.app.stop()
    yield await stage.start()


async def verified(stage: Stage) -> None:
    assert stage.app is not None
    for result in await stage.app.verify():
        assert result.differences == []
