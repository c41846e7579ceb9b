"""One client of a market-data stream: greeting, authentication, subscriptions."""

from collections.abc import Callable, Mapping
from enum import Enum

from tradewind.api_gateway.routing.route import Receive, Scope, Send
from tradewind.api_gateway.streams.callers import Callers, CredentialsRefused
from tradewind.api_gateway.streams.connection import POLICY_VIOLATION, SERVICE_RESTART
from tradewind.api_gateway.streams.data_hub import DataHub
from tradewind.api_gateway.streams.frames import (
    Codec,
    Frame,
    MessageDecoder,
    UnreadableMessage,
    array_frame,
    encode,
)
from tradewind.api_gateway.streams.registry import Caller, StreamRegistry, TooManyConnections
from tradewind.api_gateway.streams.session import AUTH_TIMEOUT_S, StreamSession
from tradewind.api_gateway.streams.subscription import (
    STOCKS,
    DataMessage,
    StreamKind,
    Subscription,
    TooManySymbols,
)
from tradewind.contracts.accounts import Identity
from tradewind.platform.errors import Refusal

_decoder = MessageDecoder(DataMessage)


class _Error(Enum):
    """Alpaca's errors of a data stream, with its words."""

    INVALID_SYNTAX = (400, "invalid syntax")
    NOT_AUTHENTICATED = (401, "not authenticated")
    AUTH_FAILED = (402, "auth failed")
    ALREADY_AUTHENTICATED = (403, "already authenticated")
    AUTH_TIMEOUT = (404, "auth timeout")
    SYMBOL_LIMIT = (405, "symbol limit exceeded")
    CONNECTION_LIMIT = (406, "connection limit exceeded")
    SLOW_CLIENT = (407, "slow client")
    INVALID_CHANNEL = (410, "invalid subscribe action for this feed")
    INTERNAL = (500, "internal error")


class DataSession(StreamSession):
    """Speaks Alpaca's data protocol over one WebSocket."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        callers: Callers,
        registry: StreamRegistry,
        find_hub: Callable[[Identity], DataHub],
        symbols_max: int,
        kind: StreamKind = STOCKS,
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
        self._kind = kind
        self._subscription = Subscription(symbols_max, kind)
        self._hub: DataHub | None = None

    def _slow_frame(self) -> Frame:
        return _error_frame(self._codec, _Error.SLOW_CLIENT)

    async def _leave(self) -> None:
        if self._hub is not None:
            await self._hub.detach(self._connection)

    async def _converse(self) -> None:
        self._tell({"T": "success", "msg": "connected"})
        try:
            await self._authenticate_handshake()
            while (payload := await self._connection.receive()) is not None:
                await self._on_message(payload)
        except Exception:
            self._complain(_Error.INTERNAL)
            raise

    async def _authenticate_handshake(self) -> None:
        try:
            caller = await self._callers.by_handshake(self._headers)
        except CredentialsRefused:
            self._end(_Error.AUTH_FAILED)
            return
        if caller is not None:
            await self._let_in(caller)

    async def _on_message(self, payload: bytes | str) -> None:
        try:
            message = _decoder.decode(self._codec, payload)
        except UnreadableMessage:
            self._complain(_Error.INVALID_SYNTAX)
            return
        if message.action == "auth":
            await self._authenticate(message)
        elif self._hub is None:
            self._complain(_Error.NOT_AUTHENTICATED)
        elif message.action in ("subscribe", "unsubscribe"):
            await self._change_subscription(self._hub, message)
        else:
            self._complain(_Error.INVALID_SYNTAX)

    async def _authenticate(self, message: DataMessage) -> None:
        if self._hub is not None:
            self._complain(_Error.ALREADY_AUTHENTICATED)
            return
        caller = await self._callers.by_key(message.key, message.secret)
        if caller is None:
            self._end(_Error.AUTH_FAILED)
        else:
            await self._let_in(caller)

    async def _let_in(self, caller: Caller) -> None:
        try:
            self._registry.admit(self._connection, caller)
        except TooManyConnections:
            self._end(_Error.CONNECTION_LIMIT)
            return
        self._hub = self._find_hub(caller.identity)
        await self._hub.attach(self._connection)
        self._tell({"T": "success", "msg": "authenticated"})

    async def _change_subscription(self, hub: DataHub, message: DataMessage) -> None:
        if message.names_other_feeds(self._kind):
            self._complain(_Error.INVALID_CHANNEL)
            return
        try:
            interests = message.interests(self._kind)
            if message.action == "subscribe":
                self._subscription.add(interests)
            else:
                self._subscription.remove(interests)
        except ValueError:
            self._complain(_Error.INVALID_SYNTAX)
            return
        except TooManySymbols:
            self._complain(_Error.SYMBOL_LIMIT)
            return
        hub.set_interests(self._connection, self._codec, self._subscription.interests)
        self._tell(self._subscription.acknowledgement())
        if message.action == "subscribe":
            try:
                await hub.tell_latest(self._connection, self._codec, interests)
            except (Refusal, TimeoutError):
                self._complain(_Error.INTERNAL)
                reason = "nobody says what is halted at the moment; connect again"
                self._connection.close(SERVICE_RESTART, reason)

    def _on_auth_timeout(self) -> None:
        if self._hub is None:
            self._end(_Error.AUTH_TIMEOUT)

    def _tell(self, message: Mapping[str, object]) -> None:
        self._connection.offer(array_frame(self._codec, [encode(self._codec, message)]))

    def _complain(self, error: _Error) -> None:
        self._connection.offer(_error_frame(self._codec, error))

    def _end(self, error: _Error) -> None:
        self._complain(error)
        self._connection.close(POLICY_VIOLATION, error.value[1])


def _error_frame(codec: Codec, error: _Error) -> Frame:
    code, text = error.value
    return array_frame(codec, [encode(codec, {"T": "error", "code": code, "msg": text})])
