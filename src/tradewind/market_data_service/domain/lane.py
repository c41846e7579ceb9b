"""Instruments that trade in the same sessions: their market, their bars, the session that runs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, field

from tradewind.contracts.market_data import (
    AuctionPrint,
    Bar,
    ExtendedHoursClosed,
    ExtendedHoursOpened,
    FeedEvent,
    SessionClosed,
    SessionOpened,
    Trade,
)
from tradewind.contracts.vocabulary import AuctionKind, ExtendedPhase
from tradewind.market_data_service.domain.market_time import midnight_of
from tradewind.market_data_service.domain.running_bars import BarBoard
from tradewind.market_data_service.domain.sessions import Segment, Sessions
from tradewind.market_data_service.domain.simulation import SimulatedMarket
from tradewind.platform.money import PriceUnits

ClosingPrices = Callable[[Sequence[FeedEvent]], dict[str, PriceUnits]]
"""Tells what every instrument of the venue closes at, given what has happened since."""


class Happened(Struct, frozen=True):
    """What a step has brought: events in order, and those bars among them that grow no more."""

    events: list[FeedEvent] = field(default_factory=list)
    finished: list[Bar] = field(default_factory=list)

    def finish(self, bars: Sequence[Bar]) -> None:
        """Add bars that grow no more."""
        self.events.extend(bars)
        self.finished.extend(bars)


class Lane:
    """One market and its sessions; the venue is told of them unless they are the clock's alone."""

    def __init__(
        self,
        market: SimulatedMarket,
        sessions: Sessions,
        running: Segment | None = None,
        *,
        tells_sessions: bool = True,
    ) -> None:
        self.market = market
        self.sessions = sessions
        self.board = BarBoard()
        self.running = running
        """The session that runs, or that an earlier process left open."""
        self.opened_before: date | None = None
        """The trading date that an earlier process opened and that may still run."""
        self._tells_sessions = tells_sessions
        self._closes = {symbol: state.fair_price for symbol, state in market.state().items()}
        """Newest closes of regular sessions; at first, what the market begins from."""

    def step(self, now: datetime, closing_prices: ClosingPrices) -> Happened:
        """Let the market run up to an instant; a session that is over by then ends first."""
        happened = Happened()
        running = self.running
        if running is not None and now >= running.ends_at:
            self._trade(running, running.ends_at, happened)
            self._end(running, now, closing_prices, happened)
        segment = self.sessions.segment(now)
        if segment is not None and segment.starts_at <= now:
            if self.running is None:
                self.running = segment
                self.market.rest_until(segment.starts_at)
                happened.events.extend(self.opening())
                happened.events.extend(self._opening_auctions(segment))
            self._trade(segment, now, happened)
        return happened

    def opening(self) -> list[FeedEvent]:
        """Return what tells that the session which runs has begun."""
        running = self.running
        if running is None or not self._tells_sessions:
            return []
        trading_date = running.day.trading_date
        if running.phase is None:
            next_opens_at = self._next_open(running)
            return [
                SessionOpened(
                    trading_date, running.starts_at, running.ends_at, next_opens_at, self._closes
                )
            ]
        return [ExtendedHoursOpened(trading_date, running.starts_at, running.phase)]

    def _next_open(self, segment: Segment) -> datetime | None:
        following = self.sessions.following(segment.day)
        return following.opens_at if following else None

    def _opening_auctions(self, segment: Segment) -> list[AuctionPrint]:
        """Return the auctions at fair values, unless the session is one that goes on."""
        if segment.phase is not None or segment.day.trading_date == self.opened_before:
            return []
        prices = {symbol: state.fair_price for symbol, state in self.market.state().items()}
        return self._auctions(AuctionKind.OPENING, segment.starts_at, prices)

    def _auctions(
        self, kind: AuctionKind, at: datetime, prices: Mapping[str, PriceUnits]
    ) -> list[AuctionPrint]:
        if not self._tells_sessions:
            return []
        sizes = self.market.auction_sizes()
        return [AuctionPrint(each, at, kind, prices[each], size) for each, size in sizes.items()]

    def _trade(self, segment: Segment, until: datetime, happened: Happened) -> None:
        is_regular = segment.phase is None
        day_start = midnight_of(segment.day.trading_date) if is_regular else None
        finished: list[Bar] = []
        for event in self.market.advance(until, is_thin=not is_regular):
            happened.events.append(event)
            if isinstance(event, Trade):
                finished += self.board.take(event, day_start)
        happened.finish([*finished, *self.board.finish_minutes(until)])

    def _end(
        self, segment: Segment, now: datetime, closing_prices: ClosingPrices, happened: Happened
    ) -> None:
        self.running = None
        happened.finish(self.board.finish_minutes(segment.ends_at))
        if segment.phase is None:
            happened.finish(self.board.finish_days())
        if not self._tells_sessions:
            return
        trading_date = segment.day.trading_date
        if segment.phase is None:
            follows = self.sessions.segment(now)
            closes = self._closes = closing_prices(happened.events)
            happened.events.extend(self._auctions(AuctionKind.CLOSING, segment.ends_at, closes))
            happened.events.append(
                SessionClosed(
                    trading_date,
                    segment.ends_at,
                    closes,
                    after_hours_follow=follows is not None
                    and follows.phase is ExtendedPhase.AFTER_HOURS
                    and follows.day == segment.day,
                    next_opens_at=self._next_open(segment),
                )
            )
        elif segment.phase is ExtendedPhase.AFTER_HOURS:
            happened.events.append(ExtendedHoursClosed(trading_date, segment.ends_at))
