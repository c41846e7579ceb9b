"""A short read-through cache for what every request asks: whom do these credentials belong to."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ReadThroughCache(Generic[K, V]):
    """Keep answers for a while, also the answer that there is nothing.

    Both kinds are bounded apart, so that a flood of unknown keys cannot push out the known ones;
    the oldest goes first. Callers that miss together share one load. ``discard`` takes effect at
    once: a load that was under way then is not kept.
    """

    def __init__(
        self,
        load: Callable[[K], Awaitable[V | None]],
        *,
        found_s: float,
        absent_s: float,
        size_max: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._found_s = found_s
        self._absent_s = absent_s
        self._size_max = size_max
        self._monotonic = monotonic
        self._found: dict[K, tuple[float, V]] = {}
        self._absent: dict[K, float] = {}
        self._loading: dict[K, asyncio.Task[V | None]] = {}

    async def get(self, key: K) -> V | None:
        """Return what belongs to the key, from memory while it is fresh."""
        now = self._monotonic()
        found = self._found.get(key)
        if found is not None and found[0] > now:
            return found[1]
        if self._absent.get(key, 0.0) > now:
            return None
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch(key))
            self._loading[key] = task
            task.add_done_callback(lambda done: self._keep(key, done))
        # One caller that is cancelled must not take the answer away from the others.
        return await asyncio.shield(task)

    def discard(self, key: K) -> None:
        """Forget a key at once."""
        self._found.pop(key, None)
        self._absent.pop(key, None)
        self._loading.pop(key, None)

    def discard_where(self, condition: Callable[[V], bool]) -> None:
        """Forget every key whose value meets the condition, and every load under way."""
        for key in [key for key, (_, value) in self._found.items() if condition(value)]:
            del self._found[key]
        self._loading.clear()

    async def _fetch(self, key: K) -> V | None:
        return await self._load(key)

    def _keep(self, key: K, task: asyncio.Task[V | None]) -> None:
        current = self._loading.get(key) is task
        if current:
            del self._loading[key]
        if task.cancelled() or task.exception() is not None or not current:
            return
        value = task.result()
        now = self._monotonic()
        self._found.pop(key, None)
        self._absent.pop(key, None)
        if value is None:
            self._absent[key] = now + self._absent_s
            _bound(self._absent, self._size_max)
        else:
            self._found[key] = (now + self._found_s, value)
            _bound(self._found, self._size_max)


def _bound(entries: dict[K, V], size_max: int) -> None:
    while len(entries) > size_max:
        del entries[next(iter(entries))]
