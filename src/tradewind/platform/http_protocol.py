"""uvicorn's HTTP protocol with a short way through: a whole body in, a whole response out.

Any ASGI application runs on it as on uvicorn's own. One that finds ``AT_ONCE`` among the extensions
of its scope may take a request's body without waiting for it when all of it is there, and write its
response in one call and one system call; both say when they cannot, and ASGI's messages do then.
"""

import asyncio
from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from tradewind.platform.known_heads import Head, KnownHeads

if TYPE_CHECKING:
    from uvicorn._types import HTTPScope

AT_ONCE = "tradewind.at_once"
"""Name of the extension; its value has ``take_body`` and ``respond``."""

_GATHER_BYTES_MAX = 64 * 1024

_field = b": ".join

# Any: the values of an ASGI scope are not typed by the protocol.
_Scope = MutableMapping[str, Any]


class TradewindHttpProtocol(HttpToolsProtocol):
    """Speaks HTTP over a transport that gathers small writes."""

    _head_of: ClassVar[tuple[object, bytes]] = (None, b"")
    """The server's own headers, and how they are written: they change once a second."""

    _outboxes: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, "Outbox"]] = (
        WeakKeyDictionary()
    )

    _heads: ClassVar[KnownHeads] = KnownHeads()

    _idle_since: float | None = None
    _is_between = True
    """Whether the next byte begins a request."""

    _begun = 0
    """Requests that the bytes at hand have begun."""

    def connection_made(  # type: ignore[override]  # narrower than the protocol's own
        self, transport: asyncio.Transport
    ) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        outbox = self._outboxes.setdefault(self.loop, Outbox(self.loop))
        gathering = GatheringTransport(transport, outbox)
        self.transport = cast("asyncio.Transport", gathering)
        # Where requests may be turned away by their number, or paths begin elsewhere.
        self._is_special = self.limit_concurrency is not None or bool(self.root_path)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None

    def data_received(self, data: bytes) -> None:
        """Take what a client has sent."""
        before = self.cycle
        if (
            not self._is_between
            or self._is_special
            or (before is not None and not (before.response_complete and before.keep_alive))
        ):
            super().data_received(data)
            return
        known = self._heads.find(data)
        if known is not None:
            self._unset_keepalive_if_required()
            self._begin_known(*known)
            return
        self._begun = 0
        super().data_received(data)
        cycle = self.cycle
        if self._begun == 1 and self._is_between and cycle is not before and cycle.keep_alive:
            self._heads.learn(data, cast("_Scope", self.scope))

    def _begin_known(self, head: Head, body: bytes) -> None:
        """Begin a request that has been read in full, and whose head needs no parser."""
        method, path, raw_path, query_string, headers, _ = head
        scope: _Scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "headers": list(headers),
            "state": self.app_state.copy(),
            "extensions": {AT_ONCE: self},
            "method": method,
            "path": path,
            "raw_path": raw_path,
            "query_string": query_string,
        }
        self.scope = cast("HTTPScope", scope)
        self.cycle = cycle = _WholeRequest(self, scope, body)
        cycle.task = task = self.loop.create_task(self._serve(cycle))
        self.tasks.add(task)

    async def _serve(self, cycle: "_WholeRequest") -> None:
        # Not by a callback of the task, which would cost another turn of the loop.
        try:
            await cycle.run_asgi(self.app)
        finally:
            self.tasks.discard(cast("asyncio.Task[None]", cycle.task))

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._is_between = False
        self._begun += 1
        cast("_Scope", self.scope)["extensions"] = {AT_ONCE: self}

    def on_message_complete(self) -> None:
        """End a request, of which everything has come."""
        super().on_message_complete()
        self._is_between = True

    def take_body(self, scope: _Scope) -> bytes | None:
        """Return the whole body of a request, ``None`` when it must be asked for by ASGI."""
        cycle = self.cycle
        if cycle.scope is not scope or cycle.more_body or cycle.disconnected:
            return None
        body, cycle.body = cycle.body, bytearray()
        cycle.message_event.clear()
        return bytes(body)

    def respond(
        self, scope: _Scope, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> bool:
        """Write a whole response; ``False``, with nothing done, when ASGI's messages must do it.

        Names of headers are in lower case, and the length of a body is among them. Raises
        ``ValueError`` for a header that is more than one line.
        """
        cycle = self.cycle
        if (
            cycle.scope is not scope
            or cycle.response_started
            or cycle.disconnected
            or cycle.flow.write_paused
            or not cycle.keep_alive
            or scope["method"] == "HEAD"
            or not headers
        ):
            return False
        fields = b"\r\n".join(map(_field, headers))
        breaks = len(headers) - 1
        if fields.count(b"\n") != breaks or fields.count(b"\r") != breaks:
            raise ValueError("a header of a response is more than one line")
        self.transport.write(
            b"%b%b%b\r\n\r\n%b" % (STATUS_LINE[status], self._head(), fields, body)
        )
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        self.on_response_complete()
        return True

    def _head(self) -> bytes:
        headers = self.server_state.default_headers
        known, head = TradewindHttpProtocol._head_of
        if known is not headers:
            head = b"".join([b"%b: %b\r\n" % field for field in headers])
            TradewindHttpProtocol._head_of = (headers, head)
        return head

    # A timer for each request, armed and disarmed, costs more than to look at the time.

    def on_response_complete(self) -> None:
        """Go on with what the client has sent meanwhile, or wait for its next request."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again_in(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since = None

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection when it has been idle for long enough."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_again_in(left)
        else:
            super().timeout_keep_alive_handler()

    def _look_again_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )


class _WholeRequest(RequestResponseCycle):
    """A request that has come in full; what is the same for all of them is said once."""

    disconnected = False
    keep_alive = True
    waiting_for_100_continue = False
    more_body = False
    response_started = False
    response_complete = False
    chunked_encoding = None
    expected_content_length = 0
    task: asyncio.Task[None] | None = None

    # The protocol's own would set each of these for each request.
    def __init__(self, protocol: TradewindHttpProtocol, scope: _Scope, body: bytes) -> None:
        self.scope = cast("HTTPScope", scope)
        self.body = bytearray(body)
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.access_logger = protocol.access_logger
        self.access_log = protocol.access_log
        self.default_headers = protocol.server_state.default_headers
        self.message_event = asyncio.Event()
        self.message_event.set()
        self.on_response = protocol.on_response_complete


class Outbox:
    """Sends what was written to all connections within one turn of the loop, one after another.

    A client that is woken while its answer is followed by others need not be woken for them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: list[GatheringTransport] = []

    def add(self, transport: "GatheringTransport") -> None:
        """Flush a transport by the end of this turn."""
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(transport)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for transport in waiting:
            transport.flush()


class GatheringTransport:
    """Sends together what is written within one turn of the event loop.

    The server may write head and body of a response apart, and each write would be a system call
    that wakes the client: under load that is a tenth of the work of an order.
    """

    def __init__(self, transport: asyncio.Transport, outbox: Outbox) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing
        """Whether the connection is closing; asked for every answer."""
        self._outbox = outbox
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send by the end of this turn, in order with everything else."""
        if not self._parts:
            self._outbox.add(self)
        self._parts.append(data)
        if len(data) > _GATHER_BYTES_MAX:
            self.flush()

    def close(self) -> None:
        """Send what was written and close."""
        self.flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection on, as an upgrade to a WebSocket does."""
        self.flush()
        self._transport.set_protocol(protocol)

    def __getattr__(self, name: str) -> Any:  # Any: whatever else a transport offers
        return getattr(self._transport, name)

    def flush(self) -> None:
        """Send what was written."""
        parts = self._parts
        if not parts:
            return
        self._parts = []
        if self.is_closing():
            return
        self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
