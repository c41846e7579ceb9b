"""The gateway's front door: one ASGI application between the server and the handlers.

What happens to a request is written out here in order: limit by address, find the route, check the
caller, limit by key, read the body, call the handler, write the answer. There is no middleware
stack below the API routes, because every order passes here and the path is kept short.
"""

from collections.abc import Callable

from tradewind.api_gateway.authentication import Authenticator, authorize
from tradewind.api_gateway.cross_origin import CrossOrigin
from tradewind.api_gateway.deadlines import Deadlines
from tradewind.api_gateway.exchange import (
    ClientLeft,
    client_address,
    read_body,
    request_id_of,
    send_response,
)
from tradewind.api_gateway.rate_limit import Budget, RateLimits
from tradewind.api_gateway.routing.headers import Headers
from tradewind.api_gateway.routing.message import Request, Response
from tradewind.api_gateway.routing.route import (
    Access,
    Receive,
    Route,
    Scope,
    Send,
)
from tradewind.api_gateway.routing.table import Found, RouteTable, normal_path
from tradewind.api_gateway.telemetry import Telemetry
from tradewind.api_gateway.wire.errors import (
    AnswerOverdue,
    CutOff,
    ErrorStyle,
    error_body,
    status_of,
)
from tradewind.contracts.accounts import Identity
from tradewind.contracts.vocabulary import Role
from tradewind.platform.database_errors import is_gone
from tradewind.platform.errors import NotFound, RateLimited, Refusal
from tradewind.platform.problems import InternalError, MethodNotAllowed, refusal_headers
from tradewind.platform.rpc.identity import OnBehalfOf, acting_for

OWN_PREFIX = "/tradewind/"
"""Paths below it are ours and write errors as problem+json; all others are Alpaca's."""

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_CLIENT_LEFT_STATUS = 499
_UNMATCHED = "unmatched"
_PRIVATE = (b"cache-control", b"no-store")


