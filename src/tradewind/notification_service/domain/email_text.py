"""Messages as people read them."""

from tradewind.notification_service.domain.messages import Message

_SUBJECT_FIELDS = ("side", "qty", "symbol")


def subject_of(message: Message) -> str:
    """Return the subject, for example ``Order filled: buy 10 AAPL at 187.20``."""
    title = message.type.replace("_", " ").capitalize()
    words = [str(message.data[name]) for name in _SUBJECT_FIELDS if name in message.data]
    if message.data.get("price") is not None:
        words.append(f"at {message.data['price']}")
    subject = f"{title}: {' '.join(words)}" if words else title
    # What somebody else wrote must not begin another header.
    return "".join(each if each.isprintable() else " " for each in subject)[:200]


def text_of(message: Message) -> str:
    """Return the text: when, where, and every field in a line of its own."""
    lines = [
        subject_of(message),
        "",
        f"time: {message.at:%Y-%m-%d %H:%M:%S} UTC",
        f"venue: {message.venue_id}",
        f"account: {message.account_id}",
        *(_line(name, value) for name, value in message.data.items()),
    ]
    return "\n".join(lines) + "\n"


def _line(name: str, value: object) -> str:
    label = name.replace("_", " ")
    if isinstance(value, dict):
        value = ", ".join(f"{key.replace('_', ' ')} {each}" for key, each in value.items())
    return f"{label}: {value}"
