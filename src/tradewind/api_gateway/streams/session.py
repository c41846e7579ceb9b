"""What every stream's client goes through: a place, a handshake, a time limit, and leaving."""

import asyncio
from abc import ABC, abstractmethod

from tradewind.api_gateway.exchange import client_address
from tradewind.api_gateway.rate_limit import network_of
from tradewind.api_gateway.routing.route import Receive, Scope, Send
from tradewind.api_gateway.streams.callers import Callers, handshake_headers
from tradewind.api_gateway.streams.connection import POLICY_VIOLATION, Connection
from tradewind.api_gateway.streams.frames import Frame, codec_of
from tradewind.api_gateway.streams.registry import StreamRegistry, TooManyConnections

AUTH_TIMEOUT_S = 10.0


class StreamSession(ABC):
    """One client of a stream, over one WebSocket; its protocol is its subclass's."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        callers: Callers,
        registry: StreamRegistry,
        auth_timeout_s: float = AUTH_TIMEOUT_S,
    ) -> None:
        self._headers = handshake_headers(scope)
        self._address = network_of(client_address(scope))
        self._receive = receive
        self._send = send
        self._codec = codec_of(self._headers)
        self._callers = callers
        self._registry = registry
        self._auth_timeout_s = auth_timeout_s
        self._connection = Connection(receive, send, slow_frame=self._slow_frame())

    async def run(self) -> None:
        """Serve the client until either side ends."""
        await self._receive()
        try:
            self._registry.enter(self._connection, self._address)
        except TooManyConnections:
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        try:
            await self._serve()
        finally:
            self._registry.leave(self._connection)

    async def _serve(self) -> None:
        await self._send({"type": "websocket.accept"})
        timer = asyncio.get_running_loop().call_later(self._auth_timeout_s, self._on_auth_timeout)
        try:
            await self._connection.run(self._converse)
        finally:
            timer.cancel()
            await self._leave()

    def _slow_frame(self) -> Frame | None:
        """Return what a client that reads too slowly is told before it is cut off."""
        return None

    @abstractmethod
    async def _converse(self) -> None:
        """Speak with the client until it has gone."""

    @abstractmethod
    async def _leave(self) -> None:
        """Let go of the hub; called once, whatever ended the conversation."""

    @abstractmethod
    def _on_auth_timeout(self) -> None:
        """End a client that has not said who it is."""
