"""Judge the new version's pods beside the others by what their /metrics say.

Nothing here asks anybody. Counters are compared over a window: each pod counts from its first
reading on, and a process that has started anew counts from nothing. Ratios and seconds are floats,
as Prometheus has them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from prometheus_client.parser import text_string_to_metric_families

_DURATION = "tradewind_http_request_duration_seconds"
_STARTED = "process_start_time_seconds"
# What the cluster asks by itself says nothing of a version.
_NOT_ASKED_BY_PEOPLE = ("/healthz", "/metrics")


@dataclass(frozen=True)
class Limits:
    """The numbers that stop a rollout: ``rollout.canary.limits`` of the chart's values."""

    restarts: int
    errorRatio: float
    errorRatioAboveStable: float
    refusalRatioAboveStable: float
    p99Seconds: float
    p99RatioToStable: float
    p99RatioFromSeconds: float

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Limits":
        """Return what values say; raises KeyError for a number that is missing."""
        return cls(**{each.name: values[each.name] for each in fields(cls)})


class Reading(NamedTuple):
    """What one process has counted since it started."""

    started: float
    statuses: Counter[str]
    """Answers by the class of their status: 2xx, 5xx."""
    buckets: Counter[float]
    """Answers that took at most so many seconds."""


def read(text: str) -> Reading:
    """Return what a page of metrics says of requests; raises ValueError when it is none."""
    statuses: Counter[str] = Counter()
    buckets: Counter[float] = Counter()
    started = None
    for family in text_string_to_metric_families(text):
        for name, labels, value, *_ in family.samples:
            if name == _STARTED:
                started = value
            elif labels.get("route", "").startswith(_NOT_ASKED_BY_PEOPLE):
                continue
            elif name == f"{_DURATION}_count":
                statuses[labels["status"]] += int(value)
            elif name == f"{_DURATION}_bucket":
                buckets[float(labels["le"])] += int(value)
    if started is None:
        raise ValueError(f"there is no {_STARTED}")
    return Reading(started, statuses, buckets)


@dataclass
class Tally:
    """What the pods of one version have answered since their first readings."""

    statuses: Counter[str] = field(default_factory=Counter)
    buckets: Counter[float] = field(default_factory=Counter)
    last: dict[str, Reading] = field(default_factory=dict)

    def add(self, pod: str, now: Reading) -> None:
        """Take the next reading of a pod."""
        before = self.last.get(pod)
        self.last[pod] = now
        if before is None:
            return
        self.statuses.update(now.statuses)
        self.buckets.update(now.buckets)
        # What a process answered between its last reading and its end is not known any more.
        if before.started == now.started:
            self.statuses.subtract(before.statuses)
            self.buckets.subtract(before.buckets)

    @property
    def requests(self) -> int:
        """Return how many requests were answered."""
        return self.statuses.total()

    def ratio(self, status: str) -> float:
        """Return how many of all answers were of a class; 0 where there was none."""
        return self.statuses[status] / self.requests if self.requests else 0.0

    @property
    def p99(self) -> float:
        """Return the seconds in which 99 of 100 answers were complete."""
        return quantile(0.99, self.buckets)


def quantile(share: float, buckets: Mapping[float, int]) -> float:
    """Return where a share of all lies, as Prometheus reckons it: evenly within a bucket.

    ``buckets`` count what is not above their bound. What lies above the last finite bound is as
    much as that; NaN where nothing was counted.
    """
    bounds = sorted(buckets)
    if not bounds or not buckets[bounds[-1]]:
        return math.nan
    rank = share * buckets[bounds[-1]]
    lower, below = 0.0, 0
    for bound in bounds:
        if buckets[bound] >= rank:
            if math.isinf(bound):
                return lower
            within = buckets[bound] - below
            return lower + (bound - lower) * ((rank - below) / within if within else 0.0)
        lower, below = bound, buckets[bound]
    return lower


class Line(NamedTuple):
    """One number of the new pods beside that of the others, and what it may be."""

    what: str
    canary: str
    stable: str
    limit: str
    wrong: str
    """What it says in the verdict; nothing where it is as it should be."""


class Judgement(NamedTuple):
    """What is to be said of the new version's pods for now."""

    lines: list[Line]
    enough: bool
    """Whether there were requests enough on both sides to judge by."""

    @property
    def wrong(self) -> list[str]:
        """Return what stops the rollout."""
        return [line.wrong for line in self.lines if line.wrong]


def judge(
    canary: Tally, stable: Tally, *, restarts: int, requests: int, limits: Limits
) -> Judgement:
    """Compare what the new pods have answered with what the others have.

    Ratios and times count once each side has answered so many ``requests``; restarts at once.
    """
    enough = min(canary.requests, stable.requests) >= requests
    compared = [
        _ratio("answers 5xx", canary.ratio("5xx"), stable.ratio("5xx"),
               limits.errorRatioAboveStable, limits.errorRatio),
        _ratio("answers 4xx", canary.ratio("4xx"), stable.ratio("4xx"),
               limits.refusalRatioAboveStable),
        _time(canary.p99, stable.p99, limits),
    ]  # fmt: skip
    asked = Line("requests", str(canary.requests), str(stable.requests), f"from {requests}", "")
    went = f"{restarts} restarts of new pods" if restarts > limits.restarts else ""
    started = Line("restarts", str(restarts), "", f"{limits.restarts}", went)
    shown = compared if enough else [line._replace(wrong="") for line in compared]
    return Judgement([asked, started, *shown], enough)


def _ratio(what: str, canary: float, stable: float, above: float, greatest: float = 1.0) -> Line:
    allowed = min(greatest, stable + above)
    limit = _percent(allowed)
    wrong = f"{_percent(canary)} {what} (limit {limit})" if canary > allowed else ""
    return Line(what, _percent(canary), _percent(stable), limit, wrong)


def _time(canary: float, stable: float, limits: Limits) -> Line:
    beside = max(limits.p99RatioFromSeconds, limits.p99RatioToStable * stable)
    allowed = limits.p99Seconds if math.isnan(stable) else min(limits.p99Seconds, beside)
    limit = _seconds(allowed)
    wrong = f"a p99 of {_seconds(canary)} (limit {limit})" if canary > allowed else ""
    return Line("p99", _seconds(canary), _seconds(stable), limit, wrong)


def _percent(ratio: float) -> str:
    return f"{100 * ratio:.2f} %"


def _seconds(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f} s"


def table(lines: Iterable[Line]) -> str:
    """Return the numbers, each beside its limit."""
    rows = [("", "new", "others", "limit"), *((line[:4]) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(row[column].rjust(widths[column]) for column in (1, 2, 3))]
        )
        for row in rows
    )
