"""What a venue itself tells of its market, besides what its feed shows: halts and price bands.

A notice goes over the bus on ``notice_topic(venue_id)`` once it is in the journal, as a
``FeedMessage`` with the number 0, which belongs to no run. Like the feed's messages it may be lost.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.money import PriceUnits


class HaltCause(StrEnum):
    """Who let nothing trade."""

    BANDS = "bands"
    """A limit state that had lasted."""
    MARKET = "market"
    """The instrument's own exchange, as the feed told."""
    OPERATOR = "operator"
    """An administrator of the venue."""


class StatusChanged(Struct, frozen=True, tag="status_changed"):
    """An instrument does not trade any more, or trades again."""

    symbol: str
    at: datetime
    is_halted: bool
    cause: HaltCause
    reason: str = ""


class BandsMoved(Struct, frozen=True, tag="bands_moved"):
    """Between which prices, both inclusive, an instrument may trade from here on."""

    symbol: str
    at: datetime
    lower: PriceUnits
    upper: PriceUnits


class LatestStatus(Struct, frozen=True):
    """What stands of an instrument's market at the moment."""

    symbol: str
    status: StatusChanged | None = None
    """How trading changed last; ``None`` where it was never halted."""
    resumes_at: datetime | None = None
    """When a halt ends by itself."""
    bands: BandsMoved | None = None
    """The price bands in force; ``None`` where nothing but the orders bounds the price."""


def notice_topic(venue_id: VenueId) -> str:
    """Return the bus topic that carries a venue's notices."""
    return f"feed.{venue_id}.notices"
