"""One client of the account stream: ``authenticate``, then ``listen``."""

import asyncio
from collections.abc import Callable

from msgspec import Struct

from tradewind.api_gateway.exchange import client_address
from tradewind.api_gateway.rate_limit import network_of
from tradewind.api_gateway.routing.route import Receive, Scope, Send
from tradewind.api_gateway.streams.callers import Callers, CredentialsRefused, handshake_headers
from tradewind.api_gateway.streams.connection import POLICY_VIOLATION, Connection
from tradewind.api_gateway.streams.frames import (
    MessageDecoder,
    UnreadableMessage,
    binary_frame,
    codec_of,
    encode,
)
from tradewind.api_gateway.streams.registry import Caller, StreamRegistry, TooManyConnections
from tradewind.api_gateway.streams.trade_hub import TradeHub
from tradewind.api_gateway.streams.trade_updates import STREAM
from tradewind.contracts.accounts import Identity

AUTH_TIMEOUT_S = 10.0


class _Details(Struct, frozen=True):
    key_id: str = ""
    secret_key: str = ""
    streams: list[str] = []


class _Message(Struct, frozen=True):
    action: str
    data: _Details = _Details()
    key: str = ""
    secret: str = ""


_decoder = MessageDecoder(_Message)


class TradeSession:
    """Speaks Alpaca's account stream over one WebSocket.

    Nothing is sent before the client has spoken: clients take the first frame for the answer to
    ``authenticate``. Frames are binary, with JSON in them unless MessagePack was asked for.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        callers: Callers,
        registry: StreamRegistry,
        find_hub: Callable[[Identity], TradeHub],
        auth_timeout_s: float = AUTH_TIMEOUT_S,
    ) -> None:
        self._headers = handshake_headers(scope)
        self._address = network_of(client_address(scope))
        self._receive = receive
        self._send = send
        self._codec = codec_of(self._headers)
        self._callers = callers
        self._registry = registry
        self._find_hub = find_hub
        self._auth_timeout_s = auth_timeout_s
        self._connection = Connection(receive, send)
        self._caller: Caller | None = None
        self._hub: TradeHub | None = None

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
            await self._stop_listening()

    async def _converse(self) -> None:
        try:
            caller = await self._callers.by_handshake(self._headers)
        except CredentialsRefused:
            self._refuse("authenticate")
            return
        if caller is not None and not self._let_in(caller):
            self._refuse("authenticate", "connection limit exceeded")
            return
        while (payload := await self._connection.receive()) is not None:
            await self._on_message(payload)

    async def _on_message(self, payload: bytes | str) -> None:
        try:
            message = _decoder.decode(self._codec, payload)
        except UnreadableMessage:
            self._tell("error", {"error": "invalid syntax"})
            return
        match message.action:
            case "authenticate":
                await self._authenticate(message.data.key_id, message.data.secret_key)
            case "auth":
                await self._authenticate(message.key, message.secret)
            case "listen":
                await self._listen(message.data.streams)
            case _:
                self._tell("error", {"error": f"unknown action {message.action[:32]!r}"})

    async def _authenticate(self, key_id: str, secret: str) -> None:
        caller = await self._callers.by_key(key_id, secret)
        if caller is None or not self._is_same_account(caller):
            self._refuse("authenticate")
        elif self._caller is None and not self._let_in(caller):
            self._refuse("authenticate", "connection limit exceeded")
        else:
            self._tell("authorization", {"status": "authorized", "action": "authenticate"})

    async def _listen(self, streams: list[str]) -> None:
        caller = self._caller
        if caller is None:
            self._tell("authorization", {"status": "unauthorized", "action": "listen"})
            return
        if STREAM not in streams:
            await self._stop_listening()
            self._tell("listening", {"streams": []})
            return
        if self._hub is None:
            self._hub = self._find_hub(caller.identity)
            await self._hub.join(caller.identity.account_id, self._connection, self._codec)
        self._tell("listening", {"streams": [STREAM]})

    async def _stop_listening(self) -> None:
        hub, self._hub = self._hub, None
        if hub is not None and self._caller is not None:
            await hub.leave(self._caller.identity.account_id, self._connection)

    def _let_in(self, caller: Caller) -> bool:
        try:
            self._registry.admit(self._connection, caller)
        except TooManyConnections:
            return False
        self._caller = caller
        return True

    def _is_same_account(self, caller: Caller) -> bool:
        known = self._caller
        return known is None or known.identity.account_id == caller.identity.account_id

    def _on_auth_timeout(self) -> None:
        if self._caller is None:
            self._refuse("authenticate", "auth timeout")

    def _refuse(self, action: str, message: str | None = None) -> None:
        details: dict[str, object] = {"status": "unauthorized", "action": action}
        if message is not None:
            details["message"] = message
        self._tell("authorization", details)
        self._connection.close(POLICY_VIOLATION, message or "unauthorized")

    def _tell(self, stream: str, data: dict[str, object]) -> None:
        payload = encode(self._codec, {"stream": stream, "data": data})
        self._connection.offer(binary_frame(payload))
