"""What several gateways owe to one Valkey."""

import pytest

from tradewind.api_gateway.rate_limit import RateLimits
from tradewind.platform.clock import WallClock
from tradewind.platform.errors import RateLimited
from tradewind.platform.settings import Settings


async def assert_gateways_count_together(url: str) -> None:
    """Let a caller use up a limit at one gateway, and fail unless another turns it away."""
    settings = Settings(_env_file=None, valkey_url=url, rate_limit_per_key="1/hour")
    gateways = [RateLimits(settings, WallClock()) for _ in range(2)]
    try:
        await gateways[0].per_key.hit("somebody")
        with pytest.raises(RateLimited):
            await gateways[1].per_key.hit("somebody")
    finally:
        for gateway in gateways:
            await gateway.close()
