"""Turn a day's bar into what a market would have shown: levels and prints along its path.

The path runs from the open over the nearer extreme and the other extreme to the close. At each of
these four points the market shows a few levels around the price and prints about a quarter of the
day's volume at it, so that the prints give the bar back exactly.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from tradewind.contracts.corporate_actions import PriceAction, Split
from tradewind.contracts.market_data import (
    AuctionPrint,
    Bar,
    Depth,
    DepthLevel,
    FeedEvent,
    SessionClosed,
    SessionOpened,
    Trade,
    TradingDay,
)
from tradewind.contracts.vocabulary import AuctionKind
from tradewind.platform.money import SCALE, PriceUnits, QuantityUnits, Rounding, divide

PRINTS_PER_DAY = 4

_SESSION_SHARES = (0, 30, 65)
"""Where in the session the first three prints stand, in percent; the last is at its end."""

_LEVELS = 5
_LOT = 100 * SCALE
_PER_MILLION_MIN, _PER_MILLION_MAX = 500, 1500
"""Bounds of a level's size, in millionths of the day's volume at the first level."""

_SUB_DOLLAR_TICK = SCALE // 10_000

_AUCTION_PERCENT = {AuctionKind.OPENING: 2, AuctionKind.CLOSING: 8}
"""How much of a day's volume is said to change hands in each auction. The prints hold it already;
an auction takes nothing away from them."""


class ReplayDay(Struct, frozen=True, kw_only=True):
    """One trading day of a replay: its bars by symbol, and the actions that go ex."""

    session: TradingDay
    bars: Sequence[Bar]
    actions: Sequence[PriceAction] = ()
    next_opens_at: datetime | None = None
    """When the exchange's next session begins."""


def day_events(
    day: ReplayDay,
    seed: int,
    ticks: Mapping[str, PriceUnits],
    last_closes: Mapping[str, PriceUnits],
) -> list[FeedEvent]:
    """Return everything that a day shows, in the order in which it happens.

    ``ticks`` holds the price increments, ``last_closes`` the newest close of every symbol that
    traded before: a symbol without a bar closes where it stood.
    """
    session, next_opens_at = day.session, day.next_opens_at
    before = closes_before_open(day, last_closes)
    events: list[FeedEvent] = [
        *day.actions,
        SessionOpened(
            session.trading_date, session.opens_at, session.closes_at, next_opens_at, before
        ),
        *(day_auction(bar, session, AuctionKind.OPENING) for bar in day.bars),
    ]
    shown = [
        list(
            zip(
                day_depths(bar, session, seed, ticks[bar.symbol]),
                day_prints(bar, session),
                strict=True,
            )
        )
        for bar in day.bars
    ]
    for phase in range(PRINTS_PER_DAY):
        for pairs in shown:
            events.extend(pairs[phase])
    events.extend(day_auction(bar, session, AuctionKind.CLOSING) for bar in day.bars)
    events.extend(day.bars)
    closes = {**last_closes, **{bar.symbol: bar.close for bar in day.bars}}
    closed = SessionClosed(
        session.trading_date, session.closes_at, closes, next_opens_at=next_opens_at
    )
    events.append(closed)
    return events


def day_auction(bar: Bar, session: TradingDay, kind: AuctionKind) -> AuctionPrint:
    """Return the auction at a day's open or close, in whole shares."""
    opens = kind is AuctionKind.OPENING
    size = bar.volume * _AUCTION_PERCENT[kind] // (100 * SCALE) * SCALE
    at = session.opens_at if opens else session.closes_at
    price = bar.open if opens else bar.close
    return AuctionPrint(bar.symbol, at, kind, price, QuantityUnits(size))


def closes_before_open(
    day: ReplayDay, last_closes: Mapping[str, PriceUnits]
) -> dict[str, PriceUnits]:
    """Return the closes of before, adjusted for the splits that take effect with the day."""
    closes = dict(last_closes)
    for action in day.actions:
        close = closes.get(action.symbol)
        if isinstance(action, Split) and close is not None:
            closes[action.symbol] = PriceUnits(
                divide(close * action.old_rate, action.new_rate, Rounding.HALF_EVEN)
            )
    return closes


def path_of(bar: Bar) -> tuple[PriceUnits, PriceUnits, PriceUnits, PriceUnits]:
    """Return the four prices that a day passes, the extreme nearer to the open first."""
    if bar.open - bar.low <= bar.high - bar.open:
        return bar.open, bar.low, bar.high, bar.close
    return bar.open, bar.high, bar.low, bar.close


def path_vwap(bar_prices: Sequence[PriceUnits]) -> PriceUnits:
    """Return the average of the four prints of equal size."""
    return PriceUnits(divide(sum(bar_prices), len(bar_prices), Rounding.HALF_EVEN))


def print_times(session: TradingDay) -> tuple[datetime, ...]:
    """Return when the four prints of a session happen."""
    length = session.closes_at - session.opens_at
    early = (session.opens_at + length * share // 100 for share in _SESSION_SHARES)
    return *early, session.closes_at - timedelta(seconds=1)


def day_prints(bar: Bar, session: TradingDay) -> list[Trade]:
    """Return the four prints of a bar; their sizes add up to its volume."""
    quarter = bar.volume // (PRINTS_PER_DAY * SCALE) * SCALE
    sizes = [quarter] * (PRINTS_PER_DAY - 1)
    sizes.append(bar.volume - sum(sizes))
    first_id = _first_trade_id(session.trading_date)
    return [
        Trade(bar.symbol, at, price, QuantityUnits(size), first_id + phase)
        for phase, (price, at, size) in enumerate(
            zip(path_of(bar), print_times(session), sizes, strict=True)
        )
    ]


def day_depths(bar: Bar, session: TradingDay, seed: int, tick: PriceUnits) -> list[Depth]:
    """Return the levels that stand around each of the four prints."""
    randomness = random.Random(f"{seed}:{bar.symbol}:{session.trading_date}")  # noqa: S311
    return [
        _depth_around(bar, price, at, tick, randomness)
        for price, at in zip(path_of(bar), print_times(session), strict=True)
    ]


def _depth_around(
    bar: Bar, price: PriceUnits, at: datetime, tick: PriceUnits, randomness: random.Random
) -> Depth:
    if price < SCALE:
        tick = PriceUnits(min(tick, _SUB_DOLLAR_TICK))
    best_bid = (price - 1) // tick * tick
    best_ask = (price // tick + 1) * tick
    bids, asks = [], []
    for level in range(_LEVELS):
        bid_size, ask_size = (
            _level_size(bar, level, randomness),
            _level_size(bar, level, randomness),
        )
        if (bid := best_bid - level * tick) > 0:
            bids.append(DepthLevel(PriceUnits(bid), bid_size))
        asks.append(DepthLevel(PriceUnits(best_ask + level * tick), ask_size))
    return Depth(bar.symbol, at, tuple(bids), tuple(asks))


def _level_size(bar: Bar, level: int, randomness: random.Random) -> QuantityUnits:
    share = randomness.randint(_PER_MILLION_MIN, _PER_MILLION_MAX) * (level + 1)
    lots = bar.volume * share // (1_000_000 * _LOT)
    return QuantityUnits(max(lots, 1) * _LOT)


def _first_trade_id(trading_date: date) -> int:
    return trading_date.toordinal() * PRINTS_PER_DAY
