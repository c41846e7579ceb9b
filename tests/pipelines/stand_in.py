"""Stands in for helm and kubectl: `stand_in.py helm|kubectl …`. What serves behind it is real.

The folder ``STAND_IN`` has ``told.json``: the ports of gateways that run on this machine, those of
the stable release and those that a canary may have. Every call is written down there, and how many
new gateways there are now.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["STAND_IN"])
CANARY = "tradewind-canary"


def told() -> dict[str, Any]:
    """Return what the test wants; it may change its mind."""
    wanted: dict[str, Any] = json.loads((FOLDER / "told.json").read_text())  # Any: JSON
    return wanted


def helm(words: list[str]) -> str:
    """Act as helm."""
    count = FOLDER / "count"
    match words:
        case ["history", *_]:
            return json.dumps([{"revision": 7, "status": "deployed"}])
        case ["upgrade", "--install", release, *rest] if release == CANARY:
            if told().get("starts", True) is False:
                sys.exit(1)
            (FOLDER / "values.json").write_text(Path(rest[rest.index("-f") + 1]).read_text())
            count.write_text(rest[-1].removeprefix("replicas="))
        case ["uninstall", release, *_] if release == CANARY:
            count.unlink(missing_ok=True)
    return ""


def gateways() -> dict[str, int]:
    """Return the ports of all that serve now, by the names of their pods."""
    count = FOLDER / "count"
    there = told()["canary"][: int(count.read_text())] if count.exists() else []
    return {
        **{f"api-gateway-{number}": port for number, port in enumerate(told()["stable"])},
        **{f"api-gateway-canary-{number}": port for number, port in enumerate(there)},
    }


def pod(name: str) -> dict[str, Any]:
    """Return a pod as kubectl describes it."""
    is_new = "-canary-" in name
    release = CANARY if is_new else "tradewind"
    return {
        "metadata": {"name": name, "labels": {"app.kubernetes.io/instance": release}},
        "spec": {"containers": [{"ports": [{"containerPort": 8000}]}]},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"restartCount": told().get("restarts", 0) if is_new else 0}],
        },
    }


def kubectl(words: list[str]) -> str:
    """Act as kubectl."""
    match words:
        case ["get", "pods", *_]:
            return json.dumps({"items": [pod(name) for name in gateways()]})
        case ["port-forward", "--namespace", "tradewind", name, ":8000", *_]:
            port = gateways()[name.removeprefix("pod/")]
            sys.stdout.write(f"Forwarding from 127.0.0.1:{port} -> 8000\n")
            sys.stdout.flush()
            signal.pause()
    return ""


def main() -> None:
    """Be called once."""
    program, *words = sys.argv[1:]
    with (FOLDER / "calls").open("a") as calls:
        calls.write(" ".join([program, *words]) + "\n")
    sys.stdout.write({"helm": helm, "kubectl": kubectl}[program](words))


if __name__ == "__main__":
    main()
