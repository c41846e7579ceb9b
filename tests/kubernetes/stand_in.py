"""Stands in for helm and kubectl, and for the cluster behind them: `stand_in.py helm|kubectl …`.

It shows that the end-to-end run does its steps in order and cleans up; it shows nothing about
Kubernetes. Trading is real: the load and the forwarded port lead to a platform on this machine.
The folder ``STAND_IN`` has ``told.json``, what the test wants of it; there it writes down every
call and what the cluster has.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["STAND_IN"])
TOLD: dict[str, Any] = json.loads((FOLDER / "told.json").read_text())  # Any: JSON
SERVICES = {"api-gateway": 2, "account-service": 1, "order-service": 2, "web-ui": 1}


class State:
    """What is in the cluster, kept in a file between two calls."""

    def __init__(self) -> None:
        self._file = FOLDER / "state.json"
        known = json.loads(self._file.read_text()) if self._file.exists() else {}
        self.namespace: bool = known.get("namespace", TOLD.get("namespace", False))
        self.releases: list[str] = known.get("releases", [])
        self.upgrades: int = known.get("upgrades", 0)
        self.load: int = known.get("load", 0)

    def keep(self) -> None:
        """Write it down."""
        self._file.write_text(json.dumps({k: v for k, v in vars(self).items() if k[0] != "_"}))


def helm(state: State, words: list[str]) -> str:
    """Act as helm."""
    match words:
        case ["install" | "upgrade", *rest]:
            name = rest[1] if rest[0] == "--install" else rest[0]
            state.releases = sorted({*state.releases, name})
            state.upgrades += 1
        case ["uninstall", name, *_]:
            state.releases = [each for each in state.releases if each != name]
    return ""


def kubectl(state: State, words: list[str]) -> str:
    """Act as kubectl."""
    match words:
        case ["version", *_]:
            return json.dumps({"serverVersion": {"major": "1", "minor": TOLD.get("minor", "37")}})
        case ["get", *what]:
            return get(state, what)
        case ["api-resources", *_]:
            return "configmaps\nevents\npods\npersistentvolumeclaims\nserviceaccounts\n"
        case ["create", *_]:
            create(state, json.loads(sys.stdin.read()))
        case ["exec", pod, "--", *command]:
            return execute(pod, command)
        case ["logs", "e2e-load", *_]:
            return load_says()
        case ["port-forward", *_]:
            sys.stdout.write(f"Forwarding from 127.0.0.1:{TOLD['port']} -> 8000\n")
            sys.stdout.flush()
            time.sleep(60)
        case ["delete", "namespace", *_]:
            state.namespace = False
        case ["delete", "pod,configmap,secret,networkpolicy", *_]:
            end_load(state)
    return ""


def get(state: State, what: list[str]) -> str:
    """Answer what kubectl is asked for."""
    match what:
        case ["namespace", *_]:
            return "namespace/tradewind-e2e" if state.namespace else ""
        case ["pods", *_]:
            return json.dumps({"items": [*pods(state)]})
        case ["pod", "e2e-load", *_]:
            return json.dumps({"status": {"phase": "Running"}})
        case ["apiservice", *_, "json"]:
            return json.dumps({"status": {"conditions": [{"type": "Available", "status": "True"}]}})
        case ["apiservice", *_]:
            return "apiservice/v1beta1.metrics.k8s.io" if TOLD.get("metrics") else ""
        case ["hpa", *_]:
            return json.dumps({"status": {"desiredReplicas": 3}})
        case ["deployment", *_]:
            return json.dumps({"status": {"readyReplicas": 3}})
        case [kinds, *_] if kinds.startswith("configmaps,"):
            there = ["configmap/kube-root-ca.crt", "persistentvolumeclaim/data-postgres-0"]
            return "\n".join([*there, *TOLD.get("leaves", [])])
    return ""


def pods(state: State) -> list[dict[str, Any]]:
    """Return the pods of services; each upgrade makes new ones of all but the terminal."""
    return [
        {
            "metadata": {
                "name": f"{service}-{number}",
                "uid": f"{service}-{number}-{0 if service == 'web-ui' else state.upgrades}",
                "ownerReferences": [{"kind": "ReplicaSet"}],
            },
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        }
        for service, count in SERVICES.items()
        for number in range(count)
    ]


def create(state: State, made: dict[str, Any]) -> None:
    """Take an object; a pod with the load really runs, on this machine."""
    match made["kind"]:
        case "Namespace":
            state.namespace = True
        case "Secret":
            (FOLDER / "key").mkdir(exist_ok=True)
            for name, value in made["stringData"].items():
                (FOLDER / "key" / name).write_text(value)
        case "Pod" if "load" not in TOLD:
            (container,) = made["spec"]["containers"]
            environment = {each["name"]: each["value"] for each in container["env"]}
            environment |= {
                "GATEWAY": f"http://127.0.0.1:{TOLD['port']}",
                "KEY_DIR": str(FOLDER / "key"),
                "STOP": str(FOLDER / "stop"),
                "PYTHONPATH": os.environ["PYTHONPATH"],
            }
            (FOLDER / "stop").unlink(missing_ok=True)
            with (FOLDER / "load.log").open("w") as log:
                load = subprocess.Popen(
                    [sys.executable, *container["command"][1:]],
                    env={**os.environ, **environment},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            state.load = load.pid


def load_says() -> str:
    """Return the last line of the load, of a real one or of what the test wants it to have seen."""
    if "load" not in TOLD:
        return "".join((FOLDER / "load.log").read_text().splitlines()[-1:])
    counted = 10 * len((FOLDER / "calls.jsonl").read_text().splitlines())
    seen = {"acknowledged": counted, "retries": 0, "failures": [], **TOLD["load"]}
    return json.dumps(seen | ({"lost": TOLD["load"].get("lost", [])} if is_over() else {}))


def is_over() -> bool:
    """Tell whether the load has been told to stop."""
    return (FOLDER / "stop").exists()


def end_load(state: State) -> None:
    """End the load as the end of its pod would."""
    if state.load:
        with contextlib.suppress(ProcessLookupError):
            os.kill(state.load, signal.SIGKILL)
    state.load = 0


def execute(pod: str, command: list[str]) -> str:
    """Act as a program in a pod."""
    match command:
        case ["touch", *_]:
            (FOLDER / "stop").touch()
        case ["tradewind", "first-start", *_]:
            return json.dumps(TOLD["key"])
        case ["tradewind", "probe", *_] if pod != "order-service-1":
            refuse("only order-service-1 leads")
    return ""


def refuse(why: str) -> None:
    """End as a program that failed."""
    sys.stderr.write(f"{why}\n")
    sys.exit(1)


def main() -> None:
    """Be called once."""
    program, *words = sys.argv[1:]
    call = [program, *words]
    with (FOLDER / "calls.jsonl").open("a") as calls:
        calls.write(f"{json.dumps({'call': call, 'cluster': os.environ['KUBECONFIG']})}\n")
    if TOLD.get("hangs") and TOLD["hangs"] in " ".join(call):
        time.sleep(60)
    if TOLD.get("refuses") and TOLD["refuses"] in " ".join(call):
        refuse("refused, as the test wanted")
    state = State()
    at = words.index("--namespace")
    del words[at : at + 2]
    sys.stdout.write({"helm": helm, "kubectl": kubectl}[program](state, words))
    state.keep()


if __name__ == "__main__":
    main()
