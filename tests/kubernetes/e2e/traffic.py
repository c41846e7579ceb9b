"""A pod that trades while things happen to the platform, and what its clients saw."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.kubernetes.e2e.cluster import Cluster
from tests.kubernetes.e2e.objects import NAME, load_objects
from tests.kubernetes.e2e.report import StepFailed, say

from tradewind.testing.waiting import wait_for

_ENDS_WITHIN_S = 300


@dataclass(frozen=True)
class Seen:
    """What the clients have told last."""

    acknowledged: int
    retries: int
    failures: list[str]
    lost: list[str] | None

    def __str__(self) -> str:
        """Return the figures in words."""
        return f"{self.acknowledged} orders acknowledged, {self.retries} requests repeated"


@dataclass(frozen=True)
class Traffic:
    """Clients in a pod: so many, each with a pause between two orders."""

    cluster: Cluster
    image: str
    key: dict[str, str]
    clients: int
    every_s: float
    max_s: int = 1800

    @contextmanager
    def running(self) -> Iterator["Traffic"]:
        """Trade while the body runs; the body says when it wants to hear how that went."""
        for each in load_objects(self.image, self.key, self._settings()):
            self.cluster.kubectl("create", "--filename", "-", given=json.dumps(each))
        try:
            self.more(10, timeout_s=180)
            yield self
        finally:
            kinds = "pod,configmap,secret,networkpolicy"
            chosen = ("--selector", f"app.kubernetes.io/name={NAME}")
            self.cluster.kubectl("delete", kinds, *chosen, "--grace-period=1", timeout_s=120)

    def seen(self) -> Seen | None:
        """Return what the pod has told last, once it has told something."""
        lines = self.cluster.kubectl("logs", NAME, "--tail=1").splitlines()
        if not lines:
            return None
        if not lines[-1].startswith("{"):
            raise StepFailed(f"the load did not run: {lines[-1]}")
        return Seen(**{"lost": None, **json.loads(lines[-1])})

    def more(self, orders: int, timeout_s: float = 90) -> Seen:
        """Return when so many more orders have been acknowledged."""
        least: int | None = None

        def enough() -> Seen | None:
            nonlocal least
            if self._phase() == "Pending" or (seen := self.seen()) is None:
                return None
            if least is None:
                least = seen.acknowledged + orders
            return seen if seen.acknowledged >= least else None

        return wait_for(enough, f"{orders} more acknowledged orders", timeout_s, every_s=1)

    def end(self) -> Seen:
        """Stop the clients and return what they saw; raises ``StepFailed`` if let down."""
        self.cluster.kubectl("exec", NAME, "--", "touch", "/tmp/stop")

        def told() -> Seen | None:
            seen = self.seen()
            return seen if seen is not None and seen.lost is not None else None

        seen = wait_for(told, "the end of the load", _ENDS_WITHIN_S, every_s=1)
        if seen.failures:
            raise StepFailed(f"{len(seen.failures)} requests failed for good: {seen.failures[:3]}")
        if seen.lost:
            raise StepFailed(f"{len(seen.lost)} acknowledged orders are lost: {seen.lost[:3]}")
        say(f"   {seen}")
        return seen

    def _phase(self) -> str:
        phase: str = self.cluster.ask("get", "pod", NAME)["status"].get("phase", "Pending")
        return phase

    def _settings(self) -> dict[str, str]:
        return {
            "GATEWAY": "http://api-gateway:8000",
            "CLIENTS": str(self.clients),
            "EVERY_S": str(self.every_s),
            "MAX_S": str(self.max_s),
        }
