"""Watches the market's trades for the prices of alerts."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import msgspec
from asyncpg import InterfaceError, PostgresError

from tradewind.contracts.market_data import FeedMessage, Trade, feed_topic
from tradewind.contracts.notifications import Condition, PriceAlert, Topic
from tradewind.contracts.vocabulary import VenueId
from tradewind.notification_service.channel_directory import ChannelDirectory
from tradewind.notification_service.domain.messages import Message
from tradewind.notification_service.outgoing import outgoing_to
from tradewind.notification_service.repository import Repository
from tradewind.platform.bus import Bus, Subscription
from tradewind.platform.clock import Clock
from tradewind.platform.logging import get_logger
from tradewind.platform.money import format_units

_LOOK_S = 5.0
_PAUSE_S = 1.0
_PASSING = (OSError, TimeoutError, PostgresError, InterfaceError)
_decode = msgspec.msgpack.Decoder(FeedMessage).decode
_log = get_logger("notification-service")


class AlertWatcher:
    """Triggers alerts by trades.

    The bus may lose a trade; an alert is triggered by any later one beyond its price, too.
    """

    def __init__(
        self,
        repository: Repository,
        directory: ChannelDirectory,
        bus: Bus,
        clock: Clock,
        on_messages: Callable[[], None],
    ) -> None:
        self._repository = repository
        self._directory = directory
        self._bus = bus
        self._clock = clock
        self._on_messages = on_messages
        self._waiting: dict[tuple[VenueId, str], list[PriceAlert]] = {}
        self._changed = asyncio.Event()

    def look_again(self) -> None:
        """Take over alerts that were made or removed."""
        self._changed.set()

    async def run(self) -> None:
        """Watch for ever."""
        while True:
            try:
                await self._watch()
            except _PASSING as error:
                _log.warning("alerts_interrupted", error=repr(error))
                await asyncio.sleep(_PAUSE_S)

    async def _watch(self) -> None:
        """Watch the venues that have alerts, until other venues have some."""
        venues = await self._load()
        if not venues:
            await self._wait_for_change()
            return
        async with self._bus.subscribe(*map(feed_topic, venues)) as payloads:
            hearing = asyncio.create_task(self._hear(payloads), name="price alerts")
            try:
                while not hearing.done() and await self._load() == venues:
                    changing = asyncio.create_task(self._wait_for_change())
                    await asyncio.wait({hearing, changing}, return_when=asyncio.FIRST_COMPLETED)
                    changing.cancel()
                    await asyncio.gather(changing, return_exceptions=True)
                if hearing.done():
                    hearing.result()
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)

    async def _wait_for_change(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                await self._changed.wait()

    async def _load(self) -> list[VenueId]:
        self._changed.clear()
        waiting: dict[tuple[VenueId, str], list[PriceAlert]] = {}
        for alert in await self._repository.waiting_alerts():
            waiting.setdefault((alert.venue_id, alert.symbol), []).append(alert)
        self._waiting = waiting
        return sorted({venue_id for venue_id, _ in waiting})

    async def _hear(self, payloads: Subscription) -> None:
        async for payload in payloads:
            message = _decode(payload)
            for event in message.events:
                if isinstance(event, Trade):
                    await self._take(message.venue_id, event)

    async def _take(self, venue_id: VenueId, trade: Trade) -> None:
        alerts = self._waiting.get((venue_id, trade.symbol))
        if not alerts:
            return
        reached = [alert for alert in alerts if _is_reached(alert, trade)]
        for alert in reached:
            await self._trigger(alert, trade)
            alerts.remove(alert)

    async def _trigger(self, alert: PriceAlert, trade: Trade) -> None:
        message = _message(alert, trade, self._clock.now())
        outgoing = [
            outgoing_to(listener.channel_id, message)
            for listener in self._directory.of([alert.account_id])
            if Topic.PRICE_ALERTS in listener.topics
        ]
        if await self._repository.trigger_alert(alert, trade.price, message.at, outgoing):
            self._on_messages()


def _is_reached(alert: PriceAlert, trade: Trade) -> bool:
    if alert.condition is Condition.AT_OR_ABOVE:
        return trade.price >= alert.price
    return trade.price <= alert.price


def _message(alert: PriceAlert, trade: Trade, now: datetime) -> Message:
    return Message(
        event_id=f"alert:{alert.alert_id}",
        type="price_alert",
        at=now,
        account_id=alert.account_id,
        venue_id=alert.venue_id,
        data={
            "alert_id": alert.alert_id,
            "symbol": alert.symbol,
            "condition": alert.condition.value,
            "alert_price": format_units(alert.price),
            "price": format_units(trade.price),
            "traded_at": trade.at.isoformat(),
        },
    )
