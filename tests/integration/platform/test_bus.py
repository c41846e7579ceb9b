"""One suite for both buses: in process and over a real Valkey."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tradewind.platform.bus import Bus, InProcessBus
from tradewind.platform.errors import StartupRefused
from tradewind.platform.valkey_bus import ValkeyBus


@pytest.fixture(params=["in_process", "valkey"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    made: Bus
    if request.param == "valkey":
        made = ValkeyBus(request.getfixturevalue("valkey_url"))
    else:
        made = InProcessBus()
    await made.start()
    yield made
    await made.stop()


async def take(subscription: AsyncIterator[bytes], count: int) -> list[bytes]:
    async with asyncio.timeout(5):
        return [await anext(subscription) for _ in range(count)]


async def test_payloads_arrive_in_the_order_of_publishing(bus: Bus) -> None:
    async with bus.subscribe("prices") as reader:
        for number in range(500):
            await bus.publish("prices", b"%d" % number)
        assert await take(reader, 500) == [b"%d" % number for number in range(500)]


async def test_every_subscriber_of_a_topic_gets_each_payload(bus: Bus) -> None:
    async with bus.subscribe("prices") as first, bus.subscribe("prices") as second:
        await bus.publish("prices", b"1")
        assert await take(first, 1) == await take(second, 1) == [b"1"]


async def test_other_topics_do_not_arrive(bus: Bus) -> None:
    async with bus.subscribe("prices") as reader:
        await bus.publish("orders", b"not for us")
        await bus.publish("prices", b"for us")
        assert await take(reader, 1) == [b"for us"]


async def test_one_subscription_reads_several_topics(bus: Bus) -> None:
    async with bus.subscribe("prices", "orders") as reader:
        await bus.publish("prices", b"1")
        await bus.publish("orders", b"2")
        assert sorted(await take(reader, 2)) == [b"1", b"2"]


async def test_binary_payloads_arrive_unchanged(bus: Bus) -> None:
    payload = bytes(range(256)) * 40
    async with bus.subscribe("prices") as reader:
        await bus.publish("prices", payload)
        assert await take(reader, 1) == [payload]


async def test_a_payload_published_before_subscribing_is_not_seen(bus: Bus) -> None:
    await bus.publish("prices", b"early")
    async with bus.subscribe("prices") as reader:
        await bus.publish("prices", b"late")
        assert await take(reader, 1) == [b"late"]


async def test_a_slow_reader_loses_the_oldest_and_counts_them(bus: Bus) -> None:
    async with (
        bus.subscribe("prices", queue_max=3) as slow,
        bus.subscribe("prices") as witness,
    ):
        for number in range(10):
            await bus.publish("prices", b"%d" % number)
        await take(witness, 10)
        assert await take(slow, 3) == [b"7", b"8", b"9"]
        assert slow.dropped == 7


async def test_a_topic_can_be_left_and_joined_again(bus: Bus) -> None:
    for round_number in range(3):
        async with bus.subscribe("prices") as reader:
            await bus.publish("prices", b"%d" % round_number)
            assert await take(reader, 1) == [b"%d" % round_number]


async def test_leaving_one_subscription_does_not_disturb_another(bus: Bus) -> None:
    async with bus.subscribe("prices") as stays:
        async with bus.subscribe("prices"):
            pass
        await bus.publish("prices", b"1")
        assert await take(stays, 1) == [b"1"]


async def test_stopping_the_bus_ends_every_iteration(bus: Bus) -> None:
    async with bus.subscribe("prices") as reader:
        waiting = asyncio.create_task(anext(reader, None))
        await asyncio.sleep(0)
        await bus.stop()
        async with asyncio.timeout(5):
            assert await waiting is None


async def test_a_started_bus_is_ready(bus: Bus) -> None:
    assert await bus.ready()


async def test_two_processes_share_topics_over_valkey(valkey_url: str) -> None:
    sender, receiver = ValkeyBus(valkey_url), ValkeyBus(valkey_url)
    await sender.start()
    await receiver.start()
    async with receiver.subscribe("prices") as reader:
        await sender.publish("prices", b"1")
        assert await take(reader, 1) == [b"1"]
    await sender.stop()
    await receiver.stop()


async def test_subscriptions_go_on_after_the_connection_was_cut(valkey_url: str) -> None:
    from valkey.asyncio import Valkey

    bus = ValkeyBus(valkey_url)
    await bus.start()
    administrator = Valkey.from_url(valkey_url)
    async with bus.subscribe("prices") as reader:
        await administrator.client_kill_filter(_type="pubsub")
        async with asyncio.timeout(10):
            while await administrator.pubsub_numsub("prices") != [(b"prices", 1)]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # another process's state: there is no event to wait on
        await bus.publish("prices", b"after")
        assert await take(reader, 1) == [b"after"]
    await administrator.aclose()
    await bus.stop()


async def test_an_unreachable_valkey_is_refused_with_what_to_do() -> None:
    with pytest.raises(StartupRefused, match="TRADEWIND_VALKEY_URL"):
        await ValkeyBus("valkey://127.0.0.1:1/0").start()


def test_a_subscription_needs_a_topic() -> None:
    with pytest.raises(ValueError, match="topic"):
        InProcessBus().subscribe()
