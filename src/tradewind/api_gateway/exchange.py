"""Reading a request's body and writing a response over ASGI."""

import re
from collections.abc import Mapping

from tradewind.api_gateway.routing.headers import Headers
from tradewind.api_gateway.routing.message import Response
from tradewind.api_gateway.routing.route import Receive, Scope, Send
from tradewind.platform.http_protocol import AT_ONCE, TradewindHttpProtocol
from tradewind.platform.ids import new_id
from tradewind.platform.problems import BodyTooLarge

_CHUNKS_MAX = 100_000
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_NONE: Mapping[str, TradewindHttpProtocol] = {}
_BODILESS = frozenset({204, 304})


class ClientLeft(Exception):
    """The connection ended before the request was complete."""


def request_id_of(headers: Headers) -> str:
    """Return the caller's own request id when it is a sane one, else a fresh id."""
    sent = headers.get(b"x-request-id")
    if sent is not None and _REQUEST_ID.fullmatch(sent):
        return sent.decode()
    return new_id()


def client_address(scope: Scope) -> str:
    """Return the caller's network address."""
    client = scope.get("client")
    return client[0] if client else ""


async def read_body(scope: Scope, receive: Receive, headers: Headers, bytes_max: int) -> bytes:
    """Read a whole body; raises ``BodyTooLarge`` as soon as it must be, or ``ClientLeft``."""
    connection = _connection(scope)
    whole = None if connection is None else connection.take_body(scope)
    if whole is not None:
        if len(whole) > bytes_max:
            raise _too_large(bytes_max)
        return whole
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and (len(length) > 18 or int(length) > bytes_max):
        raise _too_large(bytes_max)
    body = b""
    for _ in range(_CHUNKS_MAX):
        message = await receive()
        if message["type"] != "http.request":
            raise ClientLeft
        chunk: bytes = message.get("body", b"")
        body = body + chunk if body else chunk
        if len(body) > bytes_max:
            raise _too_large(bytes_max)
        if not message.get("more_body", False):
            return body
    raise _too_large(bytes_max)


async def send_response(
    scope: Scope, send: Send, response: Response, more_headers: list[tuple[bytes, bytes]]
) -> None:
    """Write a response with its own and the given headers."""
    body = response.body
    headers = more_headers
    headers.extend(response.headers)
    if response.status not in _BODILESS:
        headers.append((b"content-type", response.media_type))
        headers.append((b"content-length", b"%d" % len(body)))
    connection = _connection(scope)
    if connection and connection.respond(scope, response.status, headers, body):
        return
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _connection(scope: Scope) -> TradewindHttpProtocol | None:
    connection: TradewindHttpProtocol | None = scope.get("extensions", _NONE).get(AT_ONCE)
    return connection


def _too_large(bytes_max: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body is larger than the {bytes_max} bytes allowed")
