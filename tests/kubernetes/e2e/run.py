"""Every step of the run, in order; see `scripts/e2e-kubernetes.sh --help`."""

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.kubernetes.e2e.cluster import Cluster
from tests.kubernetes.e2e.release import CLAIM, PLATFORM, Release
from tests.kubernetes.e2e.report import Report, Step, StepFailed, StepSkipped
from tests.kubernetes.e2e.trade import trade
from tests.kubernetes.e2e.traffic import Traffic

from tradewind.testing.waiting import wait_for

OLDEST = (1, 31)
HEALS_WITHIN_S = 180
SCALES_WITHIN_S = 420
_METRICS = "v1beta1.metrics.k8s.io"
_MADE_BY_KUBERNETES = {"configmap/kube-root-ca.crt", "serviceaccount/default"}
_PASSING = {"events", "events.events.k8s.io", "leases.coordination.k8s.io"}
"""Kinds of which the cluster itself writes some, whoever was there."""


@dataclass(frozen=True)
class Options:
    """What the caller has chosen."""

    upgrade_tag: str = ""
    url: str = ""
    certificate: str = ""
    without_metrics: str = "fail"
    gone_within_s: float = 180


class Run:
    """One run: each step leaves behind what the next one needs."""

    def __init__(self, cluster: Cluster, release: Release, report: Report, options: Options):
        self._cluster = cluster
        self._release = release
        self._report = report
        self._options = options
        self._key: dict[str, str] = {}

    def check(self) -> None:
        """Look whether this cluster can be used, before anything is put there."""
        with self._report.step("the cluster is new enough, and the namespace is free"):
            self._check_cluster()

    def everything(self) -> None:
        """Do every step; raises at the first that does not hold."""
        step = self._report.step
        with step("stores are installed in a namespace that is `restricted`"):
            self._make_namespace()
            self._release.install_stores()
        with step("the platform is installed"):
            self._release.upgrade()
        with step("helm test passes"):
            self._helm_test()
        with step("the first start makes a user, an account and a key"):
            self._first_start()
        with step("alpaca-py trades") as told:
            told.told = self._trade()
        with ExitStack() as stack:
            with step("clients begin to trade inside the cluster"):
                load = stack.enter_context(self._traffic().running())
            with step("an update under load replaces every pod"):
                self._update(load)
            with step("a killed leader and a killed gateway are replaced under load"):
                self._kill(load)
            with step("no request failed for good, and no acknowledged order is lost") as told:
                told.told = str(load.end())
        with step("the journal agrees with every table"):
            self._verify()
        with step("load brings another gateway") as told:
            self._scale(told)
        with step("an uninstall leaves nothing but the database's claim"):
            self._uninstall()

    def clean_up(self) -> None:
        """Take away what is left of the run; raises where that does not work."""
        self._release.uninstall()
        self._cluster.kubectl(
            *("delete", "namespace", self._cluster.namespace, "--ignore-not-found"), timeout_s=300
        )

    def collect(self, folder: Path) -> None:
        """Write down what pods are there, what happened to them and what they said."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, question in {
            "objects": ("get", "all,networkpolicy,pvc,hpa", "--output", "wide"),
            "events": ("get", "events", "--sort-by", ".lastTimestamp"),
            "pods": ("describe", "pods"),
            "logs": (
                *("logs", "--selector", "app.kubernetes.io/part-of=tradewind", "--prefix"),
                *("--all-containers", "--tail", "200", "--max-log-requests", "50"),
            ),
        }.items():
            try:
                told = self._cluster.kubectl(*question)
            except StepFailed as failed:
                told = str(failed)
            (folder / f"{name}.txt").write_text(told)

    def _check_cluster(self) -> None:
        version = self._cluster.ask("version")["serverVersion"]
        is_of = (int(version["major"]), int(version["minor"].rstrip("+")))
        if is_of < OLDEST:
            raise StepFailed(f"Kubernetes {is_of[0]}.{is_of[1]} is too old: 1.31 or newer")
        if self._cluster.exists("namespace", self._cluster.namespace):
            raise StepFailed(
                f"the namespace {self._cluster.namespace} is there already: name another one, "
                "since it is deleted in the end"
            )

    def _make_namespace(self) -> None:
        made = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": self._cluster.namespace,
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            },
        }
        self._cluster.kubectl("create", "--filename", "-", given=json.dumps(made))

    def _helm_test(self) -> None:
        try:
            self._cluster.helm("test", PLATFORM, "--timeout", "5m", timeout_s=330)
        except StepFailed as failed:
            said = self._cluster.kubectl("logs", "smoke-test", "--tail=20")
            raise StepFailed(f"{failed}; the test said: {said}") from failed

    def _first_start(self) -> None:
        told = self._in_pod("deploy/account-service", "first-start", "--json")
        self._key = {name: json.loads(told)[name] for name in ("key_id", "secret")}

    def _trade(self) -> str:
        if self._options.url:
            return trade(self._options.url, self._key, self._options.certificate)
        with self._cluster.forwarded("service/api-gateway", 8000) as url:
            return trade(url, self._key)

    def _update(self, load: Traffic) -> None:
        before = {pod["metadata"]["uid"] for pod in self._release.pods().values()}
        ready = partial(self._release.all_ready, len(before))
        image = {"tag": self._options.upgrade_tag or self._release.tag}
        # Every service reads this setting, so all of them are replaced, even by the same image.
        self._release.upgrade(**{"global": {"image": image, "logLevel": "warning"}})
        load.more(20)
        wait_for(ready, "readiness of every pod", HEALS_WITHIN_S, 1)
        kept = {
            name
            for name, pod in self._release.pods().items()
            if pod["metadata"]["uid"] in before and not name.startswith("web-ui")
        }
        if kept:
            raise StepFailed(f"pods that the update did not replace: {', '.join(sorted(kept))}")

    def _kill(self, load: Traffic) -> None:
        pods = self._release.pods()
        ready = partial(self._release.all_ready, len(pods))
        gateway = next(name for name in pods if name.startswith("api-gateway"))
        for name in (self._leader(), gateway):
            self._cluster.kubectl(
                *("delete", "pod", name, "--grace-period=0", "--force"), timeout_s=120
            )
            load.more(20, timeout_s=HEALS_WITHIN_S)
            wait_for(ready, f"readiness after the end of {name}", HEALS_WITHIN_S, 1)

    def _traffic(self, clients: int = 4, every_s: float = 0.2) -> Traffic:
        image = self._release.image("api-gateway")
        return Traffic(self._cluster, image, self._key, clients, every_s)

    def _leader(self) -> str:
        for name in sorted(self._release.pods()):
            if name.startswith("order-service-"):
                try:
                    self._in_pod(name, "probe", "order-service", "--leading")
                except StepFailed:
                    continue
                return name
        raise StepFailed("no order service leads")

    def _verify(self) -> None:
        self._in_pod(self._leader(), "verify")

    def _scale(self, told: Step) -> None:
        if not self._has_metrics():
            lacking = "the cluster has no metrics-server that answers: nothing can scale by load"
            if self._options.without_metrics == "skip":
                raise StepSkipped(lacking)
            raise StepFailed(f"{lacking}; install one, or say --without-metrics skip")
        # So little that any load is above it: what counts is that a pod is added and serves.
        scaling = {"enabled": True, "min": 1, "max": 3, "cpu": 5, "memory": 100}
        self._release.upgrade(**{"api-gateway": {"autoscaling": scaling}})
        with self._traffic(clients=8, every_s=0.02).running() as load:
            told.told = wait_for(self._scaled, "another gateway", SCALES_WITHIN_S, 2)
            load.more(100)
            load.end()

    def _has_metrics(self) -> bool:
        if not self._cluster.exists("apiservice", _METRICS):
            return False
        conditions = self._cluster.ask("get", "apiservice", _METRICS)["status"]["conditions"]
        return any(each["type"] == "Available" and each["status"] == "True" for each in conditions)

    def _scaled(self) -> str | None:
        wanted = self._cluster.ask("get", "hpa", "api-gateway")["status"].get("desiredReplicas", 0)
        there = self._cluster.ask("get", "deployment", "api-gateway")["status"]
        ready = there.get("readyReplicas", 0)
        return f"{ready} of at most 3 gateways serve" if wanted > 1 and ready > 1 else None

    def _uninstall(self) -> None:
        self._release.uninstall()
        ends = time.monotonic() + self._options.gone_within_s
        while left := self._left():
            if time.monotonic() > ends:
                raise StepFailed(f"an uninstall leaves {', '.join(sorted(left))}")
            time.sleep(2)  # between two questions to the cluster

    def _left(self) -> set[str]:
        """Return what is in the namespace that nobody but us can have made."""
        listed = self._cluster.kubectl(
            *("api-resources", "--verbs=list", "--namespaced", "--output", "name")
        )
        kinds = sorted(set(listed.split()) - _PASSING)
        names = self._cluster.kubectl(
            *("get", ",".join(kinds), "--ignore-not-found", "--output", "name"), timeout_s=120
        )
        expected = {*_MADE_BY_KUBERNETES, f"persistentvolumeclaim/{CLAIM}"}
        return set(names.split()) - expected

    def _in_pod(self, pod: str, *arguments: str) -> str:
        return self._cluster.kubectl("exec", pod, "--", "tradewind", *arguments, timeout_s=180)
