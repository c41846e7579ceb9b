"""A market of its own and its settings: fees, fills, time."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradewind.contracts.vocabulary import (
    BrokerKind,
    FillModel,
    LatencyModel,
    VenueId,
)
from tradewind.platform.money import (
    MoneyUnits,
)


class FeeSchedule(Struct, frozen=True, kw_only=True):
    """What the venue charges; rates of zero charge nothing.

    All but the maker's and taker's rates are worked out on all that an order has traded.
    """

    fee_bps: Decimal = Decimal(0)
    """Ten-thousandths of the value traded, with ``fee_per_share`` to the cent, half-even."""
    fee_per_share: MoneyUnits = MoneyUnits(0)
    fee_minimum: MoneyUnits = MoneyUnits(0)
    """Lowest such fee of an order that traded; a sell never pays more than it brought in."""
    maker_bps: Decimal = Decimal(0)
    """On fills of orders that waited in the book: ten-thousandths of the value, to a hundredth of
    a cent towards zero. Below zero it is a rebate."""
    maker_per_share: MoneyUnits = MoneyUnits(0)
    taker_bps: Decimal = Decimal(0)
    """The same on fills that took what was shown."""
    taker_per_share: MoneyUnits = MoneyUnits(0)
    sell_fee_per_million: MoneyUnits = MoneyUnits(0)
    """On sells, for each million of value, up to the cent: as the SEC's fee."""
    sell_fee_per_share: MoneyUnits = MoneyUnits(0)
    """On sells, for each share, up to the cent: as FINRA's trading activity fee."""
    sell_fee_per_share_max: MoneyUnits = MoneyUnits(0)
    """The most that an order pays by ``sell_fee_per_share``; zero means no bound."""


class FillSettings(Struct, frozen=True, kw_only=True):
    """How a venue fills orders."""

    model: FillModel = FillModel.QUEUE
    hidden_percent: int = 0
    """How much stands hidden at each of the feed's prices, in percent of what it shows there."""
    impact_bps: int = 0
    """How far users who take all that a side shows move the prices shown next, in
    ten-thousandths; those who take a part move them by that part. Zero: not at all."""
    impact_half_life_s: int = 60
    """After so many seconds of the venue's time half of it is gone."""


class Latency(Struct, frozen=True, kw_only=True):
    """How long orders are on their way to the market; nothing at all if all is zero."""

    model: LatencyModel = LatencyModel.FIXED
    ms: int = 0
    """Least that every order takes."""
    spread_ms: int = 0
    """What comes on top: up to this if it is uniform; with a long tail for half of the orders."""
    seed: int = 1


class PriceBands(Struct, frozen=True, kw_only=True):
    """How far from its reference price an instrument may trade, and what happens at the bands."""

    percent: int = 0
    """Distance of the bands from the reference; zero means that there are none."""
    reference_s: int = 300
    """The reference is the average of the trades of so many seconds."""
    limit_state_s: int = 15
    """Trading pauses when the best bid or offer has been at a band for so long."""
    pause_s: int = 300
    wide_opening_s: int = 0
    """For so long after the open the bands stand twice as far away."""
    wide_closing_s: int = 1_500
    """The same before the close."""


class Halt(Struct, frozen=True, kw_only=True):
    """Nothing trades in an instrument, or in the whole venue, until this ends."""

    symbol: str
    """Empty for the whole venue."""
    reason: str
    by: str
    """The administrator's user id, ``feed`` or ``price_bands``."""
    since: datetime
    resumes_at: datetime | None = None
    """When it ends by itself."""


class VenueSpec(Struct, frozen=True, kw_only=True):
    """A market of its own: books, accounts, clock and journal."""

    venue_id: VenueId
    name: str
    fees: FeeSchedule = FeeSchedule()
    fills: FillSettings = FillSettings()
    latency: Latency = Latency()
    bands: PriceBands = PriceBands()
    follows_feed_time: bool = False
    """A replay: the core's time is that of the newest feed message."""
    starts_at: datetime | None = None
    """The time of such a venue until its feed speaks: what is done before must not lie in the
    replay's future."""
    market_collar_bps: int = 500
    """What a market buy reserves above the last price, in ten-thousandths."""
    broker: BrokerKind | None = None
    """Who carries orders out at a live venue; ``None`` is our own exchange."""
    interest_bps: Decimal = Decimal(0)
    """What cash earns, in ten-thousandths a year of 360 days."""
    debit_interest_bps: Decimal = Decimal(0)
    """What margin debt costs, in the same measure."""
    borrow_bps: Decimal = Decimal(0)
    """What borrowed shares cost, in the same measure of what they are worth."""
    currency: str = "USD"
    """What accounts keep their cash in."""
