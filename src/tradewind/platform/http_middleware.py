"""Pure-ASGI middleware: request ids, limits, access log, metrics and the last line of errors."""

import asyncio
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from tradewind.platform.errors import Refusal, Unavailable
from tradewind.platform.ids import new_id
from tradewind.platform.logging import get_logger
from tradewind.platform.metrics import http_metrics
from tradewind.platform.problems import (
    JSON_TYPE,
    PROBLEM_TYPE,
    BodyTooLarge,
    InternalError,
    SpeaksAlpaca,
    alpaca_body,
    problem_body,
)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_SLOW_S = 1.0
_CLIENT_LEFT = 499
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Exchange:
    """One request and what became of it."""

    __slots__ = ("_send", "request_id", "started", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.started = time.perf_counter()
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            headers.append((b"x-request-id", self.request_id.encode()))
            message["headers"] = headers
        await self._send(message)


class RequestContext:
    """Give a request its id, watch over it, and turn what nobody caught into a plain 500."""

    def __init__(
        self, app: ASGIApp, *, service: str, speaks_alpaca: SpeaksAlpaca, log_all: bool
    ) -> None:
        self._app = app
        self._service = service
        self._speaks_alpaca = speaks_alpaca
        self._log_all = log_all
        self._log = get_logger(service)
        self._metrics = http_metrics()
        self._in_flight = self._metrics.in_flight.labels(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(send, _request_id(scope))
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        self._in_flight.inc()
        try:
            with bound_contextvars(request_id=exchange.request_id):
                await self._guard(scope, receive, exchange)
        finally:
            self._in_flight.dec()
            self._record(scope, exchange)

    async def _guard(self, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        try:
            await self._app(scope, receive, exchange.send)
        except Exception:
            self._metrics.failures.labels(self._service).inc()
            self._log.exception("request failed", method=scope["method"], path=scope["path"])
            if exchange.status:
                raise  # Half a response is out: only cutting the connection tells the client.
            refusal = InternalError("Something went wrong on our side; quote the request id.")
            await send_refusal(scope, exchange.send, refusal, self._speaks_alpaca)

    def _record(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = exchange.status or _CLIENT_LEFT
        self._metrics.duration.labels(
            self._service, method, route_template(scope), f"{status // 100}xx"
        ).observe(seconds)
        if self._log_all or status >= 500 or seconds > _SLOW_S:
            self._log.info(
                "request",
                method=method,
                path=scope["path"],
                status=status,
                duration_ms=round(seconds * 1000, 2),
                request_id=exchange.request_id,
            )


class RequestLimits:
    """Refuse bodies that are too large and give up on requests that take too long."""

    def __init__(
        self, app: ASGIApp, *, bytes_max: int, timeout_s: float, speaks_alpaca: SpeaksAlpaca
    ) -> None:
        self._app = app
        self._bytes_max = bytes_max
        self._timeout_s = timeout_s
        self._speaks_alpaca = speaks_alpaca

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within the limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _CountedBody(receive, self._bytes_max)
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        if _content_length(scope) > self._bytes_max:
            await send_refusal(scope, send, self._too_large(), self._speaks_alpaca)
            return
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                await self._app(scope, body, watched_send)
        except _BodyOverflow:
            if not started:
                await send_refusal(scope, send, self._too_large(), self._speaks_alpaca)
        except TimeoutError:
            if not limit.expired() or started:
                raise
            refusal = Unavailable(
                f"The request took longer than {self._timeout_s:g} seconds and was given up."
            )
            await send_refusal(scope, send, refusal, self._speaks_alpaca)

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"The body is larger than the {self._bytes_max} bytes allowed.")


class _BodyOverflow(BaseException):
    """Leaves the application at once: frameworks turn an ``Exception`` here into a 400."""


class _CountedBody:
    __slots__ = ("_bytes_left", "_receive")

    def __init__(self, receive: Receive, bytes_max: int) -> None:
        self._receive = receive
        self._bytes_left = bytes_max

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._bytes_left -= len(message.get("body", b""))
            if self._bytes_left < 0:
                raise _BodyOverflow
        return message


async def send_refusal(
    scope: Scope, send: Send, refusal: Refusal, speaks_alpaca: SpeaksAlpaca
) -> None:
    """Answer a request with a refusal in the shape that its path speaks."""
    if speaks_alpaca(scope["path"]):
        body, media_type = alpaca_body(refusal), JSON_TYPE
    else:
        body = problem_body(refusal, scope.get("state", {}).get("request_id"))
        media_type = PROBLEM_TYPE
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def route_template(scope: Scope) -> str:
    """Return the template of the route that matched, or ``unmatched``."""
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else "unmatched"


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            text: str = value.decode()
            return text
    return new_id()


def _content_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
