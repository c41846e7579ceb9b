"""What can be traded, and the rules by which it is."""

from msgspec import Struct

from tradewind.contracts.vocabulary import AssetClass, InstrumentId
from tradewind.platform.money import CENT, SCALE, SUB_PENNY, PriceUnits, QuantityUnits


class Listing(Struct, frozen=True, kw_only=True, tag="listing"):
    """The rules by which an instrument trades at a venue, as its feed tells them.

    A feed tells all its listings in its first message, and one again whenever it changes.
    """

    symbol: str
    asset_class: AssetClass = AssetClass.US_EQUITY
    tradable: bool = True
    marginable: bool = True
    shortable: bool = True
    easy_to_borrow: bool = True
    price_increment: PriceUnits = PriceUnits(CENT)
    """Smallest step of a price; of an equity only at or above one dollar."""
    quantity_increment: QuantityUnits = QuantityUnits(1)
    """Smallest step of an order's quantity."""
    quantity_min: QuantityUnits = QuantityUnits(0)
    """Smallest order."""
    maintenance_percent: int = 30
    """What a margin account must keep of a position's value, in percent."""

    @property
    def is_round_the_clock(self) -> bool:
        """Whether it trades at all times, whatever session the exchange has."""
        return self.asset_class is AssetClass.CRYPTO

    def tick_at(self, price: PriceUnits) -> PriceUnits:
        """Return the smallest step of a price of this height.

        An equity below one dollar may be quoted in hundredths of a cent: SEC Rule 612.
        """
        return _tick_at(self, price)


class Instrument(Struct, frozen=True, kw_only=True):
    """What can be traded."""

    instrument_id: InstrumentId
    symbol: str
    name: str
    exchange: str
    asset_class: AssetClass = AssetClass.US_EQUITY
    active: bool = True
    tradable: bool = True
    marginable: bool = False
    shortable: bool = False
    easy_to_borrow: bool = False
    fractionable: bool = True
    price_increment: PriceUnits
    """Smallest step of a limit price at or above one dollar."""
    quantity_increment: QuantityUnits
    """Smallest step of an order's quantity."""
    quantity_min: QuantityUnits = QuantityUnits(0)
    """Smallest order."""
    maintenance_percent: int = 30
    """What a margin account must keep of a position's value, in percent."""

    def tick_at(self, price: PriceUnits) -> PriceUnits:
        """Return the smallest step of a price of this height."""
        return _tick_at(self, price)

    def listing(self) -> Listing:
        """Return what a venue has to know of it."""
        step: int = self.quantity_increment
        if not self.fractionable:
            step = max(step, SCALE)
        return Listing(
            symbol=self.symbol,
            asset_class=self.asset_class,
            tradable=self.active and self.tradable,
            marginable=self.marginable,
            shortable=self.shortable,
            easy_to_borrow=self.easy_to_borrow,
            price_increment=self.price_increment,
            quantity_increment=QuantityUnits(step),
            quantity_min=self.quantity_min,
            maintenance_percent=self.maintenance_percent,
        )


def _tick_at(rules: Listing | Instrument, price: PriceUnits) -> PriceUnits:
    if price < SCALE and rules.asset_class is AssetClass.US_EQUITY:
        return PriceUnits(min(rules.price_increment, SUB_PENNY))
    return rules.price_increment
