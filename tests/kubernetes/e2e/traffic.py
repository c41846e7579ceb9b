"""A pod that trades while things happen to the platform, and what its clients saw."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.kubernetes.e2e.cluster import Answer, Cluster
from tests.kubernetes.e2e.report import StepFailed, say

from tradewind.testing.waiting import wait_for

NAME = "e2e-load"
LABELS = {"app.kubernetes.io/name": NAME}
_ROOT = Path(__file__).resolve().parents[3]
_FILES = {"load": "tests/images/load.py", "inside": "tests/kubernetes/e2e/inside.py"}
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
        for each in self._objects():
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

    def _objects(self) -> list[Answer]:
        meta = {"name": NAME, "labels": LABELS}
        code = {key: (_ROOT / path).read_text() for key, path in _FILES.items()}
        return [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": code},
            {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": self.key},
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": meta,
                "spec": {
                    "podSelector": {"matchLabels": LABELS},
                    "policyTypes": ["Ingress", "Egress"],
                    "egress": [{}],
                },
            },
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {**meta, "name": f"{NAME}-in"},
                # Policies add up: besides whom the release lets in, these clients.
                "spec": {
                    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "api-gateway"}},
                    "policyTypes": ["Ingress"],
                    "ingress": [{"from": [{"podSelector": {"matchLabels": LABELS}}]}],
                },
            },
            {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": self._pod()},
        ]

    def _pod(self) -> Answer:
        settings = {
            "GATEWAY": "http://api-gateway:8000",
            "KEY_DIR": "/key",
            "PYTHONPATH": "/e2e",
            "CLIENTS": str(self.clients),
            "EVERY_S": str(self.every_s),
            "MAX_S": str(self.max_s),
        }
        amounts = {"cpu": "250m", "memory": "256Mi"}
        files = [{"key": key, "path": path} for key, path in _FILES.items()]
        return {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "activeDeadlineSeconds": self.max_s + _ENDS_WITHIN_S,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "fsGroup": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": NAME,
                    "image": self.image,
                    "command": ["python3", "-m", "tests.kubernetes.e2e.inside"],
                    "env": [{"name": name, "value": value} for name, value in settings.items()],
                    "resources": {"requests": amounts, "limits": {**amounts, "cpu": "1"}},
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                        "readOnlyRootFilesystem": True,
                    },
                    "volumeMounts": [
                        {"name": "code", "mountPath": "/e2e"},
                        {"name": "key", "mountPath": "/key"},
                        {"name": "scratch", "mountPath": "/tmp"},
                    ],
                }
            ],
            "volumes": [
                {"name": "code", "configMap": {"name": NAME, "items": files}},
                {"name": "key", "secret": {"secretName": NAME, "defaultMode": 0o440}},
                {"name": "scratch", "emptyDir": {"sizeLimit": "16Mi"}},
            ],
        }
