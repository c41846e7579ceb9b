"""What every handler shares: its shape, and the journal entry that it returns."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tradewind.order_service.domain.ledger import Posting
from tradewind.order_service.domain.state import Books, VenueState

NOTHING: list[Posting] = []

# Any: each handler takes its own event; the key of its table ties them together.
Handlers = dict[type, Callable[[VenueState, Books, int, datetime, Any], list[Posting]]]


def without_zeros(*postings: Posting) -> list[Posting]:
    """Return the postings that move something."""
    return [posting for posting in postings if posting[2]]
