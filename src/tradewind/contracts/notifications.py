"""What the notification service offers: channels that are told of events, and price alerts."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.platform.money import PriceUnits
from tradewind.platform.rpc.interface import repeatable


class ChannelKind(StrEnum):
    """How a channel is reached."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class Topic(StrEnum):
    """What a channel is told of."""

    ORDERS = "orders"
    """What becomes of orders, but for fills."""
    FILLS = "fills"
    ACCOUNT = "account"
    """Cash, dividends, splits, settings, the kill switch."""
    PRICE_ALERTS = "price_alerts"


class Condition(StrEnum):
    """On which side of its price an alert is triggered, by a trade of the market."""

    AT_OR_ABOVE = "at_or_above"
    AT_OR_BELOW = "at_or_below"


class DeliveryStatus(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up after many attempts."""


class Channel(Struct, frozen=True, kw_only=True):
    """Where an account's events go: a URL or an address."""

    channel_id: str
    account_id: AccountId
    venue_id: VenueId
    kind: ChannelKind
    target: str
    topics: tuple[Topic, ...]
    confirmed: bool
    """An e-mail address is told nothing until its owner has confirmed it."""
    created_at: datetime


class NewChannel(Struct, frozen=True, kw_only=True):
    """A channel just made. ``secret`` signs what a webhook is sent, and is shown this once."""

    channel: Channel
    secret: str | None = None


class PriceAlert(Struct, frozen=True, kw_only=True):
    """Tells once when the market trades at or beyond a price."""

    alert_id: str
    account_id: AccountId
    venue_id: VenueId
    symbol: str
    condition: Condition
    price: PriceUnits
    created_at: datetime
    triggered_at: datetime | None = None
    triggered_price: PriceUnits | None = None


class Delivery(Struct, frozen=True, kw_only=True):
    """One message to one channel."""

    delivery_id: str
    channel_id: str
    event_id: str
    event_type: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    delivered_at: datetime | None = None
    last_error: str | None = None


class NotificationService(Protocol):
    """Channels and price alerts of accounts; those of another account raise ``NotFound``."""

    async def create_channel(
        self,
        account_id: AccountId,
        venue_id: VenueId,
        kind: ChannelKind,
        target: str,
        topics: tuple[Topic, ...],
    ) -> NewChannel:
        """Tell a URL or an address of everything on some topics that is committed from now on.

        Raises ``MalformedRequest`` for a target that cannot be told anything, and a refusal when
        the account has as many as it may have or e-mail is not set up.
        """
        ...

    @repeatable
    async def list_channels(self, account_id: AccountId) -> list[Channel]:
        """Return the account's channels, oldest first."""
        ...

    @repeatable
    async def confirm_channel(self, account_id: AccountId, channel_id: str, code: str) -> Channel:
        """Begin to tell an address, by the code that it was sent."""
        ...

    async def test_channel(self, account_id: AccountId, channel_id: str) -> Delivery:
        """Send a message that says that the channel works."""
        ...

    async def delete_channel(self, account_id: AccountId, channel_id: str) -> None:
        """Tell a channel nothing more."""
        ...

    @repeatable
    async def list_deliveries(
        self, account_id: AccountId, channel_id: str, limit: int = 100
    ) -> list[Delivery]:
        """Return the newest messages to a channel."""
        ...

    async def create_alert(
        self,
        account_id: AccountId,
        venue_id: VenueId,
        symbol: str,
        condition: Condition,
        price: PriceUnits,
    ) -> PriceAlert:
        """Watch the market for a price; told once, on the topic ``price_alerts``."""
        ...

    @repeatable
    async def list_alerts(self, account_id: AccountId) -> list[PriceAlert]:
        """Return the account's alerts, newest first, triggered ones too."""
        ...

    async def delete_alert(self, account_id: AccountId, alert_id: str) -> None:
        """Watch for it no more."""
        ...
