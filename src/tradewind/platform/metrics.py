"""Prometheus metrics that every service has."""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class HttpMetrics:
    """What is counted about HTTP requests, by service and route template (never by raw path)."""

    def __init__(self) -> None:
        self.duration = Histogram(
            "tradewind_http_request_duration_seconds",
            "Time from the first byte of a request to the last of its response.",
            ("service", "method", "route", "status"),
            buckets=_BUCKETS,
        )
        self.in_flight = Gauge(
            "tradewind_http_requests_in_flight", "Requests being served.", ("service",)
        )
        self.failures = Counter(
            "tradewind_http_unexpected_errors_total",
            "Requests that ended in an exception nobody expected.",
            ("service",),
        )


@lru_cache(maxsize=1)
def http_metrics() -> HttpMetrics:
    """Return the process's HTTP metrics, registered at the first call."""
    return HttpMetrics()
