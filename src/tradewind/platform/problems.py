"""How refusals are written on the wire: problem+json on our routes, Alpaca's shape on its own."""

from collections.abc import Callable, Mapping

import msgspec

from tradewind.platform.errors import Refusal

PROBLEM_TYPE = "application/problem+json"
JSON_TYPE = "application/json"

SpeaksAlpaca = Callable[[str], bool]
"""Tells whether a path answers in Alpaca's error shape."""


class BodyTooLarge(Refusal):
    """The request's body is over the limit."""

    status = 413
    code = 41310000
    title = "Body too large"


class MethodNotAllowed(Refusal):
    """The path exists, but not for this method."""

    status = 405
    code = 40510000
    title = "Method not allowed"


class InternalError(Refusal):
    """Something broke; the log has the details under the request's id."""

    status = 500
    code = 50010000
    title = "Internal error"


def problem_body(refusal: Refusal, request_id: str | None = None) -> bytes:
    """Return a refusal as RFC 9457 problem+json with Alpaca's two members beside."""
    body: dict[str, object] = {
        **refusal.context,
        "type": f"urn:tradewind:error:{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "message": refusal.message,
    }
    if request_id:
        body["request_id"] = request_id
    return msgspec.json.encode(body)


def alpaca_body(refusal: Refusal) -> bytes:
    """Return a refusal as Alpaca's clients expect it."""
    return msgspec.json.encode(
        {**refusal.context, "code": refusal.code, "message": refusal.message}
    )


def refusal_headers(refusal: Refusal) -> Mapping[str, str]:
    """Return the headers that go with a refusal."""
    retry_after = refusal.context.get("retry_after_s")
    return {"retry-after": str(retry_after)} if retry_after is not None else {}
