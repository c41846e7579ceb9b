"""What the gateway counts and logs about its requests."""

import time

from prometheus_client import Histogram

from tradewind.platform.logging import get_logger
from tradewind.platform.metrics import http_metrics

_SLOW_S = 1.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Telemetry:
    """Metrics of every request, and a log line for those that failed or were slow."""

    def __init__(self, service: str, *, log_all: bool) -> None:
        self._service = service
        self._log_all = log_all
        self._log = get_logger(service)
        self._metrics = http_metrics()
        self._in_flight = 0
        # Read when it is asked for: to move a gauge twice for each request costs more.
        self._metrics.in_flight.labels(service).set_function(lambda: self._in_flight)
        self._durations: dict[tuple[str, str, int], Histogram] = {}

    def begin(self) -> float:
        """Count a request in and return when it began."""
        self._in_flight += 1
        return time.perf_counter()

    def end(
        self, started: float, *, method: str, route: str, path: str, status: int, request_id: str
    ) -> None:
        """Count a request out; ``route`` is the template, never the raw path."""
        seconds = time.perf_counter() - started
        self._in_flight -= 1
        key = (method, route, status // 100)
        duration = self._durations.get(key)
        if duration is None:
            duration = self._durations[key] = self._metrics.duration.labels(
                self._service, method if method in _METHODS else "other", route, f"{key[2]}xx"
            )
        duration.observe(seconds)
        if self._log_all or status >= 500 or seconds > _SLOW_S:
            self._log.info(
                "request",
                method=method,
                path=path,
                status=status,
                duration_ms=round(seconds * 1000, 2),
                request_id=request_id,
            )

    def failed(self, *, method: str, path: str, request_id: str) -> None:
        """Log the exception being handled, which nobody expected."""
        self._metrics.failures.labels(self._service).inc()
        self._log.exception("request failed", method=method, path=path, request_id=request_id)

    def overdue(self, *, method: str, path: str, request_id: str) -> None:
        """Log a request that took longer than allowed."""
        self._log.warning("request overdue", method=method, path=path, request_id=request_id)
