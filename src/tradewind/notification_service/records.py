"""Rows of the notification tables as values, and messages between the tables and their senders."""

from dataclasses import dataclass

from tradewind.contracts.notifications import (
    Channel,
    ChannelKind,
    Condition,
    Delivery,
    DeliveryStatus,
    PriceAlert,
    Topic,
)
from tradewind.contracts.vocabulary import AccountId, VenueId
from tradewind.platform.database import Record
from tradewind.platform.money import PriceUnits, to_units


@dataclass(frozen=True)
class Listener:
    """A channel as far as telling it something is concerned."""

    channel_id: str
    account_id: AccountId
    topics: tuple[Topic, ...]
    after_number: int


@dataclass(frozen=True)
class Outgoing:
    """A message to one channel that is not on its way yet."""

    delivery_id: str
    channel_id: str
    event_id: str
    event_type: str
    body: str


@dataclass(frozen=True)
class Due:
    """A message whose time has come, with where it goes."""

    delivery_id: str
    event_id: str
    event_type: str
    body: str
    attempts: int
    kind: ChannelKind
    target: str
    secret: str | None


def read_channel(row: Record) -> Channel:
    """Return a channel."""
    return Channel(
        channel_id=str(row["channel_id"]),
        account_id=AccountId(str(row["account_id"])),
        venue_id=VenueId(row["venue_id"]),
        kind=ChannelKind(row["kind"]),
        target=row["target"],
        topics=tuple(Topic(each) for each in row["topics"]),
        confirmed=row["confirmed"],
        created_at=row["created_at"],
    )


def read_alert(row: Record) -> PriceAlert:
    """Return an alert."""
    price = row["triggered_price"]
    return PriceAlert(
        alert_id=str(row["alert_id"]),
        account_id=AccountId(str(row["account_id"])),
        venue_id=VenueId(row["venue_id"]),
        symbol=row["symbol"],
        condition=Condition(row["condition"]),
        price=PriceUnits(to_units(row["price"])),
        created_at=row["created_at"],
        triggered_at=row["triggered_at"],
        triggered_price=None if price is None else PriceUnits(to_units(price)),
    )


def read_delivery(row: Record) -> Delivery:
    """Return a message as its owner sees it."""
    return Delivery(
        delivery_id=str(row["delivery_id"]),
        channel_id=str(row["channel_id"]),
        event_id=row["event_id"],
        event_type=row["event_type"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        created_at=row["created_at"],
        next_attempt_at=row["next_attempt_at"],
        delivered_at=row["delivered_at"],
        last_error=row["last_error"],
    )
