"""Live venues: who carries their orders out, and where its books differ from ours."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tradewind.contracts.vocabulary import BrokerKind, VenueId


class DifferenceKind(StrEnum):
    """What a broker and we do not agree about."""

    ORDER_MISSING = "order_missing"
    """Open here and unknown to the broker."""
    ORDER_UNKNOWN = "order_unknown"
    """Open at the broker and not here."""
    ORDER_QTY = "order_qty"
    ORDER_FILLED_QTY = "order_filled_qty"
    POSITION = "position"
    CASH = "cash"


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that a broker says otherwise than we believe; nothing was changed because of it."""

    kind: DifferenceKind
    subject: str
    """An order id, a symbol or a currency."""
    ours: str
    theirs: str
    message: str


class Reconciliation(Struct, frozen=True, kw_only=True):
    """What a comparison with the broker found; no differences when all is well."""

    venue_id: VenueId
    at: datetime
    differences: list[Difference] = []


class LiveVenue(Struct, frozen=True, kw_only=True):
    """A venue whose orders a broker carries out."""

    venue_id: VenueId
    name: str
    broker: BrokerKind
    currency: str
    configured: bool
    """Whether this platform has been given the broker's address and keys."""
    connected: bool
    """Whether the broker tells us at once what happens to orders."""
    orders_open: int
    orders_unsent: int
    """Durable here and not yet known to be with the broker."""
    reconciliation: Reconciliation | None = None
    """The newest one."""
