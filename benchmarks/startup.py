"""How soon the platform is up, and what it holds while idle.

The reference is the time that the same interpreter takes to import the libraries that the platform
stands on (FastAPI, uvicorn, asyncpg, msgspec, SQLAlchemy): what any service on them pays at least.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tradewind.testing.process import PlatformProcess

WARM_STARTS = 3


class Figure(NamedTuple):
    """One row: seconds, and resident megabytes where they are known."""

    name: str
    seconds: float
    megabytes: float | None = None


def measure() -> list[Figure]:
    """Return the first start, the best warm start with the memory then, and the reference."""
    with tempfile.TemporaryDirectory(prefix="tw-bench-") as folder:
        platform = PlatformProcess(Path(folder) / "data")
        platform.start()
        first = Figure("first start", platform.start_seconds, resident_megabytes(platform.pid))
        platform.stop()
        warm: list[Figure] = []
        for _ in range(WARM_STARTS):
            platform.start()
            seconds = platform.start_seconds
            time.sleep(5)
            warm.append(Figure("warm start, idle", seconds, resident_megabytes(platform.pid)))
            platform.stop()
    return [first, min(warm, key=lambda figure: figure.seconds), reference()]


def reference() -> Figure:
    """Return the time to import the libraries alone."""
    command = [sys.executable, "-c", "import fastapi, uvicorn, asyncpg, msgspec, sqlalchemy"]
    best = float("inf")
    for _ in range(WARM_STARTS):
        started = time.perf_counter()
        subprocess.run(command, check=True)
        best = min(best, time.perf_counter() - started)
    return Figure("importing the libraries alone", best)


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of the platform's own process (PostgreSQL is beside it)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    for figure in measure():
        memory = "" if figure.megabytes is None else f"{figure.megabytes:8.0f} MB"
        print(f"{figure.name:32} {figure.seconds:6.2f} s {memory}")
