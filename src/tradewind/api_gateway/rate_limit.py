"""Rate limits by key and by address, in memory or shared through Valkey.

The counting is done by ``limits``. Asking it for every request would cost a round trip to Valkey
each time, so a window hands out its budget in blocks of one percent: a block is taken from the
shared counter once and spent here. The limit is never exceeded; with several gateways a caller may
meet it up to one percent early for each of them.
"""

import ipaddress
import time
from collections.abc import Awaitable
from functools import lru_cache
from typing import NamedTuple

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from valkey.asyncio import ConnectionPool

from tradewind.platform.clock import Clock
from tradewind.platform.errors import RateLimited, StartupRefused
from tradewind.platform.logging import get_logger
from tradewind.platform.settings import Settings
from tradewind.platform.valkey_options import connection_options

_BLOCKS_A_WINDOW = 100
_SUBJECTS_MAX = 20_000
_VALKEY_TIMEOUT_S = 1.0


class Budget(NamedTuple):
    """What a caller may still do: the values of the ``X-RateLimit-*`` headers."""

    limit: int
    remaining: int
    reset_at: int
    """Unix seconds at which the window ends."""


class _Lease:
    __slots__ = ("ends_at", "left", "reset_at", "unleased")

    def __init__(self, *, left: int, unleased: int, ends_at: float, reset_at: int) -> None:
        self.left = left
        self.unleased = unleased
        self.ends_at = ends_at
        self.reset_at = reset_at


class Window:
    """One limit, such as ``12000/minute``, counted for each subject apart."""

    def __init__(
        self, name: str, limit: str, storage: Storage, fallback: Storage, clock: Clock
    ) -> None:
        self._name = name
        self._item = _parse(name, limit)
        self._block = max(1, self._item.amount // _BLOCKS_A_WINDOW)
        self._shared = FixedWindowRateLimiter(storage)
        self._local = FixedWindowRateLimiter(fallback)
        self._clock = clock
        self._leases: dict[str, _Lease] = {}
        self._log = get_logger("api-gateway")

    def hit_at_once(self, subject: str) -> Budget | None:
        """Count one request if the block at hand allows it; ``None`` where ``hit`` must see to it.

        Nearly every request finds its block here, and needs no coroutine for that.
        """
        lease = self._leases.get(subject)
        if lease is None or not lease.left or time.monotonic() >= lease.ends_at:
            return None
        lease.left -= 1
        return Budget(self._item.amount, lease.left + lease.unleased, lease.reset_at)

    async def hit(self, subject: str) -> Budget:
        """Count one request; raises ``RateLimited`` with the seconds to wait."""
        if (budget := self.hit_at_once(subject)) is not None:
            return budget
        now = time.monotonic()
        lease = self._leases.get(subject)
        if lease is None or now >= lease.ends_at or lease.unleased:
            lease = await self._renew(subject, now)
        if not lease.left:
            wait_s = max(1, round(lease.ends_at - now + 0.5))
            raise RateLimited(
                f"rate limit exceeded: {self._item.amount} requests in "
                f"{self._item.get_expiry()} seconds; try again in {wait_s} seconds",
                retry_after_s=wait_s,
                limit=self._item.amount,
                reset_at=lease.reset_at,
            )
        lease.left -= 1
        return Budget(self._item.amount, lease.left + lease.unleased, lease.reset_at)

    async def _renew(self, subject: str, now: float) -> _Lease:
        try:
            fresh = await self._lease(self._shared, subject, now)
        except StorageError:
            # The limits are a protection, not the product: without Valkey this process counts
            # alone rather than refusing everybody or nobody.
            self._log.warning("rate limits are counted locally: Valkey does not answer")
            fresh = await self._lease(self._local, subject, now)
        held = self._leases.get(subject)
        if held is not None and held.reset_at == fresh.reset_at:
            # Another request of this subject renewed meanwhile: both blocks are ours to spend.
            held.left += fresh.left
            held.unleased = fresh.unleased
            return held
        self._make_room(now)
        self._leases[subject] = fresh
        return fresh

    async def _lease(self, limiter: FixedWindowRateLimiter, subject: str, now: float) -> _Lease:
        stats = await limiter.get_window_stats(self._item, self._name, subject)
        block = min(self._block, stats.remaining)
        granted = block > 0 and await limiter.hit(self._item, self._name, subject, cost=block)
        stats = await limiter.get_window_stats(self._item, self._name, subject)
        seconds_left = max(0.0, stats.reset_time - self._clock.now().timestamp())
        return _Lease(
            left=block if granted else 0,
            unleased=stats.remaining,
            ends_at=now + min(seconds_left, self._item.get_expiry()),
            reset_at=int(stats.reset_time),
        )

    def _make_room(self, now: float) -> None:
        if len(self._leases) < _SUBJECTS_MAX:
            return
        ended = [subject for subject, lease in self._leases.items() if now >= lease.ends_at]
        for subject in ended or list(self._leases)[: _SUBJECTS_MAX // 10]:
            del self._leases[subject]


class RateLimits:
    """The gateway's limits."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        local = MemoryStorage()
        self._pool = _pool(settings.valkey_url) if settings.valkey_url else None
        storage = local if self._pool is None else _shared_storage(self._pool)
        self.per_key = Window("key", settings.rate_limit_per_key, storage, local, clock)
        self._per_address = Window(
            "address", settings.rate_limit_per_address, storage, local, clock
        )
        self._sign_in = Window("sign-in", settings.rate_limit_sign_in, storage, local, clock)

    def hit_address_at_once(self, address: str) -> Budget | None:
        """Count a request from an address, ``None`` where ``hit_address`` must see to it."""
        return self._per_address.hit_at_once(network_of(address))

    def hit_address(self, address: str) -> Awaitable[Budget]:
        """Count a request from an address."""
        return self._per_address.hit(network_of(address))

    def hit_sign_in(self, address: str) -> Awaitable[Budget]:
        """Count an attempt to sign in from an address."""
        return self._sign_in.hit(network_of(address))

    async def close(self) -> None:
        """Let the connections to Valkey go."""
        if self._pool is not None:
            await self._pool.disconnect()


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 that one IPv6 host owns."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def _parse(name: str, limit: str) -> RateLimitItem:
    try:
        return parse(limit)
    except ValueError:
        raise StartupRefused(
            f"The rate limit by {name} is {limit!r}; write it like 200/minute or 10/second."
        ) from None


def _pool(valkey_url: str) -> ConnectionPool:
    options = connection_options(valkey_url, timeout_s=_VALKEY_TIMEOUT_S)
    return ConnectionPool.from_url(valkey_url, **options)


def _shared_storage(pool: ConnectionPool) -> Storage:
    # The scheme chooses the client; where to connect to is the pool's matter.
    return RedisStorage(
        "async+valkey://",
        wrap_exceptions=True,
        connection_pool=pool,  # type: ignore[arg-type]  # typed for the plain options only
    )
