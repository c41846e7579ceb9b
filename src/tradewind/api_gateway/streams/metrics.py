"""What is counted about streams."""

from functools import lru_cache

from prometheus_client import Counter, Gauge


class StreamMetrics:
    """Open streams and those that were let go for being slow."""

    def __init__(self) -> None:
        self.open = Gauge("tradewind_gateway_streams_open", "WebSockets that are open.")
        self.slow = Counter(
            "tradewind_gateway_streams_slow_total",
            "WebSockets that were closed because the client did not keep up.",
        )


@lru_cache(maxsize=1)
def stream_metrics() -> StreamMetrics:
    """Return the process's stream metrics, registered at the first call."""
    return StreamMetrics()
