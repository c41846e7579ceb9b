"""The end-to-end run itself, on a stand-in for a cluster: its order, its judgement, its cleaning.

What it says about Kubernetes, only a real cluster can tell.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.kubernetes.e2e.cluster import Cluster
from tests.kubernetes.e2e.objects import load_objects
from tests.kubernetes.e2e.report import StepFailed
from tests.kubernetes.e2e.traffic import Traffic
from tests.kubernetes.pod_security import violations
from tests.kubernetes.schemas import VERSIONS, complaints
from tests.kubernetes.test_pods import beyond_the_standard
from tests.kubernetes.tools import ROOT, Manifest, of_kind

from tradewind.testing.process import PlatformProcess
from tradewind.testing.waiting import wait_for

pytestmark = pytest.mark.timeout(240)

KEY = {"key_id": "PKNOBODY", "secret": "nobody-has-this"}
STEPS = [
    "the cluster is new enough, and the namespace is free",
    "stores are installed in a namespace that is `restricted`",
    "the platform is installed",
    "helm test passes",
    "the first start makes a user, an account and a key",
    "alpaca-py trades",
    "clients begin to trade inside the cluster",
    "an update under load replaces every pod",
    "a killed leader and a killed gateway are replaced under load",
    "no request failed for good, and no acknowledged order is lost",
    "the journal agrees with every table",
    "load brings another gateway",
    "an uninstall leaves nothing but the database's claim",
    "everything is taken away",
]


@dataclass
class StandIn:
    """A cluster that is none, and what the run did to it."""

    folder: Path

    def tell(self, **told: Any) -> None:
        """Say how it is to behave."""
        (self.folder / "told.json").write_text(json.dumps({"port": 1, "key": KEY, **told}))
        program = f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("stand_in.py")}"'
        for name in ("helm", "kubectl"):
            path = self.folder / "bin" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f'{program} {name} "$@"\n')
            path.chmod(0o755)
        (self.folder / "kubeconfig").write_text("{}")

    @property
    def environment(self) -> dict[str, str]:
        """Return what the run finds: our programs first, and this checkout."""
        return {
            **os.environ,
            "STAND_IN": str(self.folder),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "PYTHON": sys.executable,
            "TMPDIR": str(self.folder / "tmp"),
            # Those of the other tests stay as they are.
            "CHARTS": ".build/charts-e2e",
        }

    def command(self, *options: str, script: bool = False) -> list[str]:
        """Return the command for a run, by the script or without what it does around it."""
        (self.folder / "tmp").mkdir(exist_ok=True)
        module = [
            sys.executable,
            "-m",
            "tests.kubernetes.e2e",
            "--folder",
            str(self.folder / "tmp"),
        ]
        return [
            *([str(ROOT / "scripts/e2e-kubernetes.sh")] if script else module),
            *("--kubeconfig", str(self.folder / "kubeconfig"), "--tag", "1.2.3"),
            *("--report", str(self.folder / "report.xml"), *options),
        ]

    def run(self, *options: str, script: bool = False) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        return subprocess.run(
            self.command(*options, script=script),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def calls(self) -> list[str]:
        """Return the calls of helm and kubectl, in order."""
        lines = (self.folder / "calls.jsonl").read_text().splitlines()
        return [" ".join(json.loads(line)["call"]) for line in lines]

    def outcomes(self) -> dict[str, str]:
        """Return how each step ended, by the report."""
        cases = ElementTree.parse(self.folder / "report.xml").getroot().iter("testcase")
        return {
            str(case.get("name")): "failed"
            if (case.find("failure")) is not None
            else "skipped"
            if case.find("skipped") is not None
            else "passed"
            for case in cases
        }

    def is_clean(self) -> bool:
        """Tell whether nothing of the run is left, neither there nor here."""
        state = json.loads((self.folder / "state.json").read_text())
        return not state["namespace"] and not state["releases"] and not state["load"]


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    limits = {f"rate_limit_per_{each}": "1000000/minute" for each in ("key", "address")}
    cash = "900000000"
    process = PlatformProcess(tmp_path_factory.mktemp("e2e") / "data", initial_cash=cash, **limits)
    process.start()
    yield process
    process.stop()


def really(platform: PlatformProcess) -> dict[str, Any]:
    """Return what leads the load and the official client to a platform that runs."""
    made = platform.credentials
    assert made is not None
    port = int(platform.gateway_url.rpartition(":")[2])
    return {"port": port, "key": {"key_id": made.key_id, "secret": made.secret}}


def test_every_step_is_done_in_order_and_all_is_taken_away(
    stand_in: StandIn, platform: PlatformProcess
) -> None:
    stand_in.tell(**really(platform), metrics=True)
    done = stand_in.run(script=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(stand_in.outcomes()) == STEPS
    assert set(stand_in.outcomes().values()) == {"passed"}
    assert "14 passed, 0 failed, 0 skipped" in done.stdout
    assert stand_in.is_clean()
    assert list((stand_in.folder / "tmp").iterdir()) == [], "files with secrets are left"
    calls = stand_in.calls()
    assert all("--namespace tradewind-e2e" in call for call in calls)
    killed = [call.split()[3] for call in calls if "--force" in call]
    assert killed == ["order-service-1", "api-gateway-0"], "the one that leads, then a gateway"


def test_no_password_is_in_an_argument(stand_in: StandIn) -> None:
    stand_in.tell(refuses="helm test")
    stand_in.run()
    told = json.loads((stand_in.folder / "tmp/platform.json").read_text())["global"]["secrets"]
    assert len(told["plain"]) == 3
    for secret in told["plain"].values():
        assert not any(secret in call for call in stand_in.calls())


@pytest.mark.parametrize(
    ("refuses", "step"),
    [
        ("helm install stores", 1),
        ("helm upgrade", 2),
        ("helm test", 3),
        ("first-start", 4),
    ],
)
def test_a_step_that_fails_is_the_last_one_and_all_is_taken_away(
    stand_in: StandIn, refuses: str, step: int
) -> None:
    stand_in.tell(refuses=refuses)
    done = stand_in.run()
    assert done.returncode == 1
    assert list(stand_in.outcomes()) == [*STEPS[: step + 1], STEPS[-1]]
    assert stand_in.outcomes()[STEPS[step]] == "failed"
    assert stand_in.outcomes()[STEPS[-1]] == "passed"
    assert "refused, as the test wanted" in done.stdout
    assert (stand_in.folder / "report/events.txt").exists()
    assert stand_in.is_clean()


def test_what_cannot_be_taken_away_is_a_failure_too(stand_in: StandIn) -> None:
    stand_in.tell(refuses="uninstall")
    done = stand_in.run()
    assert done.returncode == 1
    assert stand_in.outcomes()[STEPS[-1]] == "failed"
    assert "something of the run is left in the cluster" in done.stdout


@pytest.mark.parametrize(
    ("told", "sentence"),
    [({"namespace": True}, "is there already"), ({"minor": "30"}, "Kubernetes 1.30 is too old")],
)
def test_a_cluster_that_cannot_be_used_is_left_alone(
    stand_in: StandIn, told: dict[str, Any], sentence: str
) -> None:
    stand_in.tell(**told)
    done = stand_in.run()
    assert done.returncode == 1
    assert sentence in done.stdout
    assert {call.split()[1] for call in stand_in.calls()} <= {"version", "get"}


@pytest.mark.parametrize(
    ("load", "sentence"),
    [
        ({"lost": ["load-1-2"]}, "1 acknowledged orders are lost: ['load-1-2']"),
        ({"failures": ["502"]}, "1 requests failed for good: ['502']"),
    ],
)
def test_orders_that_are_lost_and_requests_that_fail_are_found(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, load: dict[str, Any], sentence: str
) -> None:
    stand_in.tell(load=load)
    monkeypatch.setenv("STAND_IN", str(stand_in.folder))
    programs = [str(stand_in.folder / "bin" / name) for name in ("helm", "kubectl")]
    kubeconfig = stand_in.folder / "kubeconfig"
    cluster = Cluster(kubeconfig, "", "tradewind-e2e", float("inf"), *programs)
    with pytest.raises(StepFailed) as failed:
        Traffic(cluster, "image", KEY, clients=1, every_s=1).end()
    assert sentence in str(failed.value)


def load() -> list[Manifest]:
    return load_objects("tradewind/api-gateway:1.2.3", KEY, {"GATEWAY": "http://api-gateway:8000"})


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_and_a_restricted_namespace_take_the_load(version: str) -> None:
    assert [said for each in load() for said in complaints(each, version)] == []
    (pod,) = of_kind(load(), "Pod")
    assert (violations(pod), beyond_the_standard(pod)) == ([], [])


def test_the_load_finds_all_of_its_code_in_the_pod(tmp_path: Path) -> None:
    (pod,), (config,) = of_kind(load(), "Pod"), of_kind(load(), "ConfigMap")
    volumes = {each["name"]: each for each in pod["spec"]["volumes"]}
    for item in volumes["code"]["configMap"]["items"]:
        file = tmp_path / item["path"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(config["data"][item["key"]])
    (module,) = pod["spec"]["containers"][0]["command"][2:]
    done = subprocess.run(
        [sys.executable, "-c", f"import {module} as found; print(found.__file__)"],
        env={"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith(str(tmp_path)), done.stderr


def test_without_metrics_the_autoscaling_step_fails(
    stand_in: StandIn, platform: PlatformProcess
) -> None:
    stand_in.tell(**really(platform), load={})
    done = stand_in.run()
    assert done.returncode == 1
    assert stand_in.outcomes()["load brings another gateway"] == "failed"
    assert "no metrics-server that answers" in done.stdout
    assert stand_in.is_clean()


def test_a_step_that_may_be_skipped_is_and_what_an_uninstall_leaves_is_named(
    stand_in: StandIn, platform: PlatformProcess
) -> None:
    stand_in.tell(**really(platform), load={}, leaves=["secret/forgotten"])
    done = stand_in.run("--without-metrics", "skip", "--gone-within", "1")
    assert done.returncode == 1
    assert stand_in.outcomes()["load brings another gateway"] == "skipped"
    assert "no metrics-server that answers" in done.stdout
    assert stand_in.outcomes()[STEPS[-2]] == "failed"
    assert "an uninstall leaves secret/forgotten" in done.stdout


def test_a_run_that_is_interrupted_cleans_up(stand_in: StandIn) -> None:
    stand_in.tell(hangs="helm test")
    run = subprocess.Popen(
        stand_in.command(script=True),
        env=stand_in.environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    calls = stand_in.folder / "calls.jsonl"
    wait_for(lambda: calls.exists() and '"test"' in calls.read_text(), "the test by helm", 120)
    run.send_signal(signal.SIGTERM)
    told, _ = run.communicate(timeout=100)
    assert run.returncode == 143, told
    assert stand_in.outcomes()["helm test passes"] == "failed"
    assert stand_in.is_clean()
    assert list((stand_in.folder / "tmp").iterdir()) == [], "files with secrets are left"


@pytest.mark.parametrize("missing", ["--kubeconfig", "--tag"])
def test_what_a_run_needs_has_to_be_said(stand_in: StandIn, missing: str) -> None:
    stand_in.tell()
    given = {"--kubeconfig": str(stand_in.folder / "kubeconfig"), "--tag": "1.2.3"}
    options = [part for name, value in given.items() if name != missing for part in (name, value)]
    command = [sys.executable, "-m", "tests.kubernetes.e2e", "--folder", ".", *options]
    done = subprocess.run(
        command, env=stand_in.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert f"required: {missing}" in done.stderr
