"""What is counted about brokers."""

from functools import lru_cache

from prometheus_client import Counter, Gauge


class BrokerMetrics:
    """By venue: whether its broker is connected, and what it disagrees about."""

    def __init__(self) -> None:
        self.connected = Gauge(
            "tradewind_orders_broker_connected",
            "1 while the broker tells at once what happens to orders.",
            ("venue",),
        )
        self.differences = Gauge(
            "tradewind_orders_broker_differences",
            "What the newest comparison with the broker found.",
            ("venue",),
        )
        self.failures = Counter(
            "tradewind_orders_broker_failures_total",
            "Calls that the broker did not answer.",
            ("venue",),
        )


@lru_cache(maxsize=1)
def broker_metrics() -> BrokerMetrics:
    """Return the process's broker metrics, registered at the first call."""
    return BrokerMetrics()
