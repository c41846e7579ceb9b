"""Fold one event into the state: the only code that changes it.

``apply`` is what recovery, verification and the live core share, so that replaying the journal
gives the live state. Each handler returns the postings of the event's journal entry.
"""

from datetime import datetime

from tradewind.contracts import journal
from tradewind.order_service.domain.applying import (
    accounts,
    corporate_actions,
    fills,
    orders,
    routing,
    venue,
)
from tradewind.order_service.domain.applying.entry import Handlers
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import Posting
from tradewind.order_service.domain.state import VenueState
from tradewind.platform.errors import InvariantBroken

_HANDLERS: Handlers = (
    accounts.HANDLERS
    | orders.HANDLERS
    | routing.HANDLERS
    | fills.HANDLERS
    | venue.HANDLERS
    | corporate_actions.HANDLERS
)


def apply(
    state: VenueState, books: Books, number: int, at: datetime, event: journal.Event
) -> list[Posting]:
    """Fold the record ``number`` in and return its postings; raises ``InvariantBroken``."""
    if number != state.number + 1:
        raise InvariantBroken(f"record {number} cannot follow record {state.number}")
    postings = _HANDLERS[type(event)](state, books, number, at, event)
    if postings:
        state.ledger.post(postings)
    state.number = number
    state.now = at
    return postings
