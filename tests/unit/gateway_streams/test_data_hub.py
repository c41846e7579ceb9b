"""Who gets what of a feed, and how often it is encoded."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tradewind.api_gateway.streams.data_hub import DataHub
from tradewind.api_gateway.streams.events import EventSorter
from tradewind.api_gateway.streams.frames import Codec, Frame
from tradewind.api_gateway.streams.subscription import Channel, Interest
from tradewind.contracts.market_data import FeedEvent, SessionOpened
from tradewind.contracts.notices import BandsMoved, HaltCause, LatestStatus, StatusChanged
from tradewind.testing.market_data import price, trade

NOW = datetime(2024, 1, 2, 15, tzinfo=UTC)
AAPL, IBM = trade("AAPL", NOW, "1", 1), trade("IBM", NOW, "2", 1)


class Client:
    """Keeps what it is offered."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.offered = asyncio.Event()
        self.closed: list[int] = []

    def offer(self, frame: Frame) -> None:
        self.frames.append(frame)
        self.offered.set()

    def close(self, code: int, reason: str) -> None:
        self.closed.append(code)

    @property
    def texts(self) -> list[str]:
        return [frame.message["text"] for frame in self.frames]


class Source:
    """A source of events that a test writes to, and that counts how often it is opened."""

    def __init__(self) -> None:
        self.opened = 0
        self.open_now = 0
        self.events: asyncio.Queue[Sequence[FeedEvent] | None] = asyncio.Queue()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncIterator[Sequence[FeedEvent]]]:
        self.opened += 1
        self.open_now += 1
        try:
            yield self._read()
        finally:
            self.open_now -= 1

    async def _read(self) -> AsyncIterator[Sequence[FeedEvent]]:
        while (events := await self.events.get()) is not None:
            yield events


def wants(*interests: Interest) -> frozenset[Interest]:
    return frozenset(interests)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def hub(source: Source) -> AsyncIterator[DataHub]:
    hub = DataHub("test", source)
    yield hub
    await hub.stop()


async def join(hub: DataHub, *interests: Interest, codec: Codec = Codec.JSON) -> Client:
    client = Client()
    await hub.attach(client)
    hub.set_interests(client, codec, wants(*interests))
    return client


async def test_clients_with_equal_interests_share_one_frame(hub: DataHub) -> None:
    first = await join(hub, (Channel.TRADES, "*"))
    second = await join(hub, (Channel.TRADES, "*"))
    hub.publish([AAPL, IBM], EventSorter())
    assert len(first.frames) == 1
    assert first.frames[0] is second.frames[0]


async def test_an_event_goes_once_to_a_client_that_wants_it_twice(hub: DataHub) -> None:
    client = await join(hub, (Channel.TRADES, "*"), (Channel.TRADES, "AAPL"))
    hub.publish([AAPL], EventSorter())
    assert client.texts[0].count('"AAPL"') == 1


async def test_nothing_is_sent_of_what_nobody_wants(hub: DataHub) -> None:
    client = await join(hub, (Channel.QUOTES, "AAPL"), (Channel.TRADES, "MSFT"))
    hub.publish([AAPL, IBM, SessionOpened(NOW.date(), NOW)], EventSorter())
    assert client.frames == []


async def test_changed_interests_hold_from_the_next_event_on(hub: DataHub) -> None:
    client = await join(hub, (Channel.TRADES, "AAPL"))
    hub.set_interests(client, Codec.JSON, wants((Channel.TRADES, "IBM")))
    hub.publish([AAPL, IBM], EventSorter())
    hub.set_interests(client, Codec.JSON, wants())
    hub.publish([AAPL, IBM], EventSorter())
    assert len(client.frames) == 1
    assert '"IBM"' in client.texts[0]


async def test_the_source_is_open_only_while_there_are_clients(
    hub: DataHub, source: Source
) -> None:
    assert source.opened == 0
    first = await join(hub)
    second = await join(hub)
    assert (source.opened, source.open_now) == (1, 1)
    await hub.detach(first)
    assert source.open_now == 1
    await hub.detach(second)
    assert source.open_now == 0
    assert hub.is_idle
    await join(hub)
    assert (source.opened, source.open_now) == (2, 1)


async def test_a_source_that_ends_sends_its_clients_away_to_come_back(
    hub: DataHub, source: Source
) -> None:
    client = await join(hub)
    pump = hub._pump
    source.events.put_nowait(None)
    await asyncio.wait([pump])
    await asyncio.sleep(0)
    assert client.closed == [1012]


async def test_a_client_that_has_left_gets_nothing(hub: DataHub) -> None:
    stays = await join(hub, (Channel.TRADES, "*"))
    leaves = await join(hub, (Channel.TRADES, "*"))
    await hub.detach(leaves)
    await hub.detach(leaves)
    hub.publish([AAPL], EventSorter())
    assert len(stays.frames) == 1
    assert leaves.frames == []


async def test_status_that_changes_while_the_latest_is_asked_for_is_told_once() -> None:
    source, client, asked = Source(), Client(), asyncio.Event()
    stale = StatusChanged("AAPL", NOW, True, HaltCause.OPERATOR)
    bands = BandsMoved("AAPL", NOW, price("9"), price("11"))

    async def latest(symbols: Sequence[str]) -> list[LatestStatus]:
        asked.set()
        await client.offered.wait()
        return [LatestStatus("AAPL", stale, bands=bands)]

    hub = DataHub("test", source, latest)
    await hub.attach(client)
    interests = frozenset({(Channel.STATUSES, "AAPL"), (Channel.LULDS, "AAPL")})
    hub.set_interests(client, Codec.JSON, interests)
    telling = asyncio.create_task(hub.tell_latest(client, Codec.JSON, interests))
    await asked.wait()
    await source.events.put([StatusChanged("AAPL", NOW, False, HaltCause.OPERATOR)])
    await telling
    resumed, in_force = (json.loads(text)[0] for text in client.texts)
    assert (resumed["T"], resumed["sc"], in_force["T"]) == ("s", "T", "l")
    await hub.detach(client)


async def test_status_that_was_told_before_somebody_came_is_told_again() -> None:
    source, first, second = Source(), Client(), Client()
    halt = StatusChanged("AAPL", NOW, True, HaltCause.OPERATOR)

    async def latest(symbols: Sequence[str]) -> list[LatestStatus]:
        return [LatestStatus("AAPL", halt)]

    hub = DataHub("test", source, latest)
    interests = frozenset({(Channel.STATUSES, "*")})
    await hub.attach(first)
    hub.set_interests(first, Codec.JSON, interests)
    await source.events.put([halt])
    await first.offered.wait()
    await hub.attach(second)
    hub.set_interests(second, Codec.JSON, interests)
    await hub.tell_latest(second, Codec.JSON, interests)
    assert (len(first.frames), len(second.frames)) == (1, 1)
    for client in (first, second):
        await hub.detach(client)
