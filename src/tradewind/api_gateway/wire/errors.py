"""How a refusal is written: Alpaca's body on its routes, problem+json on ours."""

from enum import StrEnum

import msgspec

from tradewind.platform.errors import MalformedRequest, NotFound, Refusal

JSON_TYPE = b"application/json"
PROBLEM_TYPE = b"application/problem+json"


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


class MethodNotAllowed(Refusal):
    """The path exists, but not with this method."""

    status = 405
    code = 40510000
    title = "Method not allowed"


class BodyTooLarge(Refusal):
    """The body is larger than the server reads."""

    status = 413
    code = 41310000
    title = "Body too large"


class UnsupportedMediaType(Refusal):
    """The body is not declared to be JSON."""

    status = 415
    code = 41510000
    title = "Unsupported media type"


class InternalError(Refusal):
    """Something failed that is not the caller's fault; details are in the log."""

    status = 500
    code = 50010000
    title = "Internal server error"


class AnswerOverdue(Refusal):
    """No answer within the time limit.

    Not 504: the official clients repeat a request on 504, and an order whose answer is late may
    well have been taken.
    """

    status = 503
    code = 50310000
    title = "No answer in time"


def status_of(refusal: Refusal, style: ErrorStyle) -> int:
    """Return the HTTP status of a refusal in a style."""
    if style is ErrorStyle.DATA and isinstance(refusal, MalformedRequest):
        return 400
    return refusal.status


def error_body(refusal: Refusal, style: ErrorStyle, request_id: str) -> tuple[bytes, bytes]:
    """Return the body and the media type of a refusal."""
    own: dict[str, object] = {"code": refusal.code, "message": refusal.message}
    context = {name: value for name, value in refusal.context.items() if name not in own}
    if style is not ErrorStyle.PROBLEM:
        return msgspec.json.encode(own | context, enc_hook=str), JSON_TYPE
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.message,
        "instance": f"urn:request:{request_id}",
    }
    return msgspec.json.encode(problem | own | context, enc_hook=str), PROBLEM_TYPE
