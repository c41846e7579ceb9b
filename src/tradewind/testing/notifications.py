"""The notification service in memory, for tests of who may call it and how it is spoken to."""

from datetime import UTC, datetime

from tradewind.contracts.notifications import (
    Channel,
    ChannelKind,
    Condition,
    Delivery,
    DeliveryStatus,
    NewChannel,
    PriceAlert,
    Topic,
)
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.platform.errors import MalformedRequest, NotFound
from tradewind.platform.ids import new_id
from tradewind.platform.money import PriceUnits

CODE = "12345678"
SECRET = "whsec_c2VjcmV0"  # noqa: S105 - of nobody
_AT = datetime(2024, 1, 2, 15, tzinfo=UTC)


class NotificationsInMemory:
    """Implements ``NotificationService``; nothing is ever sent."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.alerts: dict[str, PriceAlert] = {}

    async def create_channel(
        self,
        account_id: AccountId,
        venue_id: VenueId,
        kind: ChannelKind,
        target: str,
        topics: tuple[Topic, ...],
    ) -> NewChannel:
        """Keep a channel."""
        channel = Channel(
            channel_id=new_id(),
            account_id=account_id,
            venue_id=venue_id,
            kind=kind,
            target=target,
            topics=topics,
            confirmed=kind is ChannelKind.WEBHOOK,
            created_at=_AT,
        )
        self.channels[channel.channel_id] = channel
        return NewChannel(channel=channel, secret=SECRET if channel.confirmed else None)

    async def list_channels(self, account_id: AccountId) -> list[Channel]:
        """Return the account's channels."""
        return [each for each in self.channels.values() if each.account_id == account_id]

    async def confirm_channel(self, account_id: AccountId, channel_id: str, code: str) -> Channel:
        """Return the channel if the code is ``CODE``."""
        channel = self._channel(account_id, channel_id)
        if code != CODE:
            raise MalformedRequest("code is not the one")
        return channel

    async def test_channel(self, account_id: AccountId, channel_id: str) -> Delivery:
        """Return a message that waits."""
        return Delivery(
            delivery_id=new_id(),
            channel_id=self._channel(account_id, channel_id).channel_id,
            event_id="test:1",
            event_type="test",
            status=DeliveryStatus.WAITING,
            attempts=0,
            created_at=_AT,
            next_attempt_at=_AT,
        )

    async def delete_channel(self, account_id: AccountId, channel_id: str) -> None:
        """Forget a channel."""
        del self.channels[self._channel(account_id, channel_id).channel_id]

    async def list_deliveries(
        self, account_id: AccountId, channel_id: str, limit: int = 100
    ) -> list[Delivery]:
        """Return one message that waits."""
        return [await self.test_channel(account_id, channel_id)][:limit]

    async def create_alert(
        self,
        account_id: AccountId,
        venue_id: VenueId,
        symbol: str,
        condition: Condition,
        price: PriceUnits,
    ) -> PriceAlert:
        """Keep an alert."""
        alert = PriceAlert(
            alert_id=new_id(),
            account_id=account_id,
            venue_id=venue_id,
            symbol=symbol,
            condition=condition,
            price=price,
            created_at=_AT,
        )
        self.alerts[alert.alert_id] = alert
        return alert

    async def list_alerts(self, account_id: AccountId) -> list[PriceAlert]:
        """Return the account's alerts."""
        return [each for each in self.alerts.values() if each.account_id == account_id]

    async def delete_alert(self, account_id: AccountId, alert_id: str) -> None:
        """Forget an alert."""
        alert = self.alerts.get(alert_id)
        if alert is None or alert.account_id != account_id:
            raise NotFound(f"there is no price alert {alert_id!r}")
        del self.alerts[alert_id]

    def _channel(self, account_id: AccountId, channel_id: str) -> Channel:
        channel = self.channels.get(channel_id)
        if channel is None or channel.account_id != account_id:
            raise NotFound(f"there is no channel {channel_id!r}")
        return channel
