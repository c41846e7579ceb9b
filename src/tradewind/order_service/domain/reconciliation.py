"""What a broker says against what we believe: a list of differences, and nothing else.

Nothing here changes anything: whoever is right has to be found out by a person.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from tradewind.contracts.brokers import Difference, DifferenceKind
from tradewind.contracts.vocabulary import OrderId
from tradewind.order_service.domain.state import VenueState
from tradewind.platform.money import CENT, MoneyUnits, QuantityUnits, format_units


class OpenAtBroker(Struct, frozen=True):
    """An open order as the broker has it."""

    client_order_id: str
    broker_order_id: str
    symbol: str
    qty: QuantityUnits
    filled_qty: QuantityUnits


def compare(
    state: VenueState,
    currency: str,
    orders: Iterable[OpenAtBroker],
    positions: Mapping[str, QuantityUnits],
    cash: MoneyUnits,
) -> list[Difference]:
    """Return every difference; less than a cent of cash is the broker's rounding."""
    return [
        *_compare_orders(state, {OrderId(order.client_order_id): order for order in orders}),
        *_compare_positions(state, positions),
        *_compare_cash(state, currency, cash),
    ]


def _compare_orders(
    state: VenueState, theirs: Mapping[OrderId, OpenAtBroker]
) -> Iterable[Difference]:
    for order in state.orders.values():
        routing = order.routing
        if routing is None or not routing.broker_order_id:
            continue
        other = theirs.get(order.order_id)
        if other is None:
            yield Difference(
                kind=DifferenceKind.ORDER_MISSING,
                subject=order.order_id,
                ours=order.status,
                theirs="",
                message=f"order {order.order_id} is open here as {routing.broker_order_id} and "
                "not open at the broker; look it up there",
            )
            continue
        for kind, ours, said, what in (
            (DifferenceKind.ORDER_QTY, order.qty, other.qty, "is for"),
            (DifferenceKind.ORDER_FILLED_QTY, order.filled_qty, other.filled_qty, "has filled"),
        ):
            if ours != said:
                yield Difference(
                    kind=kind,
                    subject=order.order_id,
                    ours=format_units(ours),
                    theirs=format_units(said),
                    message=f"order {order.order_id} {what} {format_units(ours)} here and "
                    f"{format_units(said)} at the broker",
                )
    for order_id, other in theirs.items():
        if order_id not in state.orders:
            yield Difference(
                kind=DifferenceKind.ORDER_UNKNOWN,
                subject=other.broker_order_id,
                ours="",
                theirs=f"{format_units(other.qty)} {other.symbol}",
                message=f"the broker has an open order {other.broker_order_id} of "
                f"{format_units(other.qty)} {other.symbol} under the client order id "
                f"{other.client_order_id!r}, which is not open here; cancel it there or find out "
                "who sent it",
            )


def _compare_positions(
    state: VenueState, theirs: Mapping[str, QuantityUnits]
) -> Iterable[Difference]:
    ours: dict[str, int] = {}
    for account in state.accounts.values():
        for symbol in account.positions:
            ours[symbol] = ours.get(symbol, 0) + state.qty(account, symbol)
    for symbol in sorted(ours.keys() | theirs.keys()):
        qty, said = ours.get(symbol, 0), theirs.get(symbol, 0)
        if qty != said:
            yield Difference(
                kind=DifferenceKind.POSITION,
                subject=symbol,
                ours=format_units(qty),
                theirs=format_units(said),
                message=f"accounts here hold {format_units(qty)} {symbol} together, the account "
                f"at the broker {format_units(said)}",
            )


def _compare_cash(state: VenueState, currency: str, theirs: MoneyUnits) -> Iterable[Difference]:
    ours = sum(
        state.cash_available(account) + state.cash_held(account)
        for account in state.accounts.values()
    )
    if abs(ours - theirs) >= CENT:
        yield Difference(
            kind=DifferenceKind.CASH,
            subject=currency,
            ours=format_units(ours),
            theirs=format_units(theirs),
            message=f"accounts here have {format_units(ours)} {currency} together, the account at "
            f"the broker {format_units(theirs)}; an administrator can post a deposit or a "
            "withdrawal for what came from or went elsewhere, fees for example",
        )
