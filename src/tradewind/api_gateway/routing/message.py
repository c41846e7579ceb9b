"""What a handler is given and what it gives back."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from tradewind.api_gateway.routing.headers import Headers
from tradewind.api_gateway.wire.body import encode
from tradewind.api_gateway.wire.query import parse_query
from tradewind.contracts.accounts import Identity
from tradewind.platform.errors import InvariantBroken

__all__ = ["NO_CONTENT", "Handler", "Headers", "Request", "Response", "json_response"]


class Request:
    """One HTTP request whose caller has been checked already."""

    __slots__ = (
        "_identity",
        "_query",
        "address",
        "body",
        "headers",
        "method",
        "path",
        "path_values",
        "query_string",
        "request_id",
        "scheme",
    )

    def __init__(
        self,
        *,
        method: str,
        path: str,
        path_values: Mapping[str, str],
        query_string: bytes = b"",
        headers: Headers,
        body: bytes = b"",
        identity: Identity | None = None,
        address: str = "",
        scheme: str = "http",
        request_id: str = "",
    ) -> None:
        self.method = method
        self.path = path
        self.path_values = path_values
        self.query_string = query_string
        self.headers = headers
        self.body = body
        self.address = address
        self.scheme = scheme
        self.request_id = request_id
        self._identity = identity
        self._query: dict[str, list[str]] | None = None

    @property
    def identity(self) -> Identity:
        """The caller. Only a route of ``Access.PUBLIC`` may be without one, and must not ask."""
        if self._identity is None:
            raise InvariantBroken(f"{self.method} {self.path} asked for a caller it does not check")
        return self._identity

    @property
    def query(self) -> dict[str, list[str]]:
        """Query parameters, decoded."""
        if self._query is None:
            self._query = parse_query(self.query_string)
        return self._query

    def header(self, name: bytes) -> str | None:
        """Return a header's text by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


class Response:
    """Status, body and the headers that are this response's own."""

    __slots__ = ("body", "headers", "media_type", "status")

    def __init__(
        self,
        body: bytes = b"",
        status: int = 200,
        *,
        media_type: bytes = b"application/json",
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        self.body = body
        self.status = status
        self.media_type = media_type
        self.headers = headers


def json_response(value: object, status: int = 200) -> Response:
    """Encode a value (structures, lists, dictionaries, ``Raw``) as a JSON response."""
    return Response(encode(value), status)


NO_CONTENT = Response(status=204)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]  # Any: what a coroutine is sent
