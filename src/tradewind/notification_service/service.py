"""The notification service's use cases."""

import ipaddress
import re
from urllib.parse import urlsplit

from tradewind.contracts.journal import JournalReader
from tradewind.contracts.notifications import (
    Channel,
    ChannelKind,
    Condition,
    Delivery,
    NewChannel,
    PriceAlert,
    Topic,
)
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.notification_service.alert_watcher import AlertWatcher
from tradewind.notification_service.channel_directory import ChannelDirectory
from tradewind.notification_service.deliverer import Deliverer
from tradewind.notification_service.domain.messages import Message
from tradewind.notification_service.domain.signing import secret_text
from tradewind.notification_service.outgoing import outgoing_to
from tradewind.notification_service.repository import Repository
from tradewind.platform.clock import Clock
from tradewind.platform.errors import MalformedRequest, NotFound, Refusal
from tradewind.platform.ids import is_uuid, new_id, new_secret
from tradewind.platform.money import PriceUnits
from tradewind.platform.settings import Settings

CHANNELS_MAX = 20
ALERTS_MAX = 500
ALERTS_LISTED_MAX = 1_000
DELIVERIES_MAX = 500
CODE_ATTEMPTS_MAX = 10

_TARGET_MAX = 500
_CODE_DIGITS = 8
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,63}")
_SYMBOL_MAX = 32


class TooManyChannels(Refusal):
    """The account has as many channels as it may have."""

    code = 42210301
    title = "Too many channels"


class TooManyAlerts(Refusal):
    """As many of the account's alerts are waiting as may wait."""

    code = 42210302
    title = "Too many price alerts"


class EmailNotSetUp(Refusal):
    """No SMTP server is named, so nothing can be sent to an address."""

    code = 42210303
    title = "E-mail is not set up"


class ChannelNotConfirmed(Refusal):
    """An address is told nothing before its owner has confirmed it."""

    code = 42210304
    title = "Channel not confirmed"


