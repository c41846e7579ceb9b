"""helm and kubectl on one cluster and namespace, each call bounded in time."""

import json
import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kubernetes.e2e.report import StepFailed

_FORWARDS = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")
Answer = dict[str, Any]  # Any: an object of Kubernetes, as JSON has it


@dataclass(frozen=True)
class Cluster:
    """A cluster by its kubeconfig, and the one namespace that everything happens in."""

    kubeconfig: Path
    context: str
    namespace: str
    deadline: float
    """When the whole run is over, by the monotonic clock."""
    helm_program: str = "helm"
    kubectl_program: str = "kubectl"

    def helm(self, *arguments: str, timeout_s: float = 900) -> str:
        """Return what helm printed; raises ``StepFailed`` with its error."""
        context = ["--kube-context", self.context] if self.context else []
        command = [self.helm_program, *arguments, "--namespace", self.namespace, *context]
        return self._run(command, timeout_s)

    def kubectl(self, *arguments: str, given: str = "", timeout_s: float = 60) -> str:
        """Return what kubectl printed; raises ``StepFailed`` with its error."""
        return self._run(self._kubectl(*arguments), timeout_s, given)

    def ask(self, *arguments: str) -> Answer:
        """Return an object or a list of objects."""
        told: Answer = json.loads(self.kubectl(*arguments, "--output", "json"))
        return told

    def exists(self, *arguments: str) -> bool:
        """Tell whether the cluster has an object; raises ``StepFailed`` if it does not answer."""
        return bool(self.kubectl("get", *arguments, "--ignore-not-found", "--output", "name"))

    @contextmanager
    def forwarded(self, target: str, port: int) -> Iterator[str]:
        """Lend an address of this machine that leads to a port in the cluster."""
        with subprocess.Popen(
            self._kubectl("port-forward", target, f":{port}", "--address", "127.0.0.1"),
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as forwarding:
            try:
                yield f"http://127.0.0.1:{_forwarded_port(forwarding, target)}"
            finally:
                forwarding.terminate()

    def _kubectl(self, *arguments: str) -> list[str]:
        # What follows a `--` is for the program in the pod.
        at = arguments.index("--") if "--" in arguments else len(arguments)
        context = ["--context", self.context] if self.context else []
        own = ["--namespace", self.namespace, *context]
        return [self.kubectl_program, *arguments[:at], *own, *arguments[at:]]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig)}

    def _run(self, command: Sequence[str], timeout_s: float, given: str = "") -> str:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise StepFailed("the time for the whole run is over")
        try:
            done = subprocess.run(
                command,
                env=self._environment(),
                input=given,
                capture_output=True,
                text=True,
                timeout=min(timeout_s, left),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise StepFailed(f"{_shown(command)}: no end within {error.timeout:.0f}s") from error
        if done.returncode:
            raise StepFailed(f"{_shown(command)}: {(done.stderr or done.stdout).strip()[-1500:]}")
        return done.stdout


def _shown(command: Sequence[str]) -> str:
    """Return the start of a command: enough to know it, and short enough for a report."""
    return " ".join([Path(command[0]).name, *command[1:5]])


def _forwarded_port(forwarding: "subprocess.Popen[str]", target: str) -> int:
    assert forwarding.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(forwarding.stdout, selectors.EVENT_READ)
        if selector.select(30):
            line = forwarding.stdout.readline()
            if found := _FORWARDS.search(line):
                return int(found[1])
            raise StepFailed(f"port-forward to {target}: {line.strip()}")
    raise StepFailed(f"port-forward to {target} said nothing within 30s")
