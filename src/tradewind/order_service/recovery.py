"""Where a venue's core starts from: the newest snapshot, and the journal after it."""

from tradewind.contracts.orders import VenueSpec
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.state import Books, VenueState
from tradewind.order_service.repository import OrderRepository

PAGE = 5_000


async def recover(repository: OrderRepository, spec: VenueSpec) -> VenueState:
    """Return the state that a venue's journal folds into."""
    state = await repository.newest_snapshot(spec.venue_id)
    return await fold(repository, state or VenueState(venue_id=spec.venue_id))


async def fold(repository: OrderRepository, state: VenueState) -> VenueState:
    """Fold everything that the journal has after a state into it, and return it."""
    books = Books.of(state)
    while records := await repository.read_journal(state.venue_id, state.number, PAGE):
        for record in records:
            apply(state, books, record.number, record.at, record.event)
    return state
