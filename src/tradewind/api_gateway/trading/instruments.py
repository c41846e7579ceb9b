"""The instruments as the trading routes need them: by symbol, at once, for every order shown."""

import asyncio
import time
from collections.abc import Iterable, Mapping

from tradewind.api_gateway.trading.live_instruments import LiveInstruments
from tradewind.contracts.market_data import Instrument, MarketDataService
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import Unavailable

_FRESH_S = 10.0
_LOOK_AGAIN_S = 0.5
_SYMBOL_MAX = 64


class InstrumentDirectory:
    """Remembers instruments for some seconds, so that an order costs no call to find its own.

    Only instruments that exist are remembered: callers who ask for what is not there cannot grow
    the directory.
    """

    def __init__(
        self,
        market_data: MarketDataService,
        fresh_s: float = _FRESH_S,
        live: LiveInstruments | None = None,
    ) -> None:
        self._market_data = market_data
        self._live = live
        self._fresh_s = fresh_s
        self._known: dict[str, tuple[Instrument, float]] = {}

    async def find(self, symbol_or_id: str) -> Instrument | None:
        """Return an instrument by symbol in any case, or by id; ``None`` when there is none."""
        known = self._known.get(symbol_or_id)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        if not 0 < len(symbol_or_id) <= _SYMBOL_MAX or "\x00" in symbol_or_id:
            return None
        if known is None:
            instrument = await self._market_data.find_instrument(symbol_or_id)
        else:
            instrument = await self._look_again(symbol_or_id, known[0])
        if instrument is not None and symbol_or_id in (
            instrument.symbol,
            instrument.instrument_id,
        ):
            self._known[symbol_or_id] = (instrument, time.monotonic() + self._fresh_s)
        return instrument

    async def find_at(self, venue_id: VenueId, symbol_or_id: str) -> Instrument | None:
        """Return an instrument that orders at a venue may name, at a live one what a broker has."""
        instrument = await self.find(symbol_or_id)
        if instrument is None and self._live is not None and await self._live.is_live(venue_id):
            return await self._live.find(symbol_or_id.upper())
        return instrument

    async def find_held(self, symbol: str) -> Instrument | None:
        """Return the instrument of an order or a position that exists."""
        instrument = await self.find(symbol)
        if instrument is None and self._live is not None:
            return await self._live.find(symbol)
        return instrument

    async def _look_again(self, symbol_or_id: str, known: Instrument) -> Instrument | None:
        """Return an instrument as it is now, or as it was while market data cannot be asked.

        Orders must not wait for another service that is being started again.
        """
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                return await self._market_data.find_instrument(symbol_or_id)
        except (Unavailable, OSError, TimeoutError):
            return known

    async def by_symbol(self, symbols: Iterable[str]) -> Mapping[str, Instrument]:
        """Return the instruments of some symbols; those that do not exist are absent."""
        found: dict[str, Instrument] = {}
        for symbol in symbols:
            if symbol not in found and (instrument := await self.find_held(symbol)) is not None:
                found[symbol] = instrument
        return found
