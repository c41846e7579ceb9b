"""The bus of the distributed topology: Valkey's publish and subscribe."""

import asyncio
import contextlib

from valkey.asyncio import Valkey
from valkey.asyncio.client import PubSub
from valkey.exceptions import ConnectionError as ValkeyConnectionError
from valkey.exceptions import TimeoutError as ValkeyTimeoutError
from valkey.exceptions import ValkeyError

from tradewind.platform.bus import QUEUE_MAX, Subscription, TopicTable
from tradewind.platform.errors import StartupRefused
from tradewind.platform.logging import get_logger
from tradewind.platform.tasks import end_tasks
from tradewind.platform.valkey_options import connection_options

_TIMEOUT_S = 5.0
_RECONNECT_S_MAX = 5.0
_HEARTBEAT = "tradewind.bus.heartbeat"


class ValkeyBus:
    """Publishes over one connection pool and reads every topic over one connection.

    While Valkey is away ``publish`` loses its payload silently and subscriptions pause: what
    crosses the bus may be lost. They go on by themselves once Valkey is back.
    """

    name = "bus"

    def __init__(self, url: str) -> None:
        self._client: Valkey = Valkey.from_url(url, **connection_options(url, timeout_s=_TIMEOUT_S))
        self._table = TopicTable()
        self._pubsub: PubSub | None = None
        self._reader: asyncio.Task[None] | None = None
        self._confirmations: dict[str, asyncio.Future[None]] = {}
        self._lock = asyncio.Lock()
        self._log = get_logger(self.name)

    async def start(self) -> None:
        """Connect; raises ``StartupRefused`` when Valkey does not answer."""
        try:
            await self._client.ping()
            self._pubsub = self._client.pubsub()
            # A pub/sub connection needs one topic to exist at all.
            await self._pubsub.subscribe(_HEARTBEAT)
        except (ValkeyError, OSError) as error:
            await self._client.aclose()
            raise StartupRefused(
                f"Valkey does not answer ({error}). Check TRADEWIND_VALKEY_URL, or unset it to "
                "keep the bus inside the process."
            ) from error
        self._reader = asyncio.create_task(self._read(self._pubsub), name="valkey-bus-reader")

    async def stop(self) -> None:
        """Disconnect; every subscription ends."""
        if self._reader is not None:
            await end_tasks([self._reader])
            self._reader = None
        self._table.each(Subscription.close)
        with contextlib.suppress(ValkeyError, OSError, TimeoutError):
            async with asyncio.timeout(_TIMEOUT_S):
                if self._pubsub is not None:
                    await self._pubsub.aclose()  # type: ignore[no-untyped-call] # valkey's
                await self._client.aclose()

    async def ready(self) -> bool:
        """Tell whether Valkey answers."""
        try:
            await self._client.ping()
        except (ValkeyError, OSError):
            return False
        return True

    async def publish(self, topic: str, payload: bytes) -> None:
        """Hand a payload to whoever is subscribed now, in any process."""
        try:
            await self._client.publish(topic, payload)
        except (ValkeyConnectionError, ValkeyTimeoutError, OSError) as error:
            self._log.warning("payload lost", topic=topic, reason=str(error))

    def subscribe(self, *topics: str, queue_max: int = QUEUE_MAX) -> Subscription:
        """Return a subscription; it is live once ``async with`` is entered."""
        return Subscription(topics, queue_max, self)

    async def attach(self, subscription: Subscription) -> None:
        """Begin to deliver; returns once Valkey has confirmed every topic."""
        pubsub = self._connected()
        async with self._lock:
            fresh = self._table.add(subscription)
            if not fresh:
                return
            loop = asyncio.get_running_loop()
            waiting = {topic: loop.create_future() for topic in fresh}
            self._confirmations.update(waiting)
            try:
                await pubsub.subscribe(*fresh)
                async with asyncio.timeout(_TIMEOUT_S):
                    await asyncio.gather(*waiting.values())
            except BaseException:
                self._table.remove(subscription)
                raise
            finally:
                for topic in fresh:
                    self._confirmations.pop(topic, None)

    async def detach(self, subscription: Subscription) -> None:
        """Stop delivering, and let go of topics that nobody listens to any more."""
        async with self._lock:
            idle = self._table.remove(subscription)
            if idle and self._reader is not None:
                with contextlib.suppress(ValkeyError, OSError):
                    await self._connected().unsubscribe(*idle)

    def _connected(self) -> PubSub:
        if self._pubsub is None:
            raise RuntimeError("the bus has not been started")
        return self._pubsub

    async def _read(self, pubsub: PubSub) -> None:
        pause_s = 0.1
        while True:
            try:
                message = await pubsub.get_message(timeout=_TIMEOUT_S)
                pause_s = 0.1
            except (ValkeyConnectionError, ValkeyTimeoutError, OSError) as error:
                self._log.warning("connection lost", reason=str(error), retry_s=pause_s)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _RECONNECT_S_MAX)
                continue
            if message is not None:
                self._take(message["type"], message["channel"].decode(), message["data"])

    def _take(self, kind: str, topic: str, data: bytes) -> None:
        if kind == "message":
            self._table.deliver(topic, data)
        elif kind == "subscribe":
            waiting = self._confirmations.get(topic)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
