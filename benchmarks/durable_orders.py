"""Durable order acknowledgements a second over HTTP, beside a bare handler on the same PostgreSQL.

Both servers get the same requests from wrk over 64 connections, in turns. The whole way is
measured: HTTP, authentication, rate limits, validation, risk, matching, journal, commit, answer.
"""

import asyncio
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tradewind.testing.process import PlatformProcess

CONNECTIONS = 64
SECONDS = 5
ROUNDS = 3

ORDER = {
    "symbol": "AAPL",
    "qty": "1",
    "side": "buy",
    "type": "limit",
    "time_in_force": "day",
    "limit_price": "1.25",
}


class Figure(NamedTuple):
    """One row: the median of the rounds; latencies in milliseconds."""

    name: str
    per_second: float
    p50_ms: float
    p99_ms: float


def measure(connections: int = CONNECTIONS, seconds: int = SECONDS) -> list[Figure]:
    """Return our row and the reference's."""
    with tempfile.TemporaryDirectory(prefix="tw-bench-") as folder:
        platform = PlatformProcess(
            Path(folder) / "data",
            initial_cash="900000000",
            rate_limit_per_key="1000000000/minute",
            rate_limit_per_address="1000000000/minute",
        )
        platform.start()
        try:
            with bare_handler(database_url(platform)) as reference_url:
                return _in_turns(platform, reference_url, connections, seconds)
        finally:
            platform.stop()


def _in_turns(
    platform: PlatformProcess, reference_url: str, connections: int, seconds: int
) -> list[Figure]:
    rows: dict[str, list[Figure]] = {}
    for _ in range(ROUNDS):
        for name, url, headers in (
            ("Tradewind gateway", platform.gateway_url, platform.headers),
            ("bare Starlette, one INSERT", reference_url, {}),
        ):
            figure = run_wrk(name, url, headers, connections, seconds)
            rows.setdefault(name, []).append(figure)
    return [
        Figure(
            name,
            statistics.median(figure.per_second for figure in figures),
            statistics.median(figure.p50_ms for figure in figures),
            statistics.median(figure.p99_ms for figure in figures),
        )
        for name, figures in rows.items()
    ]


def database_url(platform: PlatformProcess) -> str:
    """Return the DSN of a running platform's embedded PostgreSQL."""
    from tradewind.platform.embedded_postgres import EmbeddedPostgres

    dsn = asyncio.run(EmbeddedPostgres(platform.data_dir).attach())
    assert dsn is not None
    return dsn


@contextmanager
def bare_handler(dsn: str) -> Iterator[str]:
    """Run the reference as a process of its own and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_handler", dsn, str(port)])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nothing listens on port {port}")


def run_wrk(name: str, url: str, headers: dict[str, str], connections: int, seconds: int) -> Figure:
    """Send orders for some seconds; raises ``RuntimeError`` when any is not acknowledged."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_lua(headers))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s"]
        done = subprocess.run(
            [*command, script.name, f"{url}/v2/orders"],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{name} did not acknowledge everything:\n{done.stdout}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert rate is not None, done.stdout
    return Figure(
        name, float(rate[1]), _latency_ms(done.stdout, "50%"), _latency_ms(done.stdout, "99%")
    )


def _lua(headers: dict[str, str]) -> str:
    lines = ['wrk.method = "POST"', f"wrk.body = {json.dumps(json.dumps(ORDER))}"]
    for name, value in {"Content-Type": "application/json", **headers}.items():
        lines.append(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}")
    return "\n".join(lines)


def _latency_ms(output: str, percentile: str) -> float:
    found = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)", output)
    assert found is not None, output
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


if __name__ == "__main__":
    for figure in measure():
        print(
            f"{figure.name:30} {figure.per_second:10,.0f}/s"
            f"  p50 {figure.p50_ms:6.2f} ms  p99 {figure.p99_ms:6.2f} ms"
        )
