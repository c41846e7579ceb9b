"""Where a data hub's events come from: a venue's feed, or the test stream that always runs."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec

from tradewind.contracts.market_data import (
    Bar,
    Depth,
    DepthLevel,
    FeedEvent,
    FeedMessage,
    Trade,
    feed_topic,
)
from tradewind.contracts.notices import notice_topic
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.logging import get_logger
from tradewind.platform.money import SCALE, PriceUnits, QuantityUnits, Rounding, divide

TEST_SYMBOL = "FAKEPACA"

_TEST_INTERVAL_S = 0.5
_TEST_SEED = 1
_TEST_PRICE = 130 * SCALE
_CENT = SCALE // 100

_decoder = msgspec.msgpack.Decoder(FeedMessage)
_log = get_logger(__name__)


@asynccontextmanager
async def venue_events(
    bus: Bus, venue_id: VenueId
) -> AsyncIterator[AsyncIterator[Sequence[FeedEvent]]]:
    """Open a venue's feed and its notices; each message is decoded once, here."""
    async with bus.subscribe(feed_topic(venue_id), notice_topic(venue_id)) as subscription:

        async def events() -> AsyncIterator[Sequence[FeedEvent]]:
            run, expected = "", 0
            async for payload in subscription:
                message = _decoder.decode(payload)
                if not message.number:
                    # A notice, which belongs to no run of the feed.
                    yield message.events
                    continue
                if message.run == run and 0 < expected < message.number:
                    _log.warning(
                        "feed_messages_missed",
                        venue=venue_id,
                        missed=message.number - expected,
                        dropped=subscription.dropped,
                    )
                run, expected = message.run, message.number + 1
                yield message.events

        yield events()


@asynccontextmanager
async def invented_events(
    clock: Clock, interval_s: float = _TEST_INTERVAL_S
) -> AsyncIterator[AsyncIterator[Sequence[FeedEvent]]]:
    """Open the test stream: one made-up symbol with trades, quotes and bars, day and night."""

    async def events() -> AsyncIterator[Sequence[FeedEvent]]:
        market = _TestMarket(random.Random(_TEST_SEED))  # noqa: S311 - prices, not secrets
        while True:
            yield market.step(clock.now())
            await asyncio.sleep(interval_s)

    yield events()


class _TestMarket:
    """A random walk in cents, with the bars that belong to it."""

    def __init__(self, generator: random.Random) -> None:
        self._random = generator
        self._price = _TEST_PRICE
        self._trade_id = 0
        self._minute: _RunningBar | None = None
        self._day: _RunningBar | None = None

    def step(self, now: datetime) -> list[FeedEvent]:
        self._trade_id += 1
        self._price = max(100 * _CENT, self._price + self._random.randint(-5, 5) * _CENT)
        size = self._random.randint(1, 300) * SCALE
        trade = Trade(
            TEST_SYMBOL,
            now,
            PriceUnits(self._price),
            QuantityUnits(size),
            self._trade_id,
            conditions=("@",),
        )
        return [self._depth(now), trade, *self._bars(trade)]

    def _depth(self, now: datetime) -> Depth:
        bid = DepthLevel(PriceUnits(self._price - _CENT), self._shown())
        ask = DepthLevel(PriceUnits(self._price + _CENT), self._shown())
        return Depth(TEST_SYMBOL, now, (bid,), (ask,))

    def _shown(self) -> QuantityUnits:
        return QuantityUnits(self._random.randint(1, 10) * 100 * SCALE)

    def _bars(self, trade: Trade) -> list[FeedEvent]:
        minute_starts_at = trade.at.replace(second=0, microsecond=0)
        day_starts_at = minute_starts_at.replace(hour=0, minute=0)
        told: list[FeedEvent] = []
        if self._day is None or self._day.starts_at != day_starts_at:
            self._day = _RunningBar(day_starts_at)
        if self._minute is None or self._minute.starts_at != minute_starts_at:
            if self._minute is not None:
                told = [self._minute.bar("1Min"), self._day.bar("1Day")]
            self._minute = _RunningBar(minute_starts_at)
        self._minute.add(trade)
        self._day.add(trade)
        return told


class _RunningBar:
    """OHLCV of the trades so far."""

    def __init__(self, starts_at: datetime) -> None:
        self.starts_at = starts_at
        self._prices: tuple[int, int, int, int] | None = None
        self._volume = 0
        self._value = 0
        self._count = 0

    def add(self, trade: Trade) -> None:
        price = trade.price
        if self._prices is None:
            self._prices = (price, price, price, price)
        else:
            first, high, low, _ = self._prices
            self._prices = (first, max(high, price), min(low, price), price)
        self._volume += trade.size
        self._value += trade.price * trade.size
        self._count += 1

    def bar(self, timeframe: str) -> Bar:
        first, high, low, last = self._prices or (self._value,) * 4
        return Bar(
            TEST_SYMBOL,
            timeframe,
            self.starts_at,
            PriceUnits(first),
            PriceUnits(high),
            PriceUnits(low),
            PriceUnits(last),
            QuantityUnits(self._volume),
            self._count,
            PriceUnits(divide(self._value, max(1, self._volume), Rounding.HALF_EVEN)),
        )
