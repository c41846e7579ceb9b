"""One client of the account stream: ``authenticate``, then ``listen``."""

from collections.abc import Callable

from msgspec import Struct

from tradewind.api_gateway.routing.route import Receive, Scope, Send
from tradewind.api_gateway.streams.callers import Callers, CredentialsRefused
from tradewind.api_gateway.streams.connection import POLICY_VIOLATION
from tradewind.api_gateway.streams.frames import (
    MessageDecoder,
    UnreadableMessage,
    binary_frame,
    encode,
)
from tradewind.api_gateway.streams.registry import Caller, StreamRegistry, TooManyConnections
from tradewind.api_gateway.streams.session import AUTH_TIMEOUT_S, StreamSession
from tradewind.api_gateway.streams.trade_hub import TradeHub
from tradewind.api_gateway.streams.trade_updates import STREAM
from tradewind.contracts.accounts import Identity


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


class TradeSession(StreamSession):
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
        super().__init__(
            scope,
            receive,
            send,
            callers=callers,
            registry=registry,
            auth_timeout_s=auth_timeout_s,
        )
        self._find_hub = find_hub
        self._caller: Caller | None = None
        self._hub: TradeHub | None = None

    async def _leave(self) -> None:
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
