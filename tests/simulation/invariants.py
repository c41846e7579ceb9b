"""Truths about a venue's state that hold after every durable batch, whatever went wrong."""

from tradewind.contracts.vocabulary import OrderSide
from tradewind.order_service.domain.state import VenueState


class Violation(Exception):
    """A truth of the system did not hold."""


def check_state(state: VenueState) -> None:
    """Check money, holds and orders; raises ``Violation``."""
    holds: dict[tuple[str, str], int] = {}
    for order in state.orders.values():
        if not order.status.is_open:
            raise Violation(f"order {order.order_id} has ended but is kept as open")
        if not 0 <= order.filled_qty < order.qty:
            raise Violation(f"order {order.order_id} is filled beyond its quantity")
        account = state.accounts[order.account_id]
        asset = account.currency if order.side is OrderSide.BUY else order.symbol
        key = (asset, account.ledger_held)
        holds[key] = holds.get(key, 0) + order.hold
    for asset, by_account in state.ledger.sums.items():
        if sum(by_account.values()):
            raise Violation(f"the ledger is off by {sum(by_account.values())} of {asset}")
        for account in state.accounts.values():
            if by_account.get(account.ledger_available, 0) < 0:
                raise Violation(f"{account.account_id} has less than nothing of {asset}")
            held = by_account.get(account.ledger_held, 0)
            if held != holds.get((asset, account.ledger_held), 0):
                raise Violation(f"{account.account_id} holds {held} of {asset}, its orders do not")
