"""A refusal inside a multi-status answer."""

from msgspec import Struct

from tradewind.contracts.orders import Failure


class ItemProblem(Struct, frozen=True):
    """Why one item of a multi-status answer could not be done."""

    code: int
    message: str


def item_problem(failure: Failure) -> ItemProblem:
    """Return a failure as the wire shows it."""
    return ItemProblem(failure.code, failure.message)
