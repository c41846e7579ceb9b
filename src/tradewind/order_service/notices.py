"""Halts and price bands for who follows a venue's prices: what a commit changed, how they stand."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tradewind.contracts.journal import PriceBandsMoved, TradingHalted, TradingResumed
from tradewind.contracts.market_data import FeedEvent, FeedMessage
from tradewind.contracts.notices import BandsMoved, HaltCause, LatestStatus, StatusChanged
from tradewind.order_service.domain.core import Emitted
from tradewind.order_service.domain.halts import BY_FEED
from tradewind.order_service.domain.state import WHOLE_VENUE, VenueState
from tradewind.order_service.domain.volatility import BY_BANDS

_TOLD = frozenset({PriceBandsMoved, TradingHalted, TradingResumed})
_CAUSES = {BY_BANDS: HaltCause.BANDS, BY_FEED: HaltCause.MARKET}

_encode = msgspec.msgpack.Encoder().encode


def notice_of(state: VenueState, emitted: Sequence[Emitted]) -> bytes | None:
    """Return the message about a batch of events, ``None`` where there is nothing to tell.

    ``state`` may be ahead of the batch: it only says which instruments there are, and which of them
    are halted by themselves when the whole venue trades again.
    """
    told = [record for record in emitted if type(record.event) in _TOLD]
    if not told:
        return None
    events = [event for record in told for event in _events(state, record)]
    return _encode(FeedMessage(state.venue_id, 0, told[-1].at, events))


def latest_statuses(state: VenueState, symbols: Iterable[str] = ()) -> list[LatestStatus]:
    """Return how instruments stand, by symbol: those named that are known, or all of them."""
    wanted = set(symbols)
    return [_latest(state, each) for each in _known(state) if not wanted or each in wanted]


def _known(state: VenueState) -> list[str]:
    told = {*state.instruments, *state.halts, *state.resumptions, *state.bands}
    return sorted(told - {WHOLE_VENUE})


def _latest(state: VenueState, symbol: str) -> LatestStatus:
    halt, bands = state.halt_of(symbol), state.bands.get(symbol)
    moved = BandsMoved(symbol, bands.since, bands.lower, bands.upper) if bands else None
    if halt is not None:
        status = StatusChanged(symbol, halt.since, True, _cause(halt.by), halt.reason)
        return LatestStatus(symbol, status, halt.resumes_at, moved)
    ended = [state.resumptions.get(each) for each in (symbol, WHOLE_VENUE)]
    newest = max((each for each in ended if each), key=lambda each: each.at, default=None)
    if newest is None:
        return LatestStatus(symbol, bands=moved)
    status = StatusChanged(symbol, newest.at, False, _cause(newest.by))
    return LatestStatus(symbol, status, bands=moved)


def _events(state: VenueState, record: Emitted) -> Iterator[FeedEvent]:
    event, at = record.event, record.at
    if isinstance(event, PriceBandsMoved):
        yield BandsMoved(event.symbol, at, event.lower, event.upper)
    elif isinstance(event, TradingHalted):
        for symbol in _concerned(state, event.symbol):
            yield StatusChanged(symbol, at, True, _cause(event.by), event.reason)
    elif isinstance(event, TradingResumed):
        for symbol in _concerned(state, event.symbol):
            if state.halt_of(symbol) is None:
                yield StatusChanged(symbol, at, False, _cause(event.by))


def _concerned(state: VenueState, symbol: str) -> list[str]:
    return sorted(state.instruments) if symbol == WHOLE_VENUE else [symbol]


def _cause(by: str) -> HaltCause:
    return _CAUSES.get(by, HaltCause.OPERATOR)
