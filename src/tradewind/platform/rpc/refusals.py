"""How a refusal crosses a process boundary: as the problem document that it is anywhere else.

A header says which of the platform's kinds of refusal it is, so that the caller's code can catch it
as if it had been raised in its own process.
"""

from functools import lru_cache

import msgspec

from tradewind.platform import errors
from tradewind.platform.errors import Refusal
from tradewind.platform.problems import problem_body

KIND_HEADER = "x-tradewind-refusal"

_MEMBERS = frozenset({"type", "title", "status", "detail", "code", "message", "request_id"})
_KINDS: dict[str, type[Refusal]] = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Refusal)
}


class _Problem(msgspec.Struct):
    title: str
    status: int
    code: int
    message: str


_decode_problem = msgspec.json.Decoder(_Problem).decode


def write_refusal(refusal: Refusal) -> tuple[bytes, str]:
    """Return the body of a refusal, and its kind for the header."""
    kind = next(each for each in type(refusal).__mro__ if each.__name__ in _KINDS)
    return problem_body(refusal), kind.__name__


def read_refusal(body: bytes, kind: str) -> Refusal:
    """Return the refusal that was written; raises ``msgspec.MsgspecError`` if it was none."""
    problem = _decode_problem(body)
    context = {
        name: value for name, value in msgspec.json.decode(body).items() if name not in _MEMBERS
    }
    made = _class_of(kind, problem.title, problem.status, problem.code)
    return made(problem.message, context)


@lru_cache(maxsize=1_024)
def _class_of(kind: str, title: str, status: int, code: int) -> type["_Received"]:
    base = _KINDS.get(kind, Refusal)
    members = {"title": title, "status": status, "code": code}
    return type(base.__name__, (_Received, base), members)


class _Received(Refusal):
    """A refusal of another process."""

    def __init__(self, message: str, context: dict[str, object]) -> None:
        Refusal.__init__(self, message, **context)