class Front:
    """Serves HTTP requests and WebSocket handshakes by the route table."""

    def __init__(
        self,
        *,
        table: RouteTable,
        authenticator: Authenticator,
        limits: RateLimits,
        cross_origin: CrossOrigin,
        telemetry: Telemetry,
        not_offered: Callable[[str], Refusal | None],
        bytes_max: int,
        timeout_s: float,
    ) -> None:
        self._table = table
        self._authenticator = authenticator
        self._limits = limits
        self._cross_origin = cross_origin
        self._telemetry = telemetry
        self._not_offered = not_offered
        self._bytes_max = bytes_max
        self._timeout_s = timeout_s
        self._deadlines = Deadlines(timeout_s)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        started = self._telemetry.begin()
        headers: Headers = dict(scope["headers"])
        method: str = scope["method"]
        request_id = request_id_of(headers)
        path = normal_path(scope["path"])
        found = self._table.find(method, path)
        visit = _Visit(scope, receive, method, path, headers, request_id, found)
        status = _CLIENT_LEFT_STATUS
        try:
            response = await self._answer(visit)
            status = response.status
            await send_response(scope, send, response, self._common_headers(visit))
        except ClientLeft:
            pass
        finally:
            self._telemetry.end(
                started,
                method=method,
                route=found.route.path if found else _UNMATCHED,
                path=path,
                status=status,
                request_id=request_id,
            )

    async def serve_stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a WebSocket handshake to its stream, or close it."""
        stream = self._table.find_stream(normal_path(scope["path"]))
        headers: Headers = dict(scope["headers"])
        if stream is None or not self._cross_origin.may_carry_cookie(headers):
            await _reject(receive, send)
            return
        try:
            await self._limits.hit_address(client_address(scope))
        except RateLimited:
            await _reject(receive, send)
            return
        await stream.handler(scope, receive, send)

    async def _answer(self, visit: "_Visit") -> Response:
        try:
            return await self._deadlines.run(self._handle(visit))
        except Refusal as refusal:
            return _refused(visit, refusal)
        except TimeoutError:
            self._telemetry.overdue(
                method=visit.method, path=visit.path, request_id=visit.request_id
            )
            return _refused(visit, _overdue(visit, self._timeout_s))
        except ClientLeft:
            raise
        except Exception as error:  # noqa: BLE001 - the last line: logged, answered without detail
            self._telemetry.failed(
                method=visit.method, path=visit.path, request_id=visit.request_id
            )
            if is_gone(error):
                return _refused(visit, _cut_off(visit))
            return _refused(visit, InternalError("internal server error; quote the request id"))

    async def _handle(self, visit: "_Visit") -> Response:
        # A connection's requests may run in one context, each for another caller.
        if acting_for.get() is not None:
            acting_for.set(None)
        address = client_address(visit.scope)
        limits = self._limits
        visit.budget = limits.hit_address_at_once(address) or await limits.hit_address(address)
        if visit.found is None:
            return self._without_route(visit)
        route, path_values = visit.found
        identity = None
        if route.access is not Access.PUBLIC:
            identity = await self._authenticator.authenticate(visit.method, visit.headers)
            caller = identity.key_id or identity.session_id or identity.user_id
            visit.budget = limits.per_key.hit_at_once(caller) or await limits.per_key.hit(caller)
            authorize(identity, route.access)
            acting_for.set(_on_behalf_of(identity))
        body = b""
        if visit.method in _WITH_BODY:
            body = await read_body(visit.scope, visit.receive, visit.headers, self._bytes_max)
        return await route.handler(
            Request(
                method=visit.method,
                path=visit.path,
                path_values=path_values,
                query_string=visit.scope["query_string"],
                headers=visit.headers,
                body=body,
                identity=identity,
                address=address,
                scheme=visit.scope["scheme"],
                request_id=visit.request_id,
            )
        )

    def _without_route(self, visit: "_Visit") -> Response:
        allowed = self._table.methods(visit.path)
        if visit.method == "OPTIONS":
            granted = self._cross_origin.preflight_headers(visit.headers)
            if allowed and granted is not None:
                visit.is_preflight = True
                return Response(status=204, headers=granted)
        refusal = self._not_offered(visit.path)
        if refusal is not None or not allowed:
            raise refusal or _no_such_path(visit)
        response = _refused(
            visit,
            MethodNotAllowed(
                f"{visit.method} is not allowed at {visit.path}; allowed: {', '.join(allowed)}"
            ),
        )
        response.headers = (*response.headers, (b"allow", ", ".join(allowed).encode()))
        return response

    def _common_headers(self, visit: "_Visit") -> list[tuple[bytes, bytes]]:
        headers = [(b"x-request-id", visit.request_id.encode()), _PRIVATE]
        if visit.budget is not None:
            limit, remaining, reset_at = visit.budget
            headers.append((b"x-ratelimit-limit", b"%d" % limit))
            headers.append((b"x-ratelimit-remaining", b"%d" % remaining))
            headers.append((b"x-ratelimit-reset", b"%d" % reset_at))
        if not visit.is_preflight:
            headers.extend(self._cross_origin.response_headers(visit.headers))
        return headers


class _Visit:
    """What is known of one request while it passes."""

    __slots__ = (
        "budget",
        "found",
        "headers",
        "is_preflight",
        "method",
        "path",
        "receive",
        "request_id",
        "scope",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        method: str,
        path: str,
        headers: Headers,
        request_id: str,
        found: Found | None,
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.method = method
        self.path = path
        self.headers = headers
        self.request_id = request_id
        self.found = found
        self.budget: Budget | None = None
        self.is_preflight = False

    @property
    def route(self) -> Route | None:
        return self.found.route if self.found else None

    @property
    def errors(self) -> ErrorStyle:
        if self.found is not None:
            return self.found.route.errors
        return ErrorStyle.PROBLEM if self.path.startswith(OWN_PREFIX) else ErrorStyle.TRADING


def _on_behalf_of(identity: Identity) -> OnBehalfOf:
    """Return what services are told of the caller, who hold each call to it."""
    is_admin = identity.role is Role.ADMIN
    return OnBehalfOf(identity.user_id, None if is_admin else identity.account_id)


def _no_such_path(visit: _Visit) -> Refusal:
    path = visit.path if len(visit.path) <= 100 else visit.path[:100] + "…"
    return NotFound(f"there is nothing at {visit.method} {path}")


def _refused(visit: _Visit, refusal: Refusal) -> Response:
    body, media_type = error_body(refusal, visit.errors, visit.request_id)
    headers = [(name.encode(), value.encode()) for name, value in refusal_headers(refusal).items()]
    if isinstance(refusal, RateLimited):
        visit.budget = _spent(refusal) or visit.budget
    return Response(
        body,
        status_of(refusal, visit.errors),
        media_type=media_type,
        headers=tuple(headers),
    )


def _spent(refusal: RateLimited) -> Budget | None:
    limit, reset_at = refusal.context.get("limit"), refusal.context.get("reset_at")
    if isinstance(limit, int) and isinstance(reset_at, int):
        return Budget(limit, 0, reset_at)
    return None


def _overdue(visit: _Visit, timeout_s: float) -> Refusal:
    return AnswerOverdue(f"no answer within {timeout_s:g} seconds; {_advice(visit)}")


def _cut_off(visit: _Visit) -> Refusal:
    return CutOff(f"the database does not answer at the moment; {_advice(visit)}")


def _advice(visit: _Visit) -> str:
    if visit.method == "GET":
        return "try again"
    return "whether it was done is not known: look before you repeat it"


async def _reject(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1008})
