"""A venue as market data sees it: its time, its newest prices, and its numbered messages."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec

from tradewind.contracts.market_data import (
    Bar,
    Depth,
    FeedEvent,
    FeedMessage,
    FeedSpec,
    Quote,
    SessionClosed,
    SessionOpened,
    Snapshot,
    Trade,
    feed_topic,
)
from tradewind.contracts.vocabulary import VenueId
from tradewind.market_data_service.domain.timeframes import DAY_BAR
from tradewind.platform.bus import Bus
from tradewind.platform.ids import new_id
from tradewind.platform.money import PriceUnits


class Latest:
    """The newest of everything about one instrument."""

    __slots__ = ("daily_bar", "depth", "minute_bar", "previous_daily_bar", "trade")

    def __init__(self) -> None:
        self.trade: Trade | None = None
        self.depth: Depth | None = None
        self.minute_bar: Bar | None = None
        self.daily_bar: Bar | None = None
        self.previous_daily_bar: Bar | None = None

    def take_day(self, bar: Bar) -> None:
        """Take over a daily bar; one of a later day makes the one before the previous."""
        if self.daily_bar is not None and bar.starts_at > self.daily_bar.starts_at:
            self.previous_daily_bar = self.daily_bar
        self.daily_bar = bar

    @property
    def quote(self) -> Quote | None:
        """Return the best bid and ask."""
        return self.depth.quote() if self.depth else None

    @property
    def bar(self) -> Bar | None:
        """Return the minute bar, or the daily bar where the feed has no minutes."""
        return self.minute_bar or self.daily_bar

    def snapshot(self, symbol: str) -> Snapshot:
        """Return everything as the contract has it."""
        return Snapshot(
            symbol=symbol,
            latest_trade=self.trade,
            latest_quote=self.quote,
            minute_bar=self.minute_bar,
            daily_bar=self.daily_bar,
            previous_daily_bar=self.previous_daily_bar,
        )


class Venue:
    """What a feed has told about its venue so far.

    Messages are numbered from 1 in each run, and say which run they belong to: who follows takes
    another one as a feed that began anew, and carries on.
    """

    def __init__(self, spec: FeedSpec, bus: Bus, now: datetime) -> None:
        self.spec = spec
        self.now = now
        self.run = new_id()
        self.number = 0
        self.is_open = False
        self.trading_date: date | None = None
        self._bus = bus
        self._topic = feed_topic(spec.venue_id)
        self._latest: dict[str, Latest] = {}
        self._encoder = msgspec.msgpack.Encoder()

    @property
    def venue_id(self) -> VenueId:
        """Return the venue's id."""
        return self.spec.venue_id

    def known(self, symbols: Iterable[str]) -> list[tuple[str, Latest]]:
        """Return those of some symbols about which anything is known, each once."""
        wanted = dict.fromkeys(symbols)
        return [(each, self._latest[each]) for each in wanted if each in self._latest]

    def trade_prices(self) -> dict[str, PriceUnits]:
        """Return the newest trade price of each symbol."""
        return {each: kept.trade.price for each, kept in self._latest.items() if kept.trade}

    async def publish(self, at: datetime, events: Sequence[FeedEvent]) -> None:
        """Move to an instant, take over events, and hand them to the bus as one message."""
        self.now = at
        self.apply(events)
        self.number += 1
        message = FeedMessage(self.venue_id, self.number, at, list(events), self.run)
        await self._bus.publish(self._topic, self._encoder.encode(message))

    def apply(self, events: Iterable[FeedEvent]) -> None:
        """Take over events without telling anybody: what is already known elsewhere."""
        for event in events:
            match event:
                case Depth():
                    self._keep(event.symbol).depth = event
                case Trade():
                    self._keep(event.symbol).trade = event
                case Bar():
                    kept = self._keep(event.symbol)
                    if event.timeframe == DAY_BAR:
                        kept.take_day(event)
                    else:
                        kept.minute_bar = event
                case SessionOpened():
                    self.is_open = True
                    self.trading_date = event.trading_date
                case SessionClosed():
                    self.is_open = False
                case _:
                    pass  # corporate actions and listings change no price that is shown

    def _keep(self, symbol: str) -> Latest:
        kept = self._latest.get(symbol)
        if kept is None:
            kept = self._latest[symbol] = Latest()
        return kept
