"""Let a few gateways of a new version serve beside the others, and judge them by their numbers.

They are a release of helm of their own, so that nothing of the other one is touched. Their numbers
are read through the kubelet (`kubectl port-forward`), which no network policy is in the way of.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml
from scripts.rollout.cluster import RELEASE, SERVICE, Cluster, Pod
from scripts.rollout.judge import Judgement, Limits, Reading, Tally, judge, table

READ_EVERY_S = 15.0
READINGS_MIN = 4
"""Of one step, however short it is."""
SILENT_MAX = 2
"""Readings in a row that a new pod may leave unanswered."""
DEFAULTS = Path("deploy/helm/tradewind/values.yaml")
Values = Mapping[str, Any]  # Any: values of a chart, as YAML has them


class Stopped(Exception):
    """The new version must not go any further; the message says why."""


class Rollout(NamedTuple):
    """What `rollout` of the chart's values says."""

    strategy: str
    shares: Sequence[int]
    seconds: float
    seconds_max: float
    requests: int
    limits: Limits

    @classmethod
    def of(cls, values: Values) -> "Rollout":
        """Read it; raises KeyError for a value that is missing."""
        canary = values["rollout"]["canary"]
        return cls(
            os.environ.get("ROLLOUT") or values["rollout"]["strategy"],
            canary["shares"],
            canary["seconds"],
            canary["secondsMax"],
            canary["requests"],
            Limits.of(canary["limits"]),
        )


def merged(below: Values, above: Values) -> Values:
    """Return values with others on top, as helm puts them; one that is null is taken away."""
    result = dict(below)
    for name, value in above.items():
        both = isinstance(value, Mapping) and isinstance(result.get(name), Mapping)
        result[name] = merged(result[name], value) if both else value
    return {name: value for name, value in result.items() if value is not None}


def values_of(files: Sequence[Path]) -> Values:
    """Return the chart's values with those of files on top; raises ValueError for other files."""
    read = {each: yaml.safe_load(each.read_text()) or {} for each in (DEFAULTS, *files)}
    for file, values in read.items():
        if not isinstance(values, Mapping):
            raise ValueError(f"{file} holds no values by their names, but {values!r}")
    return reduce(merged, read.values())


def gateway_values(values: Values) -> Values:
    """Return what the chart of the gateway alone has to be told."""
    return {**values.get(SERVICE, {}), "global": values["global"], "canaryOf": RELEASE}


def counts(shares: Sequence[int], others: int) -> list[int]:
    """Return how many new gateways each step has beside so many others; none comes twice."""
    wanted = [max(1, round(others * share / (100 - share))) for share in sorted(shares)]
    return sorted(set(wanted))


class Step:
    """One number of new gateways, watched for as long as it takes."""

    def __init__(self, cluster: Cluster, rollout: Rollout) -> None:
        self._cluster = cluster
        self._rollout = rollout
        self._tallies = {True: Tally(), False: Tally()}
        self._silent: Counter[str] = Counter()

    def watch(self) -> Judgement:
        """Return the judgement once the time is over; raises Stopped as soon as it is clear."""
        began = time.monotonic()
        pause = min(READ_EVERY_S, self._rollout.seconds / READINGS_MIN)
        while True:
            judgement = self._look()
            elapsed = time.monotonic() - began
            print(f"  {elapsed:4.0f} s: {_short(judgement)}", flush=True)
            if judgement.wrong:
                print(table(judgement.lines))
                raise Stopped("; ".join(judgement.wrong))
            if judgement.enough and elapsed >= self._rollout.seconds:
                print(table(judgement.lines), flush=True)
                return judgement
            if elapsed >= self._rollout.seconds_max:
                print(table(judgement.lines))
                raise Stopped(
                    f"fewer than {self._rollout.requests} requests within {elapsed:.0f} s, too few "
                    "to judge by (rollout.canary.requests; ROLLOUT=rolling does without)"
                )
            time.sleep(pause)

    def _look(self) -> Judgement:
        pods = self._cluster.pods()
        new = [pod for pod in pods if pod.new]
        if not new:
            raise Stopped("no gateway of the new version is there any more")
        with ThreadPoolExecutor(8) as readers:
            readings = zip(pods, readers.map(self._cluster.read, pods), strict=True)
            for pod, reading in readings:
                self._take(pod, reading)
        return judge(
            self._tallies[True],
            self._tallies[False],
            restarts=sum(pod.restarts for pod in new),
            requests=self._rollout.requests,
            limits=self._rollout.limits,
        )

    def _take(self, pod: Pod, reading: Reading | None) -> None:
        if reading is not None:
            self._tallies[pod.new].add(pod.name, reading)
            self._silent[pod.name] = 0
            return
        self._silent[pod.name] += 1
        if pod.new and self._silent[pod.name] >= SILENT_MAX:
            raise Stopped(f"{pod.name} does not tell its numbers")


def _short(judgement: Judgement) -> str:
    return ", ".join(f"{line.what} {line.canary}" for line in judgement.lines)


def attempt(cluster: Cluster, version: str, values: Values) -> None:
    """Bring out new gateways step by step; raises Stopped. They stay where all is well."""
    rollout = Rollout.of(values)
    cluster.take_away()
    if cluster.dry_run:
        for share in rollout.shares:
            cluster.install(version, Path("values.json"), f"{share}%-of-the-gateways")
            print(f"+ judge them after {rollout.seconds} s by {rollout.limits}")
        return
    others = cluster.ready_gateways()
    if not others:
        raise Stopped("no gateway serves that new ones could be compared with")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(gateway_values(values), file)
        file.flush()
        for count in counts(rollout.shares, others):
            print(f"{count} of {version} beside {others}", flush=True)
            if not cluster.install(version, Path(file.name), str(count)):
                raise Stopped("its gateways do not start")
            Step(cluster, rollout).watch()


def _end(*_: object) -> NoReturn:
    sys.exit(1)


def main() -> int:
    """Do what the arguments say; return the exit code."""
    parser = argparse.ArgumentParser(prog="canary", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("strategy").add_argument("files", nargs="*", type=Path)
    trying = commands.add_parser("try")
    trying.add_argument("version")
    trying.add_argument("files", nargs="*", type=Path)
    commands.add_parser("remove")
    asked = parser.parse_args()
    cluster = Cluster(dry_run=bool(os.environ.get("DRY_RUN")))
    if asked.command == "remove":
        cluster.take_away()
        return 0
    try:
        values = values_of(asked.files)
        strategy = Rollout.of(values).strategy
    except (OSError, ValueError, KeyError, yaml.YAMLError) as error:
        print(f"canary: {error}", file=sys.stderr)
        return 2
    if asked.command == "strategy":
        print(strategy)
        return 0
    # A pipeline that is cancelled takes them away as well.
    signal.signal(signal.SIGTERM, _end)
    stays = False
    try:
        attempt(cluster, asked.version, values)
        stays = True
    except (Stopped, subprocess.SubprocessError) as error:
        print(f"{asked.version} goes no further: {error}.", file=sys.stderr)
        return 1
    finally:
        if not stays:
            cluster.take_away()
    if not cluster.dry_run:
        print(f"{asked.version} is as good as what serves by each of these numbers.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