class Notifications:
    """Implements ``tradewind.contracts.notifications.NotificationService``."""

    def __init__(
        self,
        settings: Settings,
        repository: Repository,
        directory: ChannelDirectory,
        journal: JournalReader,
        deliverer: Deliverer,
        watcher: AlertWatcher,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._repository = repository
        self._directory = directory
        self._journal = journal
        self._deliverer = deliverer
        self._watcher = watcher
        self._clock = clock

    async def create_channel(
        self,
        account_id: AccountId,
        venue_id: VenueId,
        kind: ChannelKind,
        target: str,
        topics: tuple[Topic, ...],
    ) -> NewChannel:
        """Tell a URL or an address of everything on some topics that is committed from now on."""
        if not topics:
            raise MalformedRequest("topics must name at least one of " + ", ".join(Topic))
        self._check_target(kind, target)
        channel = Channel(
            channel_id=new_id(),
            account_id=account_id,
            venue_id=venue_id,
            kind=kind,
            target=target,
            topics=tuple(sorted(set(topics))),
            confirmed=kind is ChannelKind.WEBHOOK,
            created_at=self._clock.now(),
        )
        secret = secret_text(new_secret()) if kind is ChannelKind.WEBHOOK else None
        code = None
        if kind is ChannelKind.EMAIL:
            code = f"{new_secret() % 10**_CODE_DIGITS:0{_CODE_DIGITS}}"
        added = await self._repository.add_channel(
            channel,
            secret=secret,
            confirmation_code=code,
            after_number=await self._journal.last_number(venue_id),
            channels_max=CHANNELS_MAX,
        )
        if not added:
            raise TooManyChannels(
                f"the account has {CHANNELS_MAX} channels, which is the most; delete one first"
            )
        await self._directory.load()
        if code is not None:
            await self._send(channel, "confirm_address", {"code": code})
        return NewChannel(channel=channel, secret=secret)

    async def list_channels(self, account_id: AccountId) -> list[Channel]:
        """Return the account's channels, oldest first."""
        return await self._repository.list_channels(account_id)

    async def confirm_channel(self, account_id: AccountId, channel_id: str, code: str) -> Channel:
        """Begin to tell an address, by the code that it was sent."""
        await self._channel(account_id, channel_id)
        await self._repository.confirm_channel(
            account_id, channel_id, code.strip(), CODE_ATTEMPTS_MAX
        )
        channel = await self._channel(account_id, channel_id)
        if not channel.confirmed:
            raise MalformedRequest(
                f"code is not the one that {channel.target} was sent; after {CODE_ATTEMPTS_MAX} "
                "wrong ones the channel has to be made anew"
            )
        await self._directory.load()
        return channel

    async def test_channel(self, account_id: AccountId, channel_id: str) -> Delivery:
        """Send a message that says that the channel works."""
        channel = await self._channel(account_id, channel_id)
        if not channel.confirmed:
            raise ChannelNotConfirmed(
                f"{channel.target} has not been confirmed; send the code that it was sent first"
            )
        return await self._send(channel, "test", {"text": "this channel works"})

    async def delete_channel(self, account_id: AccountId, channel_id: str) -> None:
        """Tell a channel nothing more."""
        if not is_uuid(channel_id) or not await self._repository.delete_channel(
            account_id, channel_id
        ):
            raise _no_channel(channel_id)
        await self._directory.load()

    async def list_deliveries(
        self, account_id: AccountId, channel_id: str, limit: int = 100
    ) -> list[Delivery]:
        """Return the newest messages to a channel."""
        channel = await self._channel(account_id, channel_id)
        bounded = max(1, min(limit, DELIVERIES_MAX))
        return await self._repository.list_deliveries(channel.channel_id, bounded)

    async def create_alert(
        self,
        account_id: AccountId,
        venue_id: VenueId,
        symbol: str,
        condition: Condition,
        price: PriceUnits,
    ) -> PriceAlert:
        """Watch the market for a price."""
        if price <= 0:
            raise MalformedRequest("price must be above 0")
        if not 0 < len(symbol) <= _SYMBOL_MAX or not symbol.isprintable():
            raise MalformedRequest("symbol must be the symbol of an instrument")
        alert = PriceAlert(
            alert_id=new_id(),
            account_id=account_id,
            venue_id=venue_id,
            symbol=symbol.upper(),
            condition=condition,
            price=price,
            created_at=self._clock.now(),
        )
        if not await self._repository.add_alert(alert, ALERTS_MAX):
            raise TooManyAlerts(
                f"{ALERTS_MAX} alerts of the account are waiting, which is the most; delete one "
                "first"
            )
        self._watcher.look_again()
        return alert

    async def list_alerts(self, account_id: AccountId) -> list[PriceAlert]:
        """Return the account's alerts, newest first, triggered ones too."""
        return await self._repository.list_alerts(account_id, ALERTS_LISTED_MAX)

    async def delete_alert(self, account_id: AccountId, alert_id: str) -> None:
        """Watch for it no more."""
        if not is_uuid(alert_id) or not await self._repository.delete_alert(account_id, alert_id):
            raise NotFound(f"there is no price alert {alert_id[:64]!r}")
        self._watcher.look_again()

    async def _channel(self, account_id: AccountId, channel_id: str) -> Channel:
        channel = None
        if is_uuid(channel_id):
            channel = await self._repository.get_channel(account_id, channel_id)
        if channel is None:
            raise _no_channel(channel_id)
        return channel

    async def _send(self, channel: Channel, kind: str, data: dict[str, object]) -> Delivery:
        now = self._clock.now()
        message = Message(
            event_id=f"{kind}:{new_id()}",
            type=kind,
            at=now,
            account_id=channel.account_id,
            venue_id=channel.venue_id,
            data=data,
        )
        delivery = await self._repository.add_delivery(
            outgoing_to(channel.channel_id, message), now
        )
        self._deliverer.wake()
        return delivery

    def _check_target(self, kind: ChannelKind, target: str) -> None:
        if len(target) > _TARGET_MAX or not target.isprintable():
            raise MalformedRequest(f"target must have at most {_TARGET_MAX} printable characters")
        if kind is ChannelKind.EMAIL:
            if not self._settings.smtp_host:
                raise EmailNotSetUp(
                    "no e-mail can be sent: the operator has to set TRADEWIND_SMTP_HOST"
                )
            if not _ADDRESS.fullmatch(target):
                raise MalformedRequest("target must be an e-mail address")
        else:
            self._check_url(target)

    def _check_url(self, target: str) -> None:
        parts = urlsplit(target)
        private = self._settings.webhook_private_networks
        if parts.scheme != "https" and not (private and parts.scheme == "http"):
            raise MalformedRequest("target must be a URL that begins with https://")
        if not parts.hostname or parts.username is not None:
            raise MalformedRequest("target must be a URL with a host and without a password")
        if not private and _is_private(parts.hostname):
            raise MalformedRequest(f"target must be a public address, {parts.hostname} is none")


def _is_private(host: str) -> bool:
    """Tell whether a host says by itself that it is not public; names are looked up later."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _no_channel(channel_id: str) -> NotFound:
    return NotFound(f"there is no channel {channel_id[:64]!r}")
