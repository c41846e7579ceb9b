"""Hands requests and WebSockets on to a gateway in another process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import httpx
from starlette.datastructures import State
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from tradewind.platform.errors import Unavailable
from tradewind.platform.logging import get_logger
from tradewind.platform.problems import PROBLEM_TYPE, problem_body

_CONNECT_S = 2.0
_TIMEOUT_S = 60.0
_GOING_AWAY = 1001
_UNAVAILABLE = 1013
_ONE_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
        *(b"proxy-authenticate", b"proxy-authorization", b"host"),
    )
)
"""Headers that end with a connection (RFC 9110, 7.6.1), and the host, which is the gateway's."""
_HANDSHAKE = b"sec-websocket-"

Headers = list[tuple[bytes, bytes]]


class GatewayProxy:
    """An ASGI application that is a gateway somewhere else; ``urls`` are those of its processes."""

    name = "gateway-proxy"

    def __init__(self, urls: Sequence[str]) -> None:
        self.state = State()
        self._urls = [url.rstrip("/") for url in urls]
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S),
            follow_redirects=False,
            trust_env=False,
        )
        self._log = get_logger(self.name)

    async def start(self) -> None:
        """Do nothing: connections are made when they are needed."""

    async def stop(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def ready(self) -> bool:
        """Tell that requests are handed on."""
        return True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request or connection on."""
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_body = any(
            name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"]
        )
        for url in self._urls:
            request = self._client.build_request(
                scope["method"],
                _target(url, scope),
                headers=_forwarded(scope),
                content=_parts(receive) if has_body else None,
            )
            try:
                response = await self._client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent: another gateway may be there
            except httpx.TransportError as error:
                self._log.warning("gateway_lost", url=url, error=repr(error))
                break
            try:
                await _answer(response, send)
            finally:
                await response.aclose()
            return
        await _refuse(send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        for url in self._urls:
            target = _target(url.replace("http", "ws", 1), scope)
            try:
                upstream = await connect(
                    target,
                    additional_headers=[
                        (name.decode("latin-1"), value.decode("latin-1"))
                        for name, value in _forwarded(scope)
                    ],
                    open_timeout=_CONNECT_S,
                    max_size=None,
                    compression=None,
                    proxy=None,
                )
            except InvalidStatus as refused:
                await send({
                    "type": "websocket.http.response.start",
                    "status": refused.response.status_code,
                    "headers": [],
                })  # fmt: skip
                await send({"type": "websocket.http.response.body", "body": b""})
                return
            except (OSError, TimeoutError, InvalidHandshake):
                continue
            async with upstream:
                await _relay(upstream, receive, send)
            return
        await send({"type": "websocket.close", "code": _UNAVAILABLE})


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    """Yield a request's body part by part."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise httpx.ReadError("the client has left")
        if part := message.get("body", b""):
            yield part
        if not message.get("more_body"):
            return


def _target(url: str, scope: Scope) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return url + path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")


def _forwarded(scope: Scope) -> Headers:
    """Return the headers to send on, with who the client is for gateways that trust this proxy."""
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name not in _ONE_HOP and not name.startswith(_HANDSHAKE)
    ]
    client = scope.get("client")
    if client:
        headers.append((b"x-forwarded-for", client[0].encode()))
    scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
    return [*headers, (b"x-forwarded-proto", scheme.encode())]


async def _answer(response: httpx.Response, send: Send) -> None:
    headers = [(n.lower(), v) for n, v in response.headers.raw if n.lower() not in _ONE_HOP]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    async for part in response.aiter_raw():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(send: Send) -> None:
    refusal = Unavailable("the API gateway cannot be reached; try again shortly", retry_after_s=1)
    headers = [(b"content-type", PROBLEM_TYPE.encode()), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": problem_body(refusal)})


async def _relay(upstream: ClientConnection, receive: Receive, send: Send) -> None:
    """Carry messages both ways until one side closes, and close the other the same way."""
    await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
    up = asyncio.create_task(_carry_up(upstream, receive))
    down = asyncio.create_task(_carry_down(upstream, send))
    await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
    for task in (up, down):
        task.cancel()
    await asyncio.gather(up, down, return_exceptions=True)
    if upstream.close_code is not None:
        code = upstream.close_code if upstream.close_code != 1006 else _GOING_AWAY
        with contextlib.suppress(RuntimeError, OSError):  # the client has left already
            await send(
                {"type": "websocket.close", "code": code, "reason": upstream.close_reason or ""}
            )


async def _carry_up(upstream: ClientConnection, receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            await upstream.close()
            return
        text, data = message.get("text"), message.get("bytes")
        with contextlib.suppress(ConnectionClosed):
            await upstream.send(text if text is not None else data or b"")


async def _carry_down(upstream: ClientConnection, send: Send) -> None:
    async for message in upstream:
        kind = "text" if isinstance(message, str) else "bytes"
        await send({"type": "websocket.send", kind: message})
