"""The called side: a service's methods as routes, for callers that prove who they are."""

from collections.abc import Awaitable, Callable

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tradewind.platform.database_errors import DATABASE_AWAY
from tradewind.platform.errors import (
    MalformedRequest,
    NotAuthenticated,
    NotPermitted,
    OutcomeUnknown,
    Refusal,
    Unavailable,
)
from tradewind.platform.logging import get_logger
from tradewind.platform.problems import JSON_TYPE, PROBLEM_TYPE, refusal_headers
from tradewind.platform.rpc.identity import Identities, OnBehalfOf, acting_for
from tradewind.platform.rpc.interface import Interface, Method, interface_of
from tradewind.platform.rpc.refusals import KIND_HEADER, write_refusal

Serve = Callable[[Request], Awaitable[Response]]


class RpcServer:
    """Adds protocols to a service's application; ``service`` is the name that callers ask for."""

    def __init__(self, app: FastAPI, service: str, identities: Identities) -> None:
        self._app = app
        self._service = service
        self._identities = identities
        self._log = get_logger(service)

    def serve(self, protocol: type, implementation: object) -> None:
        """Let other services call the coroutine methods of a protocol."""
        interface = interface_of(protocol)
        for method in interface.methods.values():
            self._app.add_route(
                interface.path(method.name),
                self._endpoint(interface, method, implementation),
                methods=["POST"],
                include_in_schema=False,
            )

    def _endpoint(self, interface: Interface, method: Method, implementation: object) -> Serve:
        async def endpoint(request: Request) -> Response:
            # Not a refusal for the caller's own caller to see, so it goes without its kind.
            caller = self._identities.verify(_bearer(request), self._service)
            acting_for.set(caller.user)
            try:
                call = _read_call(interface, method, await request.body())
                _check_account(caller.user, call)
                return Response(await method.carry_out(implementation, call), media_type=JSON_TYPE)
            except Refusal as refusal:
                return _refused(refusal)
            except DATABASE_AWAY as error:
                self._log.warning("database_away", method=method.name, error=repr(error))
                return _refused(self._away(method))

        return endpoint

    def _away(self, method: Method) -> Refusal:
        where = f"{self._service} cannot reach its database"
        if method.repeatable:
            return Unavailable(f"{where} at the moment; try again shortly", retry_after_s=1)
        return OutcomeUnknown(
            f"{where}; whether {method.name} was done is not known: look before you repeat it"
        )


def _read_call(interface: Interface, method: Method, body: bytes) -> msgspec.Struct:
    try:
        return method.decode_arguments(body)
    except msgspec.MsgspecError as error:
        raise MalformedRequest(f"{interface.name}.{method.name}: {error}") from None


def _check_account(user: OnBehalfOf | None, call: msgspec.Struct) -> None:
    """Hold a call that is made for a user to the account that the user was let in with."""
    if user is None or user.account_id is None:
        return
    named = getattr(call, "account_id", getattr(getattr(call, "command", None), "account_id", None))
    if named is not None and named != user.account_id:
        raise NotPermitted(f"account {named} is not the one that this request was let in with")


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotAuthenticated("only services of this platform may call this, with their identity")
    return token


def _refused(refusal: Refusal) -> Response:
    body, kind = write_refusal(refusal)
    return Response(
        body,
        status_code=refusal.status,
        media_type=PROBLEM_TYPE,
        headers={KIND_HEADER: kind, **refusal_headers(refusal)},
    )
