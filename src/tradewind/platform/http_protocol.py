"""uvicorn's HTTP protocol, writing a response's head and body in one system call."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_GATHER_BYTES_MAX = 64 * 1024


class GatheringHttpProtocol(HttpToolsProtocol):
    """Speaks HTTP over a transport that gathers small writes."""

    def connection_made(  # type: ignore[override]  # narrower than the protocol's own
        self, transport: asyncio.Transport
    ) -> None:
        """Begin a connection."""
        super().connection_made(transport)
        gathering = GatheringTransport(transport, asyncio.get_running_loop())
        self.transport = cast("asyncio.Transport", gathering)


class GatheringTransport:
    """Sends together what is written within one turn of the event loop.

    The server writes head and body of a response apart, and each write would be a system call that
    wakes the client: under load that is a tenth of the work of an order.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send by the end of this turn, in order with everything else."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)
        if len(data) > _GATHER_BYTES_MAX:
            self._flush()

    def close(self) -> None:
        """Send what was written and close."""
        self._flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection on, as an upgrade to a WebSocket does."""
        self._flush()
        self._transport.set_protocol(protocol)

    def __getattr__(self, name: str) -> Any:  # Any: whatever else a transport offers
        return getattr(self._transport, name)

    def _flush(self) -> None:
        parts = self._parts
        if not parts:
            return
        self._parts = []
        if self._transport.is_closing():
            return
        self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
