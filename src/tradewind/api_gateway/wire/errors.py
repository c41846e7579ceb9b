"""How a refusal is written: Alpaca's body on its routes, problem+json on ours."""

from enum import StrEnum

from tradewind.platform.errors import MalformedRequest, NotFound, Refusal
from tradewind.platform.problems import JSON_TYPE, PROBLEM_TYPE, alpaca_body, problem_body


class ErrorStyle(StrEnum):
    """Which body a route's errors have."""

    TRADING = "trading"
    """Alpaca's ``{code, message}``; malformed input is 422."""
    DATA = "data"
    """The same, but malformed input is 400, as Alpaca's market data has it."""
    PROBLEM = "problem"
    """RFC 9457 with the members ``code`` and ``message``."""


class NotOffered(NotFound):
    """A part of Alpaca's API that this server does not have (yet)."""

    title = "Not offered"


class NotOfferedYet(Refusal):
    """A valid instruction of Alpaca's vocabulary that this server does not carry out (yet)."""

    title = "Not offered"


class UnsupportedMediaType(Refusal):
    """The body is not declared to be JSON."""

    status = 415
    code = 41510000
    title = "Unsupported media type"


class AnswerOverdue(Refusal):
    """No answer within the time limit.

    Not 504: the official clients repeat a request on 504, and an order whose answer is late may
    well have been taken.
    """

    status = 503
    code = 50310000
    title = "No answer in time"


class CutOff(Refusal):
    """The database went away under a request."""

    status = 503
    code = 50310000
    title = "Cut off"


def status_of(refusal: Refusal, style: ErrorStyle) -> int:
    """Return the HTTP status of a refusal in a style."""
    if style is ErrorStyle.DATA and isinstance(refusal, MalformedRequest):
        return 400
    return refusal.status


def error_body(refusal: Refusal, style: ErrorStyle, request_id: str) -> tuple[bytes, bytes]:
    """Return the body and the media type of a refusal."""
    if style is ErrorStyle.PROBLEM:
        return problem_body(refusal, request_id), PROBLEM_TYPE.encode()
    return alpaca_body(refusal), JSON_TYPE.encode()
