"""The application factory behind a real server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.metadata import version
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Body, FastAPI
from starlette.types import ASGIApp

from tradewind.platform.errors import NotFound, RateLimited
from tradewind.platform.http import create_app
from tradewind.platform.ids import is_uuid
from tradewind.platform.server import HttpServer
from tradewind.platform.settings import Settings

Serve = Callable[[ASGIApp], Awaitable[HttpServer]]


class Health:
    """Whether the service behind the application is ready."""

    def __init__(self) -> None:
        self.is_ready = True
        self.hangs = False

    async def ready(self) -> bool:
        if self.hangs:
            await asyncio.Event().wait()
        return self.is_ready


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def app(health: Health) -> FastAPI:
    settings = Settings(request_bytes_max=2048, request_timeout_s=0.3)
    app = create_app(
        title="example",
        ready=health.ready,
        settings=settings,
        speaks_alpaca=lambda path: path.startswith("/v2/"),
    )
    router = APIRouter()

    @router.get("/things/{number}")
    async def thing(number: int) -> dict[str, int]:
        match number:
            case 404:
                raise NotFound("there is no thing 404", number="404")
            case 429:
                raise RateLimited("slow down", retry_after_s=3)
            case 500:
                raise ZeroDivisionError("a secret of the house")
            case 503:
                await asyncio.Event().wait()
        return {"number": number}

    @router.post("/things")
    async def make(thing: Annotated[dict[str, int], Body()]) -> dict[str, int]:
        return thing

    app.include_router(router)
    app.include_router(router, prefix="/v2")
    return app


@pytest.fixture
async def client(app: FastAPI, serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(app)
    async with httpx.AsyncClient(base_url=server.url) as client:
        yield client


async def test_every_response_carries_a_request_id(client: httpx.AsyncClient) -> None:
    for path in ("/things/1", "/things/500", "/nowhere"):
        assert is_uuid((await client.get(path)).headers["x-request-id"])


async def test_a_callers_request_id_is_kept(client: httpx.AsyncClient) -> None:
    response = await client.get("/things/404", headers={"x-request-id": "job-17.a"})
    assert response.headers["x-request-id"] == "job-17.a"
    assert response.json()["request_id"] == "job-17.a"


async def test_an_unsuitable_request_id_is_replaced(client: httpx.AsyncClient) -> None:
    response = await client.get("/things/1", headers={"x-request-id": "a b;c" * 40})
    assert is_uuid(response.headers["x-request-id"])


async def test_a_refusal_is_a_problem_on_our_routes(client: httpx.AsyncClient) -> None:
    response = await client.get("/things/404")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["number"] == "404"


async def test_a_refusal_has_alpacas_shape_on_its_routes(client: httpx.AsyncClient) -> None:
    response = await client.get("/v2/things/404")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "code": 40410000,
        "message": "there is no thing 404",
        "number": "404",
    }


async def test_a_rate_limit_sets_retry_after(client: httpx.AsyncClient) -> None:
    response = await client.get("/things/429")
    assert (response.status_code, response.headers["retry-after"]) == (429, "3")


async def test_an_unexpected_error_tells_nothing_of_the_inside(client: httpx.AsyncClient) -> None:
    response = await client.get("/things/500")
    assert response.status_code == 500
    assert response.json()["code"] == 50010000
    assert "secret" not in response.text
    assert (await client.get("/things/1")).status_code == 200


async def test_a_request_that_takes_too_long_is_given_up(client: httpx.AsyncClient) -> None:
    response = await client.get("/things/503")
    assert response.status_code == 503
    assert "0.3 seconds" in response.json()["message"]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/things/one", "GET", 422), ("/nowhere", "GET", 404), ("/things/1", "DELETE", 405)],
)
async def test_malformed_requests_are_problems_too(
    client: httpx.AsyncClient, path: str, method: str, status: int
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert response.json()["status"] == status
    assert response.json()["message"]


async def test_a_body_that_is_no_json_is_unreadable(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/things", content=b"{", headers={"content-type": "application/json"}
    )
    assert (response.status_code, response.json()["code"]) == (400, 40010000)


async def test_a_body_over_the_limit_is_refused_by_its_length(client: httpx.AsyncClient) -> None:
    response = await client.post("/things", content=b"x" * 2049)
    assert (response.status_code, response.json()["code"]) == (413, 41310000)


async def test_a_body_of_unknown_length_is_counted(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 1000

    response = await client.post(
        "/things", content=chunks(), headers={"content-type": "application/json"}
    )
    assert response.status_code == 413


async def test_a_body_at_the_limit_is_taken(client: httpx.AsyncClient) -> None:
    body = b'{"a": 1' + b" " * (2048 - 8) + b"}"
    response = await client.post(
        "/things", content=body, headers={"content-type": "application/json"}
    )
    assert response.json() == {"a": 1}


async def test_readiness_follows_the_service(client: httpx.AsyncClient, health: Health) -> None:
    assert (await client.get("/healthz/ready")).status_code == 200
    health.is_ready = False
    assert (await client.get("/healthz/ready")).status_code == 503
    assert (await client.get("/healthz/live")).status_code == 200


async def test_a_live_server_says_which_build_it_is(
    client: httpx.AsyncClient, serve: Serve, health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside_of_an_image = (await client.get("/healthz/live")).json()
    assert outside_of_an_image == {
        "status": "live",
        "version": version("tradewind"),
        "revision": "unknown",
    }
    monkeypatch.setenv("TRADEWIND_VERSION", "1.2.3")
    monkeypatch.setenv("TRADEWIND_REVISION", "f00d")
    server = await serve(create_app(title="other", ready=health.ready, settings=Settings()))
    async with httpx.AsyncClient(base_url=server.url) as other:
        told = (await other.get("/healthz/live")).json()
    assert told == {"status": "live", "version": "1.2.3", "revision": "f00d"}


async def test_a_draining_server_is_not_ready(client: httpx.AsyncClient, app: FastAPI) -> None:
    app.state.draining = True
    response = await client.get("/healthz/ready")
    assert (response.status_code, response.json()) == (503, {"status": "draining"})


async def test_metrics_count_by_route_template(client: httpx.AsyncClient) -> None:
    await client.get("/things/17")
    await client.get("/things/18")
    text = (await client.get("/metrics")).text
    assert 'route="/things/{number}",service="example",status="2xx"' in text
    assert "/things/17" not in text


async def test_the_interface_is_documented(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert "/things/{number}" in paths
    assert "/metrics" not in paths
