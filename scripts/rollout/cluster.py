"""The gateways in a cluster, by helm and kubectl."""

import json
import os
import re
import selectors
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from scripts.rollout.judge import Reading, read

RELEASE = "tradewind"
CANARY = "tradewind-canary"
NAMESPACE = "tradewind"
SERVICE = "api-gateway"
# A pod has a minute to start, and may need a machine first.
_START = "5m"
_ANSWER_S = 5.0
_FORWARD_S = 20.0
_ASKED_MAX = 3
_FORWARDING = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+) ")


class Pod(NamedTuple):
    """A gateway that is there and not about to end."""

    name: str
    new: bool
    """Whether it is of the canary's release."""
    ready: bool
    restarts: int
    port: int

    @classmethod
    def of(cls, item: dict[str, Any]) -> "Pod":
        """Read it out of what kubectl says."""
        status = item["status"]
        return cls(
            item["metadata"]["name"],
            item["metadata"]["labels"]["app.kubernetes.io/instance"] == CANARY,
            any(
                each["type"] == "Ready" and each["status"] == "True"
                for each in status.get("conditions", ())
            ),
            sum(each["restartCount"] for each in status.get("containerStatuses", ())),
            item["spec"]["containers"][0]["ports"][0]["containerPort"],
        )


class Cluster:
    """What the environment's kubeconfig leads to; in a dry run only what would be called."""

    def __init__(self, *, dry_run: bool) -> None:
        self.dry_run = dry_run
        self._helm = os.environ.get("HELM") or "helm"
        self._kubectl = os.environ.get("KUBECTL") or "kubectl"

    def install(self, version: str, values: Path, count: str) -> bool:
        """Bring so many new gateways into being; return whether all of them are ready."""
        return self._run(
            *(self._helm, "upgrade", "--install", CANARY),
            *(f".build/charts/{SERVICE}-{version}.tgz", "--namespace", NAMESPACE),
            *("--rollback-on-failure", "--wait", "--timeout", _START, "-f", str(values)),
            *("--set-string", f"global.image.tag={version}", "--set", f"replicas={count}"),
        )

    def take_away(self) -> None:
        """Let every new gateway answer what it has begun, and end."""
        self._run(
            *(self._helm, "uninstall", CANARY, "--namespace", NAMESPACE),
            *("--ignore-not-found", "--wait", "--timeout", _START),
        )

    def ready_gateways(self) -> int:
        """Return how many gateways serve."""
        return sum(pod.ready for pod in self.pods())

    def pods(self) -> list[Pod]:
        """Return every gateway; raises SubprocessError when the cluster says nothing for long."""
        chosen = f"app.kubernetes.io/name={SERVICE},app.kubernetes.io/part-of=tradewind"
        command = [self._kubectl, "get", "pods", "--namespace", NAMESPACE,
                   "--selector", chosen, "--output", "json"]  # fmt: skip
        for left in reversed(range(_ASKED_MAX)):
            try:
                told = subprocess.run(
                    command, stdout=subprocess.PIPE, check=True, timeout=_FORWARD_S
                ).stdout
                break
            except subprocess.SubprocessError:
                if not left:
                    raise
                time.sleep(1)
        items = json.loads(told)["items"]
        return [Pod.of(each) for each in items if "deletionTimestamp" not in each["metadata"]]

    def read(self, pod: Pod) -> Reading | None:
        """Return what a gateway has counted, or None when it does not say."""
        forwarding = subprocess.Popen(
            [self._kubectl, "port-forward", "--namespace", NAMESPACE, f"pod/{pod.name}",
             f":{pod.port}", "--address", "127.0.0.1"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{_forwarded(forwarding)}/metrics"
            with httpx.Client(trust_env=False, timeout=_ANSWER_S) as client:
                return read(client.get(url).raise_for_status().text)
        except (httpx.HTTPError, ValueError):
            return None
        finally:
            forwarding.terminate()
            forwarding.communicate()

    def _run(self, *command: str) -> bool:
        if self.dry_run:
            print("+", *command)
            return True
        return subprocess.run(command, check=False).returncode == 0


def _forwarded(forwarding: "subprocess.Popen[bytes]") -> str:
    assert forwarding.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(forwarding.stdout, selectors.EVENT_READ)
        line = forwarding.stdout.readline().decode() if selector.select(_FORWARD_S) else ""
    found = _FORWARDING.match(line)
    if found is None:
        raise ValueError("nothing is forwarded")
    return found[1]
