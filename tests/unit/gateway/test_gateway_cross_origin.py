"""Pages of other origins: closed unless the settings name them."""

import pytest

TERMINAL = "https://terminal.example"
STRANGER = "https://stranger.example"
PREFLIGHT = {"access-control-request-method": "POST"}


async def test_nothing_is_granted_by_default(gateway) -> None:
    response = await gateway.call("GET", "/v2/clock", headers={"origin": TERMINAL})
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control")]
    preflight = await gateway.call(
        "OPTIONS", "/v2/orders", role=None, headers={"origin": TERMINAL} | PREFLIGHT
    )
    assert preflight.status_code == 405
    assert not [name for name in preflight.headers if name.startswith("access-control")]


async def test_listed_origin_is_granted_and_named(make_gateway) -> None:
    gateway = make_gateway(cors_origins=(TERMINAL,))
    preflight = await gateway.call(
        "OPTIONS", "/api/v2/orders", role=None, headers={"origin": TERMINAL} | PREFLIGHT
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == TERMINAL
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "APCA-API-KEY-ID" in preflight.headers["access-control-allow-headers"]
    response = await gateway.call("GET", "/v2/clock", headers={"origin": TERMINAL})
    assert response.headers["access-control-allow-origin"] == TERMINAL
    assert "X-RateLimit-Remaining" in response.headers["access-control-expose-headers"]


async def test_unlisted_origin_gets_nothing_but_vary(make_gateway) -> None:
    gateway = make_gateway(cors_origins=(TERMINAL,))
    for origin in (STRANGER, "null", TERMINAL + ".evil.example"):
        response = await gateway.call("GET", "/v2/clock", headers={"origin": origin})
        assert "access-control-allow-origin" not in response.headers
        assert response.headers["vary"] == "Origin"


async def test_errors_can_be_read_by_listed_origins_too(make_gateway) -> None:
    gateway = make_gateway(cors_origins=(TERMINAL,))
    response = await gateway.call("GET", "/v2/clock", role=None, headers={"origin": TERMINAL})
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == TERMINAL


async def test_star_allows_any_page_but_never_with_cookies(make_gateway) -> None:
    gateway = make_gateway(cors_origins=("*",))
    response = await gateway.call("GET", "/v2/clock", headers={"origin": STRANGER})
    assert response.headers["access-control-allow-origin"] == STRANGER
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 201), ("http://gateway", 201), (STRANGER, 403), ("null", 403)],
)
async def test_other_pages_cannot_sign_their_visitors_in(gateway, origin, status: int) -> None:
    response = await gateway.call(
        "POST",
        "/tradewind/v1/session",
        role=None,
        json={"username": "trader", "password": "correct horse"},
        headers={} if origin is None else {"origin": origin},
    )
    assert response.status_code == status
