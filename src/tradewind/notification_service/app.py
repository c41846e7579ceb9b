"""Builds the notification service."""

import asyncio
from collections.abc import Callable, Coroutine

from asyncpg import InterfaceError, PostgresError

from tradewind.contracts.notifications import ChannelKind
from tradewind.contracts.orders import OrderService
from tradewind.notification_service.alert_watcher import AlertWatcher
from tradewind.notification_service.channel_directory import ChannelDirectory
from tradewind.notification_service.deliverer import Deliverer
from tradewind.notification_service.journal_listener import JournalListener
from tradewind.notification_service.repository import Repository
from tradewind.notification_service.schema import SCHEMA as SCHEMA
from tradewind.notification_service.senders import EmailSender, WebhookSender
from tradewind.notification_service.service import Notifications
from tradewind.platform.bus import Bus
from tradewind.platform.clock import Clock
from tradewind.platform.database import Database
from tradewind.platform.logging import get_logger
from tradewind.platform.settings import Settings
from tradewind.platform.tasks import end_tasks

_log = get_logger("notification-service")


class NotificationApp(Notifications):
    """The notification service as a part of the platform."""

    name = "notification-service"

    def __init__(
        self, settings: Settings, database: Database, orders: OrderService, bus: Bus, clock: Clock
    ) -> None:
        repository = Repository(database)
        self._webhooks = WebhookSender(private_allowed=settings.webhook_private_networks)
        deliverer = Deliverer(
            repository,
            {
                ChannelKind.WEBHOOK: self._webhooks.send,
                ChannelKind.EMAIL: EmailSender(settings).send,
            },
            clock,
        )
        directory = ChannelDirectory(repository)
        watcher = AlertWatcher(repository, directory, bus, clock, deliverer.wake)
        listener = JournalListener(orders, repository, directory, clock, deliverer.wake)
        super().__init__(settings, repository, directory, orders, deliverer, watcher, clock)
        self._work: tuple[Callable[[], Coroutine[None, None, None]], ...] = (
            listener.run,
            deliverer.run,
            watcher.run,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to follow the journals, watch prices and send."""
        await self._directory.load()
        for work in self._work:
            task = asyncio.create_task(work(), name=f"notifications {work.__qualname__}")
            task.add_done_callback(_report)
            self._tasks.append(task)

    async def stop(self) -> None:
        """End in bounded time; what was not sent is sent after the next start."""
        tasks, self._tasks = self._tasks, []
        await end_tasks(tasks)
        await self._webhooks.close()

    async def ready(self) -> bool:
        """Tell whether everything runs and the database answers."""
        try:
            return await self._repository.answers() and not any(task.done() for task in self._tasks)
        except (OSError, TimeoutError, PostgresError, InterfaceError):
            return False


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("notifications_broke_down", task=task.get_name(), exc_info=error)


def build(
    settings: Settings, database: Database, orders: OrderService, bus: Bus, clock: Clock
) -> NotificationApp:
    """Return the notification service; the database must have been migrated to ``SCHEMA``."""
    return NotificationApp(settings, database, orders, bus, clock)
