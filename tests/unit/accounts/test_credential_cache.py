"""The cache in front of every verification."""

import asyncio

import pytest

from tradewind.account_service.cache import ReadThroughCache


class Source:
    """Something slow that is asked behind the cache, and a clock to move."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.asked: list[str] = []
        self.now_s = 100.0
        self.gate = asyncio.Event()
        self.gate.set()
        self.started = asyncio.Event()

    async def load(self, key: str) -> str | None:
        self.asked.append(key)
        self.started.set()
        value = self.values.get(key)
        await self.gate.wait()
        if value == "broken":
            raise OSError("the database is away")
        return value

    def cache(self, size_max: int = 10) -> ReadThroughCache[str, str]:
        return ReadThroughCache(
            self.load, found_s=10, absent_s=2, size_max=size_max, monotonic=lambda: self.now_s
        )


async def test_found_answer_is_kept_until_it_is_old() -> None:
    source = Source(a="1")
    cache = source.cache()
    assert await cache.get("a") == "1"
    source.now_s += 9.9
    assert await cache.get("a") == "1"
    assert source.asked == ["a"]
    source.now_s += 0.2
    assert await cache.get("a") == "1"
    assert source.asked == ["a", "a"]


async def test_absence_is_kept_for_a_shorter_while() -> None:
    source = Source()
    cache = source.cache()
    assert await cache.get("a") is None
    assert await cache.get("a") is None
    assert source.asked == ["a"]
    source.values["a"] = "1"
    source.now_s += 2.1
    assert await cache.get("a") == "1"


async def test_callers_that_miss_together_share_one_load() -> None:
    source = Source(a="1")
    cache = source.cache()
    source.gate.clear()
    callers = [asyncio.create_task(cache.get("a")) for _ in range(5)]
    await asyncio.sleep(0)
    source.gate.set()
    assert await asyncio.gather(*callers) == ["1"] * 5
    assert source.asked == ["a"]


async def test_one_cancelled_caller_does_not_take_the_answer_from_the_others() -> None:
    source = Source(a="1")
    cache = source.cache()
    source.gate.clear()
    first, second = (asyncio.create_task(cache.get("a")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.gate.set()
    assert await second == "1"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_discarded_key_is_asked_for_again_at_once() -> None:
    source = Source(a="1")
    cache = source.cache()
    await cache.get("a")
    del source.values["a"]
    cache.discard("a")
    assert await cache.get("a") is None


async def test_load_under_way_at_a_discard_is_not_kept() -> None:
    source = Source(a="old")
    cache = source.cache()
    source.gate.clear()
    before = asyncio.create_task(cache.get("a"))
    await source.started.wait()
    source.values["a"] = "new"
    cache.discard("a")
    source.gate.set()
    assert await before == "old"
    assert await cache.get("a") == "new"


async def test_condition_discards_the_values_that_meet_it() -> None:
    source = Source(a="1", b="2")
    cache = source.cache()
    await cache.get("a")
    await cache.get("b")
    cache.discard_where(lambda value: value == "1")
    await cache.get("a")
    await cache.get("b")
    assert source.asked == ["a", "b", "a"]


async def test_flood_of_unknown_keys_does_not_push_out_the_known_ones() -> None:
    source = Source(a="1")
    cache = source.cache(size_max=3)
    await cache.get("a")
    for number in range(50):
        assert await cache.get(f"unknown-{number}") is None
    await cache.get("a")
    assert source.asked.count("a") == 1


async def test_oldest_answer_goes_when_the_cache_is_full() -> None:
    source = Source(a="1", b="2", c="3")
    cache = source.cache(size_max=2)
    for key in ("a", "b", "c", "b", "a"):
        await cache.get(key)
    assert source.asked == ["a", "b", "c", "a"]


async def test_failure_reaches_the_caller_and_is_not_kept() -> None:
    source = Source(a="broken")
    cache = source.cache()
    with pytest.raises(OSError, match="away"):
        await cache.get("a")
    source.values["a"] = "1"
    assert await cache.get("a") == "1"
