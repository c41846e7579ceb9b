"""What stops a rollout: numbers of new pods beside those of the others, out of pages of metrics."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from scripts.rollout.canary import counts, gateway_values, merged, values_of
from scripts.rollout.judge import Judgement, Limits, Tally, judge, quantile, read, table
from tests.scripts import ROOT, run_script

LIMITS = Limits(
    restarts=0,
    errorRatio=0.02,
    errorRatioAboveStable=0.01,
    refusalRatioAboveStable=0.1,
    p99Seconds=2.5,
    p99RatioToStable=2,
    p99RatioFromSeconds=0.25,
)
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Process:
    """A process that counts as a gateway does, by the same library."""

    def __init__(self, started: float = 1000) -> None:
        self._started = started
        self._registry = CollectorRegistry()
        self._durations = Histogram(
            "tradewind_http_request_duration_seconds",
            "",
            ("service", "method", "route", "status"),
            buckets=BOUNDS,
            registry=self._registry,
        )

    def answer(
        self, count: int, status: str = "2xx", seconds: float = 0.05, route: str = "/api/v2/account"
    ) -> "Process":
        child = self._durations.labels("api-gateway", "GET", route, status)
        for _ in range(count):
            child.observe(seconds)
        return self

    def page(self) -> str:
        started = f"process_start_time_seconds {self._started}\n"
        return generate_latest(self._registry).decode() + started


def tally(*processes: Process) -> Tally:
    """Return what processes have answered that were read before they answered anything."""
    result = Tally()
    for number, process in enumerate(processes):
        result.add(f"pod-{number}", read(Process().page()))
        result.add(f"pod-{number}", read(process.page()))
    return result


def judged(canary: Process, stable: Process, *, restarts: int = 0, **limits: float) -> Judgement:
    return judge(
        tally(canary),
        tally(stable),
        restarts=restarts,
        requests=100,
        limits=replace(LIMITS, **limits),  # type: ignore[arg-type] # numbers by their names
    )


def test_version_as_good_as_the_other_goes_on() -> None:
    found = judged(Process().answer(300), Process().answer(900))
    assert (found.enough, found.wrong) == (True, [])


def test_more_errors_than_are_allowed_at_all_stop_it() -> None:
    bad = Process().answer(97).answer(3, "5xx")
    found = judged(bad, Process().answer(900), errorRatioAboveStable=1)
    assert found.wrong == ["3.00 % answers 5xx (limit 2.00 %)"]


def test_more_errors_than_the_others_have_stop_it() -> None:
    found = judged(Process().answer(196).answer(4, "5xx"), Process().answer(900), errorRatio=1)
    assert found.wrong == ["2.00 % answers 5xx (limit 1.00 %)"]


def test_errors_that_all_have_stop_it_too() -> None:
    """A database that is away is no fault of the version, and no moment to bring one out."""
    sick = Process().answer(80).answer(20, "5xx")
    assert judged(sick, sick).wrong == ["20.00 % answers 5xx (limit 2.00 %)"]


def test_as_many_errors_as_are_allowed_do_not_stop_it() -> None:
    found = judged(Process().answer(198).answer(2, "5xx"), Process().answer(200))
    assert found.wrong == []


def test_refusals_count_beside_those_of_the_others() -> None:
    few, many = (Process().answer(100 - each).answer(each, "4xx") for each in (30, 45))
    assert judged(few, few).wrong == []
    assert judged(many, few).wrong == ["45.00 % answers 4xx (limit 40.00 %)"]
    assert judged(few, many).wrong == []


@pytest.mark.parametrize(
    ("seconds", "beside", "wrong"),
    [
        (2.0, 0.3, "a p99 of 2.350 s (limit 0.950 s)"),
        (4.0, 2.0, "a p99 of 4.750 s (limit 2.500 s)"),
    ],
)
def test_slower_answers_stop_it(seconds: float, beside: float, wrong: str) -> None:
    found = judged(
        Process().answer(180).answer(20, seconds=seconds),
        Process().answer(180).answer(20, seconds=beside),
    )
    assert found.wrong == [wrong]


def test_twice_as_slow_is_nothing_where_nobody_feels_it() -> None:
    quick, slower = Process().answer(200, seconds=0.05), Process().answer(200, seconds=0.2)
    assert judged(slower, quick).wrong == []
    (wrong,) = judged(slower, quick, p99RatioFromSeconds=0.1).wrong
    assert wrong == "a p99 of 0.248 s (limit 0.198 s)"


def test_new_pod_that_was_started_again_stops_it_however_few_the_requests() -> None:
    found = judged(Process(), Process(), restarts=1)
    assert (found.enough, found.wrong) == (False, ["1 restarts of new pods"])


def test_too_few_requests_say_nothing() -> None:
    bad = Process().answer(50, "5xx")
    found = judged(bad, Process().answer(900))
    assert (found.enough, found.wrong) == (False, [])
    # Nor do the others' where there are too few to compare with.
    found = judged(Process().answer(900, "5xx"), Process().answer(50))
    assert (found.enough, found.wrong) == (False, [])


def test_nothing_at_all_is_too_little() -> None:
    found = judged(Process(), Process())
    assert (found.enough, found.wrong) == (False, [])
    assert "–" in table(found.lines)


def test_what_was_before_the_first_reading_does_not_count() -> None:
    process = Process().answer(1000, "5xx")
    counted = Tally()
    counted.add("pod", read(process.page()))
    counted.add("pod", read(process.answer(10).page()))
    assert counted.statuses == {"2xx": 10, "5xx": 0}
    assert counted.requests == 10
    assert counted.p99 <= 0.1


def test_process_that_started_anew_counts_from_nothing() -> None:
    counted = Tally()
    for process in (Process(1).answer(100), Process(1).answer(130), Process(2).answer(140)):
        counted.add("pod", read(process.page()))
    assert counted.requests == 30 + 140


def test_pods_that_come_and_go_are_added_up() -> None:
    counted = Tally()
    counted.add("a", read(Process(1).answer(10).page()))
    counted.add("b", read(Process(2).answer(500).page()))
    counted.add("a", read(Process(1).answer(15).page()))
    counted.add("b", read(Process(2).answer(507).page()))
    assert counted.requests == 5 + 7


def test_probes_and_readings_are_no_requests() -> None:
    counted = tally(
        Process().answer(7).answer(99, "5xx", route="/healthz/ready").answer(9, route="/metrics")
    )
    assert counted.statuses == {"2xx": 7}


def test_page_that_is_no_page_of_metrics_is_refused() -> None:
    with pytest.raises(ValueError, match="process_start_time_seconds"):
        read("")
    with pytest.raises(ValueError):
        read("<html>Bad gateway</html>")


@pytest.mark.parametrize(
    ("share", "counted", "expected"),
    [
        # As Prometheus' histogram_quantile has it: evenly within the bucket.
        (0.5, {0.1: 100, 0.25: 100, math.inf: 100}, 0.05),
        (0.99, {0.1: 90, 0.25: 100, math.inf: 100}, 0.1 + 0.15 * 0.9),
        # Above the last bound nobody knows more than that.
        (0.99, {0.1: 0, 0.25: 0, math.inf: 100}, 0.25),
        (0.5, {0.1: 0, 0.25: 10, math.inf: 10}, 0.175),
        (1.0, {0.1: 10, 0.25: 10, math.inf: 10}, 0.1),
    ],
)
def test_share_lies_within_its_bucket(
    share: float, counted: dict[float, int], expected: float
) -> None:
    assert quantile(share, Counter(counted)) == pytest.approx(expected)


def test_share_of_nothing_is_no_number() -> None:
    assert math.isnan(quantile(0.99, {}))
    assert math.isnan(quantile(0.99, {0.1: 0, math.inf: 0}))


def test_table_has_each_number_beside_its_limit() -> None:
    bad = Process().answer(95).answer(5, "5xx")
    assert table(judged(bad, Process().answer(900)).lines).splitlines() == [
        "                 new   others     limit",
        "requests         100      900  from 100",
        "restarts           0                  0",
        "answers 5xx   5.00 %   0.00 %    1.00 %",
        "answers 4xx   0.00 %   0.00 %   10.00 %",
        "p99          0.099 s  0.099 s   0.250 s",
    ]


@pytest.mark.parametrize(
    ("shares", "others", "expected"),
    [
        ([10, 50], 3, [1, 3]),
        ([10, 50], 30, [3, 30]),
        ([50, 10], 2, [1, 2]),
        # A step of no more pods than the one before it is none.
        ([5, 10, 20], 3, [1]),
        ([25], 12, [4]),
    ],
)
def test_share_is_one_of_pods(shares: list[int], others: int, expected: list[int]) -> None:
    assert counts(shares, others) == expected


def test_values_are_put_together_as_helm_does_it() -> None:
    below = {"a": {"x": 1, "y": [1, 2]}, "b": 1, "c": {"z": 1}}
    assert merged(below, {"a": {"y": [3]}, "b": None, "d": {"e": 1}}) == {
        "a": {"x": 1, "y": [3]},
        "c": {"z": 1},
        "d": {"e": 1},
    }


@pytest.mark.parametrize(
    ("environment", "strategy"),
    [("local", "rolling"), ("staging", "rolling"), ("production", "canary")],
)
def test_each_environment_has_every_number(environment: str, strategy: str) -> None:
    values = values_of([ROOT / f"deploy/helm/tradewind/values-{environment}.yaml"])
    assert values["rollout"]["strategy"] == strategy
    canary = values["rollout"]["canary"]
    assert Limits.of(canary["limits"]) == LIMITS
    assert canary.keys() == {"shares", "seconds", "secondsMax", "requests", "limits"}
    assert canary["secondsMax"] >= canary["seconds"]


def test_file_that_holds_no_values_is_refused(tmp_path: Path) -> None:
    for number, text in enumerate(("given", "rollout: {canary: {limits: null}}", "a: b: c")):
        file = tmp_path / f"{number}.yaml"
        file.write_text(text)
        done = run_script("canary", "strategy", str(file))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("canary: ")


def test_gateway_alone_is_told_what_the_whole_would_tell_it() -> None:
    told = gateway_values(values_of([ROOT / "deploy/helm/tradewind/values-production.yaml"]))
    assert told["canaryOf"] == "tradewind"
    assert told["autoscaling"]["min"] == 3
    assert told["global"]["secrets"]["external"]["prefix"] == "tradewind-production"
    assert told["global"]["database"]["tls"] == "verify-full"
