"""Follows the journals from where they were read to, and puts messages on their way."""

import asyncio
from collections.abc import Callable, Sequence

from asyncpg import InterfaceError, PostgresError

from tradewind.contracts.journal import JournalRecord
from tradewind.contracts.orders import Order, OrderService
from tradewind.contracts.vocabulary import OrderId, VenueId
from tradewind.notification_service.channel_directory import ChannelDirectory
from tradewind.notification_service.domain.messages import (
    Message,
    accounts_of,
    message_of,
    order_id_of,
    topic_of,
)
from tradewind.notification_service.outgoing import outgoing_to
from tradewind.notification_service.records import Listener, Outgoing
from tradewind.notification_service.repository import Overtaken, Repository
from tradewind.platform.clock import Clock
from tradewind.platform.errors import Unavailable
from tradewind.platform.logging import get_logger
from tradewind.platform.tasks import end_tasks

PASSING = (OSError, TimeoutError, PostgresError, InterfaceError, Unavailable, Overtaken)
"""Errors that go away by themselves: the database or the journal cannot be reached."""

_BATCH = 500
_DISCOVERY_S = 2.0
_RETRY_S = 1.0
_SAVE_S = 5.0
"""How often the place is written down where nothing is told."""

_log = get_logger("notification-service")


class JournalListener:
    """Reads every venue's journal; the place is written with the messages that came of it.

    So after a crash nothing is missing, and what is read again finds its messages there already.
    """

    def __init__(
        self,
        orders: OrderService,
        repository: Repository,
        directory: ChannelDirectory,
        clock: Clock,
        on_messages: Callable[[], None],
    ) -> None:
        self._orders = orders
        self._repository = repository
        self._directory = directory
        self._clock = clock
        self._on_messages = on_messages
        self._venues: dict[VenueId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Follow every venue, those that are opened later too."""
        try:
            while True:
                try:
                    for venue_id in await self._orders.list_venues():
                        if venue_id not in self._venues:
                            self._venues[venue_id] = asyncio.create_task(
                                self._follow_for_ever(venue_id), name=f"notify {venue_id}"
                            )
                except PASSING as error:
                    _log.warning("venues_not_listed", error=repr(error))
                for venue_id, task in self._venues.items():
                    if task.done():
                        # Told by whoever owns this; nothing is skipped by going on.
                        raise RuntimeError(f"{venue_id} is not followed") from task.exception()
                await asyncio.sleep(_DISCOVERY_S)
        finally:
            await end_tasks(self._venues.values())

    async def _follow_for_ever(self, venue_id: VenueId) -> None:
        while True:
            try:
                await self._follow(venue_id)
            except PASSING as error:
                _log.warning("journal_interrupted", venue_id=venue_id, error=repr(error))
            await asyncio.sleep(_RETRY_S)

    async def _follow(self, venue_id: VenueId) -> None:
        newest = await self._orders.last_number(venue_id)
        number = await self._repository.progress(venue_id, newest)
        loop = asyncio.get_running_loop()
        save_at = loop.time() + _SAVE_S
        async for records in self._orders.follow(venue_id, number, batch=_BATCH):
            outgoing = await self._messages(records)
            after = records[-1].number
            # Reading a part again does no harm: a channel gets each event once.
            if outgoing or loop.time() >= save_at:
                now = self._clock.now()
                await self._repository.advance(venue_id, number, after, outgoing, now)
                number, save_at = after, loop.time() + _SAVE_S
            if outgoing:
                self._on_messages()

    async def _messages(self, records: Sequence[JournalRecord]) -> list[Outgoing]:
        if self._directory.is_empty:
            return []
        concerned = {account for record in records for account in accounts_of(record.event)}
        told = [
            (record, listener)
            for listener in self._directory.of(concerned)
            for record in records
            if _is_told(record, listener)
        ]
        if not told:
            return []
        ids = {order_id_of(record.event) for record, _ in told} - {None}
        orders = await self._orders.get_orders([each for each in ids if each is not None])
        return [
            outgoing_to(listener.channel_id, _message(record, listener, orders))
            for record, listener in sorted(told, key=lambda pair: pair[0].number)
        ]


def _is_told(record: JournalRecord, listener: Listener) -> bool:
    return (
        record.number > listener.after_number
        and listener.account_id in accounts_of(record.event)
        and topic_of(record.event) in listener.topics
    )


def _message(record: JournalRecord, listener: Listener, orders: dict[OrderId, Order]) -> Message:
    order_id = order_id_of(record.event)
    order = orders.get(order_id) if order_id is not None else None
    about = None
    if order is not None:
        about = {
            "client_order_id": order.client_order_id,
            "symbol": order.symbol,
            "side": order.side.value,
        }
    return message_of(record, listener.account_id, about)
