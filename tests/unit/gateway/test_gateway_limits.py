"""How much, how often and how long: limits of requests."""

import pytest

from tradewind.api_gateway.rate_limit import RateLimits, network_of
from tradewind.contracts.vocabulary import Role
from tradewind.platform.clock import WallClock
from tradewind.platform.errors import RateLimited, StartupRefused
from tradewind.platform.settings import Settings

MARKET = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}


async def test_key_gets_its_limit_and_not_one_more(make_gateway) -> None:
    gateway = make_gateway(rate_limit_per_key="5/hour")
    remaining = []
    for _ in range(5):
        response = await gateway.call("GET", "/v2/clock")
        assert response.status_code == 200
        assert response.headers["x-ratelimit-limit"] == "5"
        remaining.append(response.headers["x-ratelimit-remaining"])
    assert remaining == ["4", "3", "2", "1", "0"]
    refused = await gateway.call("GET", "/v2/clock")
    assert refused.status_code == 429
    assert refused.json()["code"] == 42910000
    assert refused.json()["message"].startswith("rate limit exceeded")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert int(refused.headers["x-ratelimit-reset"]) > 1_700_000_000


async def test_keys_are_counted_apart(make_gateway) -> None:
    gateway = make_gateway(rate_limit_per_key="1/hour")
    for role in (Role.TRADER, Role.VIEWER):
        assert (await gateway.call("GET", "/v2/clock", role=role)).status_code == 200
        assert (await gateway.call("GET", "/v2/clock", role=role)).status_code == 429


async def test_address_is_limited_before_anybody_is_known(make_gateway) -> None:
    gateway = make_gateway(rate_limit_per_address="3/hour")
    for _ in range(3):
        assert (await gateway.call("GET", "/v2/clock", role=None)).status_code == 401
    assert (await gateway.call("GET", "/v2/clock", role=None)).status_code == 429
    assert (await gateway.call("GET", "/v2/clock")).status_code == 429
    async with gateway.at("http://gateway", "192.0.2.7") as elsewhere:
        assert (await elsewhere.get("/v2/clock")).status_code == 401


async def test_health_is_not_limited(make_gateway) -> None:
    gateway = make_gateway(rate_limit_per_address="1/hour")
    for _ in range(3):
        assert (await gateway.call("GET", "/healthz/live", role=None)).status_code == 200


async def test_sign_in_has_its_own_tight_limit(make_gateway) -> None:
    gateway = make_gateway(rate_limit_sign_in="2/minute")
    attempt = {"username": "trader", "password": "guess"}
    statuses = [
        (await gateway.call("POST", "/tradewind/v1/session", role=None, json=attempt)).status_code
        for _ in range(3)
    ]
    assert statuses == [401, 401, 429]


@pytest.mark.parametrize("amount", [1, 7, 100, 250, 1999])
async def test_blocks_never_add_up_to_more_than_the_limit(amount: int) -> None:
    limits = RateLimits(Settings(_env_file=None, rate_limit_per_key=f"{amount}/hour"), WallClock())
    granted = 0
    for _ in range(amount + 10):
        try:
            budget = await limits.per_key.hit("somebody")
        except RateLimited:
            continue
        granted += 1
        assert budget.remaining == amount - granted
    assert granted == amount


async def test_many_callers_do_not_fill_the_memory() -> None:
    limits = RateLimits(Settings(_env_file=None, rate_limit_per_key="1/hour"), WallClock())
    for number in range(25_000):
        await limits.per_key.hit(f"caller {number}")
    assert len(limits.per_key._leases) <= 20_000


def test_one_ipv6_host_counts_once_however_many_addresses_it_has() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("") == ""


def test_unreadable_limit_stops_the_start_with_a_sentence() -> None:
    settings = Settings(_env_file=None, rate_limit_per_key="fast")
    with pytest.raises(StartupRefused, match="write it like 200/minute"):
        RateLimits(settings, WallClock())


async def test_body_over_the_limit_is_413_and_nothing_happens(make_gateway) -> None:
    gateway = make_gateway(request_bytes_max=2048)
    order = MARKET | {"client_order_id": "x" * 3000}
    declared = await gateway.call("POST", "/v2/orders", json=order)
    assert declared.status_code == 413
    assert declared.json()["code"] == 41310000

    async def chunks():
        for _ in range(10):
            yield b" " * 1000

    streamed = await gateway.call("POST", "/v2/orders", content=chunks())
    assert streamed.status_code == 413
    lying = await gateway.call(
        "POST", "/v2/orders", content=b"{}", headers={"content-length": "9" * 30}
    )
    assert lying.status_code == 413
    assert gateway.orders.asked == []


async def test_body_in_chunks_is_put_together(gateway) -> None:
    async def chunks():
        yield b'{"symbol":"AAPL","qty":"1","side":"buy",'
        yield b'"type":"market","time_in_force":"day"}'

    response = await gateway.call("POST", "/v2/orders", content=chunks())
    assert response.status_code == 200


async def test_late_answer_is_503_never_504_because_clients_repeat_that(make_gateway) -> None:
    gateway = make_gateway(request_timeout_s=0.05)
    gateway.orders.delay_s = 5
    response = await gateway.call("POST", "/v2/orders", json=MARKET)
    assert response.status_code == 503
    assert "not known" in response.json()["message"]


async def test_unexpected_failure_is_a_plain_500(gateway, capsys) -> None:
    gateway.orders.positions = [None]
    response = await gateway.call("GET", "/v2/positions")
    assert response.status_code == 500
    assert response.json()["code"] == 50010000
    assert "Traceback" not in response.text
    assert "NoneType" not in response.text
    logged = capsys.readouterr()
    assert response.headers["x-request-id"] in logged.out + logged.err
