"""The web terminal's own server: the site, and the gateway below /api over another process."""

import httpx
import msgspec
import pytest
from tests.integration.distributed.conftest import Deploy, Deployment
from tests.integration.distributed.load import body
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus


@pytest.fixture(scope="module")
def deployment(deploy: Deploy) -> Deployment:
    deployment = deploy()
    deployment.add("web-ui")
    return deployment


@pytest.fixture(scope="module")
def url(deployment: Deployment) -> str:
    return deployment.runs["web-ui"][0].url


async def test_site_is_served_and_the_api_below_it(deployment: Deployment, url: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        page = await client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        assert (await client.get("/healthz/ready")).json() == {"status": "ready"}
        assert (await client.get("/api/v2/account")).status_code == 401
        client.headers.update(deployment.headers)
        assert (await client.get("/api/v2/account")).json()["equity"] == "900000000"
        taken = await client.post("/api/v2/orders", json=body("through the proxy"))
        assert taken.status_code == 200, taken.text
        found = await client.get(
            "/api/v2/orders:by_client_order_id", params={"client_order_id": "through the proxy"}
        )
        assert found.json()["id"] == taken.json()["id"]
        gone = await client.delete(f"/api/v2/orders/{taken.json()['id']}")
        assert (gone.status_code, gone.content) == (204, b"")


async def test_session_cookie_and_csrf_pass_through(deployment: Deployment, url: str) -> None:
    made = deployment.credentials
    assert made is not None
    async with httpx.AsyncClient(base_url=f"{url}/api", timeout=30) as client:
        signed_in = await client.post(
            "/tradewind/v1/session", json={"username": made.username, "password": made.password}
        )
        assert signed_in.status_code == 201, signed_in.text
        assert (await client.get("/v2/account")).status_code == 200
        assert (await client.post("/v2/orders", json=body("x"))).status_code == 403
        token = signed_in.json()["csrf_token"]
        taken = await client.post("/v2/orders", json=body("x"), headers={"x-csrf-token": token})
        assert taken.status_code == 200, taken.text


async def test_stream_passes_both_ways_and_closes_with_the_code_of_the_gateway(
    deployment: Deployment, url: str
) -> None:
    stream = f"{url.replace('http', 'ws')}/api/v2/iex"
    made = deployment.credentials
    assert made is not None
    async with connect(stream) as socket:
        assert msgspec.json.decode(await socket.recv()) == [{"T": "success", "msg": "connected"}]
        await socket.send(
            msgspec.json.encode(
                {"action": "auth", "key": made.key_id, "secret": made.secret}
            ).decode()
        )
        assert msgspec.json.decode(await socket.recv())[0]["msg"] == "authenticated"
        await socket.send('{"action":"subscribe","quotes":["AAPL"]}')
        while msgspec.json.decode(await socket.recv())[0]["T"] != "q":
            pass
        gateway = deployment.gateways[0]
        assert gateway.stop() == 0
        with pytest.raises(ConnectionClosed) as closed:
            await _read_to_the_end(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        away = await client.get("/api/v2/account", headers=deployment.headers)
        assert (away.status_code, away.json()["code"]) == (503, 50310000)
    gateway.start()
    with pytest.raises(InvalidStatus):
        async with connect(f"{url.replace('http', 'ws')}/api/nowhere"):
            pass


async def _read_to_the_end(socket: object) -> None:
    while True:
        await socket.recv()  # type: ignore[attr-defined] # a connection
