"""Choices that both the settings and the contracts name."""

from enum import StrEnum


class FeedKind(StrEnum):
    """Where a venue's prices come from."""

    SIMULATED = "simulated"
    REPLAY = "replay"


class SessionHours(StrEnum):
    """When a venue trades."""

    EXCHANGE = "exchange"
    """The exchange's own calendar."""
    ALWAYS = "always"
    """Around the clock; a trading day runs from midnight to midnight, New York time."""
