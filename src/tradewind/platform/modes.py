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


class FillModel(StrEnum):
    """How orders meet the depth and the trades that a venue's feed shows."""

    QUEUE = "queue"
    """Depth is walked level by level; an order that waits keeps its place in the queue."""
    TOP_OF_BOOK = "top_of_book"
    """Only the best level is there, without a queue."""
    INSTANT = "instant"
    """The best price is there for any quantity."""


class BrokerKind(StrEnum):
    """Who carries out the orders of a live venue."""

    ALPACA = "alpaca"
    CCXT = "ccxt"


class LatencyModel(StrEnum):
    """How the time is spread that orders take to the market."""

    FIXED = "fixed"
    UNIFORM = "uniform"
    LONG_TAIL = "long_tail"
    """Most are quick, few are very slow."""
