"""The calling side: one service's processes, of which the one that serves is found and kept to.

A call is repeated only when nothing can have been done (no connection, a process that stands by) or
when the method may be repeated. Everything is bounded: each attempt by a time limit, all of them
together by the patience that covers a change of leader.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MethodType
from typing import Any, Self

import httpx
import msgspec

from tradewind.platform.errors import NotLeading, OutcomeUnknown, Refusal, Stopping, Unavailable
from tradewind.platform.logging import get_logger
from tradewind.platform.rpc.identity import Identities, acting_for
from tradewind.platform.rpc.interface import Interface, Method, interface_of
from tradewind.platform.rpc.refusals import KIND_HEADER, read_refusal

PATIENCE_S = 10.0
"""How long a call looks for a process that serves: longer than a change of leader takes."""
ATTEMPT_S = 40.0
"""Longest time that one attempt may take; the gateway gives up before."""

_CONNECT_S = 2.0
_PAUSE_S_MIN = 0.02
_PAUSE_S_MAX = 0.5
_CONNECTIONS_MAX = 512
_KEEPALIVE_S = 3.0
"""Less than a server keeps an idle connection, so that no call runs into its end."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_GATEWAY_ERRORS = (502, 504)
"""Answers of proxies between us and a service."""
_NOT_HERE = (NotLeading.__name__, Stopping.__name__)
"""Refusals of one process: it did nothing, and another may do it."""


class RemoteFailure(ConnectionError):
    """Something broke in another service, whose log has the details.

    A ``ConnectionError``, because whoever follows another service goes on after one.
    """


@dataclass(frozen=True)
class _Elsewhere:
    """Nothing was done, or it may be done again: try the next process."""

    why: str
    error: Refusal


class RpcConnection:
    """Calls one service as another one; ``urls`` are those of its processes."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        caller: str,
        service: str,
        identities: Identities,
        patience_s: float = PATIENCE_S,
        attempt_s: float = ATTEMPT_S,
    ) -> None:
        self._urls = [url.rstrip("/") for url in urls]
        self._caller = caller
        self._service = service
        self._identities = identities
        self._patience_s = patience_s
        self._current = 0
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(attempt_s, connect=_CONNECT_S),
            limits=httpx.Limits(max_connections=_CONNECTIONS_MAX, keepalive_expiry=_KEEPALIVE_S),
            trust_env=False,
        )
        self._log = get_logger(caller)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def call(self, interface: Interface, method: Method, body: bytes) -> Any:
        """Return the result of a method, or raise the refusal that the service raised.

        Raises ``Unavailable`` when no process serves within the patience, ``OutcomeUnknown`` when
        the answer to a method that must not be repeated was lost, ``RemoteFailure`` when the
        service broke.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._patience_s
        pause_s = _PAUSE_S_MIN
        tried = 0
        while True:
            index = self._current
            answer = await self._attempt(self._urls[index], interface, method, body)
            if not isinstance(answer, _Elsewhere):
                return _result(answer, method)
            if self._current == index:
                self._current = (index + 1) % len(self._urls)
            tried += 1
            if tried % len(self._urls) == 0:
                if loop.time() + pause_s > give_up_at:
                    self._log.warning("service_not_reached", service=self._service, why=answer.why)
                    raise answer.error
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _PAUSE_S_MAX)

    async def _attempt(
        self, url: str, interface: Interface, method: Method, body: bytes
    ) -> httpx.Response | _Elsewhere:
        token = self._identities.token(self._caller, self._service, acting_for.get())
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        try:
            response = await self._client.post(
                url + interface.path(method.name), content=body, headers=headers
            )
        except _NEVER_SENT as error:
            return _Elsewhere(repr(error), self._unreachable())
        except httpx.TransportError as error:
            return self._lost(method, repr(error))
        if response.status_code in _GATEWAY_ERRORS:
            return self._lost(method, f"a proxy answered {response.status_code}")
        kind = response.headers.get(KIND_HEADER)
        if kind in _NOT_HERE:
            return _Elsewhere(kind, self._unreachable())
        return response

    def _lost(self, method: Method, why: str) -> _Elsewhere:
        if method.repeatable:
            return _Elsewhere(why, self._unreachable())
        raise OutcomeUnknown(
            f"the answer of {self._service} was lost ({why}); whether {method.name} was done is "
            "not known: look before you repeat it"
        )

    def _unreachable(self) -> Unavailable:
        return Unavailable(
            f"{self._service} cannot be reached at the moment; try again shortly", retry_after_s=1
        )


def remote(protocol: type, connection: RpcConnection) -> Any:
    """Return an object with the coroutine methods of a protocol, carried out by another process.

    ``Any``, because a protocol cannot be a type argument; the contracts give it its type back.
    """
    interface = interface_of(protocol)
    stub = _Stub(connection, interface)
    for method in interface.methods.values():
        setattr(stub, method.name, MethodType(_caller_of(method), stub))
    return stub


class _Stub:
    """Carries the methods of one interface."""

    def __init__(self, connection: RpcConnection, interface: Interface) -> None:
        self.connection = connection
        self.interface = interface


def _caller_of(method: Method) -> Callable[..., Any]:
    async def call(stub: _Stub, *args: object, **kwargs: object) -> Any:
        body = method.encode_call(args, kwargs)
        return await stub.connection.call(stub.interface, method, body)

    return call


def _result(response: httpx.Response, method: Method) -> Any:
    if response.status_code == httpx.codes.OK:
        return method.decode_result(response.content)
    kind = response.headers.get(KIND_HEADER)
    if kind is not None:
        raise read_refusal(response.content, kind)
    where = f"{response.request.url} answered {response.status_code}"
    try:
        problem = read_refusal(response.content, "")
    except msgspec.MsgspecError:
        raise RemoteFailure(where) from None
    if problem.status != httpx.codes.SERVICE_UNAVAILABLE:
        raise RemoteFailure(f"{where}: {problem.message}")
    # The service gave it up in the middle.
    if method.repeatable:
        raise Unavailable(problem.message)
    raise OutcomeUnknown(f"{problem.message} Whether {method.name} was done is not known.")
