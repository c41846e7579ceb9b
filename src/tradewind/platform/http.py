"""The HTTP application that every service starts from."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from tradewind.platform.errors import (
    MalformedRequest,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    Refusal,
    UnreadableBody,
)
from tradewind.platform.http_middleware import RequestContext, RequestLimits
from tradewind.platform.problems import (
    JSON_TYPE,
    PROBLEM_TYPE,
    BodyTooLarge,
    MethodNotAllowed,
    SpeaksAlpaca,
    alpaca_body,
    problem_body,
    refusal_headers,
)
from tradewind.platform.settings import Settings
from tradewind.platform.version import this_build

__all__ = ["alpaca_body", "create_app", "problem_body", "refusal_response"]

STANDBY = "standby"
"""Why a process is not ready that waits, in good health, for its turn."""

_READY_TIMEOUT_S = 2.0
_BY_STATUS: dict[int, type[Refusal]] = {
    400: UnreadableBody,
    401: NotAuthenticated,
    403: NotPermitted,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
}


def _never(_path: str) -> bool:
    return False


def create_app(
    *,
    title: str,
    ready: Callable[[], Awaitable[bool]],
    settings: Settings,
    description: str = "",
    speaks_alpaca: SpeaksAlpaca = _never,
    docs: bool = True,
    unready: Callable[[], str] = lambda: "not ready",
) -> FastAPI:
    """Build an application with health, metrics, limits, request ids and uniform errors.

    ``title`` names the service in logs and metrics. ``ready`` decides ``/healthz/ready`` as long as
    the server is not draining. ``speaks_alpaca`` tells which paths write errors as Alpaca does; all
    others write problem+json. ``docs`` serves OpenAPI at ``/openapi.json`` and ``/docs``.
    ``unready`` says in a word why it is not ready; one that says ``standby`` is well for who asks
    for ``/healthz/ready?standby=ok``.
    """
    app = FastAPI(
        title=title,
        version=this_build().version,
        description=description,
        openapi_url="/openapi.json" if docs else None,
        redoc_url=None,
    )
    app.state.draining = False
    _add_errors(app, speaks_alpaca)
    _add_health(app, ready, unready)
    app.add_middleware(
        RequestLimits,
        bytes_max=settings.request_bytes_max,
        timeout_s=settings.request_timeout_s,
        speaks_alpaca=speaks_alpaca,
    )
    app.add_middleware(
        RequestContext,
        service=title,
        speaks_alpaca=speaks_alpaca,
        log_all=settings.access_log == "all",
    )
    return app


def refusal_response(request: Request, refusal: Refusal, speaks_alpaca: SpeaksAlpaca) -> Response:
    """Return a refusal as a response in the shape that the request's path speaks."""
    alpaca = speaks_alpaca(request.url.path)
    request_id = getattr(request.state, "request_id", None)
    return Response(
        alpaca_body(refusal) if alpaca else problem_body(refusal, request_id),
        status_code=refusal.status,
        media_type=JSON_TYPE if alpaca else PROBLEM_TYPE,
        headers=dict(refusal_headers(refusal)),
    )


def _add_errors(app: FastAPI, speaks_alpaca: SpeaksAlpaca) -> None:
    @app.exception_handler(Refusal)
    async def refused(request: Request, refusal: Refusal) -> Response:
        return refusal_response(request, refusal, speaks_alpaca)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return refusal_response(request, _malformed(error), speaks_alpaca)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        refusal = _from_status(error, request)
        response = refusal_response(request, refusal, speaks_alpaca)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response


def _malformed(error: RequestValidationError) -> Refusal:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return UnreadableBody("The body is not valid JSON.")
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return MalformedRequest(f"{where}: {first['msg']}")


def _from_status(error: HTTPException, request: Request) -> Refusal:
    path = request.url.path
    if error.status_code == 404:
        return NotFound(f"There is nothing at {path}.")
    if error.status_code == 405:
        return MethodNotAllowed(f"{request.method} is not allowed at {path}.")
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        kind = type(
            "HttpRefusal",
            (Refusal,),
            {
                "status": error.status_code,
                "code": error.status_code * 100_000 + 10_000,
                "title": error.detail,
            },
        )
    return kind(error.detail)


def _add_health(
    app: FastAPI, ready: Callable[[], Awaitable[bool]], unready: Callable[[], str]
) -> None:
    build = this_build()
    alive = {"status": "live", "version": build.version, "revision": build.revision}
    alive_body = json.dumps(alive, separators=(",", ":"))

    @app.get("/healthz/live", include_in_schema=False)
    async def live() -> Response:
        return Response(alive_body, media_type=JSON_TYPE)

    @app.get("/healthz/ready", include_in_schema=False)
    async def readiness(request: Request) -> Response:
        if app.state.draining:
            return Response(b'{"status":"draining"}', status_code=503, media_type=JSON_TYPE)
        try:
            async with asyncio.timeout(_READY_TIMEOUT_S):
                is_ready = await ready()
        except TimeoutError:
            is_ready = False
        if not is_ready:
            why = unready()
            # For who replaces processes one after another: the next one may go once this one waits.
            is_well = why == STANDBY and request.query_params.get("standby") == "ok"
            body = f'{{"status":"{why}"}}'
            return Response(body, status_code=200 if is_well else 503, media_type=JSON_TYPE)
        return Response(b'{"status":"ready"}', media_type=JSON_TYPE)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
