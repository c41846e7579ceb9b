"""What may be changed of an open order, by its type and by its place in a group."""

from msgspec import structs

from tradewind.contracts.market_data import Listing
from tradewind.contracts.orders import ReplaceOrder
from tradewind.contracts.terms import Terms
from tradewind.contracts.vocabulary import OrderType
from tradewind.order_service.domain.refusals import OrderNotReplaceable
from tradewind.order_service.domain.state import OrderState
from tradewind.order_service.domain.triggers import stop_of
from tradewind.platform.money import PriceUnits

_WITH_LIMIT = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_WITH_STOP = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})


def check(old: OrderState, command: ReplaceOrder) -> None:
    """Raise ``OrderNotReplaceable`` when the order has not got what is to be changed."""
    terms = old.terms
    if old.is_on_its_way:
        raise OrderNotReplaceable(
            f"order {old.order_id} is on its way to the market; replace it once it is new"
        )
    if old.leaves_at is not None:
        raise OrderNotReplaceable(f"order {old.order_id} is about to be canceled, as was asked for")
    if command.limit_price is not None and old.order_type not in _WITH_LIMIT:
        raise OrderNotReplaceable(
            f"a {old.order_type} order has no limit price to replace; leave limit_price out"
        )
    if command.stop_price is not None and old.order_type not in _WITH_STOP:
        raise OrderNotReplaceable(
            f"a {old.order_type} order has no stop price to replace; leave stop_price out"
        )
    if command.trail is not None and old.order_type is not OrderType.TRAILING_STOP:
        raise OrderNotReplaceable(
            f"a {old.order_type} order has no trail to replace; leave trail out"
        )
    if terms is None:
        return
    if terms.notional is not None:
        raise OrderNotReplaceable("cannot replace a notional order; cancel it and send a new one")
    if terms.triggered_at is not None and not (command.stop_price is command.trail is None):
        raise OrderNotReplaceable("the stop was triggered already; only its limit may change")
    if terms.group_id is not None and (
        command.time_in_force not in (None, old.time_in_force)
        or command.qty not in (None, old.left)
    ):
        raise OrderNotReplaceable(
            f"an order of a {terms.order_class} group shares qty and time_in_force with the "
            "others; replace prices only"
        )


def new_terms(old: OrderState, command: ReplaceOrder, listing: Listing) -> Terms | None:
    """Return the terms of the order that replaces another; a trailing one keeps its mark."""
    terms = old.terms
    if terms is None:
        return None
    if command.stop_price is not None:
        return structs.replace(terms, stop_price=command.stop_price)
    if command.trail is None:
        return terms
    if terms.trail_price is not None:
        terms = structs.replace(terms, trail_price=PriceUnits(command.trail))
    else:
        terms = structs.replace(terms, trail_percent=command.trail)
    assert terms.hwm is not None
    return structs.replace(terms, stop_price=stop_of(terms, old.side, terms.hwm, listing))
