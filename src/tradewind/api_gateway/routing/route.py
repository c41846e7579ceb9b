"""Routes: path, handler, who may call it, and what its documentation says."""

import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from tradewind.api_gateway.routing.message import Handler
from tradewind.api_gateway.wire.errors import ErrorStyle
from tradewind.api_gateway.wire.query import Parameter

# Any: the values of ASGI messages are not typed by the protocol.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiHandler = Callable[[Scope, Receive, Send], Awaitable[None]]


class Access(StrEnum):
    """Who may call a route. A route without one cannot be written."""

    PUBLIC = "public"
    """Anybody, without credentials."""
    READ = "read"
    """Any authenticated caller."""
    TRADE = "trade"
    """Traders and administrators: what moves money or orders."""
    SESSION = "session"
    """A signed-in browser session, not a key: a leaked key cannot make others."""
    ADMIN = "admin"
    """Administrators."""


@dataclass(frozen=True)
class RequestHeader:
    """A header that a route cannot do without, for the documentation."""

    name: str
    description: str
    longest: int


@dataclass(frozen=True)
class Route:
    """One method on one path.

    ``path`` may hold ``{name}`` for one segment and ``{name:path}`` for all that is left, slashes
    included. ``response`` is the type of the body on success, for the documentation.
    """

    method: str
    path: str
    handler: Handler
    access: Access
    summary: str
    tag: str
    errors: ErrorStyle = ErrorStyle.TRADING
    parameters: Sequence[Parameter[Any]] = ()  # Any: parameters of every type
    body: Any = None  # Any: a type form such as list[Bar]
    response: Any = None  # Any: a type form such as list[Bar]
    request_headers: Sequence[RequestHeader] = ()
    status: int = 200
    response_parts: Sequence[type] = ()
    """Types that the response refers to by name only: see ``wire.unions``."""
    description: str = ""
    is_documented: bool = True

    @property
    def is_dynamic(self) -> bool:
        """Whether the path has variable parts."""
        return "{" in self.path

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as a regular expression with a group for each variable part."""
        parts = re.split(r"(\{\w+(?::path)?\})", self.path)
        return re.compile("".join(_part(part) for part in parts), re.DOTALL)


@dataclass(frozen=True)
class StreamRoute:
    """A WebSocket path; its handler is an ASGI application that authenticates for itself."""

    path: str
    handler: AsgiHandler
    summary: str = ""
    aliases: tuple[str, ...] = field(default=())

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that leads here."""
        return (self.path, *self.aliases)


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name, _, kind = part[1:-1].partition(":")
    return f"(?P<{name}>.+)" if kind else f"(?P<{name}>[^/]+)"
