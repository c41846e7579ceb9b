"""Messages as they wait for being sent."""

import msgspec

from tradewind.notification_service.domain.messages import Message
from tradewind.notification_service.records import Outgoing
from tradewind.platform.ids import new_id


def outgoing_to(channel_id: str, message: Message) -> Outgoing:
    """Return a message as what will be sent to a channel."""
    return Outgoing(
        delivery_id=new_id(),
        channel_id=channel_id,
        event_id=message.event_id,
        event_type=message.type,
        body=msgspec.json.encode(message).decode(),
    )
