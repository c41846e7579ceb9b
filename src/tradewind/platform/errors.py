"""The three kinds of error, and the one shape in which a refusal crosses a boundary.

Malformed input and refusals are ``Refusal``; a broken invariant is ``InvariantBroken``, which
nobody catches.
"""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """A request that was understood and declined.

    ``status`` is the HTTP status, ``code`` the stable number that clients may rely on, ``message``
    says what was wrong, with the value, and what would be right. ``context`` adds fields to the
    body (amounts as strings).
    """

    status: ClassVar[int] = 422
    code: ClassVar[int] = 42210000
    title: ClassVar[str] = "Request refused"

    def __init__(self, message: str, **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.context: Mapping[str, object] = context


class MalformedRequest(Refusal):
    """A field is missing, of the wrong type or out of its range."""

    status = 422
    code = 40010001
    title = "Malformed request"


class UnreadableBody(Refusal):
    """The body is not the JSON object that was expected."""

    status = 400
    code = 40010000
    title = "Unreadable body"


class NotAuthenticated(Refusal):
    """No credentials, or credentials that do not hold."""

    status = 401
    code = 40110000
    title = "Not authenticated"


class NotPermitted(Refusal):
    """The caller is known but may not do this."""

    status = 403
    code = 40310000
    title = "Not permitted"


class NotFound(Refusal):
    """What was asked for does not exist, or not for this caller."""

    status = 404
    code = 40410000
    title = "Not found"


class RateLimited(Refusal):
    """More requests than the limit allows."""

    status = 429
    code = 42910000
    title = "Rate limit exceeded"


class Unavailable(Refusal):
    """The platform cannot serve this at the moment; nothing was done."""

    status = 503
    code = 50310000
    title = "Unavailable"


class Stopping(Unavailable):
    """This process is ending and did nothing; the one that comes after it may."""


class NotLeading(Unavailable):
    """This process stands by, or does not know whether it still leads: nothing was done."""

    code = 50310001
    title = "Not leading"

    def __init__(self) -> None:
        super().__init__(
            "this process is a standby and has done nothing; ask the leader, or try again here "
            "in a moment",
            retry_after_s=1,
        )


class OutcomeUnknown(Refusal):
    """The answer of another service was lost: what was asked may have been done or not.

    Not 504: the official clients repeat a request on 504.
    """

    status = 503
    code = 50310002
    title = "Outcome unknown"


class StartupRefused(Exception):
    """The platform cannot start; the message says what is wrong and what to do."""


class InvariantBroken(Exception):
    """A truth of the system no longer holds."""
