"""The bus carries what may be lost: fan-out of messages by topic, in process or over Valkey."""

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

QUEUE_MAX = 10_000


class Subscription:
    """An async iterator of payloads, live from ``async with`` on.

    The queue is bounded: when the reader is slow the oldest payload goes first, and ``dropped``
    counts what was lost.
    """

    def __init__(self, topics: tuple[str, ...], queue_max: int, hub: "Hub") -> None:
        if not topics or queue_max < 1:
            raise ValueError("a subscription needs a topic and room for one payload")
        self.topics = topics
        self.dropped = 0
        self._hub = hub
        self._queue: deque[bytes] = deque()
        self._queue_max = queue_max
        self._wake = asyncio.Event()
        self._closed = False

    async def __aenter__(self) -> Self:
        await self._hub.attach(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._hub.detach(self)
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while not self._queue:
            if self._closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._queue.popleft()

    def push(self, payload: bytes) -> None:
        """Add a payload; called by the bus."""
        if len(self._queue) >= self._queue_max:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(payload)
        self._wake.set()

    def close(self) -> None:
        """End the iteration after what is queued; called when the bus stops or on leaving."""
        self._closed = True
        self._wake.set()


class Hub(Protocol):
    """What a subscription needs of its bus."""

    async def attach(self, subscription: Subscription) -> None:
        """Begin to deliver; returns when nothing published later can be missed."""
        ...

    async def detach(self, subscription: Subscription) -> None:
        """Stop delivering."""
        ...


class Bus(Protocol):
    """Publish and subscribe by topic."""

    @property
    def name(self) -> str:
        """Return the name of the part."""
        ...

    async def start(self) -> None:
        """Connect."""
        ...

    async def stop(self) -> None:
        """Disconnect; every subscription ends."""
        ...

    async def ready(self) -> bool:
        """Tell whether messages flow."""
        ...

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hand a payload to whoever is subscribed now."""
        ...

    def subscribe(self, *topics: str, queue_max: int = QUEUE_MAX) -> Subscription:
        """Return a subscription; it is live once ``async with`` is entered."""
        ...


class TopicTable:
    """Who listens to what."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Subscription]] = {}

    def add(self, subscription: Subscription) -> list[str]:
        """Enter a subscription and return the topics that nobody listened to before."""
        fresh = []
        for topic in subscription.topics:
            listeners = self._listeners.setdefault(topic, [])
            if not listeners:
                fresh.append(topic)
            listeners.append(subscription)
        return fresh

    def remove(self, subscription: Subscription) -> list[str]:
        """Take a subscription out and return the topics that nobody listens to any more."""
        idle = []
        for topic in subscription.topics:
            listeners = self._listeners.get(topic, [])
            if subscription in listeners:
                listeners.remove(subscription)
                if not listeners:
                    del self._listeners[topic]
                    idle.append(topic)
        return idle

    def deliver(self, topic: str, payload: bytes) -> None:
        """Push a payload to every listener of a topic."""
        for subscription in self._listeners.get(topic, ()):
            subscription.push(payload)

    def topics(self) -> list[str]:
        """Return the topics that somebody listens to."""
        return list(self._listeners)

    def each(self, act: Callable[[Subscription], None]) -> None:
        """Apply something to every subscription once."""
        for subscription in {
            id(s): s for group in self._listeners.values() for s in group
        }.values():
            act(subscription)


class InProcessBus:
    """The bus of the all-in-one process: delivery is immediate and in memory."""

    name = "bus"

    def __init__(self) -> None:
        self._table = TopicTable()

    async def start(self) -> None:
        """Do nothing: there is nothing to connect."""

    async def stop(self) -> None:
        """End every subscription."""
        self._table.each(Subscription.close)

    async def ready(self) -> bool:
        """Tell that messages flow."""
        return True

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hand a payload to whoever is subscribed now."""
        self._table.deliver(topic, payload)

    def subscribe(self, *topics: str, queue_max: int = QUEUE_MAX) -> Subscription:
        """Return a subscription; it is live once ``async with`` is entered."""
        return Subscription(topics, queue_max, self)

    async def attach(self, subscription: Subscription) -> None:
        """Begin to deliver to a subscription."""
        self._table.add(subscription)

    async def detach(self, subscription: Subscription) -> None:
        """Stop delivering to a subscription."""
        self._table.remove(subscription)
