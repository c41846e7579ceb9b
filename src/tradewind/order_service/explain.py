"""The life of one order, read off its venue's journal: what was decided, and what it moved."""

from msgspec import structs

from tradewind.contracts.journal import Event, Liquidity, OrderAccepted, OrderFilled, OrderRestated
from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.domain.apply import apply
from tradewind.order_service.domain.book import BUY, SELL, Book
from tradewind.order_service.domain.books import Books
from tradewind.order_service.domain.ledger import Posting
from tradewind.order_service.domain.state import VenueState
from tradewind.order_service.journal_repository import JournalRepository
from tradewind.order_service.repository import OrderRepository
from tradewind.platform.errors import NotFound
from tradewind.platform.money import format_units

LEVELS = 5
PAGE = 5_000
_TOLD = ("reason", "_by", "broker_order_id")
"""How the names of those fields end that are told of events without words of their own."""


async def explain_order(
    repository: OrderRepository, journal: JournalRepository, order_id: OrderId
) -> list[str]:
    """Return the story of an order, a line each; raises ``NotFound``.

    The journal is folded up to each of the order's events, so that the users' book is shown as it
    stood then. What the feed showed is not in the journal. Orders that were refused are not either.
    """
    venue_id = await repository.venue_of_order(order_id)
    if venue_id is None:
        raise NotFound(f"no order {order_id} was ever taken; a refused one leaves no trace")
    state = VenueState(venue_id=venue_id)
    books = Books.of(state)
    lines: list[str] = []
    while records := await journal.read_journal(venue_id, state.number, PAGE):
        for record in records:
            concerned = getattr(record.event, "order_id", None) == order_id
            before = _book(books, record.event) if concerned else []
            postings = apply(state, books, record.number, record.at, record.event)
            if concerned:
                name = type(record.event).__struct_config__.tag
                lines.append(f"{record.at:%Y-%m-%d %H:%M:%S.%f}Z  {name}  (record {record.number})")
                lines += [*_facts(record.event), *before, *map(_posting, postings)]
    return lines


def _facts(event: Event) -> list[str]:
    if isinstance(event, OrderAccepted):
        limit = "" if event.limit_price is None else f" at {format_units(event.limit_price)}"
        reserved = "shares" if event.hold_price is None else "cash"
        at = "" if event.hold_price is None else f", at {format_units(event.hold_price)} a share"
        return [
            f"    command: {event.side} {format_units(event.qty)} {event.symbol}{limit}, "
            f"{event.order_type}, {event.time_in_force}, client order id {event.client_order_id}",
            f"    risk: passed; {format_units(event.hold)} of {reserved} reserved{at}",
        ]
    if isinstance(event, OrderFilled):
        how = "in an auction"
        if event.liquidity is not Liquidity.AUCTION:
            contra = event.contra_order_id
            other = f"order {contra}" if contra else "the feed's depth"
            if event.broker_execution_id:
                other = f"the broker's execution {event.broker_execution_id}"
            how = f"as {event.liquidity} against {other}"
        return [
            f"    fill: {format_units(event.qty)} at {format_units(event.price)} {how}, "
            f"fee {format_units(event.fee)}; "
            f"filled {format_units(event.filled_qty)}, {event.status}",
        ]
    if isinstance(event, OrderRestated):
        limit = "" if event.limit_price is None else f" at {format_units(event.limit_price)}"
        stop = event.terms.stop_price if event.terms is not None else None
        waits = "" if stop is None else f", stop {format_units(stop)}"
        return [
            f"    corporate action {event.action_id}: for {format_units(event.qty)}{limit}{waits} "
            f"from here on; {format_units(event.hold)} reserved"
        ]
    facts = structs.asdict(event).items()
    told = (f"{key} {value}" for key, value in facts if key.endswith(_TOLD))
    text = ", ".join(told)
    return [f"    {text}"] if text else []


def _book(books: Books, event: Event) -> list[str]:
    """Show the users' orders before a fill, best price first."""
    if not isinstance(event, OrderFilled):
        return []
    book = books.books.get(event.symbol) or Book()
    sides = []
    for name, side in (("bids", BUY), ("asks", SELL)):
        levels: dict[int, int] = {}
        for place in book.walk(side):
            if place.price not in levels and len(levels) == LEVELS:
                break
            levels[place.price] = levels.get(place.price, 0) + place.quantity
        shown = ", ".join(f"{format_units(q)} at {format_units(p)}" for p, q in levels.items())
        sides.append(f"    users' {name}: {shown or 'none'}")
    return sides


def _posting(posting: Posting) -> str:
    ledger_account, asset, amount = posting
    return f"    ledger: {format_units(amount):>20} {asset:<6} {ledger_account.name}"
