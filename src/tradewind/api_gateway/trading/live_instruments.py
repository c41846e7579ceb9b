"""Instruments of live venues: their brokers trade more than market data here knows of."""

import re
import time
from uuid import NAMESPACE_URL, uuid5

from tradewind.contracts.market_data import Instrument
from tradewind.contracts.orders import OrderService
from tradewind.contracts.vocabulary import AssetClass, InstrumentId, VenueId
from tradewind.platform.money import PriceUnits, QuantityUnits

_FRESH_S = 10.0
_SYMBOL = re.compile(r"[A-Z0-9.]{1,20}(/[A-Z0-9]{1,10})?")


class LiveInstruments:
    """Stands in for what a broker alone knows, which judges whether and in what steps it trades."""

    def __init__(self, orders: OrderService) -> None:
        self._orders = orders
        self._venue_ids: frozenset[VenueId] = frozenset()
        self._fresh_until = 0.0

    async def is_live(self, venue_id: VenueId) -> bool:
        """Tell whether a broker carries out the orders of a venue."""
        return venue_id in await self._live_venues()

    async def find(self, symbol: str) -> Instrument | None:
        """Return an instrument that some broker may trade, ``None`` where there is no broker."""
        if not _SYMBOL.fullmatch(symbol) or not await self._live_venues():
            return None
        return Instrument(
            instrument_id=InstrumentId(str(uuid5(NAMESPACE_URL, f"tradewind:live:{symbol}"))),
            symbol=symbol,
            name=symbol,
            exchange="",
            asset_class=AssetClass.CRYPTO if "/" in symbol else AssetClass.US_EQUITY,
            price_increment=PriceUnits(1),
            quantity_increment=QuantityUnits(1),
        )

    async def _live_venues(self) -> frozenset[VenueId]:
        if self._fresh_until < time.monotonic():
            venues = await self._orders.list_live_venues()
            self._venue_ids = frozenset(venue.venue_id for venue in venues)
            self._fresh_until = time.monotonic() + _FRESH_S
        return self._venue_ids
