"""The instruments, kept in memory and read again when one is asked for that is not there."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from tradewind.contracts.market_data import Instrument, Listing
from tradewind.contracts.vocabulary import AssetClass, InstrumentId
from tradewind.market_data_service.reference_repository import ReferenceRepository
from tradewind.platform.ids import derived_id
from tradewind.platform.money import SCALE, PriceUnits, QuantityUnits, to_units

_REREAD_AFTER_S = 2.0
"""Another process may have imported prices of a new instrument."""

_NAMED_AT = datetime(2000, 3, 1, tzinfo=UTC)

_CENT = PriceUnits(SCALE // 100)
_SMALLEST_FRACTION = QuantityUnits(1)
"""The wire allows nine decimals of a share."""


def make_instrument(symbol: str, name: str, exchange: str) -> Instrument:
    """Return a US share; its id follows from the symbol."""
    return Instrument(
        instrument_id=InstrumentId(derived_id(_NAMED_AT, "instrument", symbol)),
        symbol=symbol,
        name=name,
        exchange=exchange,
        marginable=True,
        shortable=True,
        easy_to_borrow=True,
        price_increment=_CENT,
        quantity_increment=_SMALLEST_FRACTION,
    )


SAMPLE_INSTRUMENTS = (
    make_instrument("AAPL", "Apple Inc. Common Stock", "NASDAQ"),
    make_instrument("FB", "Facebook, Inc. Class A Common Stock", "NASDAQ"),
    make_instrument("GOOG", "Google Inc. Class A Common Stock", "NASDAQ"),
    make_instrument("IBM", "International Business Machines Corporation", "NYSE"),
    make_instrument("MSFT", "Microsoft Corporation Common Stock", "NASDAQ"),
)


def _make_pair(coin: str, name: str, quantity_min: str) -> Instrument:
    symbol = f"{coin}/USD"
    return Instrument(
        instrument_id=InstrumentId(derived_id(_NAMED_AT, "instrument", symbol)),
        symbol=symbol,
        name=f"{name} / US Dollar",
        exchange="CRYPTO",
        asset_class=AssetClass.CRYPTO,
        price_increment=_CENT,
        quantity_increment=_SMALLEST_FRACTION,
        quantity_min=QuantityUnits(to_units(quantity_min)),
        maintenance_percent=100,
    )


CRYPTO_INSTRUMENTS = (
    _make_pair("BTC", "Bitcoin", "0.0001"),
    _make_pair("ETH", "Ethereum", "0.001"),
)
"""What the simulated market offers beside shares."""


class Instruments:
    """Finds instruments by symbol or id."""

    def __init__(self, reference: ReferenceRepository) -> None:
        self._reference = reference
        self._by_symbol: dict[str, Instrument] = {}
        self._by_id: dict[str, Instrument] = {}
        self._by_symbol_alone: dict[str, Instrument] = {}
        """Pairs without their slash, as clients write them in paths."""
        self._read_at = float("-inf")

    async def load(self) -> None:
        """Read them from the table."""
        found = await self._reference.list_instruments()
        self._by_symbol = {each.symbol: each for each in found}
        self._by_id = {each.instrument_id: each for each in found}
        self._by_symbol_alone = {
            each.symbol.replace("/", ""): each
            for each in found
            if each.asset_class is AssetClass.CRYPTO
        }
        self._read_at = time.monotonic()

    async def list(
        self, *, active: bool | None = None, asset_class: AssetClass | None = None
    ) -> "list[Instrument]":
        """Return those that match, by symbol."""
        await self._reread()
        return [
            each
            for each in self._by_symbol.values()
            if (active is None or each.active is active)
            and (asset_class is None or each.asset_class is asset_class)
        ]

    async def find(self, symbol_or_id: str) -> Instrument | None:
        """Return one by symbol in any case or by id."""
        found = self._lookup(symbol_or_id)
        if found is None:
            await self._reread()
            found = self._lookup(symbol_or_id)
        return found

    async def ticks(self, symbols: Iterable[str]) -> dict[str, PriceUnits]:
        """Return the price increments of those symbols that exist."""
        found = {symbol: await self.find(symbol) for symbol in symbols}
        return {symbol: each.price_increment for symbol, each in found.items() if each}

    async def listings(self, symbols: Iterable[str]) -> tuple[Listing, ...]:
        """Return what a venue has to know of those symbols that exist."""
        found = [await self.find(symbol) for symbol in symbols]
        return tuple(each.listing() for each in found if each)

    def _lookup(self, symbol_or_id: str) -> Instrument | None:
        symbol = symbol_or_id.upper()
        return (
            self._by_symbol.get(symbol)
            or self._by_id.get(symbol_or_id.lower())
            or self._by_symbol_alone.get(symbol)
        )

    async def _reread(self) -> None:
        if time.monotonic() - self._read_at > _REREAD_AFTER_S:
            await self.load()
