"""What every handler shares: its shape, and the journal entry that it returns."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tradewind.contracts.vocabulary import PositionIntent
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import Posting
from tradewind.order_service.domain.state import AccountState, OrderState, VenueState

NOTHING: list[Posting] = []

# Any: each handler takes its own event; the key of its table ties them together.
Handlers = dict[type, Callable[[VenueState, Books, int, datetime, Any], list[Posting]]]


def hold_asset(account: AccountState, order: OrderState) -> tuple[str, int]:
    """Return what an order reserves, and -1 where that is shares which are owed."""
    intent = order.intent
    if intent.opens:
        return account.currency, 1
    return order.symbol, -1 if intent is PositionIntent.BUY_TO_CLOSE else 1


def without_zeros(*postings: Posting) -> list[Posting]:
    """Return the postings that move something."""
    return [posting for posting in postings if posting[2]]
