"""Paths and methods that lead nowhere, written byte by byte where a client would tidy them up."""

import asyncio
import json

import pytest
from tests.integration.bad_input.conftest import Trader, assert_refused

MISSING = (404, 40410000)
NOT_ALLOWED = (405, 40510000)

METHODS = [
    ("PUT", "/v2/orders"),
    ("PATCH", "/v2/orders"),
    ("POST", "/v2/account"),
    ("DELETE", "/v2/account"),
    ("POST", "/v2/positions"),
    ("PUT", "/v2/positions/AAPL"),
    ("POST", "/v2/clock"),
    ("DELETE", "/v2/orders:by_client_order_id"),
    ("TRACE", "/v2/orders"),
    ("PROPFIND", "/v2/orders"),
    ("DELETE", "/tradewind/v1/session/extra"),
    ("PUT", "/tradewind/v1/venues"),
]


@pytest.mark.parametrize(("method", "path"), METHODS)
async def test_wrong_method_does_nothing(trader: Trader, method: str, path: str) -> None:
    async with trader.unchanged() as client:
        answer = await client.request(method, path, content=b"{}")
        assert_refused(answer, 404 if path.endswith("extra") else 405)
        if answer.status_code == 405:
            assert answer.headers["allow"]


async def ask(trader: Trader, head: bytes, body: bytes = b"") -> tuple[int, bytes]:
    """Send raw bytes as one request and return the status and the body of the answer."""
    host, _, port = trader.site.gateway_url.removeprefix("http://").partition(":")
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            key, secret = (
                trader.client.headers[name].encode()
                for name in ("APCA-API-KEY-ID", "APCA-API-SECRET-KEY")
            )
            writer.write(
                head
                + b"\r\nHost: localhost\r\nConnection: close\r\nAPCA-API-KEY-ID: "
                + key
                + b"\r\nAPCA-API-SECRET-KEY: "
                + secret
                + b"\r\n\r\n"
                + body
            )
            answer = await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()
    status_line, _, rest = answer.partition(b"\r\n")
    return int(status_line.split(b" ")[1]), rest.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "path",
    [
        b"/v2/positions/",
        b"/v2/orders/",
        b"/v2//positions//",
        b"/v2/positions/%2F",
        b"/v2/positions/.",
        b"/v2/positions/..",
        b"/v2/positions/../positions",
        b"/v2/positions/%2e%2e/orders",
        b"/v2/positions/%00",
        b"/v2/positions/%",
        b"/v2/positions/%ZZ",
        b"/v2/positions/%C0%AF",
        b"/v2/positions/AAPL/extra",
        b"/v2/positions/AAPL%20",
        b"/V2/positions",
        b"/v2/Positions",
        b"/v2/positions;x=1",
        b"/v2\\positions",
        b"/api/api/v2/positions",
        b"/apiv2/positions",
        b"/v2/positions.json",
        b"/v2/positions%3F",
        b"/v2/positions/" + b"A" * 10_000,
        b"/" + b"../" * 50 + b"etc/passwd",
        b"/static/../../etc/passwd",
        b"/\xff\xfe",
    ],
)
async def test_path_that_is_almost_one_of_ours_closes_nothing(trader: Trader, path: bytes) -> None:
    async with trader.unchanged():
        status, body = await ask(trader, b"DELETE " + path + b" HTTP/1.1")
        assert status in (400, 404, 405, 422), (status, body)
        if body.startswith(b"{"):
            assert {"code", "message"} <= json.loads(body).keys()
        else:
            assert status == 400, body


@pytest.mark.parametrize("path", [b"/v2/positions", b"/api/v2/positions", b"/v2//positions"])
async def test_path_of_ours_is_answered_with_and_without_prefix(
    trader: Trader, path: bytes
) -> None:
    status, body = await ask(trader, b"GET " + path + b" HTTP/1.1")
    assert status == 200
    assert json.loads(body)[0]["symbol"] == "AAPL"


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v2/orders HTTP/1.1\r\nContent-Length: -5",
        b"POST /v2/orders HTTP/1.1\r\nContent-Length: five",
        b"POST /v2/orders HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6",
        b"POST /v2/orders HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        b"POST /v2/orders HTTP/1.1\r\nTransfer-Encoding: chunked, identity",
        b"POST /v2/orders HTTP/9.9",
        b"POST  /v2/orders  HTTP/1.1",
        b"\x16\x03\x01\x02\x00",
        b"GET /v2/account HTTP/1.1\r\nX-Header: a\x00b",
        b"GET /v2/account HTTP/1.1\r\n: no name",
    ],
)
async def test_what_is_not_http_is_cut_off(trader: Trader, head: bytes) -> None:
    async with trader.unchanged():
        status, _ = await ask(trader, head, b"{}xxx")
        assert 400 <= status < 500


async def test_chunks_of_rubbish_are_no_order(trader: Trader) -> None:
    async with trader.unchanged():
        status, _ = await ask(
            trader,
            b"POST /v2/orders HTTP/1.1\r\nTransfer-Encoding: chunked",
            b"ZZ\r\n{}\r\n0\r\n\r\n",
        )
        assert status == 400
